"""Which code this is: the release, and a digest of what it consists of, since between releases code changes too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from haste import __version__

_DATA = ("bundled", "starter")  # have digests of their own
_CODE = (".py", ".md", ".toml")


@cache
def code_version() -> str:
    """`0.1.0+` and eight hex digits that differ as soon as a line of code, a prompt or a table does."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(_files(root)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:8]}"


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in _DATA:
                yield from _files(path)
        elif path.suffix in _CODE:
            yield path
