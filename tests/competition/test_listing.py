"""A folder that nobody has explained, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.competition.catalogue import resolve
from haste.competition.listing import listing
from haste.schema.errors import CompetitionError

from .folders import tabular, write_csv


def test_tables_show_their_heads_and_nothing_private(tmp_path: Path) -> None:
    folder = tabular(tmp_path)
    write_csv(folder / "private" / "answers.csv", [{"id": "0060", "y": "1"}])
    (folder / ".hidden").write_text("x")
    (folder / "description.md").write_text("# Predict y\n")
    text = listing(folder)
    assert "    id,a,b,y\n    0000,0.00,x,0\n" in text
    assert text.endswith("description.md reads:\n# Predict y\n")
    assert "private" not in text
    assert "hidden" not in text


def test_archives_and_folders_are_summed_up() -> None:
    assert "(1000 files: png 1000; first: images/" in listing(resolve("few-digits"))


def test_it_is_bounded(tmp_path: Path) -> None:
    for number in range(100):
        write_csv(tmp_path / f"table{number}.csv", [{"x": "y" * 5000} for _ in range(10)])
    text = listing(tmp_path)
    assert "and 60 more" in text
    assert len(text) < 60_000


def test_a_broken_file_is_named_and_no_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data.zip").write_bytes(b"no archive")
    assert "data.zip (10 bytes): data.zip: cannot be unpacked" in listing(tmp_path)
    with pytest.raises(CompetitionError, match="is no folder"):
        listing(tmp_path / "nothing")
