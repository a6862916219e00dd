"""FLAML on a bundled competition: `python flaml_peer.py FOLDER SUBMISSION SECONDS CORES`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import plain_features
from flaml import AutoML
from sklearn.metrics import cohen_kappa_score, mean_poisson_deviance

METRICS = {
    "roc_auc": "roc_auc",
    "log_loss": "log_loss",
    "accuracy": "accuracy",
    "f1_macro": "macro_f1",
    "rmse": "rmse",
    "mae": "mae",
}


def loss_of(function):
    """A metric that FLAML does not know, in the form that it takes its own."""

    def metric(x_valid, y_valid, estimator, *_more, **_named):
        loss = function(y_valid, estimator.predict(x_valid))
        return loss, {"loss": loss}

    return metric


CUSTOM = {
    "quadratic_weighted_kappa": loss_of(lambda truth, found: -cohen_kappa_score(truth, found, weights="quadratic")),
    "mean_poisson_deviance": loss_of(lambda truth, found: mean_poisson_deviance(truth, np.clip(found, 1e-6, None))),
}


def main() -> None:
    folder, submission, seconds, cores = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    plain = plain_features.read(folder)
    kind, metric = plain.settings["kind"], plain.settings["metric"]
    task = "regression" if kind in ("regression", "forecast") else "classification"
    model = AutoML()
    model.fit(
        plain.x_train,
        plain.y.to_numpy(),
        task=task,
        metric=METRICS.get(metric) or CUSTOM[metric],
        time_budget=seconds,
        n_jobs=cores,
        seed=0,
        verbose=0,
        estimator_list=["lgbm", "xgboost", "xgb_limitdepth", "rf", "extra_tree", *(["lrl1"] if task[0] == "c" else [])],
    )
    if metric in ("roc_auc", "log_loss"):
        shares = model.predict_proba(plain.x_test)
        columns = [c for c in plain.sample.columns if c != plain.settings["id_column"]]
        names = [str(name) for name in model.classes_]
        prediction = shares[:, 1] if len(columns) == 1 else shares[:, [names.index(c) for c in columns]].astype(float)
        if len(columns) > 1:
            prediction = prediction / prediction.sum(axis=1, keepdims=True)
    else:
        prediction = np.asarray(model.predict(plain.x_test))
    if metric == "mean_poisson_deviance":
        prediction = np.clip(prediction, 1e-6, None)
    plain_features.write(plain, prediction, submission)


if __name__ == "__main__":
    main()
