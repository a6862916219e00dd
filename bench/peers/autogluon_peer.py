"""AutoGluon on a bundled competition: `python autogluon_peer.py FOLDER SUBMISSION SECONDS CORES`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import plain_features
from autogluon.core.metrics import make_scorer
from autogluon.tabular import TabularPredictor
from sklearn.metrics import mean_poisson_deviance

METRICS = {
    "roc_auc": "roc_auc",
    "log_loss": "log_loss",
    "accuracy": "accuracy",
    "f1_macro": "f1_macro",
    "rmse": "root_mean_squared_error",
    "mae": "mean_absolute_error",
    "quadratic_weighted_kappa": "quadratic_kappa",
}


def _poisson(truth, prediction):
    return mean_poisson_deviance(truth, np.clip(prediction, 1e-6, None))


def main() -> None:
    folder, submission, seconds, cores = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    plain = plain_features.read(folder, keep_text=True)  # it makes features of words itself
    kind, metric = plain.settings["kind"], plain.settings["metric"]
    problem = {"regression": "regression", "forecast": "regression", "binary": "binary"}.get(kind, "multiclass")
    scorer = METRICS.get(metric) or make_scorer("poisson", _poisson, optimum=0, greater_is_better=False)
    table = plain.x_train.assign(target_=plain.y.to_numpy())
    with tempfile.TemporaryDirectory() as scratch:
        predictor = TabularPredictor("target_", problem_type=problem, eval_metric=scorer, path=scratch, verbosity=0)
        predictor.fit(table, time_limit=seconds, presets="best_quality", num_cpus=cores)
        if metric in ("roc_auc", "log_loss"):
            shares = predictor.predict_proba(plain.x_test)
            columns = [c for c in plain.sample.columns if c != plain.settings["id_column"]]
            if problem == "binary":
                prediction = shares[max(shares.columns)].to_numpy()
            else:
                prediction = shares[columns].to_numpy(dtype=float)
                prediction /= prediction.sum(axis=1, keepdims=True)
        else:
            prediction = predictor.predict(plain.x_test).to_numpy()
    if metric == "mean_poisson_deviance":
        prediction = np.clip(prediction, 1e-6, None)
    plain_features.write(plain, prediction, submission)


if __name__ == "__main__":
    main()
