"""A run's journal read once for every view: the folded state, and the times that the state does not keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from haste.schema.competition import Grade
from haste.schema.errors import StoreError
from haste.schema.events import (
    Entry,
    ExecutionFinished,
    GradeEntry,
    ModelFailed,
    ModelReplied,
    RunResumed,
    RunStarted,
)
from haste.search.evolve import fold
from haste.search.state import RunState


@dataclass(frozen=True)
class Moment:
    """An entry at its place in the run's working time, in seconds; time between a kill and its resume is left out."""

    entry: Entry
    process_s: float  # working time at which the process that wrote it began
    worked_s: float


@dataclass(frozen=True)
class Story:
    """All that the views know of a run."""

    started: RunStarted
    began_at: float  # seconds since the epoch
    state: RunState
    moments: tuple[Moment, ...]
    grade: Grade | None  # of the chosen submission; None: no answers, or not graded yet

    @property
    def wall_s(self) -> float:
        """Working time over all processes of the run, up to its last entry."""
        return self.moments[-1].worked_s

    @property
    def executions(self) -> int:
        """Attempts to run a candidate that ended, in whatever way."""
        return sum(isinstance(m.entry.event, ExecutionFinished) for m in self.moments)

    @property
    def candidates_s(self) -> float:
        """Seconds of working time in which at least one candidate's own script ran.

        Executions that were cut off by a kill or cancelled at Ctrl-C left no time behind and count as nothing.
        """
        return sum(end - start for start, end in _merged(_spans(self.moments)))

    @property
    def models_s(self) -> float:
        """Seconds of working time in which a model was waited for, pauses after its faults included."""
        events = (moment.entry.event for moment in self.moments)
        return sum(
            event.wall_s + ((event.pause_s or 0.0) if isinstance(event, ModelFailed) else 0.0)
            for event in events
            if isinstance(event, ModelReplied | ModelFailed)
        )

    @property
    def overhead_s(self) -> float:
        """Seconds of working time in which neither a candidate's own script ran nor a model was waited for.

        The harness's own, start-up included, and its part of each model call.
        """
        return max(0.0, self.wall_s - self.candidates_s - self.models_s)


def read_story(entries: Iterable[Entry], grades: Iterable[GradeEntry]) -> Story:
    """Fold a journal and its grades. Raises StoreError for a journal without a beginning."""
    kept = tuple(entries)
    if not kept or not isinstance(kept[0].event, RunStarted):
        msg = "the journal is empty: this run never began"
        raise StoreError(msg, hint="start it with `haste run`")
    state = fold(kept)
    return Story(kept[0].event, kept[0].at, state, tuple(_moments(kept)), _grade(state, grades))


def _moments(entries: tuple[Entry, ...]) -> Iterator[Moment]:
    process_s = worked_s = 0.0
    since = entries[0].at
    for entry in entries:
        if isinstance(entry.event, RunResumed):
            process_s, since = worked_s, entry.at
        worked_s = process_s + entry.at - since
        yield Moment(entry, process_s, worked_s)


def _grade(state: RunState, grades: Iterable[GradeEntry]) -> Grade | None:
    """The grade of what was handed over; grades of anything else do not speak for this run."""
    if state.chosen is None:
        return None
    ours = [
        g.event.grade
        for g in grades
        if g.event.run_id == state.run_id and g.event.submission == state.chosen.submission
    ]
    return ours[-1] if ours else None


def _spans(moments: tuple[Moment, ...]) -> list[tuple[float, float]]:
    spans = []
    for moment in moments:
        event = moment.entry.event
        if isinstance(event, ExecutionFinished):
            own_s = max(0.0, event.wall_s - event.overhead_s)
            spans.append((max(moment.process_s, moment.worked_s - own_s), moment.worked_s))
    return sorted(spans)


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
