"""A table as Markdown. Knows nothing of what stands in it."""

from __future__ import annotations

from collections.abc import Sequence


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: frozenset[int] = frozenset()) -> list[str]:
    """Its lines; bars and line ends in cells are escaped. Columns in `numeric` (from 0) are set right."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    rule = "|" + "".join("---:|" if at in numeric else "---|" for at in range(len(heads)))
    return [line(heads), rule, *map(line, rows)]
