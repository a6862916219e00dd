"""Techniques within and around forecasters: trends, seasons, memory, levels, scales and averages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .approaches import start_model

Change = Callable[[Mapping[str, Any]], dict[str, Any] | None]


def _tune(**by_family: Change) -> Apply:
    """Change parameters by a function of the present ones; None: nothing to change."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        change = by_family.get(recipe.model.family)
        changed = None if change is None else change(recipe.model.params)
        return recipe.change(model=recipe.model.set(**changed)) if changed else None

    return apply


def _fixed(**values: Any) -> Change:
    return lambda params: None if all(params.get(key) == value for key, value in values.items()) else values


def _steps(name: str, add: int, low: int, high: int) -> Change:
    def change(params: Mapping[str, Any]) -> dict[str, Any] | None:
        count = params[name] + add
        return {name: count} if low <= count <= high else None

    return change


def _times(name: str, factor: float, low: float, high: float) -> Change:
    def change(params: Mapping[str, Any]) -> dict[str, Any] | None:
        value = params[name] * factor
        value = round(value) if isinstance(params[name], int) else float(f"{value:.3g}")
        return {name: value} if low <= value <= high and value != params[name] else None

    return change


def _recent(params: Mapping[str, Any]) -> dict[str, Any] | None:
    seasons = {None: 8, 8: 4}.get(params.get("recent"))
    return None if seasons is None else {"recent": seasons}


_WAVED = ("harmonics", "anomalies", "process", "boosted_calendar")
_TRENDED = ("harmonics", "anomalies", "process")


def _log(recipe: Recipe, _facts: Facts) -> Recipe | None:
    return recipe.change(target="log1p") if recipe.target is None else None


def _root(recipe: Recipe, _facts: Facts) -> Recipe | None:
    return recipe.change(target="sqrt") if recipe.target is None else None


def _others(recipe: Recipe, _facts: Facts) -> Recipe | None:
    step, constants = recipe.model.step("clock"), recipe.constants
    plain = [name for name in (*constants.numeric, *constants.categorical) if name != constants.time]
    if step is None or recipe.model.family not in ("harmonics", "boosted_calendar") or not plain:
        return None
    return recipe.change(model=recipe.model.put("clock", **{**step.params, "others": True}))


def _blend(*families: str) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        present = {model.family for model in recipe.models}
        if len(recipe.partners) >= 3:
            return None
        for family in families:
            partner = None if family in present else start_model(family, recipe.constants)
            if partner is not None:
                return recipe.change(partners=(*recipe.partners, partner))
        return None

    return apply


def _not_negative(recipe: Recipe, _facts: Facts) -> Recipe | None:
    return None if recipe.finishing("clip") else recipe.put_finish("clip", low=0.0)


_technique = partial(Technique, domain="timeseries", scale=Scale.TWEAK, requires=when("has_time == true"))

TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "more_waves", 200, "Draw the season with two more waves",
        "More harmonics follow sharp seasons, such as holidays and sales.",
        _tune(**dict.fromkeys(_WAVED, _steps("waves", 2, 1, 12))), undoes=("fewer_waves",), answers=(UNDER, GAP),
    ),
    _technique(
        "fewer_waves", 210, "Draw the season with two waves less",
        "A smooth season needs one or two harmonics; the rest is noise.",
        _tune(**dict.fromkeys(_WAVED, _steps("waves", -2, 1, 12))), undoes=("more_waves",), answers=(OVER, CEILING),
    ),
    _technique(
        "quadratic_trend", 220, "Let the trend bend",
        "A quadratic trend follows steady growth or decline; far ahead it must be watched.",
        _tune(**dict.fromkeys(_TRENDED, _fixed(degree=2))), undoes=("no_trend",), answers=(UNDER, SHIFT),
    ),
    _technique(
        "no_trend", 230, "Leave the trend out",
        "Over long horizons a slope fitted to noise costs more than none; for series that return to their level.",
        _tune(
            **dict.fromkeys(_TRENDED, _fixed(degree=0)),
            seasonal_naive=_fixed(drift=0.0), theta=_fixed(share=0.0), smoothing=_fixed(trend=0.0, damping=0.8),
        ), undoes=("quadratic_trend", "full_trend"), answers=(OVER, CEILING),
    ),
    _technique(
        "bent_trend", 240, "Let the trend change its slope in places",
        "A trend of straight pieces with three bends; the last piece goes on.",
        _tune(harmonics=_fixed(bends=3)), answers=(UNDER, SHIFT), scale=Scale.STRUCTURAL,
        requires=when("has_time == true", "rows >= 60"),
    ),
    _technique(
        "damped_drift", 250, "Halve the drift",
        "Trends rarely go on as they were: a damped trend is the safest at long horizons.",
        _tune(seasonal_naive=_times("drift", 0.5, 0.1, 2), theta=_times("share", 0.5, 0.1, 2),
              smoothing=_fixed(damping=0.9)),
        undoes=("full_trend",), answers=(OVER, CEILING, SHIFT),
    ),
    _technique(
        "full_trend", 260, "Carry the trend on in full",
        "Where growth has been steady for long, damping only lags behind.",
        _tune(theta=_fixed(share=1.0), smoothing=_fixed(damping=1.0), seasonal_naive=_fixed(drift=1.0)),
        undoes=("damped_drift", "no_trend"), answers=(UNDER,),
    ),
    _technique(
        "average_last_seasons", 270, "Average the last three seasons",
        "One season holds one season's accidents; the mean of three, each carried on by the drift, holds fewer.",
        _tune(seasonal_naive=_steps("repeats", 2, 2, 5)), answers=(CEILING, OVER),
    ),
    _technique(
        "average_all_seasons", 280, "Average all seasons",
        "A climate that does not change is best estimated from all of its years.",
        _tune(seasonal_naive=_fixed(repeats=1000)), answers=(CEILING, OVER), scale=Scale.STRUCTURAL,
    ),
    _technique(
        "recent_drift", 290, "Take the drift from the last seasons",
        "The slope of the last five seasons, where the older past has gone another way.",
        _tune(seasonal_naive=_fixed(drift_seasons=5), theta=_fixed(recent=8)), answers=(SHIFT, UNDER),
    ),
    _technique(
        "growing_season", 300, "Let the season change over time",
        "Waves that grow or shrink along the trend follow a season whose strength or shape drifts.",
        _tune(harmonics=_fixed(growing=True), anomalies=_fixed(growing=True)), answers=(UNDER, GAP),
        scale=Scale.STRUCTURAL, requires=when("has_time == true", "rows >= 40"),
    ),
    _technique(
        "recent_past_only", 310, "Learn from the recent past only",
        "Older regimes mislead: fit on the last eight seasons (then four).",
        _tune(harmonics=_recent, anomalies=_recent), answers=(SHIFT,), scale=Scale.STRUCTURAL, undoes=("fading_past",),
    ),
    _technique(
        "fading_past", 320, "Let the past fade",
        "Weigh rows by their age, with a half-life of five seasons: adapts without forgetting at once.",
        _tune(harmonics=_fixed(half_life=5.0), anomalies=_fixed(half_life=5.0)), answers=(SHIFT, UNDER),
        undoes=("recent_past_only",),
    ),
    _technique(
        "anchor_level", 330, "Begin at the last level",
        "Shift the forecast by the mean of the last residuals, so that it starts where the series ended.",
        _tune(harmonics=_fixed(anchor=6)), answers=(SHIFT, UNDER, GAP),
    ),
    _technique(
        "anchor_then_fade", 340, "Begin at the last level and return to the trend",
        "The same shift, fading with a half-life of one season: for series that return to their norm.",
        _tune(harmonics=_fixed(anchor=3, fade=1.0)), answers=(SHIFT, GAP),
    ),
    _technique(
        "robust_trend", 350, "Fit the trend robustly",
        "A Huber loss keeps strikes, storms and typing errors from bending trend and season.",
        _tune(harmonics=_fixed(robust=True)), answers=(SHIFT, CEILING),
    ),
    _technique(
        "longer_memory", 360, "Look back twice as far",
        "Twice the lags let the recursion see slow swings.",
        _tune(anomalies=_times("lags", 2, 1, 80), recursion=_times("lags", 2, 1, 80),
              process=_times("smooth", 3, 0.01, 20)),
        undoes=("shorter_memory",), answers=(UNDER, GAP),
    ),
    _technique(
        "shorter_memory", 370, "Look back a third as far",
        "Few lags are estimated well and die out quickly.",
        _tune(anomalies=_times("lags", 0.34, 1, 80), recursion=_times("lags", 0.34, 1, 80),
              process=_times("smooth", 0.34, 0.01, 20)),
        undoes=("longer_memory",), answers=(OVER, CEILING),
    ),
    _technique(
        "trees_on_lags", 380, "Predict changes from past changes by trees",
        "Boosted trees instead of ridge regression see thresholds and turning points in the last changes.",
        _tune(recursion=_fixed(trees=True)), answers=(UNDER,), scale=Scale.STRUCTURAL,
        requires=when("has_time == true", "rows >= 150"),
    ),
    _technique(
        "fit_smoothing", 390, "Choose the smoothing rates by the one-step error",
        "Rates of level, trend, season and damping that would have forecast each next step best.",
        _tune(smoothing=_fixed(tuned=True)), answers=(UNDER, OVER), scale=Scale.STRUCTURAL,
        requires=when("has_time == true", "rows <= 5000"),
    ),
    _technique(
        "slower_smoothing", 400, "Follow the latest values more slowly",
        "Small rates average over a longer past: for noisy series and long horizons.",
        _tune(smoothing=_fixed(level=0.1, trend=0.05, season=0.1)), undoes=("quicker_smoothing",),
        answers=(OVER, CEILING),
    ),
    _technique(
        "quicker_smoothing", 410, "Follow the latest values more quickly",
        "Large rates believe the last values: for series that wander.",
        _tune(smoothing=_fixed(level=0.6, trend=0.1, season=0.3)), undoes=("slower_smoothing",), answers=(UNDER, SHIFT),
    ),
    _technique(
        "log_series", 420, "Forecast the logarithm",
        "Seasons and errors that grow with the level become even on a logarithmic scale, and growth a straight line.",
        _log, answers=(UNDER, SHIFT), scale=Scale.STRUCTURAL, requires=when("has_time == true", "target_minimum > 0"),
    ),
    _technique(
        "root_series", 430, "Forecast the square root",
        "Counts are steadier on the scale of their square root.",
        _root, answers=(UNDER, SHIFT), scale=Scale.STRUCTURAL, requires=when("has_time == true", "target_minimum >= 0"),
    ),
    _technique(
        "known_columns", 440, "Use the columns that are known ahead",
        "Prices, holidays or weather that the test rows hold explain what the calendar cannot.",
        _others, answers=(GAP, UNDER), scale=Scale.STRUCTURAL, requires=when("has_time == true", "columns >= 1"),
    ),
    _technique(
        "more_calendar_trees", 450, "Twice the trees around the trend",
        "More boosting rounds for what trend and waves leave.",
        _tune(boosted_calendar=_times("trees", 2, 10, 1000)), undoes=("smaller_calendar_trees",), answers=(UNDER,),
    ),
    _technique(
        "smaller_calendar_trees", 460, "Fewer and smaller trees around the trend",
        "Four leaves and a third of the rounds: less chance to learn the accidents of past years.",
        _tune(boosted_calendar=_fixed(leaves=4, trees=50)), undoes=("more_calendar_trees",), answers=(OVER, CEILING),
    ),
    _technique(
        "blend_with_seasonal_naive", 800, "Average with the repeated last season",
        "The naive forecast starts at the true level; the average with a fitted curve is steadier than both.",
        _blend("seasonal_naive", "harmonics"), answers=(DIMINISHING, CEILING, SHIFT), scale=Scale.STRUCTURAL,
    ),
    _technique(
        "blend_with_harmonics", 810, "Average with trend and waves",
        "A fitted curve has no accidents of the last year in it; averaged with one that follows the last values.",
        _blend("harmonics", "smoothing"), answers=(DIMINISHING, CEILING, OVER), scale=Scale.STRUCTURAL,
    ),
    _technique(
        "blend_with_smoothing", 820, "Average with exponential smoothing",
        "Averages of simple, different forecasts have won most forecasting competitions.",
        _blend("smoothing", "theta", "anomalies"), answers=(DIMINISHING, CEILING), scale=Scale.STRUCTURAL,
        requires=when("has_time == true", "rows >= 24"),
    ),
    _technique(
        "no_negative_forecasts", 830, "Keep forecasts at zero or above",
        "What has never been negative should not be forecast so.",
        _not_negative, answers=(SHIFT,), requires=when("has_time == true", "target_minimum >= 0", "target_skew > 0.3"),
    ),
)  # fmt: skip
