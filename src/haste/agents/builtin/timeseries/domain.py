"""The domain of series in time: forecasters, their calendar and techniques together."""

from __future__ import annotations

from haste.agents.builtin.recipe import Constants, Step
from haste.agents.builtin.technique import Domain, Facts

from . import features, matrix
from .approaches import APPROACHES
from .families import FAMILIES
from .techniques import TECHNIQUES


def start(constants: Constants, _facts: Facts) -> tuple[Step, ...]:
    return (Step(name="calendar"),) if constants.time or constants.dates else ()


TIMESERIES = Domain(
    name="timeseries",
    techniques=APPROACHES + TECHNIQUES,
    families=FAMILIES,
    features={"calendar": features.calendar},
    matrix={"clock": matrix.clock},
    start=start,
)
