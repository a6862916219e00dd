"""What kind of problem the targets pose, which metric fits it, and what a description says of the metric."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haste.schema.competition import Kind

from .faults import fault
from .metric_inputs import encode
from .metrics import METRICS
from .settings import FILE_NAME
from .typed import MISSING

if TYPE_CHECKING:
    from pandas import DataFrame

    from .columns import Columns

MOST_LEVELS = 10  # whole numbers with more levels than this are taken for quantities, not classes

_DEFAULT = {
    Kind.BINARY: "roc_auc",
    Kind.MULTICLASS: "accuracy",
    Kind.MULTILABEL: "roc_auc",
    Kind.ORDINAL: "quadratic_weighted_kappa",
    Kind.REGRESSION: "rmse",
    Kind.FORECAST: "rmse",
    Kind.SEQUENCE: "token_accuracy",
    Kind.IMAGE_TO_IMAGE: "rmse",
}

# Read only where a description speaks of how submissions are evaluated; a match hides its words from those after it.
_PHRASES = (
    ("rmsle", r"rmsle|root[- ]mean[- ]squared?[- ]log\w*[- ]error"),
    ("rmse", r"\brmse\b|root[- ]mean[- ]squared?[- ]error"),
    ("mae", r"\bmae\b|mean[- ]absolute[- ]error"),
    ("smape", r"\bsmape\b|symmetric mean absolute percentage"),
    ("mape", r"\bmape\b|mean absolute percentage"),
    ("roc_auc", r"roc[- _]?auc|auc[- _]?roc|area under the (roc|receiver)|\bauc\b"),
    ("quadratic_weighted_kappa", r"quadratic(ally)?[- _]weighted[- _]kappa"),
    ("log_loss", r"log[- _]?loss|logarithmic loss|cross[- ]entropy"),
    ("f1_macro", r"macro[- ](averaged )?f1|f1[- _]macro"),
    ("balanced_accuracy", r"balanced[- _]accuracy"),
    ("accuracy", r"\baccuracy\b"),
    ("r2", r"\br2\b|coefficient of determination"),
)


def infer_kind(columns: Columns, values: DataFrame, sample: DataFrame, fitting: tuple[Kind, ...]) -> Kind:
    """The kind that the targets' texts (rows with a target only) and the sample's placeholders point at.

    `fitting` are the kinds that the metric is for, where the metric is known; the guess gives way to them.
    """
    numbers = _as_numbers(values)
    guess = _guess(columns, values, sample, numbers)
    if fitting[:1] == (Kind.ORDINAL,) and numbers is not None and not columns.classes:
        return Kind.ORDINAL
    if guess in fitting or not fitting:
        return guess
    possible: tuple[Kind, ...] = (Kind.REGRESSION,) if numbers is not None else ()
    if len(columns.targets) == 1:
        possible += (Kind.BINARY, Kind.MULTICLASS) if values.iloc[:, 0].nunique() == 2 else (Kind.MULTICLASS,)
    possible += (Kind.ORDINAL,) if numbers is not None else ()
    return next((kind for kind in possible if kind in fitting), guess)


def _guess(columns: Columns, values: DataFrame, sample: DataFrame, numbers: DataFrame | None) -> Kind:
    if columns.classes:
        return Kind.MULTICLASS
    if len(columns.targets) > 1:
        if numbers is None:
            raise fault(", ".join(columns.targets), "are several targets of text", "state `kind` in competition.toml")
        return Kind.MULTILABEL if numbers.isin((0, 1)).all().all() else Kind.REGRESSION
    levels = values.iloc[:, 0].nunique()
    if levels == 2:
        return Kind.BINARY
    if numbers is None:
        return Kind.SEQUENCE if levels > max(50, len(values) // 2) else Kind.MULTICLASS
    whole = bool((numbers % 1 == 0).all().all())
    placeholders = _as_numbers(sample[list(columns.predictions)])
    fractional = placeholders is None or bool((placeholders % 1 != 0).any().any())
    few = levels <= MOST_LEVELS and len(values) >= 5 * levels
    return Kind.MULTICLASS if whole and few and not fractional else Kind.REGRESSION


def infer_classes(columns: Columns, values: DataFrame, kind: Kind) -> tuple[str, ...]:
    """The classes as the files write them: in the sample's order, else by number, else by letter."""
    if columns.classes or kind not in (Kind.BINARY, Kind.MULTICLASS):
        return columns.classes
    levels = values.iloc[:, 0].unique().tolist()
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return tuple(sorted(levels))


def default_metric(kind: Kind, columns: Columns, sample: DataFrame, classes: tuple[str, ...]) -> tuple[str, str]:
    """The metric to use where none is named, and why: the usual one for the kind and for what the sample holds."""
    usual = f"the usual one for {kind.value}; no fitting one is named"
    if columns.classes:
        return "log_loss", usual
    if kind is not Kind.BINARY:
        return _DEFAULT[kind], usual
    placeholders = sample[[columns.predictions[0]]]
    held = set(encode(placeholders.to_numpy(), classes)[:, 0].tolist())
    if -1 in held:
        return "roc_auc", usual
    if len(held) == 2:
        return "accuracy", "as the sample holds labels of both classes and no metric is named"
    if _as_numbers(placeholders) is None:
        return "accuracy", usual
    label = str(placeholders.iloc[0, 0]).strip()
    ask = f'; the sample holds {label} alone: state metric = "accuracy" in {FILE_NAME} if labels are to be submitted'
    return "roc_auc", usual + ask


def metric_in(description: str) -> str | None:
    """The one metric that a description's words on evaluation name; None when they name none or several."""
    called: set[str] = set(re.findall(r"metric(?: is)?:?\s+`([a-z0-9_.]+)`", description.lower())) & set(METRICS)
    if len(called) == 1:
        return called.pop()
    found: list[str] = []
    for part in _evaluation_parts(description.lower()):
        text = part
        for name, phrase in _PHRASES:
            text, count = re.subn(phrase, " ", text)
            if count and name not in found:
                found.append(name)
    return found[0] if len(found) == 1 else None


def _evaluation_parts(text: str) -> list[str]:
    """What stands below a heading on evaluation, else the paragraphs that say how one is evaluated or scored."""
    pieces = re.split(r"^#+[ \t]*(.*)$", text, flags=re.MULTILINE)
    sections = zip(pieces[1::2], pieces[2::2], strict=True)
    below = [body for title, body in sections if re.search("evaluation|metric", title)]
    told = re.compile(r"evaluated|scored|evaluation metric|metric is|the metric")
    return below or [part for part in re.split(r"\n\s*\n", text) if told.search(part)]


def missing_targets(values: DataFrame, classes: tuple[str, ...]) -> DataFrame:
    """Where a target's text says that it is missing. "None" or "NA" is a class where the sample has such a column."""
    return values.isin(MISSING - set(classes))


def _as_numbers(frame: DataFrame) -> DataFrame | None:
    import pandas as pd

    try:
        return pd.DataFrame({c: pd.to_numeric(frame[c]).astype("float64") for c in frame.columns})
    except (ValueError, TypeError):
        return None
