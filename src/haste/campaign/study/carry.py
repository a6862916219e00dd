"""Carrying a study's runs to their ends, several at a time. Killed at any moment and begun again, it goes on.

A run that fails by our own fault or the machine's is told of, and the others go on; runs whose inventory it should have
taught are not begun, for theirs would be another one. Begun again, the study tries them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import Protocol

from haste.runner.context import Context
from haste.runner.grade import grade_run
from haste.runner.loop import drive
from haste.schema.config import RunConfig
from haste.schema.events import Event
from haste.skills.promote import Judge, Shelf, by_counting
from haste.store.protocol import GradedStore

from ..recollection import OtherStudy, Recollection, executed
from .compare import Comparison, Missing, compare
from .learned import Library, teachers_of
from .outcomes import Row, read_row
from .plan import RunKey, StudyConfig


class Stopped(BaseException):
    """The study is to be left as it is. No `Exception`, so that nothing on the way mistakes it for a failure."""


class Untaught(Exception):
    """An inventory cannot be learned yet: a run that teaches it has not ended."""


class Bench(Protocol):
    """What a study needs of the machine; made in `cli`."""

    def begin(self, key: RunKey, config: RunConfig, recollection: Recollection | None) -> Context:
        """A run's context: a new journal, or the one that is there, taken up."""
        ...

    def store(self, key: RunKey) -> GradedStore | None:
        """The store of a run that was begun; None for one that was not."""
        ...

    def clear(self, context: Context) -> None:
        """Give back what a run used beside its journal."""
        ...

    def note(self, key: RunKey, fault: str) -> None:
        """Keep what went wrong with a run until it ends; an empty fault takes the note away."""
        ...

    def noted(self, key: RunKey) -> str:
        """What is noted; empty: nothing."""
        ...

    def take_over(self, studies: Iterable[OtherStudy]) -> None:
        """Keep in the study's folder of which other studies executions may have come."""
        ...

    def taken_over(self) -> tuple[OtherStudy, ...]:
        """What is kept of that."""
        ...


