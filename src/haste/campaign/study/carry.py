"""Carrying a study's runs to their ends, several at a time. Killed at any moment and begun again, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import Protocol

from haste.runner.context import Context
from haste.runner.grade import grade_run
from haste.runner.loop import drive
from haste.schema.config import RunConfig
from haste.schema.events import Entry, Event
from haste.schema.execution import Finished, Job
from haste.search.state import RunState
from haste.skills.promote import Shelf
from haste.store.protocol import Store

from ..recollection import Recollection
from .learned import Library, teachers_of
from .outcomes import Row, read_row
from .plan import RunKey, StudyConfig

Recall = Callable[[Job], Finished | None]


class Stopped(Exception):
    """The study was asked to stop; its journals can be taken up again."""


class Bench(Protocol):
    """What a study needs of the machine; made in `cli`."""

    def begin(self, key: RunKey, config: RunConfig, recollection: Recollection | None) -> Context:
        """A run's context: a new journal, or the one that is there, taken up."""
        ...

    def store(self, key: RunKey) -> Store | None:
        """The store of a run that was begun; None for one that was not."""
        ...

    def clear(self, context: Context) -> None:
        """Give back what a run used beside its journal."""
        ...


@dataclass
class Study:
    """A study under way."""

    config: StudyConfig
    root: Path
    bench: Bench
    tell: Callable[[Row], None] = lambda _row: None
    recollection: Recollection = field(default_factory=Recollection)
    stopped: Flag = field(default_factory=Flag)

    def __post_init__(self) -> None:
        self.library = Library(self.config, self.root / "inventories", self._story)

    def carry(self, workers: int) -> list[Row]:
        """All cold arms first, since they teach; then the warm ones. Returns every run's row."""
        return [row for warm in (False, True) for row in self._phase(self.config.keys(warm), workers)]

    def rows(self) -> list[Row]:
        """The rows of all runs that ended."""
        keys = [key for warm in (False, True) for group in self.config.keys(warm) for key in group]
        found = ((key, self.bench.store(key)) for key in keys)
        return [row for key, store in found if store is not None and (row := read_row(key, store)).finished]

    def _phase(self, groups: Iterable[list[RunKey]], workers: int) -> list[Row]:
        with ThreadPoolExecutor(workers) as pool:
            futures = [pool.submit(self._group, group) for group in groups]
            try:
                return [row for future in as_completed(futures) for row in future.result()]
            except BaseException:
                self.stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _group(self, keys: list[RunKey]) -> list[Row]:
        """Runs of one competition and seed, one after the other, so that each finds what the ones before executed."""
        return [self._run(key) for key in keys]

    def _run(self, key: RunKey) -> Row:
        if self.stopped.is_set():
            raise Stopped
        store = self.bench.store(key)
        row = read_row(key, store) if store is not None and any(True for _ in store.read()) else None
        if row is None or not row.finished:
            store = self._drive(key)
            row = read_row(key, store)
        assert store is not None
        if self.config.share_executions:
            self.recollection.learn(store)
        self.tell(row)
        return row

    def _drive(self, key: RunKey) -> Store:
        memory = self.recollection if self.config.share_executions else None
        context = self.bench.begin(key, self.config.config_of(key), memory)
        context.skills = lambda: self._shelf(key)
        context.watch = self._watch
        try:
            grade_run(context, drive(context))
        finally:
            self.bench.clear(context)
        return context.store

    def _shelf(self, key: RunKey) -> Shelf:
        arm = self.config.plan.arm(key.arm)
        return self.library.shelf(teachers_of(self.config, key.competition, key.seed, arm.teachers))

    def _watch(self, _entry: Entry, _state: RunState) -> None:
        if self.stopped.is_set():
            raise Stopped

    def _story(self, arm: str, competition: str, seed: int) -> Iterable[Event]:
        store = self.bench.store(RunKey(arm, competition, seed))
        return (entry.event for entry in store.read()) if store is not None else ()
