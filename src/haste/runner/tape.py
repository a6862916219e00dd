"""A recorded run that plays the world: machine, clock and Ctrl-C do what its journal says they did.

With a model that answers from the same journal, what remains to be done again is all thinking and deciding. It knows
nothing of models: whoever wires a replay takes the recorded questions and answers from `conversation`.
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
)
from haste.schema.execution import Finished, Guarantee, Job
from haste.schema.model import ModelReply, ModelRequest
from haste.store.protocol import Store

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
        asking_s = event.wall_s if isinstance(event, ModelReplied) and not self._heard else 0.0
        return self._began_at + at - asking_s

    def interrupted(self) -> bool:
        return self._at < len(self._kept) and isinstance(self._kept[self._at][0], RunInterrupted)

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

    def conversation(self) -> Iterator[tuple[ModelRequest, ModelReply]]:
        """All questions that were answered, in their order."""
        for event, _ in self._kept:
            if isinstance(event, ModelReplied):
                asked, told = self._store.get(event.request), self._store.get(event.reply)
                yield ModelRequest.model_validate_json(asked), ModelReply.model_validate_json(told)

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


class _Heard:
    def __init__(self, tape: Tape, model: LanguageModel) -> None:
        self._tape, self._model = tape, model

    def complete(self, request: ModelRequest) -> ModelReply:
        reply = self._model.complete(request)
        self._tape._heard = True
        return reply


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
    """Events with their working times, without what a kill or a fault left behind: that is not done again.

    Nor is what a run did for the time being after its provider had failed, until it was resumed; its executions are at
    hand for when their turn comes.
    """
    passing: list[tuple[Event, float]] = []
    asked: list[tuple[Event, float]] = []  # a question that no reply has come to yet
    failed = False
    for entry, at in zip(entries, _working_times(entries), strict=True):
        event = entry.event
        if isinstance(event, RunResumed):
            if not failed:
                yield from passing
            passing, asked, failed = [], [], False
            continue
        if isinstance(event, SearchEnded | RunFinished) and event.reason == "provider" and not failed:
            yield from passing
            passing, failed = [], True
        if isinstance(event, ModelAsked | ModelFailed):
            asked = [(event, at)] if isinstance(event, ModelAsked) else []
            continue
        passing += [*asked, (event, at)]
        asked = []
    yield from passing


def _working_times(entries: Sequence[Entry]) -> Iterator[float]:
    """Seconds since the run began, at each entry; time between a kill and its resume is left out."""
    earlier_s, since = 0.0, entries[0].at if entries else 0.0
    last = since
    for entry in entries:
        if isinstance(entry.event, RunResumed):
            earlier_s, since = earlier_s + last - since, entry.at
        last = entry.at
        yield earlier_s + entry.at - since
