"""From a truth and a prediction as they stand in tables to the plain arrays that a metric's formula takes.

Truth faults raise CompetitionError, prediction faults SubmissionError. Knows neither files nor ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haste.schema.errors import CompetitionError, HasteError, SubmissionError

from .metric_functions import Array, Codes

Cells = NDArray[Any]  # shape (n, columns), as read
Pair = tuple[NDArray[Any], NDArray[Any]]

MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "<na>", "nat"})
SUM_TOLERANCE = 1e-6  # of the probabilities of one row, as MLE-bench's graders hold it


class Form(Enum):
    """What a metric's formula takes. The shapes are of truth and of prediction."""

    NUMBERS = "numbers"  # (n,), (n,); once per target column
    SCORES = "scores"  # 0/1 (n,), any number (n,); once per target column
    MATRIX = "matrix"  # 0/1 (n, t), any number (n, t); all target columns at once
    DISTRIBUTION = "distribution"  # one-hot (n, k), probabilities (n, k); once per target column
    RELEVANCE = "relevance"  # numbers (n, k), any number (n, k)
    CODES = "codes"  # class numbers (n,), (n,)
    ROWS = "rows"  # class numbers (n, t), (n, t)
    POSITIVE = "positive"  # 0/1 (n, t), (n, t): the last of two classes
    INDICATORS = "indicators"  # 0/1 (n, k), (n, k): a column per class or per label
    RATINGS = "ratings"  # whole numbers (n,), (n,)
    TEXT = "text"  # (n,), (n,)
    GUESSES = "guesses"  # class numbers (n,), (n, at most m) best first


LABEL_FORMS = (Form.CODES, Form.ROWS, Form.POSITIVE, Form.INDICATORS)


