"""The writer of the one matrix step of series: which columns reach a forecaster, and the forecaster's own class."""

from __future__ import annotations

from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Branch, Pipe

from .estimators import DEFINITIONS


def clock(step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    """`code` names the definitions; `others`: columns besides the calendar are let through, before it."""
    pipe.definitions += DEFINITIONS[step.params["code"]]
    if not step.params.get("others"):
        pipe.numbers.clear()
        pipe.numbers["impute"] = '"drop"'
        pipe.categories = ['"drop"']
    pipe.extra.append(Branch("clock", "CLOCK", []))
