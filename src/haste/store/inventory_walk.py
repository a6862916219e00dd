"""Finding the skill files of a store: no link is followed, nothing outside the layout is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from haste.schema.knowledge import Problem

SKILL_FILE = "SKILL.md"
_DEPTH = {"global": 1, "domain": 2, "competition": 2}  # folders between the tier's and the file
_RETIRED = "retired"
_BESIDE = frozenset({"ledger", "learnings", "conversations"})  # folders of a store that hold no skills
PLACES = tuple(  # patterns of the folders that hold skills' own
    f"{above}{tier}{'/*' * (depth - 1)}" for above in ("", f"{_RETIRED}/") for tier, depth in _DEPTH.items()
)


def walk(root: Path) -> Iterator[str | Problem]:
    """Paths of all `SKILL.md` relative to `root`, in order, and a problem for whatever should not be there."""
    yield from _strays(root, "", {*_DEPTH, *_BESIDE, _RETIRED})
    for tier, depth in _DEPTH.items():
        yield from _below(root, tier, depth)
    if (root / _RETIRED).is_symlink():
        yield _problem(_RETIRED, "symlink", "a link; links are not followed")
        return
    yield from _strays(root, f"{_RETIRED}/", set(_DEPTH))
    for tier, depth in _DEPTH.items():
        yield from _below(root, f"{_RETIRED}/{tier}", depth)


def _strays(root: Path, relative: str, known: Collection[str]) -> Iterator[Problem]:
    """Folders, and links to some, that are none of the layout's: whoever put a skill there should hear of it."""
    try:
        with os.scandir(root / relative) as found:
            names = sorted(
                entry.name
                for entry in found
                if entry.name not in known and not entry.name.startswith(".") and entry.is_dir()
            )
    except OSError:
        return  # not there, or told of by whoever reads what lies in it
    reason = f"no skill is read from here; expected are {', '.join(sorted(known))}"
    yield from (_problem(f"{relative}{name}", "stray", reason) for name in names)


def _below(root: Path, relative: str, depth: int) -> Iterator[str | Problem]:
    folder = f"{root}/{relative}"
    if os.path.islink(folder):  # noqa: PTH114, a `Path` for each folder takes longer than to look
        yield _problem(relative, "symlink", "a link; links are not followed")
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as fault:
        yield _problem(relative, "unreadable", str(fault))
        return
    if depth == 0:
        yield from _skill_folder(relative, entries)
        return
    for entry in entries:
        inner = f"{relative}/{entry.name}"
        if entry.is_symlink():
            yield _problem(inner, "symlink", "a link; links are not followed")
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(root, inner, depth - 1)
        elif not entry.name.startswith("."):
            yield _problem(inner, "stray", "only folders are expected here")


def _skill_folder(relative: str, entries: list[os.DirEntry[str]]) -> Iterator[str | Problem]:
    """A folder with nothing but its `SKILL.md`. Anything else could be run or read by other tools: set aside."""
    entries = [entry for entry in entries if not (entry.name.startswith(".") and entry.name.endswith(".tmp"))]
    names = [entry.name for entry in entries]
    others = [name for name in names if name != SKILL_FILE]
    if others:
        reason = f"a skill's folder holds only {SKILL_FILE}; found {', '.join(map(ascii, others[:3]))}"
        yield _problem(relative, "stray", reason)
    elif not names:
        yield _problem(relative, "missing", f"no {SKILL_FILE} in it")
    elif entries[0].is_symlink():
        yield _problem(f"{relative}/{SKILL_FILE}", "symlink", "a link; links are not followed")
    else:
        yield f"{relative}/{SKILL_FILE}"


def stray(where: str, reason: str) -> Problem:
    """What lies in a store and is none of its layout's."""
    return _problem(where, "stray", reason)


def _problem(where: str, code: str, reason: str) -> Problem:
    # A name may hold bytes that are no text; escaped, it can be printed and written as JSON.
    return Problem(where=where.encode("utf-8", "backslashreplace").decode(), code=code, reason=reason)