def cells(table: Any) -> Cells:
    """An array of shape (n, columns) out of a frame, series, list or array."""
    array = np.asarray(table.to_numpy() if hasattr(table, "to_numpy") else table)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def label_text(value: object) -> str:
    """A class as text; whole floats as whole numbers, so that 1.0 is the class "1"."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def encode(values: NDArray[Any], classes: Sequence[str]) -> Codes:
    """Positions in `classes`, shape as given; -1 for what is no class. "1.0" is read as "1", and "true" as "True"."""
    import pandas as pd

    known = {label_text(name): code for code, name in enumerate(classes)}
    loose = {_loosely(name): code for name, code in known.items()}
    inverse, unique = pd.factorize(values.ravel(), use_na_sentinel=False)
    codes = []
    for value in unique.tolist():
        text = label_text(value)
        codes.append(known.get(text, loose.get(_loosely(text), -1)))
    return np.asarray(codes, dtype=np.int64)[inverse].reshape(values.shape)


def _loosely(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text.casefold() if text.casefold() in ("true", "false") else text


def numbers(values: Cells, error: type[HasteError], columns: Sequence[str] = ()) -> Array:
    """Finite float64 of the same shape, or `error` naming the first bad cell."""
    side = "the prediction" if error is SubmissionError else "the truth"
    try:
        found: Array = values.astype(np.float64)
    except (ValueError, TypeError):
        found = np.vectorize(_number, otypes=[np.float64])(values)
        texts = np.argwhere(np.isnan(found) & ~_is_missing(values))
        if len(texts):
            row, column = texts[0]
            msg = f"{side} has text where a number is needed: {str(values[row, column])[:40]!r}{_in(columns, column)}"
            raise error(msg) from None
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        what = "missing (NaN)" if np.isnan(found[tuple(bad[0])]) else "infinite"
        msg = f"{side} has {len(bad)} {what} values, the first in row {bad[0][0] + 1}{_in(columns, bad[0][1])}"
        raise error(msg)
    return found


def _in(columns: Sequence[str], position: int) -> str:
    return f", column {columns[position]!r}" if position < len(columns) else ""


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return float("nan")


def _is_missing(values: Cells) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.vectorize(_means_missing, otypes=[bool])(values)
    return found


def _means_missing(value: object) -> bool:
    return value is None or str(value).strip().lower() in MISSING


def labels(values: Cells, classes: Sequence[str], error: type[HasteError], columns: Sequence[str] = ()) -> Codes:
    """Class numbers of the same shape, or `error` naming the first value that is no class."""
    codes = encode(values, classes)
    bad = np.argwhere(codes < 0)
    if not len(bad):
        return codes
    value = values[tuple(bad[0])]
    side = "the prediction" if error is SubmissionError else "the truth"
    if _means_missing(value):
        msg = f"{side} has {len(bad)} missing or unknown classes, the first in row {bad[0][0] + 1}"
        raise error(msg + _in(columns, bad[0][1]))
    names = ", ".join(classes[:8]) + (", ..." if len(classes) > 8 else "")
    msg = f"{side} has an unknown class {str(value)[:40]!r}{_in(columns, bad[0][1])}"
    raise error(msg, hint=f"the classes are {names}")


def check_distribution(probability: Array) -> None:
    """Probabilities in [0, 1]; where there is a column per class, rows must sum to one. Shape (n, k)."""
    outside = (probability < 0) | (probability > 1)
    if outside.any():
        worst = probability[outside][0]
        msg = f"{int(outside.sum())} probabilities lie outside [0, 1], for example {worst:g}"
        raise SubmissionError(msg)


def check_rows(probability: Array) -> None:
    sums = probability.sum(axis=1)
    off = np.abs(sums - 1) > SUM_TOLERANCE
    if off.any():
        row = int(np.argmax(off))
        msg = (
            f"the class probabilities of {int(off.sum())} rows do not sum to one; row {row + 1} sums to {sums[row]:.7g}"
        )
        raise SubmissionError(msg, hint="divide each row by its sum, and write all digits")


def prepare(form: Form, truth: Cells, prediction: Cells, classes: Sequence[str]) -> Iterator[Pair]:
    """The pairs of arrays to call the formula with: one per target column where the metric is averaged over columns."""
    match form:
        case Form.NUMBERS:
            yield from _columns(numbers(truth, CompetitionError), numbers(prediction, SubmissionError))
        case Form.SCORES | Form.MATRIX:
            hits, scores = _binary_truth(truth, classes), _one_score_each(numbers(prediction, SubmissionError), truth)
            yield from [(hits, scores)] if form is Form.MATRIX else _columns(hits, scores)
        case Form.DISTRIBUTION:
            yield from _distributions(truth, numbers(prediction, SubmissionError), classes)
        case Form.RELEVANCE:
            relevance = _one_hot(truth, classes) if truth.shape[1] == 1 else numbers(truth, CompetitionError)
            yield _same_shape(relevance, numbers(prediction, SubmissionError))
        case Form.RATINGS:
            yield _ratings(truth, prediction, classes)
        case Form.TEXT:
            yield _texts(truth)[:, 0], _texts(prediction)[:, 0]
        case Form.GUESSES:
            yield labels(truth, classes, CompetitionError)[:, 0], guesses(prediction, classes)
        case Form.CODES | Form.ROWS | Form.POSITIVE | Form.INDICATORS:
            yield _labelled(form, truth, prediction, classes)


def _same_shape(truth: NDArray[Any], prediction: NDArray[Any]) -> Pair:
    if truth.shape != prediction.shape:
        msg = f"the metric needs {truth.shape[1]} prediction columns, and there are {prediction.shape[1]}"
        raise SubmissionError(msg)
    return truth, prediction


def _columns(truth: NDArray[Any], prediction: NDArray[Any]) -> Iterator[Pair]:
    _same_shape(truth, prediction)
    for column in range(truth.shape[1]):
        yield truth[:, column], prediction[:, column]


def _binary_truth(truth: Cells, classes: Sequence[str]) -> Array:
    """0/1 of the same shape; 1 is the last of two classes. With no classes named, the values must be 0 and 1."""
    names = classes or ("0", "1")
    if len(names) != 2:
        msg = f"the metric needs two classes, and there are {len(names)}"
        raise CompetitionError(msg, hint="roc_auc_ovr, log_loss and f1_macro are among those for more")
    return labels(truth, names, CompetitionError).astype(np.float64)


def _one_score_each(score: Array, truth: Cells) -> Array:
    """A submission with a column for each of two classes is read by its last."""
    return score[:, 1:] if truth.shape[1] == 1 and score.shape[1] == 2 else score


def _one_hot(truth: Cells, classes: Sequence[str]) -> Array:
    codes = labels(truth, classes or ("0", "1"), CompetitionError)[:, 0]
    return np.eye(max(len(classes), 2))[codes]


def _distributions(truth: Cells, probability: Array, classes: Sequence[str]) -> Iterator[Pair]:
    check_distribution(probability)
    if truth.shape[1] == 1 and probability.shape[1] > 1:
        pair = _same_shape(_one_hot(truth, classes), probability)
        check_rows(probability)
        yield pair
        return
    for hits, column in _columns(_binary_truth(truth, classes), probability):
        yield np.stack([1 - hits, hits], axis=1), np.stack([1 - column, column], axis=1)


def _ratings(truth: Cells, prediction: Cells, classes: Sequence[str]) -> Pair:
    if not are_numbers(classes):  # words in order: their positions are the ratings
        actual, label = labels(truth, classes, CompetitionError), labels(prediction, classes, SubmissionError)
        return actual[:, 0].astype(np.float64), label[:, 0].astype(np.float64)
    return numbers(truth, CompetitionError)[:, 0], ratings(prediction, classes)[:, 0]


def are_numbers(classes: Sequence[str]) -> bool:
    return not any(np.isnan(_number(name)) for name in classes)


def ratings(prediction: Cells, classes: Sequence[str]) -> Array:
    """Whole numbers of the same shape, each one of the classes where these are known. Raises SubmissionError."""
    rating = numbers(prediction, SubmissionError)
    broken = rating[rating != np.floor(rating)]
    if len(broken):
        msg = f"{len(broken)} predictions are not whole classes, for example {broken[0]:g}"
        raise SubmissionError(msg, hint="round them to the nearest class")
    if classes:
        labels(rating, classes, SubmissionError)
    return rating


def _texts(values: Cells) -> NDArray[Any]:
    """Cells as text; a missing one is the empty text."""
    array: Cells = np.asarray([_text(value) for value in values.ravel()], dtype=object).reshape(values.shape)
    return array


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def guesses(prediction: Cells, classes: Sequence[str]) -> Codes:
    """Class numbers, best first, -1 where there are fewer, shape (n, most guesses): out of labels separated by spaces,
    or out of a column of scores per class. Raises SubmissionError."""
    if prediction.shape[1] == len(classes) > 1:
        return np.argsort(-numbers(prediction, SubmissionError), axis=1, kind="stable")
    rows = [text if text in classes else text.split() for text in (label_text(value) for value in prediction[:, 0])]
    lists = [[row] if isinstance(row, str) else row for row in rows]
    if not all(lists):
        msg = f"{sum(not row for row in lists)} rows hold no label"
        raise SubmissionError(msg)
    flat = labels(np.asarray([name for row in lists for name in row], dtype=object)[:, None], classes, SubmissionError)
    lengths = np.asarray([len(row) for row in lists])
    table = np.full((len(lists), lengths.max()), -1, dtype=np.int64)
    table[np.arange(table.shape[1])[None, :] < lengths[:, None]] = flat[:, 0]
    return table


def _labelled(form: Form, truth: Cells, prediction: Cells, classes: Sequence[str]) -> Pair:
    names = classes or ("0", "1")
    actual, label = labels(truth, names, CompetitionError), labels(prediction, names, SubmissionError)
    _same_shape(actual, label)
    match form:
        case Form.CODES:
            return actual[:, 0], label[:, 0]
        case Form.ROWS:
            return actual, label
        case Form.POSITIVE:
            return _binary_truth(truth, names), label.astype(np.float64)
        case _:
            if actual.shape[1] > 1:
                return actual.astype(np.float64), label.astype(np.float64)
            one = np.eye(len(names))
            seen = np.union1d(actual, label)  # classes in neither do not count, as in scikit-learn
            return one[actual[:, 0]][:, seen], one[label[:, 0]][:, seen]
