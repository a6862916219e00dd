"""Time series: one value per date, the last stretch to be forecast from one origin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..disguise import fresh_ids, significant
from ..recipe import Draft, Recipe
from ..secrets import chance


def _series(name: str, values: np.ndarray, dates: pd.DatetimeIndex, test_rows: int) -> Draft:
    """A series in other units, with a little noise; ids in random order, rows in the order of time."""
    rng = chance(name)
    spread = float(np.nanstd(values))
    moved = (values - np.nanmin(values) + rng.normal(0, 0.006 * spread, len(values))) * np.exp(rng.uniform(-0.5, 0.5))
    moved = moved / spread * 20 + rng.uniform(30, 60)
    frame = pd.DataFrame(
        {"id": fresh_ids(rng, len(values)), "date": dates.strftime("%Y-%m-%d"), "value": significant(moved, 5)}
    )
    cut = len(frame) - test_rows
    return Draft(
        frame.iloc[:cut].dropna(subset=["value"]).reset_index(drop=True),
        frame.iloc[cut:].dropna(subset=["value"]).reset_index(drop=True),
    )


def _carbon() -> Draft:
    from statsmodels.datasets import co2

    values = co2.load_pandas().data["co2"].to_numpy(dtype=float)
    dates = pd.date_range("1966-01-05", periods=len(values), freq="7D") + pd.Timedelta(days=80)
    return _series("island-air", values, dates, 208)


def _sea() -> Draft:
    from statsmodels.datasets import elnino

    table = elnino.load_pandas().data
    values = table.drop(columns=["YEAR"]).to_numpy(dtype=float).ravel()
    dates = pd.date_range("1941-01-01", periods=len(values), freq="MS")
    return _series("warm-sea", values, dates, 120)


def _orders() -> Draft:
    from statsmodels.datasets.elec_equip import data

    table = data.load_pandas().data
    values = table.iloc[:, -1].to_numpy(dtype=float)
    dates = pd.date_range("1988-01-01", periods=len(values), freq="MS")
    return _series("factory-turnover", values, dates, 36)


_COLUMNS = (
    "Columns: `date` and `value`. All dates to predict come after the training rows.\n"
    "The calendar was shifted by whole years."
)
_SETTINGS = {"validation": {"scheme": "time", "time_column": "date"}}

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        id="island-air",
        title="Air over an island, week by week",
        domain="timeseries",
        kind="forecast",
        metric="rmse",
        target="value",
        source="Keeling and Whorf, weekly samples of air at Mauna Loa, 1958-2001, as shipped with statsmodels.",
        licence="Public domain.",
        description=f"""
The share of a gas in the air was measured every week for four decades. Forecast the next four years, week by week
(`value`). The series has a trend and a season; some weeks are missing.

{_COLUMNS}
""",
        make=_carbon,
        settings=_SETTINGS,
    ),
    Recipe(
        id="warm-sea",
        title="The temperature of a warm sea, month by month",
        domain="timeseries",
        kind="forecast",
        metric="rmse",
        target="value",
        source="ERSST.V3B, region Nino 1+2, U.S. National Weather Service, as shipped with statsmodels.",
        licence="Public domain.",
        description=f"""
The surface of a tropical sea was measured every month for half a century. Forecast the next ten years, month by
month (`value`). The season is strong, and warm years come at irregular intervals.

{_COLUMNS}
""",
        make=_sea,
        settings=_SETTINGS,
    ),
    Recipe(
        id="factory-turnover",
        title="Turnover of factories, month by month",
        domain="timeseries",
        kind="forecast",
        metric="mae",
        target="value",
        source="Turnover of the manufacture of electrical equipment, Euro area, Eurostat, as shipped with statsmodels.",
        licence="Public domain, according to statsmodels; Eurostat allows reuse with the source acknowledged.",
        description=f"""
The turnover of a branch of industry, month by month, adjusted for working days. Forecast the next three years
(`value`). The season is strong, and the level follows the economy.

{_COLUMNS}
""",
        make=_orders,
        settings=_SETTINGS,
    ),
)
