"""Time series: rules of thumb, curves with a season, smoothing, and learners on lags, plus a few means of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from ..arena import Arena, Array, Entrant
from .estimators import blend, forest, lightgbm, neighbours


@dataclass(frozen=True)
class Past:
    """A series on an even grid, gaps filled by straight lines; `steps` ahead are to be forecast."""

    values: Array
    steps: int
    season: float  # steps per year
    picked: Array  # which of the steps ahead are asked for

    @property
    def whole_season(self) -> int:
        return round(self.season)


def _past(arena: Arena) -> Past:
    target, column = arena.settings["target"], arena.settings["validation"]["time_column"]
    known = pd.Series(arena.train[target].to_numpy(dtype=float), index=pd.to_datetime(arena.train[column]))
    ahead = pd.to_datetime(arena.test[column])
    gap = np.median(np.diff(known.index.to_numpy()).astype("timedelta64[D]").astype(int))
    grid = pd.date_range(known.index[0], ahead.iloc[-1], freq="MS" if gap > 20 else f"{int(gap)}D")
    values = known.reindex(grid[grid <= known.index[-1]]).interpolate().to_numpy()
    steps = len(grid) - len(values)
    return Past(values, steps, 12.0 if gap > 20 else 365.2425 / gap, grid.get_indexer(ahead) - len(values))


Forecast = Callable[[Past], Array]


def _entrant(team: str, forecast: Forecast) -> Entrant:
    def answer(arena: Arena) -> Array:
        past: Past = arena.once("past", lambda: _past(arena))
        return np.asarray(forecast(past)[past.picked])

    return Entrant(team, answer)


def _level(past: Past, last: int | None, middle: bool = False) -> Array:
    window = past.values[-last:] if last else past.values
    return np.full(past.steps, np.median(window) if middle else window.mean())


def _drift(past: Past, years: float | None) -> Array:
    count = min(len(past.values) - 1, round(years * past.season)) if years else len(past.values) - 1
    slope = (past.values[-1] - past.values[-1 - count]) / count
    return np.asarray(past.values[-1] + slope * np.arange(1, past.steps + 1))


def _last_seasons(past: Past, seasons: int, share: float = 0.0) -> Array:
    """Mean of the last seasons at the same place of the year, plus a share of the yearly drift."""
    ahead = np.arange(past.steps)
    years = ahead // past.whole_season + 1
    places = [
        len(past.values) + ahead - np.round(past.season * (years + extra)).astype(int) for extra in range(seasons)
    ]
    yearly = float(np.mean(past.values[past.whole_season :] - past.values[: -past.whole_season]))
    return np.asarray(np.mean(past.values[np.stack(places)], axis=0) + share * yearly * (years + (seasons - 1) / 2))


def _curve(past: Past, waves: int, degree: int, years: int | None, anchor: bool = False) -> Array:
    """Least squares on a polynomial of time and a Fourier series of the year; perhaps moved through the last values."""
    count = min(len(past.values), round(years * past.season)) if years else len(past.values)
    time = np.arange(-count, past.steps)
    columns = [(time / max(count, 1)) ** power for power in range(degree + 1)]
    for wave in range(1, waves + 1):
        turn = 2 * np.pi * wave * time / past.season
        columns += [np.sin(turn), np.cos(turn)]
    design = np.stack(columns, axis=1)
    weights = np.linalg.lstsq(design[:count], past.values[-count:], rcond=None)[0]
    fitted = design @ weights
    offset = (
        float(np.mean((past.values[-count:] - fitted[:count])[-max(past.whole_season // 4, 2) :])) if anchor else 0.0
    )
    return np.asarray(fitted[count:] + offset)


def _smoothed(past: Past, alpha: float, beta: float, gamma: float, damping: float) -> Array:
    """Additive Holt-Winters (Winters 1960) with fixed weights and a damped trend (Gardner and McKenzie 1985)."""
    season, values = past.whole_season, past.values
    level, trend = values[:season].mean(), (values[season : 2 * season].mean() - values[:season].mean()) / season
    seasonal = list(values[:season] - level)
    for place in range(season, len(values)):
        before, old = level, seasonal[place - season]
        level = alpha * (values[place] - old) + (1 - alpha) * (level + damping * trend)
        trend = beta * (level - before) + (1 - beta) * damping * trend
        seasonal.append(gamma * (values[place] - level) + (1 - gamma) * old)
    steps = np.arange(1, past.steps + 1)
    grown = np.cumsum(damping**steps) * trend
    return np.asarray(level + grown + np.array(seasonal[-season:])[(steps - 1) % season])


def _theta(past: Past, alpha: float) -> Array:
    """Trend line and simple smoothing (Assimakopoulos and Nikolopoulos 2000), the season taken off first."""
    season = _curve(past, 3, 1, None) - _curve(past, 0, 1, None)
    fitted = _inside(past, 3)
    rest = past.values - fitted
    line = np.polyfit(np.arange(len(rest)), rest, 1)
    level = rest[0]
    for value in 2 * rest - np.polyval(line, np.arange(len(rest))):
        level = alpha * value + (1 - alpha) * level
    ahead = np.polyval(line, len(rest) + np.arange(past.steps))
    drift = line[0] * np.arange(1, past.steps + 1)
    return np.asarray((ahead + level + drift) / 2 + season)


def _inside(past: Past, waves: int) -> Array:
    """The fitted season over the past."""
    time = np.arange(-len(past.values), 0)
    turns = [2 * np.pi * wave * time / past.season for wave in range(1, waves + 1)]
    design = np.stack([np.ones(len(time)), time, *map(np.sin, turns), *map(np.cos, turns)], axis=1)
    weights = np.linalg.lstsq(design, past.values, rcond=None)[0]
    return np.asarray(design[:, 2:] @ weights[2:])


def _lagged(past: Past, build: Callable[[], Any], lags: int, change: str) -> Array:
    """A learner of the next value from the last `lags` ones and the place in the year, applied to its own forecasts."""
    values = {"level": past.values, "steps": np.diff(past.values)}.get(change)
    if values is None:
        values = past.values[past.whole_season :] - past.values[: -past.whole_season]
    values = values[-900:]
    turns = 2 * np.pi * np.arange(len(past.values) - len(values), len(past.values) + past.steps) / past.season
    year = np.stack([np.sin(turns), np.cos(turns), np.sin(2 * turns), np.cos(2 * turns)], axis=1)
    rows = np.lib.stride_tricks.sliding_window_view(values, lags)[:-1]
    learner = build().fit(np.concatenate([rows, year[lags : len(values)]], axis=1), values[lags:])
    known = list(values)
    for _ in range(past.steps):
        row = np.concatenate([known[-lags:], year[len(known)]])
        known.append(float(learner.predict(row[None])[0]))
    ahead = np.array(known[len(values) :])
    if change == "level":
        return ahead
    if change == "steps":
        return np.asarray(past.values[-1] + np.cumsum(ahead))
    full = list(past.values)
    for value in ahead:
        full.append(full[-past.whole_season] + value)
    return np.array(full[len(past.values) :])


def _calendar(past: Past, build: Callable[[], Any], detrend: bool) -> Array:
    """A learner of the value from the date alone, perhaps around a straight line."""
    time = np.arange(len(past.values) + past.steps)
    turns = 2 * np.pi * time / past.season
    table = np.stack([time / past.season, np.sin(turns), np.cos(turns), (time % past.season) // 1], axis=1)
    known = len(past.values)
    line = np.polyval(np.polyfit(time[:known], past.values, 1), time) if detrend else np.zeros(len(time))
    learner = build().fit(table[:known], past.values - line[:known])
    return np.asarray(learner.predict(table[known:]) + line[known:])


def _backtested(past: Past, options: list[Forecast], best: int) -> Array:
    """The mean of the few options that forecast the last stretch best when it was left out."""
    before = Past(past.values[: -past.steps], past.steps, past.season, past.picked)
    truth = past.values[-past.steps :]
    errors = [float(np.abs(option(before) - truth).mean()) for option in options]
    return np.asarray(np.mean([options[place](past) for place in np.argsort(errors, kind="stable")[:best]], axis=0))


def _rules() -> dict[str, Forecast]:
    made: dict[str, Forecast] = {
        "last value": partial(_level, last=1),
        "mean": partial(_level, last=None),
        "median": partial(_level, last=None, middle=True),
    }
    for count in (4, 12, 52):
        made[f"mean of the last {count}"] = partial(_level, last=count)
    for years in (None, 1, 5, 10):
        made[f"drift over {years or 'all'} years"] = partial(_drift, years=years)
    for seasons, share in product((1, 2, 3, 5, 8), (0.0, 0.5, 1.0)):
        name = f"mean of the last {seasons} seasons, drift x {share:g}"
        made[name] = partial(_last_seasons, seasons=seasons, share=share)
    return made


def _curves() -> dict[str, Forecast]:
    made: dict[str, Forecast] = {}
    for waves, degree, years in product((1, 2, 3), (0, 1, 2), (None, 5, 12)):
        name = f"curve of {waves} waves, degree {degree}, {years or 'all'} years"
        made[name] = partial(_curve, waves=waves, degree=degree, years=years)
    for waves, degree in product((2, 4), (1, 2)):
        name = f"curve of {waves} waves, degree {degree}, through the last values"
        made[name] = partial(_curve, waves=waves, degree=degree, years=None, anchor=True)
    for degree in (1, 2):
        made[f"trend of degree {degree} without season"] = partial(_curve, waves=0, degree=degree, years=None)
    return made


def _smoothers() -> dict[str, Forecast]:
    made: dict[str, Forecast] = {}
    for alpha, beta, gamma, damping in product((0.1, 0.3, 0.6), (0.0, 0.05), (0.1, 0.3), (0.9, 1.0)):
        settings: dict[str, Any] = {"alpha": alpha, "beta": beta, "gamma": gamma, "damping": damping}
        name = "smoothing " + " ".join(f"{key}={value:g}" for key, value in settings.items())
        made[name] = partial(_smoothed, **settings)
    for alpha in (0.1, 0.3, 0.6):
        made[f"theta alpha={alpha:g}"] = partial(_theta, alpha=alpha)
    return made


def _tested(families: dict[str, dict[str, Forecast]]) -> dict[str, Forecast]:
    made: dict[str, Forecast] = {}
    options = {name: list(family.values()) for name, family in families.items()}
    options["everything"] = [option for family in options.values() for option in family]
    for (name, family), best in product(options.items(), (1, 3, 5)):
        made[f"best {best} of {name} in a back-test"] = partial(_backtested, options=family, best=best)
    return made


def _learned() -> list[Entrant]:
    from sklearn.linear_model import Ridge

    builds: dict[str, Callable[[], Any]] = {
        "ridge": partial(Ridge, alpha=1.0),
        "weak ridge": partial(Ridge, alpha=100.0),
        "lightgbm": partial(lightgbm, "regression", n_estimators=60, learning_rate=0.1, num_leaves=8),
        "neighbours": partial(neighbours, "regression", 10),
    }
    made = []
    for (name, build), lags, change in product(builds.items(), (6, 24), ("level", "steps", "season")):
        team = f"{name} on {lags} lags of the {change}"
        made.append(_entrant(team, partial(_lagged, build=build, lags=lags, change=change)))
    calendar: dict[str, Callable[[], Any]] = {
        **builds,
        "random forest": partial(forest, "regression", min_samples_leaf=3),
    }
    for (name, build), detrend in product(calendar.items(), (False, True)):
        team = f"{name} on the calendar{' around a line' if detrend else ''}"
        made.append(_entrant(team, partial(_calendar, build=build, detrend=detrend)))
    return made


_BLENDS = (
    ("mean of the last 3 seasons, drift x 1", "curve of 3 waves, degree 1, all years"),
    ("mean of the last 3 seasons, drift x 0", "curve of 3 waves, degree 0, all years"),
    ("smoothing alpha=0.3 beta=0 gamma=0.1 damping=1", "curve of 3 waves, degree 1, all years"),
    ("mean of the last 1 seasons, drift x 1", "theta alpha=0.3"),
    ("ridge on 24 lags of the season", "theta alpha=0.3", "curve of 2 waves, degree 1, 12 years"),
    ("ridge on 24 lags of the level", "lightgbm on 24 lags of the level", "neighbours on 24 lags of the level"),
)


def entrants(_: Arena) -> list[Entrant]:
    families = {"rules": _rules(), "curves": _curves(), "smoothing": _smoothers()}
    named = {name: forecast for family in (*families.values(), _tested(families)) for name, forecast in family.items()}
    made = [_entrant(team, forecast) for team, forecast in named.items()]
    return [*made, *_learned(), *(blend(*teams) for teams in _BLENDS)]