@dataclass
class Study:
    """A study under way. `interrupted` is asked often, from all threads of runs."""

    config: StudyConfig
    root: Path
    bench: Bench
    tell: Callable[[Row], None] = lambda _row: None
    tell_fault: Callable[[RunKey, str], None] = lambda _key, _fault: None
    interrupted: Callable[[], bool] = lambda: False
    judge: Judge = by_counting  # of the learnings that inventories are made of
    recollection: Recollection = field(default_factory=Recollection)

    def __post_init__(self) -> None:
        self._stopping = Flag()
        self._rows: dict[RunKey, Row] = {}  # of runs that ended, which changes no more
        self.library = Library(self.config, self.root / "inventories", self._story, self.judge)

    def carry(self, workers: int) -> None:
        """All cold arms first, since they teach; then the warm ones. Raises Stopped where it was asked to stop."""
        self.bench.take_over(self.recollection.studies)
        for warm in (False, True):
            self._phase(self.config.keys(warm), workers)

    def rows(self) -> list[Row]:
        """The rows of all runs that ended, in the order of the plan."""
        return [row for key in self.planned() if (row := self._ended(key)) is not None]

    def comparison(self) -> Comparison:
        """What has come of the study so far; runs that did not end are named in it."""
        found = {key: self._ended(key) for key in self.planned() if key.competition in self.config.measured}
        missing = [
            Missing(
                arm=key.arm,
                competition=self.config.data[key.competition].id,
                seed=key.seed,
                reason=self.bench.noted(key) or ("not begun" if self.bench.store(key) is None else "not ended"),
            )
            for key, row in found.items()
            if row is None
        ]
        rows = [row for row in found.values() if row is not None]
        stores = (store for key in self.planned() if (store := self.bench.store(key)) is not None)
        told = compare(self.config.plan, rows, self.config.places, missing)
        return told.model_copy(update={"executed": executed(stores, self.bench.taken_over())})

    def planned(self) -> list[RunKey]:
        return [key for warm in (False, True) for group in self.config.keys(warm) for key in group]

    def _phase(self, groups: Iterable[list[RunKey]], workers: int) -> None:
        """Each worker takes the next group until none is left. The first one's fault, or Stopped, stops them all."""
        waiting: SimpleQueue[list[RunKey]] = SimpleQueue()
        ended: SimpleQueue[BaseException | None] = SimpleQueue()
        for group in groups:
            waiting.put(group)
        # Daemons, so that a second Ctrl-C need not wait for what they do; their journals can take it.
        threads = [Thread(target=self._work, args=(waiting, ended), daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        try:
            faults = [fault for _ in threads if (fault := self._heed(ended.get())) is not None]
        except KeyboardInterrupt:
            self._stopping.set()
            raise
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]

    def _work(self, waiting: SimpleQueue[list[RunKey]], ended: SimpleQueue[BaseException | None]) -> None:
        try:
            while not waiting.empty():
                with suppress(Empty):
                    self._group(waiting.get_nowait())
        except BaseException as fault:
            ended.put(fault)
        else:
            ended.put(None)

    def _heed(self, fault: BaseException | None) -> BaseException | None:
        if fault is not None:
            self._stopping.set()
        return fault

    def _group(self, keys: Sequence[RunKey]) -> None:
        """Runs of one competition and seed, one after the other, so that each finds what the ones before executed."""
        for key in keys:
            self._pause_point()
            try:
                self._run(key)
            except Exception as fault:  # the other runs are not to suffer from it, and it must be heard of
                told = f"{type(fault).__name__}: {fault}"
                self.bench.note(key, told)
                self.tell_fault(key, told)

    def _run(self, key: RunKey) -> None:
        row = self._ended(key)
        if row is None:
            self._teachers(key)
            self._drive(key)
            row = self._ended(key)
            assert row is not None, "a run that was driven has ended"
            self.bench.note(key, "")
        store = self.bench.store(key)
        if self.config.share_executions and store is not None:
            self.recollection.learn(store)
        self.tell(row)

    def _ended(self, key: RunKey) -> Row | None:
        """The row of a run that ended and was graded, as far as there are answers; None while it has not."""
        if key not in self._rows:
            store = self.bench.store(key)
            if store is None or next(iter(store.read()), None) is None:
                return None
            row = read_row(key, store)
            if not row.finished or (self.config.data[key.competition].answers and not row.graded):
                return None
            self._rows[key] = row
        return self._rows[key]

    def _drive(self, key: RunKey) -> None:
        memory = self.recollection if self.config.share_executions else None
        context = self.bench.begin(key, self.config.config_of(key), memory)
        context.skills = lambda: self._shelf(key)
        context.interrupted = self._pause_point
        try:
            state, graded = drive(context), self.bench.store(key)
            assert graded is not None, "a run that was driven has a store"
            grade_run(context, state, graded)
        finally:
            self.bench.clear(context)

    def _shelf(self, key: RunKey) -> Shelf:
        return self.library.shelf(self._teachers(key))

    def _teachers(self, key: RunKey) -> tuple[str, ...]:
        """Who teaches a run's inventory; nobody a cold one's. Raises Untaught while one of their runs is missing."""
        arm = self.config.plan.arm(key.arm)
        if not arm.warm:
            return ()
        teachers = teachers_of(self.config, key.competition, key.seed, arm.teachers)
        for competition in teachers:
            for seed in self.config.seeds:
                for name in self.config.plan.teaching:
                    if self._ended(lesson := RunKey(name, competition, seed)) is None:
                        msg = f"not begun: {lesson.run_id}, which teaches it, has not ended"
                        raise Untaught(msg)
        return teachers

    def _pause_point(self) -> bool:
        """Raises Stopped once the study is to stop; else False, so that it serves as a run's `interrupted`."""
        if self._stopping.is_set() or self.interrupted():
            raise Stopped
        return False

    def _story(self, arm: str, competition: str, seed: int) -> Iterable[Event]:
        store = self.bench.store(RunKey(arm, competition, seed))
        return (entry.event for entry in store.read()) if store is not None else ()
