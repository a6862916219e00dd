from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from haste.competition import catalogue
from haste.competition.catalogue import bundled, resolve
from haste.competition.check import check, init
from haste.competition.load import load
from haste.schema.errors import CompetitionError

from .folders import settings, tabular, write_csv


def test_rows_are_counted_as_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabular(tmp_path / "plain", b=lambda i: 'two\n"lines"')
    settings(tmp_path / "plain", 'domain = "tabular"\nmetric = "roc_auc"\ntitle = "Plain"')
    tabular(tmp_path / "terse", n=30)
    settings(tmp_path / "terse", "")
    (tmp_path / "unset").mkdir()
    monkeypatch.setattr(catalogue, "BUNDLED", tmp_path)
    listed = bundled()
    assert [(b.id, b.domain, b.metric, b.rows, b.title) for b in listed] == [
        ("plain", "tabular", "roc_auc", 60, "Plain"),
        ("terse", "tabular", "roc_auc", 30, "terse"),
    ]


def test_bundled_competitions_load_as_listed_and_without_settings(tmp_path: Path) -> None:
    """What inference gets right for a bundled competition it must go on getting right."""
    listed = bundled()
    assert len(listed) >= 8
    for entry in listed:
        loaded = load(entry.folder)
        stated = loaded.competition
        assert (stated.id, stated.domain, stated.metric.name) == (entry.id, entry.domain, entry.metric)
        assert len(loaded.train) == entry.rows
        ignored = shutil.ignore_patterns("competition.toml", "private")
        inferred = load(shutil.copytree(entry.folder, tmp_path / entry.id, ignore=ignored)).competition
        assert (inferred.id_column, inferred.targets) == (stated.id_column, stated.targets), entry.id
        assert inferred.submission_columns == stated.submission_columns, entry.id
        assert inferred.kind is stated.kind, entry.id
        assert inferred.image == stated.image, entry.id


def test_resolve(tmp_path: Path) -> None:
    name = bundled()[0].id
    assert resolve(name) == bundled()[0].folder
    assert resolve(str(tmp_path)) == tmp_path
    with pytest.raises(CompetitionError, match=f"did you mean .*{name}") as caught:
        resolve(name[:-1] + "z")
    assert caught.value.where == name[:-1] + "z"
    with pytest.raises(CompetitionError, match="haste competitions list"):
        resolve("§§§")


def test_listing_imports_no_heavy_library() -> None:
    code = (
        "import sys; from haste.competition.catalogue import bundled; bundled();"
        "print([m for m in ('pandas', 'numpy', 'sklearn', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def levels(folder: Path) -> dict[str, str]:
    return {f.where: f.level for f in check(folder) if f.level != "info"}


def test_check_of_a_sound_folder(tmp_path: Path) -> None:
    tabular(tmp_path)
    assert levels(tmp_path) == dict.fromkeys(("load", "metric", "folds", "layout", "score", "answers"), "ok")
    write_csv(tmp_path / "private" / "answers.csv", [{"id": f"{i:04d}", "y": i % 2} for i in range(60, 80)])
    write_csv(tmp_path / "private" / "leaderboard.csv", [{"score": 0.5 + i / 200} for i in range(100)])
    (words,) = [f.message for f in check(tmp_path) if f.where == "answers"]
    assert words == "the best constant grades 0.5, rank 100 of 100"


def test_check_tells_what_is_wrong(tmp_path: Path) -> None:
    tabular(tmp_path)
    write_csv(tmp_path / "private" / "answers.csv", [{"id": "0060", "y": 1}])
    faults = [f for f in check(tmp_path) if f.level == "error"]
    assert [Path(f.where).name for f in faults] == ["answers.csv"]
    settings(tmp_path, 'metrik = "x"')
    (fault,) = check(tmp_path)
    assert fault.level == "error"
    assert "did you mean `metric`?" in fault.message


def test_init_states_everything_that_was_inferred(tmp_path: Path) -> None:
    tabular(tmp_path / "a b", story=lambda i: f'once "upon" a time {i} there were {i + 1} brave little mice')
    (tmp_path / "a b" / "description.md").write_text('# Mice \\ "and" men\n')
    before = load(tmp_path / "a b").competition
    settings(tmp_path / "a b", init(tmp_path / "a b"))
    after = load(tmp_path / "a b").competition
    assert after.inferred == ()
    left_out = {"digests", "inferred"}
    assert after.model_dump(exclude=left_out) == before.model_dump(exclude=left_out)
