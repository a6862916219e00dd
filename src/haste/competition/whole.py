"""Folders that appear whole or not at all: built beside their place under a hidden name, and renamed at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from haste.schema.errors import StoreError


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends well; a `target` that is there by then stays.

    Raises StoreError when the disk is full or may not be written to.
    """
    half_done: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half_done = Path(mkdtemp(dir=target.parent, prefix=".half-"))
        yield half_done
        half_done.chmod(0o755)  # candidates may run as another user
        _rename(half_done, target)
    except OSError as error:
        message = f"cannot be built: {error.strerror or error}"
        raise StoreError(message, where=str(target), hint="free some space, or choose another --out folder") from error
    finally:
        if half_done is not None:
            shutil.rmtree(half_done, ignore_errors=True)


def _rename(half_done: Path, target: Path) -> None:
    try:
        half_done.rename(target)
    except OSError:
        if not target.is_dir():
            raise
