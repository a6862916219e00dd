"""Techniques that move to another forecaster. They also serve as prototypes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haste.agents.builtin.approach import Approaches
from haste.agents.builtin.modes import CEILING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Constants, Model, Recipe
from haste.agents.builtin.technique import Apply, Facts, Technique

from .families import FAMILIES

STARTS: Mapping[str, dict[str, Any]] = {
    "seasonal_naive": {"repeats": 1, "drift": 1.0},
    "harmonics": {"waves": 4, "degree": 1},
    "smoothing": {"level": 0.3, "trend": 0.05, "season": 0.2, "damping": 0.95},
    "anomalies": {"waves": 4, "degree": 1, "lags": 13},
    "recursion": {"lags": 13},
    "theta": {"share": 0.5},
    "process": {"waves": 4, "degree": 1, "smooth": 0.5},
    "boosted_calendar": {"waves": 2, "trees": 150, "leaves": 7},
}


def start_model(family: str, constants: Constants) -> Model | None:
    """What a forecaster begins with; None where there is no time to go by."""
    if constants.task != "regression" or not (constants.time or constants.dates):
        return None
    plain = [name for name in (*constants.numeric, *constants.categorical) if name != constants.time]
    others = {"others": True} if family == "boosted_calendar" and plain else {}
    return Model(family=family, params=STARTS[family]).put("clock", code=family, **others)


def _move(family: str) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        model = start_model(family, recipe.constants)
        if model is None or recipe.model.family == family or not recipe.feature("calendar"):
            return None
        return recipe.change(model=model, partners=(), combine="blend")

    return apply


_approach = Approaches(
    "timeseries", "has_time == true", "Forecast by {family}", lambda family: FAMILIES[family].title, _move
)

APPROACHES: tuple[Technique, ...] = (
    _approach(
        "seasonal_naive", 10,
        "The last season repeated, carried on along the drift: the forecast that any other must beat, and on short or "
        "unruly series often does not.",
        OVER, CEILING,
    ),
    _approach(
        "smoothing", 20,
        "Holt and Winters: level, damped trend and season, each following the latest values at a rate of its own; "
        "strong at short and middle horizons.",
        SHIFT, OVER, requires="rows >= 24",
    ),
    _approach(
        "harmonics", 30,
        "Regress the series on a trend and a few waves of the year, week and day: steady at long horizons and immune "
        "to gaps.",
        OVER, GAP, requires="rows >= 20",
    ),
    _approach(
        "anomalies", 40,
        "Take trend and waves out, let an autoregression carry on what is left, and put them together again: short "
        "memory near the end, climate far ahead.",
        UNDER, GAP, requires="rows >= 48",
    ),
    _approach(
        "theta", 50,
        "The theta method: a smoothed level without season, and half of the long slope; the simple winner of an M "
        "competition.",
        OVER, CEILING, requires="rows >= 12",
    ),
    _approach(
        "recursion", 60,
        "Predict each change since the last season from the changes before it, step after step, by ridge regression.",
        UNDER, GAP, requires="rows >= 60",
    ),
    _approach(
        "boosted_calendar", 70,
        "Trend and waves of each series, and boosted trees over the calendar and every known column for the rest; for "
        "many series and for columns that are known ahead.",
        GAP, UNDER, requires="rows >= 150",
    ),
    _approach(
        "process", 80,
        "A Gaussian process with a smooth and a recurring part around trend and waves.",
        GAP, CEILING, requires="rows <= 5000",
    ),
)  # fmt: skip
