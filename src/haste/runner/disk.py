"""Writing a file for the person: all of it or nothing, so that a kill leaves no half a file."""

from __future__ import annotations

from pathlib import Path

from haste.schema.errors import StoreError


def write_whole(path: Path, content: bytes) -> None:
    """Raises StoreError where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as fault:
        msg = f"cannot write: {fault.strerror or fault}"
        raise StoreError(msg, where=str(path), hint="free disk space, then `haste resume`") from fault
