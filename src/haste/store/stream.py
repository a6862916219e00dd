"""One append-only file of chained lines. One writer, kept by a lock; readers need none. Knows no event."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Generic

from haste.schema.errors import StoreError
from haste.schema.value import Value

from .lines import START, E, read_lines, write_line


class Stream(Generic[E]):
    """`kind` is the type of its entries, `owner` what the file belongs to, in words."""

    def __init__(self, path: Path, kind: type[E], clock: Callable[[], float] = time.time, owner: str = "run") -> None:
        self.path = path
        self.kind: type[E] = kind
        self.clock = clock
        self.owner = owner
        self._file: IO[bytes] | None = None
        self._seq, self._check = 0, START

    def read(self) -> Iterator[E]:
        """All entries in order. A torn last line is dropped; anything else raises JournalCorrupt."""
        if not self.path.exists():
            return iter(())
        whole, _, _torn = self.path.read_bytes().rpartition(b"\n")
        lines = whole.decode("utf-8", errors="replace").split("\n") if whole else []
        return read_lines(lines, self.kind, str(self.path))

    def claim(self) -> None:
        """Become the one writer now. Raises StoreError if another process is."""
        try:
            self._file = self._file or self._open()
        except OSError as fault:
            raise disk_fault(fault, self.path) from fault

    def append(self, event: Value) -> E:
        """Write one event, durably, before returning."""
        try:
            file = self._file or self._open()
            line, check = write_line(self._seq + 1, self.clock(), event, self._check)
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError as fault:
            self.close()  # the next append looks at what is there anew, and cuts half a line off
            raise disk_fault(fault, self.path) from fault
        self._seq, self._check = self._seq + 1, check
        entry: E = self.kind.model_validate_json(line)
        return entry

    def _open(self) -> IO[bytes]:
        """Take the writer's lock, verify what is there, and cut a torn last line off before writing after it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            msg = f"another process is writing this {self.owner}"
            raise StoreError(msg, where=str(self.path), hint="wait for it to end, or stop it") from None
        try:
            self._seq, self._check = 0, START
            for entry in self.read():
                self._seq, self._check = entry.seq, entry.check
        except StoreError:
            file.close()
            raise
        content = self.path.read_bytes()
        file.truncate(len(content.rpartition(b"\n")[0]) + 1 if b"\n" in content else 0)
        self._file = file
        return file

    def close(self) -> None:
        file, self._file = self._file, None
        if file:
            with suppress(OSError):  # what a full disk kept from being written was never promised
                file.close()


def disk_fault(fault: OSError, path: Path) -> StoreError:
    hint = "free disk space or choose another --out; then `haste resume`"
    return StoreError(f"cannot write: {fault.strerror or fault}", where=str(path), hint=hint)
