"""How far the errors of two candidates agree: what averaging them could bring, from submissions that are kept anyway.

Read on one fold only, as it is a hint. Knows nothing of branches or of who is told.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from haste.competition.metric_inputs import cells, encode
from haste.competition.score import fold_ids, read_submission
from haste.competition.targets import perfect_prediction
from haste.schema.competition import Competition, PredictionNeed, Trust
from haste.schema.errors import HasteError
from haste.search.state import Node

from .context import Context

if TYPE_CHECKING:
    from pandas import DataFrame


def errors_agree(one: Node, other: Node, context: Context) -> float | None:
    """The correlation of their errors on the last search fold of both, -1 to 1; None where it cannot be said.

    An error is a wrong label, or a number's distance from the perfect answer; where only order counts, a rank's.
    """
    kept, beside = _submissions(one), _submissions(other)
    fold = max(kept.keys() & beside.keys(), default=None)
    if fold is None or context.loaded.competition.validation.trust is Trust.REPORTED:
        return None
    rows = context.splits.search[fold]
    try:
        perfect = perfect_prediction(context.loaded.competition, context.loaded.train.iloc[rows.valid])
        ids = fold_ids(context.loaded, rows)
        read = [read_submission(context.loaded, ids, context.store.get(ref)) for ref in (kept[fold], beside[fold])]
    except HasteError:
        return None
    first, second = (_errors(frame, perfect, context.loaded.competition) for frame in read)
    if not (first.std() and second.std()):
        return None
    told = float(np.corrcoef(first, second)[0, 1])
    return told if math.isfinite(told) else None


def _submissions(node: Node) -> dict[int, str]:
    """Fold -> the submission that was scored there."""
    return {
        fold: result.submission
        for (purpose, fold), result in node.results.items()
        if purpose == "search" and result.submission is not None and result.score is not None
    }


def _errors(answer: DataFrame, perfect: DataFrame, competition: Competition) -> NDArray[np.float64]:
    needs = competition.metric.needs
    if needs is PredictionNeed.LABEL:
        codes, truth = (encode(cells(frame), competition.classes or ("0", "1")) for frame in (answer, perfect))
        return np.asarray(codes != truth, dtype=np.float64).ravel()
    if needs is PredictionNeed.RANKING:
        return _flat(answer.rank(pct=True)) - _flat(perfect.rank(pct=True))
    return _flat(answer) - _flat(perfect)


def _flat(frame: DataFrame) -> NDArray[np.float64]:
    return np.asarray(frame.to_numpy(dtype=np.float64)).ravel()
