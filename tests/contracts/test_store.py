"""One suite for every store."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.schema.competition import Grade
from haste.schema.errors import StoreError
from haste.schema.events import RunInterrupted, RunResumed, SubmissionGraded
from haste.store.files import FileStore
from haste.store.memory import MemoryStore
from tests.search.legal import MAXIMIZE


@pytest.fixture(params=["memory", "files"])
def store(request, tmp_path: Path):
    made = MemoryStore() if request.param == "memory" else FileStore(tmp_path / "run")
    yield made
    if isinstance(made, FileStore):
        made.close()


def test_entries_come_back_in_order_as_they_were_written(store):
    written = [store.append(RunResumed(code_version=str(n))) for n in range(5)]
    assert list(store.read()) == written
    assert [entry.seq for entry in written] == [1, 2, 3, 4, 5]


def test_an_empty_store_reads_as_nothing(store):
    assert list(store.read()) == []
    assert list(store.read_grades()) == []


def test_text_that_looks_like_a_check_survives(store):
    tricky = RunResumed(code_version='","check":"0123456789abcdef"}\n\u2028é')
    store.append(tricky)
    store.append(RunInterrupted())
    assert next(iter(store.read())).event == tricky


def test_blobs_come_back_by_content_and_a_missing_one_is_said(store):
    ref = store.put(b"content")
    assert store.put(b"content") == ref
    assert store.get(ref) == b"content"
    with pytest.raises(StoreError):
        store.get("sha256:" + "0" * 64)


def test_grades_go_to_their_own_stream(store):
    graded = SubmissionGraded(
        run_id="r", competition="c", submission="sha256:0", grade=Grade(score=1.0, metric=MAXIMIZE)
    )
    store.append(RunInterrupted())
    store.append_grade(graded)
    assert [entry.event for entry in store.read_grades()] == [graded]
    assert [entry.event for entry in store.read()] == [RunInterrupted()]
