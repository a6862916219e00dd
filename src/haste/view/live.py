"""A run as it happens: a small live panel on a terminal, plain lines anywhere else, or nothing at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Literal

from rich.console import Console, Group

from haste.schema.events import Entry, ExecutionFinished, ExecutionStarted, RunStarted
from haste.schema.execution import Guarantee
from haste.search.evolve import evolve
from haste.search.state import RunState

from .foot import Foot
from .narration import narrate
from .panel import panel


class LiveView(Foot):
    """Told of every entry by the runner (`watch`); decides nothing. Use it as a context manager around the run."""

    def __init__(
        self,
        console: Console | None = None,
        mode: Literal["auto", "lines", "silent"] = "auto",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(console, mode)
        self._clock = clock  # the journal's: seconds since the epoch
        self._state = RunState()
        self._running: dict[tuple[str, str, int], float] = {}  # execution -> when it began
        self._missing: tuple[Guarantee, ...] = ()
        self._last = ""

    def recall(self, entries: Iterable[Entry]) -> None:
        """Take in what the journal held before this process: the beginning is told, the rest only known."""
        for entry in entries:
            before, self._state = self._state, evolve(self._state, entry)
            if isinstance(entry.event, RunStarted):
                self._missing = entry.event.missing_guarantees
                self._tell(narrate(entry.event, before, self._state))

    def watch(self, entry: Entry, state: RunState) -> None:
        """One more entry, and the state after it."""
        before, self._state, event = self._state, state, entry.event
        if isinstance(event, RunStarted):
            self._missing = event.missing_guarantees
        if isinstance(event, ExecutionStarted):
            self._running[event.candidate, event.purpose, event.fold] = entry.at
        elif isinstance(event, ExecutionFinished):
            self._running.pop((event.candidate, event.purpose, event.fold), None)
        else:
            self._running.clear()  # whatever was cancelled at Ctrl-C
        lines = narrate(event, before, state)
        decided = [line for line in lines if line.startswith(("keep ", "revert "))]
        self._last = decided[0] if decided else self._last
        self._tell(lines)

    def _render(self) -> Group:
        return panel(self._state, self._clock(), list(self._running.items()), self._last, self._missing)
