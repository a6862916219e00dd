"""Small made-up forecasts: by month, by day for several shops, by hour, by week with gaps, and by plain numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from haste.schema.brief import Brief
from haste.schema.competition import Kind, Scheme, Validation
from haste.schema.profile import Role

from .examples import Example


class Series(Example):
    """An example that may have no column but its time."""

    def _first(self) -> str:
        return 'the "date"'


def forecast(when: Any, values: np.ndarray, ahead: int, **columns: Any) -> Example:
    """The last `ahead` moments of a series (or of each of several) are to be forecast; rows are shuffled."""
    frame = pd.DataFrame({"id": [f"r{n}" for n in range(len(values))], 'the "date"': when, **columns, "target": values})
    moments = np.sort(frame['the "date"'].unique())
    later = (frame['the "date"'] >= moments[-ahead]).to_numpy()
    order = np.random.default_rng(3).permutation(len(frame))
    train, test = (frame.iloc[order[later[order] == side]].reset_index(drop=True) for side in (False, True))
    return Series(
        kind=Kind.FORECAST, metric="rmse", train=train, test=test.drop(columns="target"), targets=("target",),
        roles={'the "date"': Role.NUMERIC if isinstance(moments[0], np.integer) else Role.DATETIME},
        scheme=Scheme.TIME, domain="timeseries",
    )  # fmt: skip


def brief_of(made_up: Example, **more: Any) -> Brief:
    brief = made_up.brief(**more)
    validation = Validation(scheme=Scheme.TIME, folds=3, time_column='the "date"')
    competition = brief.competition.model_copy(update={"validation": validation})
    return brief.model_copy(
        update={"competition": competition, "profile": brief.profile.model_copy(update={"validation": validation})}
    )


def season(count: int, length: float, slope: float = 0.05, seed: int = 0) -> np.ndarray:
    """A line with one wave of `length` steps, and noise; above zero throughout."""
    steps = np.arange(count)
    noise = np.random.default_rng(seed).normal(size=count) * 0.3
    return 20 + slope * steps + 3 * np.sin(2 * np.pi * steps / length) + noise


def months() -> Example:
    return forecast(pd.date_range("2001-01-01", periods=132, freq="MS").strftime("%Y-%m-%d"), season(132, 12), 24)


def shops() -> Example:
    """Three shops by day, with a price that is known ahead, and one shop that is new in the test rows."""
    frames = []
    for number, name in enumerate(("x", "y y", 'z"')):
        price = np.random.default_rng(number).uniform(1, 2, 200)
        frames.append(pd.DataFrame({"when": pd.date_range("2020-01-01", periods=200), "shop": name, "price": price,
                                    "value": season(200, 7, seed=number) * (number + 1) - 3 * price}))  # fmt: skip
    table = pd.concat(frames, ignore_index=True)
    made = forecast(table["when"].dt.strftime("%Y-%m-%d"), table["value"].to_numpy(), 21, shop=table["shop"],
                    price=table["price"])  # fmt: skip
    test = made.test.copy()
    test.loc[test.index[:2], "shop"] = "new"
    return replace(made, test=test)


def hours() -> Example:
    when = pd.date_range("2022-03-01", periods=24 * 20, freq="h").strftime("%Y-%m-%dT%H:%M:%S")
    return forecast(when, season(480, 24, slope=0.0), 48)


def weeks_with_gaps() -> Example:
    when = pd.date_range("1990-01-06", periods=260, freq="7D")
    kept = np.random.default_rng(1).random(260) > 0.1
    return forecast(when[kept].strftime("%Y-%m-%d"), season(260, 52.18)[kept], 40)


def numbers() -> Example:
    return forecast(np.arange(10, 10 + 3 * 150, 3), season(150, 10), 30)


def short() -> Example:
    return forecast(pd.date_range("2010-01-01", periods=20, freq="YS").strftime("%Y-%m-%d"), season(20, 9), 4)


def all_series() -> dict[str, Example]:
    return {
        "months": months(), "shops": shops(), "hours": hours(), "weeks with gaps": weeks_with_gaps(),
        "numbers": numbers(), "short": short(),
    }  # fmt: skip
