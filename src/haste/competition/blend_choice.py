"""Which way of blending fits a competition's metric."""

from __future__ import annotations

from typing import Literal

from haste.schema.competition import Competition, PredictionNeed

from .targets import has_class_columns

BlendMethod = Literal["rank_average", "mean", "geometric_mean", "vote"]


def blend_method(competition: Competition) -> BlendMethod:
    """Ranks where the order counts, votes on labels, a geometric mean for log loss over classes, else the mean."""
    metric = competition.metric
    if metric.needs is PredictionNeed.LABEL:
        return "vote"
    if metric.needs is PredictionNeed.RANKING:
        return "rank_average"
    return "geometric_mean" if metric.name == "log_loss" and has_class_columns(competition) else "mean"
