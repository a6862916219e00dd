"""A recorded run that plays the world: machine, clock and Ctrl-C do what its journal says they did.

With a model that answers and fails from the same journal, what remains to be done again is all thinking and deciding.
It knows nothing of models: whoever wires a replay takes what was asked, and what came of it, from `conversation`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from haste.llm.protocol import LanguageModel
from haste.schema.errors import ProviderError, StoreError
from haste.schema.events import (
    CompetitionProfiled,
    Entry,
    Event,
    ExecutionFinished,
    ModelAsked,
    ModelFailed,
    ModelReplied,
    RunFinished,
    RunInterrupted,
    RunResumed,
    RunStarted,
    SearchEnded,
    SkillsLoaded,
    SubmissionChosen,
)
from haste.schema.execution import Finished, Guarantee, Job
from haste.schema.model import Fault, ModelFault, ModelReply, ModelRequest
from haste.store.protocol import Store

from .patience import LONGEST_HINT_S, NOT_WAITED_FOR, Abandoned

E = TypeVar("E", CompetitionProfiled, SkillsLoaded)
_Key = tuple[str, str, int]  # candidate, purpose, fold


class Tape:
    """Played beside a new journal: `note` is told of each of its entries, and moves on to the recorded one like it."""

    def __init__(self, store: Store, where: str, began_at: float) -> None:
        """`began_at`: when the new run began, in seconds since the epoch. Raises StoreError for half a run."""
        self._store, self._began_at = store, began_at
        entries = tuple(store.read())
        ends = [entry.event.reason for entry in entries if isinstance(entry.event, RunFinished)]
        if not entries or not isinstance(entries[0].event, RunStarted) or not ends or ends[-1] == "provider":
            why = "its provider failed" if ends else "it did not end"
            msg = f"this run cannot be replayed: {why}"
            raise StoreError(msg, where=where, hint="name the folder of a whole run")
        self.started = entries[0].event
        self._executed = tuple(e.event for e in entries if isinstance(e.event, ExecutionFinished))
        self._kept = tuple(_kept(entries))
        self._at = 0
        self._heard = False

    def note(self, event: Event) -> None:
        for place in range(self._at, len(self._kept)):
            if self._kept[place][0].kind == event.kind:
                self._at, self._heard = place + 1, False
                return

    def now(self) -> float:
        """The time of what comes next, as if the new run were the recorded one; breaks are left out."""
        event, at = self._kept[min(self._at, len(self._kept) - 1)]
        asking_s = event.wall_s if isinstance(event, ModelReplied | ModelFailed) and not self._heard else 0.0
        return self._began_at + at - asking_s

    def interrupted(self) -> bool:
        """Also during a call that was then left to itself."""
        to_come = (event for event, _ in self._kept[self._at :] if not isinstance(event, ModelFailed))
        return isinstance(next(to_come, None), RunInterrupted)

    def taken_up(self) -> RunResumed | None:
        """How the recorded run went on after its end, if it did."""
        event = self._kept[self._at][0] if self._at < len(self._kept) else None
        return event if isinstance(event, RunResumed) else None

    def profile(self) -> CompetitionProfiled:
        """Raises StoreError where the run did not come so far."""
        return self._first(CompetitionProfiled)

    def skills(self) -> SkillsLoaded:
        return self._first(SkillsLoaded)

    def _first(self, kind: type[E]) -> E:
        for event, _ in self._kept:
            if isinstance(event, kind):
                return event
        msg = f"the recorded run has no {kind.__name__}"
        raise StoreError(msg, hint="decisions are not what they were: was HASTE changed?")

    def heard(self, model: LanguageModel) -> LanguageModel:
        """`model`, whose answers take as long as they took."""
        return _Heard(self, model)

    def conversation(self) -> Iterator[tuple[ModelRequest, ModelReply | Exception]]:
        """All questions with what came of them, in their order."""
        for event, _ in self._kept:
            if isinstance(event, ModelReplied | ModelFailed):
                asked = ModelRequest.model_validate_json(self._store.get(event.request))
                if isinstance(event, ModelFailed):
                    yield asked, _fault(event)
                else:
                    yield asked, ModelReply.model_validate_json(self._store.get(event.reply))

    def executions(self) -> Mapping[_Key, Sequence[Finished]]:
        """What came of each execution, once per attempt that ended."""
        found: dict[_Key, list[Finished]] = {}
        for event in self._executed:
            found.setdefault((event.candidate, event.purpose, event.fold), []).append(self._finished(event))
        return found

    def _finished(self, event: ExecutionFinished) -> Finished:
        kept = {"submission.csv": event.submission, "diagnostics.json": event.diagnostics}
        outputs = {name: self._store.get(ref) for name, ref in kept.items() if ref}
        if event.score is not None:  # read only where scores are the script's own word
            outputs["validation.json"] = json.dumps({"score": event.score}).encode()
        return Finished(
            job_id="",
            outcome=event.outcome,
            detail=event.detail,
            wall_s=event.wall_s,
            overhead_s=event.overhead_s,
            peak_memory_gb=event.peak_memory_gb,
            stdout=self._store.get(event.stdout).decode() if event.stdout else "",
            stderr=self._store.get(event.stderr).decode() if event.stderr else "",
            outputs=outputs,
        )


def _fault(event: ModelFailed) -> Exception:
    """What was raised then, such that the same is done about it: asked again after the same pause, or given up."""
    if event.detail.startswith(NOT_WAITED_FOR):
        return Abandoned()
    hint = LONGEST_HINT_S + 1 if event.pause_s is None else event.pause_s
    return ModelFault(event.fault, event.detail, model=event.model, retry_after_s=hint)


class _Heard:
    def __init__(self, tape: Tape, model: LanguageModel) -> None:
        self._tape, self._model = tape, model

    def complete(self, request: ModelRequest) -> ModelReply:
        try:
            return self._model.complete(request)
        finally:
            self._tape._heard = True


class TapeExecutor:
    """Implements `Executor` without running anything. What the tape does not hold was never run: a ProviderError."""

    def __init__(self, tape: Tape) -> None:
        self.name = f"{tape.started.executor} (recorded)"
        self._missing = tape.started.missing_guarantees
        self._idle = False
        self._left = {key: deque(found) for key, found in tape.executions().items()}
        self._order = {key: place for place, key in enumerate(self._left)}
        self._waiting: list[tuple[_Key, str]] = []

    def guarantees(self) -> frozenset[Guarantee]:
        return frozenset(Guarantee) - frozenset(self._missing)

    def submit(self, job: Job) -> None:
        candidate, purpose, fold, _attempt = job.id.rsplit("-", 3)
        self._waiting.append(((candidate, purpose, int(fold)), job.id))

    def wait(self, timeout_s: float | None = None) -> Sequence[Finished]:  # noqa: ARG002
        """One at a time, in the recorded order."""
        if not self._waiting:
            return ()
        self._waiting.sort(key=lambda one: self._order.get(one[0], len(self._order)))
        key, name = self._waiting.pop(0)
        if not self._left.get(key):
            self._waiting.append((key, name))
            if not self._idle:  # it may be one that was cancelled at a deadline
                self._idle = True
                return ()
            candidate, purpose, fold = key
            msg = f"the recorded run did not execute {candidate} ({purpose}, fold {fold})"
            raise ProviderError(msg, where="replay", hint="decisions are not what they were: was HASTE changed?")
        self._idle = False
        return (replace(self._left[key].popleft(), job_id=name),)

    def cancel(self, job_id: str) -> None:
        self._waiting = [one for one in self._waiting if one[1] != job_id]

    def close(self) -> None:
        self._waiting.clear()


def _kept(entries: Sequence[Entry]) -> Iterator[tuple[Event, float]]:
    """Events with their working times, without what a kill left behind: that is not done again.

    A run that was taken up after its provider had failed stays as it was, its end for the time being included.
    """
    since: list[tuple[Event, float]] = []  # since the run was begun or taken up
    for entry, at in zip(entries, _working_times(entries), strict=True):
        event = entry.event
        since = _cut_off(since) if isinstance(event, ModelAsked | RunResumed) else since
        if isinstance(event, RunResumed):
            ended = bool(since) and isinstance(since[-1][0], RunFinished)
            yield from since if ended else _before_its_end(since)
            since = [(event, at)] if ended else []
        else:
            since.append((event, at))
    yield from since


def _cut_off(events: list[tuple[Event, float]]) -> list[tuple[Event, float]]:
    """A call that the process died in is played as one that brought no answer: it may have been paid for."""
    if not events or not isinstance(events[-1][0], ModelAsked):
        return events
    asked, at = events[-1]
    lost = ModelFailed(
        **asked.model_dump(exclude={"kind"}), fault=Fault.TIMEOUT, detail="the process died meanwhile", pause_s=0.0
    )
    return [*events, (lost, at)]


def _before_its_end(events: list[tuple[Event, float]]) -> list[tuple[Event, float]]:
    """Without the end that a run had begun to come to, by Ctrl-C or its provider, when it was killed and taken up."""
    if any(isinstance(event, SubmissionChosen) for event, _ in events):
        return events
    for place, (event, _) in enumerate(events):
        if isinstance(event, SearchEnded) and event.reason == "provider":
            asked = (n for n in range(place, 0, -1) if not isinstance(events[n - 1][0], ModelAsked | ModelFailed))
            return events[: next(asked, 0)]
        if isinstance(event, RunInterrupted):
            return events[:place]
    return events


def _working_times(entries: Sequence[Entry]) -> Iterator[float]:
    """Seconds since the run began, at each entry; time between a kill and its resume is left out."""
    earlier_s, since = 0.0, entries[0].at if entries else 0.0
    last = since
    for entry in entries:
        if isinstance(entry.event, RunResumed):
            earlier_s, since = earlier_s + last - since, entry.at
        last = entry.at
        yield earlier_s + entry.at - since
