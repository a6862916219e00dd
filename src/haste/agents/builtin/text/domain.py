"""The text domain: its families, writers and techniques together, and what it takes from tables."""

from __future__ import annotations

from haste.agents.builtin.recipe import Constants, Step
from haste.agents.builtin.tabular.domain import BESIDE_MEDIA
from haste.agents.builtin.tabular.domain import FEATURES as TABULAR_FEATURES
from haste.agents.builtin.technique import Domain, Facts

from . import features, matrix
from .approaches import APPROACHES
from .averaging_techniques import AVERAGING_TECHNIQUES
from .families import FAMILIES
from .tuning_techniques import TUNING_TECHNIQUES
from .view_techniques import VIEW_TECHNIQUES


def start(constants: Constants, _facts: Facts) -> tuple[Step, ...]:
    dates = (Step(name="elapsed_days"),) if constants.dates else ()
    return (*dates, Step(name="texts"))


TEXT = Domain(
    name="text",
    techniques=APPROACHES + VIEW_TECHNIQUES + TUNING_TECHNIQUES + AVERAGING_TECHNIQUES + BESIDE_MEDIA,
    families=FAMILIES,
    features={
        **{name: TABULAR_FEATURES[name] for name in ("elapsed_days", "date_parts", "missing_flags", "category_counts")},
        "texts": features.texts,
        "text_statistics": features.text_statistics,
        "strip_markup": features.strip_markup,
        "mask_digits": features.mask_digits,
        "join_texts": features.join_texts,
    },
    matrix={
        "words": matrix.words,
        "chars": matrix.chars,
        "best_terms": matrix.best_terms,
        "weigh_views": matrix.weigh_views,
        "topics": matrix.topics,
        "count_ratio": matrix.count_ratio,
    },
    start=start,
)
