"""Search-and-replace edits against a script: applied exactly, or refused with a reason that can be acted on.

Every search text must occur once. Only white space at the ends of lines may differ. Knows nothing of what a script
is for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from haste.schema.source import parse

from .unfit import Unfit

_LIKE = 0.75  # similarity from which a passage is worth showing


@dataclass(frozen=True)
class Edit:
    search: str
    replace: str


def apply(code: str, edits: Sequence[Edit]) -> str:
    """`code` with all edits made at once. Raises Unfit; nothing is ever applied in part."""
    if not edits:
        msg = "there are no edits"
        raise Unfit(msg)
    spans = sorted((*_place(code, edit.search, number), number) for number, edit in enumerate(edits, start=1))
    for (_, end, first), (start, _, second) in pairwise(spans):
        if start < end:
            msg = f"edits {first} and {second} overlap; make them one"
            raise Unfit(msg)
    pieces, at = [], 0
    for start, end, number in spans:
        pieces += [code[at:start], edits[number - 1].replace]
        at = end
    changed = "".join([*pieces, code[at:]])
    if changed == code:
        msg = "the edits leave the script as it is"
        raise Unfit(msg)
    check_syntax(changed)
    return changed


def check_syntax(code: str) -> ast.Module:
    """The script's tree. Raises Unfit naming the line."""
    try:
        return parse(code)
    except (RecursionError, MemoryError) as error:  # how the parser says so
        msg = "the script does not parse: it is nested too deeply"
        raise Unfit(msg) from error
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        shown = code.splitlines()[line - 1].strip() if line and 0 < line <= len(code.splitlines()) else ""
        where = f", line {line}: {shown[:120]}" if line else ""
        msg = f"the script does not parse: {getattr(error, 'msg', error)}{where}"
        raise Unfit(msg) from error


def _place(code: str, search: str, number: int) -> tuple[int, int]:
    """Where the one occurrence of a search text lies."""
    if not search.strip():
        msg = f"edit {number} has an empty search text; to insert, search for a line and repeat it in the replacement"
        raise Unfit(msg)
    found = _exact(code, search) or _tolerant(code, search)
    if len(found) == 1:
        return found[0]
    if found:
        lines = ", ".join(str(code.count("\n", 0, start) + 1) for start, _ in found[:5])
        msg = (
            f"the search text of edit {number} occurs {len(found)} times (lines {lines}); add lines until it is unique"
        )
        raise Unfit(msg)
    msg = f"the search text of edit {number} does not occur in the script. {_nearest(code, search)}"
    raise Unfit(msg)


def _exact(code: str, search: str) -> list[tuple[int, int]]:
    found, at = [], code.find(search)
    while at >= 0:
        found.append((at, at + len(search)))
        at = code.find(search, at + 1)
    return found


def _tolerant(code: str, search: str) -> list[tuple[int, int]]:
    """Occurrences where white space at the ends of lines may differ."""
    lines = [re.escape(line.rstrip()) for line in search.splitlines()]
    ended = r"[ \t\r]*\n" if search.endswith("\n") else ""
    pattern = re.compile("(?=(" + r"[ \t\r]*\n".join(lines) + ended + "))")
    return [match.span(1) for match in pattern.finditer(code)]


def _nearest(code: str, search: str) -> str:
    """The passage that looks most like what was searched for, so that one more try can copy it."""
    wanted = [line.strip() for line in search.splitlines() if line.strip()]
    lines = code.splitlines()
    best = max(range(len(lines)), key=lambda at: _alike(wanted, lines[at : at + len(wanted)]), default=None)
    if best is None or _alike(wanted, lines[best : best + len(wanted)]) < _LIKE:
        return "Copy it from the script, character by character."
    passage = "\n".join(lines[best : best + min(len(wanted), 8)])
    return f"The nearest passage, from line {best + 1}, reads:\n{passage}"


def _alike(wanted: Sequence[str], lines: Iterable[str]) -> float:
    pairs = list(zip(wanted, lines, strict=False))
    if not pairs:
        return 0.0
    # quick_ratio bounds ratio from above and is enough to rank passages
    return sum(SequenceMatcher(None, a, b.strip(), autojunk=False).quick_ratio() for a, b in pairs) / len(wanted)
