"""What only a disk can do to a journal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from haste.schema.errors import JournalCorrupt, StoreError
from haste.schema.events import RunResumed
from haste.store.files import FileStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FileStore(tmp_path / "run")
    for number in range(3):
        store.append(RunResumed(code_version=str(number)))
    store.close()
    return tmp_path / "run"


def _versions(folder: Path) -> list[str]:
    return [entry.event.code_version for entry in FileStore(folder).read()]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_dropped_and_written_over(folder: Path, cut: int):
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    assert _versions(folder) == ["0", "1"]
    store = FileStore(folder)
    store.append(RunResumed(code_version="new"))
    store.close()
    assert _versions(folder) == ["0", "1", "new"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: [lines[0].replace('"0"', '"9"'), *lines[1:]],  # a changed value
        lambda lines: [lines[0], lines[2]],  # a line taken out
        lambda lines: [lines[1], lines[0], lines[2]],  # two lines exchanged
        lambda lines: [lines[0][:50], *lines[1:]],  # torn in the middle
        lambda lines: [*lines, lines[2]],  # a line twice
    ],
)
def test_an_edited_journal_is_refused_with_the_line(folder: Path, edit):
    journal = folder / "journal.jsonl"
    journal.write_text("\n".join(edit(journal.read_text().splitlines())) + "\n")
    with pytest.raises(JournalCorrupt, match=r"line [1234]"):
        _versions(folder)
    with pytest.raises(JournalCorrupt):
        FileStore(folder).append(RunResumed(code_version="x"))


def test_a_journal_of_a_newer_version_is_said_to_be_one(folder: Path):
    from haste.store.lines import START, _check

    body = '{"seq":1,"at":0.0,"schema_version":99,"event":{"kind":"from_the_future"}'
    (folder / "journal.jsonl").write_text(f'{body},"check":"{_check(START, body)}"}}\n')
    with pytest.raises(StoreError, match="newer HASTE"):
        list(FileStore(folder).read())


def test_a_second_writer_is_refused(folder: Path):
    first = FileStore(folder)
    first.append(RunResumed(code_version="first"))
    script = (
        "import sys; from pathlib import Path; from haste.store.files import FileStore\n"
        "from haste.schema.events import RunResumed\n"
        "FileStore(Path(sys.argv[1])).append(RunResumed(code_version='second'))\n"
    )
    second = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False)
    first.close()
    assert second.returncode != 0
    assert "another process is writing this run" in second.stderr
    assert _versions(folder)[-1] == "first"


def test_a_changed_blob_is_refused(folder: Path):
    store = FileStore(folder)
    ref = store.put(b"content")
    path = next((folder / "blobs").rglob("*/*"))
    path.write_bytes(b"other")
    with pytest.raises(StoreError, match="changed"):
        store.get(ref)


def test_a_full_disk_is_said_and_nothing_that_was_written_is_lost(folder: Path, monkeypatch):
    store = FileStore(folder)
    store.append(RunResumed(code_version="before"))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left") as raised:
            store.append(RunResumed(code_version="during"))
    store.close()
    assert "resume" in str(raised.value)
    store.append(RunResumed(code_version="after"))
    store.close()
    assert _versions(folder)[:4] == ["0", "1", "2", "before"]
    assert _versions(folder)[-1] == "after"


def test_a_read_only_folder_is_said(tmp_path: Path):
    target = tmp_path / "file"
    target.write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        FileStore(target / "run").append(RunResumed(code_version="x"))


def test_every_line_is_json_that_other_tools_read(folder: Path):
    for line in (folder / "journal.jsonl").read_text().splitlines():
        assert json.loads(line)["event"]["kind"] == "run_resumed"
