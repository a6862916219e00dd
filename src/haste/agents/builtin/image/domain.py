"""The image domain: its families, writers and techniques together, and what it takes from tables."""

from __future__ import annotations

from haste.agents.builtin.recipe import Constants, Step
from haste.agents.builtin.tabular.domain import FEATURES as TABULAR_FEATURES
from haste.agents.builtin.tabular.domain import TABULAR
from haste.agents.builtin.technique import Domain, Facts

from . import features, matrix
from .approaches import APPROACHES
from .families import FAMILIES

_FROM_TABLES = (
    "average_folds", "calibrate_probabilities", "tune_threshold", "clip_predictions", "log_target", "root_target",
    "count_encoding", "date_parts", "missing_indicators",
)  # fmt: skip
_COLUMNS = ("elapsed_days", "date_parts", "text_lengths", "missing_flags", "category_counts")


def start(constants: Constants, _facts: Facts) -> tuple[Step, ...]:
    """Read the pictures; dates and texts beside them become plain numbers."""
    steps = [Step(name="elapsed_days")] if constants.dates else []
    if constants.text:
        steps.append(Step(name="text_lengths"))
    return (*steps, Step(name="pictures"), Step(name="pixel_columns"))


IMAGE = Domain(
    name="image",
    techniques=APPROACHES + tuple(technique for technique in TABULAR.techniques if technique.name in _FROM_TABLES),
    families=FAMILIES,
    features={
        **{name: TABULAR_FEATURES[name] for name in _COLUMNS},
        "pictures": features.pictures,
        "pixel_columns": features.pixel_columns,
    },
    matrix={
        "pixels": matrix.pixels,
        "blocks": matrix.blocks,
        "hog": matrix.hog,
        "margins": matrix.margins,
    },
    start=start,
)
