"""What shows on a terminal while work goes on: a panel at its foot, redrawn by itself, and lines that scroll above it.

Knows nothing of what is told. Anywhere else than on a terminal there is no panel, and lines are plain.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Literal, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

REFRESH_PER_S = 4
STYLES = {
    "keep": "bold green",
    "revert": "yellow",
    "warning": "bold yellow",
    "lost": "red",
    "failed": "red",
    "submit": "bold",
}


class Foot(ABC):
    """`mode` "auto": the panel where `console` is a terminal, else plain lines. "lines": plain lines in any case.

    "silent": nothing. Colour follows the console, which heeds NO_COLOR. Use it as a context manager around the work.
    """

    def __init__(self, console: Console | None, mode: Literal["auto", "lines", "silent"]) -> None:
        self._console = console or Console()
        self._mode = mode
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._mode == "auto" and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console, get_renderable=self._render, refresh_per_second=REFRESH_PER_S, transient=True
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    @abstractmethod
    def _render(self) -> Group:
        """The panel as it stands now; asked for from another thread."""

    def _tell(self, lines: list[str]) -> None:
        if self._mode == "silent":
            return
        for line in lines:
            if self._console.is_terminal:
                self._console.print(_coloured(line), highlight=False)
            else:
                self._console.print(Text(line), highlight=False, soft_wrap=True)


def _coloured(line: str) -> Text:
    """The first word in the colour of its news; the rest as it is."""
    word = line.split(" ", 1)[0]
    text = Text(line)
    text.stylize(STYLES.get(word, "cyan"), 0, len(word))
    return text
