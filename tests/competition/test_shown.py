"""What an engineer is shown of a folder is what a script finds there."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.competition.catalogue import resolve
from haste.competition.layout import lay_out
from haste.competition.load import load
from haste.competition.shown import files_shown, first_lines, first_rows

from .folders import tabular


@pytest.mark.parametrize("name", ["cell-samples", "few-digits", "sign-names"])
def test_files_are_those_of_the_view(name: str, tmp_path: Path) -> None:
    loaded = load(resolve(name))
    view = lay_out(loaded, tmp_path / "view", None)
    shown = [line.split(" (")[0].rstrip("/") for line in files_shown(loaded)]
    assert sorted(shown) == sorted(path.name for path in view.iterdir())


def test_a_folder_of_pictures_is_one_line_with_their_size() -> None:
    (line,) = [line for line in files_shown(load(resolve("few-digits"))) if line.startswith("images/")]
    assert "1000 files: .png 1000" in line
    assert "20x20 L (20)" in line


def test_rows_are_bounded_and_leave_out_what_is_missing(tmp_path: Path) -> None:
    folder = tabular(tmp_path, a=lambda i: "" if i == 0 else i, b=lambda i: "long " * 100)
    first, second, third = first_rows(load(folder).train)
    assert "a" not in first
    assert second["a"] == "1"
    assert len(third["b"]) == 120


def test_the_sample_is_shown_as_it_stands(tmp_path: Path) -> None:
    assert first_lines(load(tabular(tmp_path)).sample) == ("id,y", "0060,0.5", "0061,0.5", "0062,0.5")
