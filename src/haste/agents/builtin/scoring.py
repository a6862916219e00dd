"""The competition's metric as one line of scikit-learn, for scripts that tune or diagnose with it.

Only common metrics are here; a script for any other one simply lacks these lines. Nothing that the harness decides
rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from haste.schema.competition import PredictionNeed

from .recipe import Recipe

_BINARY: Mapping[str, str] = {
    "roc_auc": "roc_auc_score(truth, prediction)",
    "average_precision": "average_precision_score(truth, prediction)",
    "log_loss": "log_loss(truth, prediction, labels=[0, 1])",
    "brier_score": "brier_score_loss(truth, prediction)",
    "gini_normalized": "2 * roc_auc_score(truth, prediction) - 1",
    "f1": "f1_score(truth, prediction)",
    "precision": "precision_score(truth, prediction, zero_division=0)",
    "recall": "recall_score(truth, prediction, zero_division=0)",
    "jaccard": "jaccard_score(truth, prediction, zero_division=0)",
    "roc_auc_pooled": "roc_auc_score(truth, prediction)",
}
_MULTICLASS: Mapping[str, str] = {
    "log_loss": "log_loss(truth, prediction, labels=range(len(CLASSES)))",
    "roc_auc_ovr": 'roc_auc_score(truth, prediction, multi_class="ovr", labels=range(len(CLASSES)))',
}
_LABEL: Mapping[str, str] = {
    "accuracy": "accuracy_score(truth, prediction)",
    "balanced_accuracy": "balanced_accuracy_score(truth, prediction)",
    "f1_macro": 'f1_score(truth, prediction, average="macro", zero_division=0)',
    "f1_micro": 'f1_score(truth, prediction, average="micro", zero_division=0)',
    "f1_weighted": 'f1_score(truth, prediction, average="weighted", zero_division=0)',
    "precision_macro": 'precision_score(truth, prediction, average="macro", zero_division=0)',
    "recall_macro": 'recall_score(truth, prediction, average="macro", zero_division=0)',
    "jaccard_macro": 'jaccard_score(truth, prediction, average="macro", zero_division=0)',
    "hamming_loss": "np.mean(truth != prediction)",
    "matthews_corrcoef": "matthews_corrcoef(truth, prediction)",
    "cohen_kappa": "cohen_kappa_score(truth, prediction)",
    "quadratic_weighted_kappa": 'cohen_kappa_score(truth, prediction, weights="quadratic")',
}
_VALUE: Mapping[str, str] = {
    "rmse": "mean_squared_error(truth, prediction) ** 0.5",
    "mse": "mean_squared_error(truth, prediction)",
    "mae": "mean_absolute_error(truth, prediction)",
    "mape": "mean_absolute_percentage_error(truth, prediction)",
    "median_absolute_error": "median_absolute_error(truth, prediction)",
    "r2": "r2_score(truth, prediction)",
    "rmsle": "mean_squared_log_error(truth, np.clip(prediction, 0, None)) ** 0.5",
    "msle": "mean_squared_log_error(truth, np.clip(prediction, 0, None))",
    "mean_poisson_deviance": "mean_poisson_deviance(truth, np.clip(prediction, 1e-6, None))",
    "pearson": "np.corrcoef(truth, prediction)[0, 1]",
    "spearman": "np.corrcoef(rankdata(truth), rankdata(prediction))[0, 1]",
    "quadratic_weighted_kappa": 'cohen_kappa_score(truth, prediction, weights="quadratic")',
}


def score_expression(recipe: Recipe) -> str | None:
    """The metric of `truth` and `prediction`; both are codes where labels are asked. None: not known here."""
    constants = recipe.constants
    name = constants.metric
    if constants.need is PredictionNeed.LABEL:
        labels = {**_LABEL, **_BINARY} if len(constants.classes) == 2 else _LABEL
        return labels.get(name)
    if constants.task == "regression":
        return _VALUE.get(name)
    return (_BINARY if constants.task == "binary" else _MULTICLASS).get(name)


def score_function(recipe: Recipe) -> str:
    expression = score_expression(recipe)
    if expression is None:
        return ""
    summary = f"The competition's metric: {recipe.constants.metric}."
    return f'def score(truth, prediction):\n    """{summary}"""\n    return {expression}'


def codes(recipe: Recipe, name: str) -> str:
    """The variable `name`, turned into what `score` takes."""
    constants = recipe.constants
    if constants.need is not PredictionNeed.LABEL or not constants.classes:
        return name
    match constants.task:
        case "binary":
            return f"({name} >= 0.5).astype(int)"
        case "multiclass":
            return f"{name}.argmax(axis=1)"
        case "regression":
            return f"np.clip(np.rint({name}), 0, len(CLASSES) - 1).astype(int)"
