"""Forecasters as families. Their classes are written into the script (`estimators`)."""

from __future__ import annotations

from collections.abc import Mapping

from haste.agents.builtin.family import Family


def _own(name: str, title: str, group: str, made: str, **more: bool) -> Family:
    return Family(name, title, group, None, made, scaled=True, **{"seeded": False, **more})  # type: ignore[arg-type]


_ALL = (
    _own("seasonal_naive", "the last seasons repeated", "neighbours", "SeasonalNaive"),
    _own("harmonics", "trend and waves by least squares", "linear", "Harmonics"),
    _own("smoothing", "exponential smoothing with trend and season", "smoothing", "Smoothing"),
    _own("anomalies", "autoregression of what trend and waves leave", "recursion", "Anomalies"),
    _own("recursion", "recursion on past differences", "recursion", "LagRecursion"),
    _own("theta", "theta method", "smoothing", "Theta"),
    _own("process", "Gaussian process around trend and waves", "process", "Process"),
    _own("boosted_calendar", "LightGBM around trend and waves", "boosting", "BoostedCalendar", seeded=True),
    Family("constant", "constant prediction", "other", None, "DummyRegressor", seeded=False, missing=True),
)

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}
