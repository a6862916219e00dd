"""A run as it happens: a small live panel on a terminal, plain lines anywhere else, or nothing at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Literal

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from haste.schema.events import Entry, ExecutionFinished, ExecutionStarted, RunStarted
from haste.schema.execution import Guarantee
from haste.search.evolve import evolve
from haste.search.state import RunState

from .narration import narrate
from .panel import panel

REFRESH_PER_S = 4


class LiveView:
    """Told of every entry by the runner (`watch`); decides nothing.

    `mode` "auto": the panel where `console` is a terminal, else plain lines. "lines": plain lines in any case.
    "silent": nothing. Colour follows the console, which heeds NO_COLOR. Use it as a context manager around the run.
    """

    def __init__(
        self,
        console: Console | None = None,
        mode: Literal["auto", "lines", "silent"] = "auto",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._console = console or Console()
        self._mode = mode
        self._clock = clock  # the journal's: seconds since the epoch
        self._state = RunState()
        self._running: dict[tuple[str, str, int], float] = {}  # execution -> when it began
        self._missing: tuple[Guarantee, ...] = ()
        self._last = ""
        self._live: Live | None = None

    def __enter__(self) -> LiveView:
        if self._mode == "auto" and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console,
                get_renderable=self._render,
                refresh_per_second=REFRESH_PER_S,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

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

    def _tell(self, lines: list[str]) -> None:
        if self._mode == "silent":
            return
        for line in lines:
            if self._console.is_terminal:
                self._console.print(_coloured(line), highlight=False)
            else:
                self._console.print(Text(line), highlight=False, soft_wrap=True)

    def _render(self) -> Group:
        return panel(self._state, self._clock(), list(self._running.items()), self._last, self._missing)


def _coloured(line: str) -> Text:
    """The first word in the colour of its news; the rest as it is."""
    word = line.split(" ", 1)[0]
    styles = {"keep": "bold green", "revert": "yellow", "warning": "bold yellow", "lost": "red", "submit": "bold"}
    text = Text(line)
    text.stylize(styles.get(word, "cyan"), 0, len(word))
    return text
