"""An unfamiliar folder as bounded text: names, sizes and the heads of its tables. Decides nothing, and needs no sample.

For whoever is to write its `competition.toml`. What no candidate may see is not listed: `private/` and the like.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from haste.schema.errors import CompetitionError

from .archives import members
from .contents import DESCRIPTION, NEVER
from .decode import decode
from .tables import open_table, table_suffix

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ENTRIES = 40
_HEAD_LINES, _LINE_LENGTH = 4, 300
_DESCRIPTION_LENGTH = 6000


def listing(folder: Path) -> str:
    """At most some 60,000 characters, the description last. Raises CompetitionError where there is no folder."""
    if not folder.is_dir():
        msg = "is no folder"
        raise CompetitionError(msg, where=str(folder))
    entries = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and path.name not in NEVER]
    lines = [line for path in entries[:_ENTRIES] for line in _entry(path)]
    if len(entries) > _ENTRIES:
        lines.append(f"and {len(entries) - _ENTRIES} more")
    about = folder / DESCRIPTION
    if about.is_file():
        lines += ["", f"{DESCRIPTION} reads:", decode(about.read_bytes(), DESCRIPTION)[:_DESCRIPTION_LENGTH]]
    return "\n".join(lines)


def _entry(path: Path) -> list[str]:
    if path.is_dir():
        files = [found.relative_to(path.parent).as_posix() for found in sorted(path.rglob("*")) if found.is_file()]
        return [f"{path.name}/ {_inside(files)}"]
    size = f"{path.name} ({path.stat().st_size:,} bytes)"
    try:
        if table_suffix(path.name) is not None:
            return [size, *_head(path)]
        if path.suffix.lower() == ".zip":
            return [f"{size} {_inside(sorted(members(path)))}"]
    except CompetitionError as fault:
        return [f"{size}: {fault}"]
    return [size]


def _head(path: Path) -> list[str]:
    """The first lines of a text table; of others what their format allows without a reader."""
    member, content = open_table(path, path.name)
    if table_suffix(member) == "parquet":
        return ["    (parquet)"]
    start = content[:20_000].rpartition(b"\n")[0] or content[:20_000]  # no character is cut in two
    lines = decode(start, path.name).splitlines()[:_HEAD_LINES]
    return [f"    {line[:_LINE_LENGTH]}" for line in lines]


def _inside(files: Iterable[str]) -> str:
    files = list(files)
    kinds = Counter(name.rpartition(".")[2].lower() if "." in name else "no suffix" for name in files)
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:4]
    named = ", ".join(f"{kind} {count}" for kind, count in ordered)
    return f"({len(files)} files: {named}; first: {', '.join(files[:3])})"
