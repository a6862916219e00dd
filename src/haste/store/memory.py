"""A store that lives as long as its process: for tests, and for trying things. Same lines, same checks as on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from haste.schema.errors import StoreError
from haste.schema.events import Entry, Event, GradeEntry, SubmissionGraded
from haste.schema.solution import BlobRef

from .files import blob_ref
from .lines import START, read_lines, write_line


class MemoryStore:
    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self.lines: list[str] = []
        self.grade_lines: list[str] = []
        self.blobs: dict[BlobRef, bytes] = {}
        self._clock = clock or (lambda: float(len(self.lines)))
        self._check = self._grade_check = START

    def append(self, event: Event) -> Entry:
        line, self._check = write_line(len(self.lines) + 1, self._clock(), event, self._check)
        self.lines.append(line)
        return Entry.model_validate_json(line)

    def read(self) -> Iterator[Entry]:
        return read_lines(list(self.lines), Entry, "memory")

    def append_grade(self, event: SubmissionGraded) -> GradeEntry:
        line, self._grade_check = write_line(len(self.grade_lines) + 1, self._clock(), event, self._grade_check)
        self.grade_lines.append(line)
        return GradeEntry.model_validate_json(line)

    def read_grades(self) -> Iterator[GradeEntry]:
        return read_lines(list(self.grade_lines), GradeEntry, "memory")

    def put(self, content: bytes) -> BlobRef:
        ref = blob_ref(content)
        self.blobs[ref] = content
        return ref

    def get(self, ref: BlobRef) -> bytes:
        if ref not in self.blobs:
            msg = f"no blob {ref}"
            raise StoreError(msg)
        return self.blobs[ref]
