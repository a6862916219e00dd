"""The seam to disk: append-only streams of events, and blobs by content.

Every implementation passes `tests/contracts/test_store.py`. A stream has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from haste.schema.events import Entry, Event, GradeEntry, SubmissionGraded
from haste.schema.solution import BlobRef


class Store(Protocol):
    def append(self, event: Event) -> Entry:
        """Write one event to the run's journal, durably, before returning; stamps order, time and chain."""
        ...

    def read(self) -> Iterator[Entry]:
        """All entries of the journal in order. A torn last line is dropped; anything else raises JournalCorrupt."""
        ...

    def put(self, content: bytes) -> BlobRef:
        """Keep bytes under their digest; the same bytes twice cost nothing."""
        ...

    def get(self, ref: BlobRef) -> bytes:
        """The bytes of a digest. Raises StoreError if they are missing or do not match it."""
        ...


class GradedStore(Store, Protocol):
    """With the stream of grades. Whatever thinks, decides or learns is given a `Store`, which has none."""

    def append_grade(self, event: SubmissionGraded) -> GradeEntry:
        """Write to the grades stream, which no journal of a run holds."""
        ...

    def read_grades(self) -> Iterator[GradeEntry]: ...
