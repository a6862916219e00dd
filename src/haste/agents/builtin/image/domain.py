"""The image domain: its families, writers and techniques together, and what it takes from tables."""

from __future__ import annotations

from haste.agents.builtin.recipe import Constants, Step
from haste.agents.builtin.tabular.domain import BESIDE_MEDIA
from haste.agents.builtin.tabular.domain import FEATURES as TABULAR_FEATURES
from haste.agents.builtin.technique import Domain, Facts

from . import copies, features, matrix, preparation
from .approaches import APPROACHES
from .averaging_techniques import AVERAGING_TECHNIQUES
from .families import FAMILIES
from .learning_techniques import LEARNING_TECHNIQUES
from .view_techniques import VIEW_TECHNIQUES

_COLUMNS = ("elapsed_days", "date_parts", "text_lengths", "missing_flags", "category_counts")


def start(constants: Constants, _facts: Facts) -> tuple[Step, ...]:
    """Read the pictures; dates and texts beside them become plain numbers."""
    steps = [Step(name="elapsed_days")] if constants.dates else []
    if constants.text:
        steps.append(Step(name="text_lengths"))
    return (*steps, Step(name="pictures"), Step(name="pixel_columns"))


IMAGE = Domain(
    name="image",
    techniques=APPROACHES + VIEW_TECHNIQUES + LEARNING_TECHNIQUES + AVERAGING_TECHNIQUES + BESIDE_MEDIA,
    families=FAMILIES,
    features={
        **{name: TABULAR_FEATURES[name] for name in _COLUMNS},
        "pictures": features.pictures,
        "same_polarity": preparation.same_polarity,
        "even_contrast": preparation.even_contrast,
        "even_lighting": preparation.even_lighting,
        "remove_specks": preparation.remove_specks,
        "crop": preparation.crop,
        "centre": preparation.centre,
        "deskew": preparation.deskew,
        "blur": preparation.blur,
        "pixel_columns": features.pixel_columns,
    },
    matrix={
        "pixels": matrix.pixels,
        "blocks": matrix.blocks,
        "hog": matrix.hog,
        "textures": matrix.textures,
        "profiles": matrix.profiles,
        "shades": matrix.shades,
        "waves": matrix.waves,
        "unit_spread": matrix.unit_spread,
        "radial": matrix.radial,
        "margins": matrix.margins,
        "around": copies.around,
    },
    start=start,
)
