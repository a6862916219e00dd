"""Journals of every version there ever was must fold today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from haste.schema.events import SCHEMA_VERSION
from haste.search.evolve import fold
from haste.store.files import FileStore

KEPT = sorted(Path(__file__).parent.glob("journal-v*.jsonl"))


def test_the_journal_of_every_version_is_kept():
    assert [path.stem for path in KEPT] == [f"journal-v{n}" for n in range(1, SCHEMA_VERSION + 1)]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_it_folds_to_what_it_was(path: Path, tmp_path: Path):
    shutil.copy(path, tmp_path / "journal.jsonl")
    state = fold(FileStore(tmp_path).read())
    assert state.finished == "interrupted"
    assert state.interrupted
    assert [note.name for note in state.skills] == ["seeds"]
    assert len(state.nodes) == 11
    assert state.chosen is not None
    assert sorted(n.candidate.id for n in state.nodes.values() if n.decision and n.decision.kept) == ["c10", "c4", "c5"]
