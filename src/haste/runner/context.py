"""What one run works with: the seams, the competition, the engineer. Put together in `cli.wiring`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from haste.agents.engineer import Engineer
from haste.competition.loaded import Fold, LoadedCompetition, Splits
from haste.competition.split import make_splits
from haste.executor.protocol import Executor
from haste.llm.protocol import LanguageModel
from haste.schema.config import RunConfig
from haste.schema.events import Entry, Purpose
from haste.schema.model import Bound, ModelRequest, Usage
from haste.search.state import RunState
from haste.skills.inventory import load_inventory
from haste.skills.promote import Shelf
from haste.store.protocol import Store

from .tape import Tape


def _never() -> bool:
    return False


def _unwatched(_entry: Entry, _state: RunState) -> None:
    return None


class Prices(Protocol):
    """What asking a model costs, by its name."""

    def bound(self, model: str, request: ModelRequest) -> Bound:
        """The most that this one call can come to."""
        ...

    def usd(self, model: str, usage: Usage) -> float | None:
        """None where no price is known, or the usage is not."""
        ...


@dataclass(frozen=True)
class Models:
    """Whom an engineer that asks is answered by, and what that costs."""

    main: LanguageModel  # for every role
    prices: Prices
    fallback: LanguageModel | None = None


def _bare() -> Shelf:
    return Shelf(load_inventory(()))


@dataclass
class Context:
    config: RunConfig
    loaded: LoadedCompetition
    engineer: Engineer
    executor: Executor
    store: Store
    folder: Path  # the run's own
    clock: Callable[[], float]
    watch: Callable[[Entry, RunState], None] = _unwatched  # told of every entry; decides nothing
    interrupted: Callable[[], bool] = _never  # has the person asked for the end?
    models: Models | None = None  # None: the engineer needs none
    tape: Tape | None = None  # a recorded run that plays the world
    pause: Callable[[float], None] = time.sleep  # seconds; may end early once the person asked for the end
    skills: Callable[[], Shelf] = _bare  # the store as it is at this moment; read once, at a warm start

    @cached_property
    def splits(self) -> Splits:
        return make_splits(self.loaded, self.config.folds, self.config.seed)

    def fold(self, purpose: Purpose, number: int) -> Fold | None:
        """The rows of one fold; None for the real thing."""
        if purpose == "final":
            return None
        return (self.splits.search if purpose == "search" else self.splits.confirm)[number]
