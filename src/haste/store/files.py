"""A run's folder on disk: `journal.jsonl`, `grades.jsonl` and `blobs/`. One writer; readers need no lock."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from haste.schema.errors import StoreError
from haste.schema.events import Entry, Event, GradeEntry, SubmissionGraded
from haste.schema.solution import BlobRef

from .stream import Stream, disk_fault


class FileStore:
    """The store of one run, below `root`."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self._journal = Stream(root / "journal.jsonl", Entry, clock)
        self._grades = Stream(root / "grades.jsonl", GradeEntry, clock)

    def claim(self) -> None:
        """Become the run's one writer now, before anything else is begun. Raises StoreError if another process is."""
        self._journal.claim()

    def append(self, event: Event) -> Entry:
        return self._journal.append(event)

    def read(self) -> Iterator[Entry]:
        return self._journal.read()

    def append_grade(self, event: SubmissionGraded) -> GradeEntry:
        try:
            return self._grades.append(event)
        finally:
            self._grades.close()  # a run is graded once, often through a store that nobody closes

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
            raise disk_fault(fault, path) from fault
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
