"""A run's folder on disk: `journal.jsonl`, `grades.jsonl` and `blobs/`. One writer; readers need no lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Generic, TypeVar

from haste.schema.errors import StoreError
from haste.schema.events import Entry, Event, GradeEntry, SubmissionGraded
from haste.schema.solution import BlobRef
from haste.schema.value import Value

from .lines import START, read_lines, write_line

E = TypeVar("E", Entry, GradeEntry)


class _Stream(Generic[E]):
    """One append-only file of chained lines."""

    def __init__(self, path: Path, kind: type[E], clock: Callable[[], float]) -> None:
        self.path = path
        self.kind: type[E] = kind
        self.clock = clock
        self._file: IO[bytes] | None = None
        self._seq, self._check = 0, START

    def read(self) -> Iterator[E]:
        if not self.path.exists():
            return iter(())
        whole, _, _torn = self.path.read_bytes().rpartition(b"\n")
        lines = whole.decode("utf-8", errors="replace").split("\n") if whole else []
        return read_lines(lines, self.kind, str(self.path))

    def claim(self) -> None:
        try:
            self._file = self._file or self._open()
        except OSError as fault:
            raise _disk_fault(fault, self.path) from fault

    def append(self, event: Value) -> E:
        try:
            file = self._file or self._open()
            line, check = write_line(self._seq + 1, self.clock(), event, self._check)
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError as fault:
            self.close()  # the next append looks at what is there anew, and cuts half a line off
            raise _disk_fault(fault, self.path) from fault
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
            msg = "another process is writing this run"
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


class FileStore:
    """The store of one run, below `root`."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self._journal = _Stream(root / "journal.jsonl", Entry, clock)
        self._grades = _Stream(root / "grades.jsonl", GradeEntry, clock)

    def claim(self) -> None:
        """Become the run's one writer now, before anything else is begun. Raises StoreError if another process is."""
        self._journal.claim()

    def append(self, event: Event) -> Entry:
        return self._journal.append(event)

    def read(self) -> Iterator[Entry]:
        return self._journal.read()

    def append_grade(self, event: SubmissionGraded) -> GradeEntry:
        return self._grades.append(event)

    def read_grades(self) -> Iterator[GradeEntry]:
        return self._grades.read()

    def put(self, content: bytes) -> BlobRef:
        ref = blob_ref(content)
        path = self._blob(ref)
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
                with partial.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())  # the journal will point to it
                partial.replace(path)
        except OSError as fault:
            raise _disk_fault(fault, path) from fault
        return ref

    def get(self, ref: BlobRef) -> bytes:
        path = self._blob(ref)
        try:
            content = path.read_bytes()
        except OSError as fault:
            msg = "a file that the journal points to is missing"
            raise StoreError(msg, where=str(path), hint="restore the run's blobs folder") from fault
        if blob_ref(content) != ref:
            msg = "a file that the journal points to was changed"
            raise StoreError(msg, where=str(path), hint="restore the run's blobs folder")
        return content

    def close(self) -> None:
        self._journal.close()
        self._grades.close()

    def _blob(self, ref: BlobRef) -> Path:
        digest = ref.removeprefix("sha256:")
        return self.root / "blobs" / digest[:2] / digest


def blob_ref(content: bytes) -> BlobRef:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _disk_fault(fault: OSError, path: Path) -> StoreError:
    hint = "free disk space or choose another --out; then `haste resume`"
    return StoreError(f"cannot write: {fault.strerror or fault}", where=str(path), hint=hint)
