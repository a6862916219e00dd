"""Single small text files: read with a cap and without following links, replaced in one step."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from haste.schema.errors import StoreError

LIMIT = 64 * 1024  # bytes of one `SKILL.md`; three hundred words need a tenth of it


class Unreadable(StoreError):
    """A file that is set aside; `code` is the short word for why, `line` where there is one to tell of."""

    def __init__(self, code: str, message: str, where: str, line: int | None = None) -> None:
        super().__init__(message, where=where)
        self.code, self.line = code, line


def read_text(path: Path, limit: int, errors: str = "strict") -> str:
    """The text of a regular file of at most `limit` bytes. Raises Unreadable for a link, pipe, large or binary file."""
    where = str(path)
    try:
        # O_NONBLOCK: opening a pipe without a writer would wait for ever.
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        linked = path.is_symlink()
        raise Unreadable(
            code="symlink" if linked else "unreadable",
            message="a link; links are not followed" if linked else f"cannot be read: {fault.strerror or fault}",
            where=where,
        ) from fault
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(code="not_a_file", message="not a regular file", where=where)
        if status.st_size > limit:
            raise Unreadable(code="too_large", message=f"{status.st_size} bytes; at most {limit} are read", where=where)
        with os.fdopen(fd, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    finally:
        os.close(fd)
    if len(content) > limit:
        raise Unreadable(code="too_large", message=f"more than {limit} bytes", where=where)
    try:
        return content.decode("utf-8", errors)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise Unreadable(code="encoding", message=f"not UTF-8 in line {line}", where=where, line=line) from fault


def replace_text(path: Path, text: str) -> None:
    """Write a whole file durably so that no reader ever sees a part of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or a removal in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def digest_of(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
