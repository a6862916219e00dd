"""The tabular domain: its families, writers and techniques together."""

from __future__ import annotations

from haste.agents.builtin.recipe import Constants, Step
from haste.agents.builtin.technique import Domain, Facts

from . import features, matrix
from .approaches import APPROACHES
from .averaging_techniques import AVERAGING_TECHNIQUES
from .families import FAMILIES
from .feature_techniques import FEATURE_TECHNIQUES
from .tuning_techniques import TUNING_TECHNIQUES


def start(constants: Constants, _facts: Facts) -> tuple[Step, ...]:
    """Dates and texts as plain numbers, so that no column of a table is lost from the beginning."""
    steps = []
    if constants.dates:
        steps.append(Step(name="elapsed_days"))
    if constants.text:
        steps.append(Step(name="text_lengths"))
    return tuple(steps)


FEATURES = {
    "elapsed_days": features.elapsed_days,
    "date_parts": features.date_parts,
    "text_lengths": features.text_lengths,
    "row_keys": features.row_keys,
    "unique_rows": features.unique_rows,
    "winsorise": features.winsorise,
    "missing_flags": features.missing_flags,
    "log_skewed": features.log_skewed,
    "category_counts": features.category_counts,
    "ratios": features.ratios,
    "products": features.products,
    "group_statistics": features.group_statistics,
    "rotations": features.rotations,
    "row_statistics": features.row_statistics,
    "clusters": features.clusters,
}
MATRIX = {
    "encode": matrix.encode,
    "key_target": matrix.key_target,
    "impute_neighbours": matrix.impute_neighbours,
    "reshape": matrix.reshape,
    "polynomial": matrix.polynomial,
    "principal_components": matrix.principal_components,
    "neighbour_target": matrix.neighbour_target,
    "select": matrix.select,
    "stop_early": matrix.stop_early,
    "surface": matrix.surface,
}

TABULAR = Domain(
    name="tabular",
    techniques=APPROACHES + FEATURE_TECHNIQUES + TUNING_TECHNIQUES + AVERAGING_TECHNIQUES,
    families=FAMILIES,
    features=FEATURES,
    matrix=MATRIX,
    start=start,
)

_BESIDE_MEDIA = (  # worth a try beside texts and pictures, too
    "average_folds", "calibrate_probabilities", "tune_threshold", "clip_predictions", "log_target", "root_target",
    "count_encoding", "date_parts", "missing_indicators",
)  # fmt: skip
BESIDE_MEDIA = tuple(technique for technique in TABULAR.techniques if technique.name in _BESIDE_MEDIA)
