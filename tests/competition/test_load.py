"""Folders that cannot be run as they are: each gets an error that names the file and says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from haste.competition.digests import check_unchanged
from haste.competition.load import load
from haste.schema.errors import CompetitionError

from .folders import settings, tabular, write_csv


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def put(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


def stated(text: str) -> Callable[[Path], object]:
    return lambda folder: settings(folder, text)


SAMPLE = "sample_submission.csv"


@pytest.mark.parametrize(
    ("spoil", "where", "words"),
    [
        (remove("train.csv"), "demo", "has no train table"),
        (remove("test.csv"), "demo", "has no test table, so that the columns 'a', 'b' of train.csv are not known"),
        (remove(SAMPLE), "demo", "has no sample submission"),
        (put("train.csv", b""), "train.csv", "is empty"),
        (put("test.csv", b"id,a,b\n"), "test.csv", "header but no rows"),
        (put("train.csv", b"id,a,b,y\n1,2\n"), "train.csv", "line 2 has 2 fields"),
        (put("train.csv", b"\x00\x01\x02\x03\x04\x05"), "train.csv", "not text in any encoding"),
        (edit(SAMPLE, "0070,0.5\n", ""), SAMPLE, "has 19 rows where test.csv has 20"),
        (edit(SAMPLE, "0070", "0999"), SAMPLE, "names 1 ids that are not in test.csv, for example '0999'"),
        (edit(SAMPLE, "0070", "70"), SAMPLE, "for example '70'"),
        (edit(SAMPLE, "0070", "0071"), SAMPLE, "1 duplicate ids"),
        (edit("test.csv", "0070", "0071"), "test.csv", "1 duplicate ids in the column 'id', for example '0071'"),
        (edit("train.csv", "0010", "0011"), "train.csv", "1 duplicate ids"),
        (edit("train.csv", "0010", ""), "train.csv", "1 rows without an id"),
        (edit("test.csv", "id,a,b", "id,a,y"), "test.csv", "holds the target column 'y'"),
        (edit(SAMPLE, "id,y", "id,id"), SAMPLE, "more than once"),
        (stated('metric = "rsme"'), None, "unknown metric 'rsme'"),
        (stated('metric = "mean_gamma_deviance"\nkind = "binary"'), "competition.toml", "is for regression"),
        (stated('target = "z"'), "train.csv", "lacks the target 'z'"),
        (stated('id_column = "key"'), SAMPLE, "lacks the id column 'key'"),
        (stated('train = "learn.csv"'), "demo", "no file 'learn.csv'"),
        (stated('text = ["bb"]'), "competition.toml", "`text` names the column 'bb'"),
        (stated('[validation]\nscheme = "group"'), "competition.toml", "no group column"),
        (stated('[validation]\nscheme = "time"'), "competition.toml", "no time column"),
        (stated('kind = "sequence"'), "demo", "whose rows cannot be held out"),
        (stated('image = ["b"]'), "the competition's folder", "no files that the column 'b' names"),
        (put("old_train.csv", b"id,y\n0003,1\n"), "old_train.csv", "leak"),
        (put("solution.csv", b"id,y\n0063,1\n"), "solution.csv", "leak"),
    ],
)
def test_spoilt_folders(spoil: Callable[[Path], object], where: str | None, words: str, tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo")
    load(folder)  # sound before
    spoil(folder)
    with pytest.raises(CompetitionError) as caught:
        load(folder)
    assert words in str(caught.value)
    assert caught.value.hint
    if where is not None:
        assert Path(caught.value.where or "").name == where


def test_ids_may_be_all_that_is_known_of_the_rows_to_predict(tmp_path: Path) -> None:
    said = tabular(tmp_path / "said")
    write_csv(said / "test.csv", [{"id": f"{i:04d}"} for i in range(60, 80)])
    assert load(said).test.columns.tolist() == ["id"]
    files = tabular(tmp_path / "files")
    (files / "test.csv").unlink()
    (files / "scans").mkdir()
    (files / "scans" / "0060.npy").write_bytes(b"1")
    assert load(files).test.columns.tolist() == ["id"]


def test_text_that_is_neither_number_nor_class_is_explained(tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo", y=lambda i: f"{i}.000,5")
    with pytest.raises(CompetitionError, match=r"target 'y' of text with 60 .*'0\.000,5'.*write numbers with a point"):
        load(folder)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (lambda i: "1", "has only the value '1' in the target 'y'"),
        (lambda i: "", "has no value at all in the target 'y'"),
        (lambda i: "NA", "has no value at all in the target 'y'"),
    ],
)
def test_targets_that_teach_nothing(values: Callable[[int], str], words: str, tmp_path: Path) -> None:
    with pytest.raises(CompetitionError) as caught:
        load(tabular(tmp_path, y=values))
    assert words in str(caught.value)


def test_text_where_numbers_are_needed(tmp_path: Path) -> None:
    tabular(tmp_path, y=lambda i: "many" if i == 7 else i * 1.5)
    settings(tmp_path, 'kind = "regression"')
    with pytest.raises(CompetitionError, match="'many' in the target 'y', where regression needs numbers"):
        load(tmp_path)


def test_no_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(CompetitionError, match="is no folder"):
        load(tmp_path / "none")
    with pytest.raises(CompetitionError, match="is empty"):
        load(tmp_path)


def test_rows_without_a_target_are_left_out_and_said(tmp_path: Path) -> None:
    loaded = load(tabular(tmp_path, y=lambda i: "" if i in (3, 8) else i % 2))
    assert len(loaded.train) == 58
    assert loaded.left_out == 2
    assert "0003" not in set(loaded.train["id"])
    assert loaded.train.index.tolist() == list(range(58))
    assert any("2 of 60 training rows lack a target" in s for s in loaded.competition.inferred)


def test_class_columns_must_name_every_class(tmp_path: Path) -> None:
    tabular(tmp_path, y=lambda i: ["ant", "bee", "cow"][i % 3])
    ids = [f"{i:04d}" for i in range(60, 80)]
    write_csv(tmp_path / SAMPLE, [{"id": i, "ant": 0.5, "bee": 0.5} for i in ids])
    with pytest.raises(CompetitionError, match="lacks columns for the classes 'cow' of the target 'y'"):
        load(tmp_path)
    write_csv(tmp_path / SAMPLE, [{"id": i, "dog": 0.5, "elk": 0.5} for i in ids])
    with pytest.raises(CompetitionError, match="has no column whose values are the sample's columns 'dog', 'elk'"):
        load(tmp_path)


def test_listed_tables_pass_the_leak_check(tmp_path: Path) -> None:
    tabular(tmp_path)
    (tmp_path / "more.csv").write_text("id,y\n0003,1\n")
    settings(tmp_path, 'tables = ["more.csv"]')
    assert "more.csv" in load(tmp_path).competition.digests


@pytest.mark.parametrize(
    "name", ["train.csv", "test.csv", SAMPLE, "competition.toml", "description.md", "photos/a.png"]
)
def test_a_changed_folder_is_noticed(name: str, tmp_path: Path) -> None:
    tabular(tmp_path)
    settings(tmp_path, "")
    (tmp_path / "description.md").write_text("# Demo\n")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes(b"1")
    before = load(tmp_path).competition.digests
    check_unchanged(load(tmp_path), before)
    with (tmp_path / name).open("a") as file:
        file.write("\n\n")
    with pytest.raises(CompetitionError, match=f"changed: {name.split('/')[0]}"):
        check_unchanged(load(tmp_path), before)


def test_new_and_lost_files_are_noticed(tmp_path: Path) -> None:
    tabular(tmp_path)
    before = load(tmp_path).competition.digests
    (tmp_path / "weather.csv").write_text("day,rain\n1,2\n")
    with pytest.raises(CompetitionError, match=r"new: weather\.csv"):
        check_unchanged(load(tmp_path), before)
    with pytest.raises(CompetitionError, match=r"gone: x\.csv"):
        check_unchanged(load(tabular(tmp_path)), {**load(tmp_path).competition.digests, "x.csv": "0"})


def test_private_files_are_in_no_digest(tmp_path: Path) -> None:
    tabular(tmp_path)
    write_csv(tmp_path / "private" / "answers.csv", [{"id": "0060", "y": 1}])
    assert not any("private" in name or "answers" in name for name in load(tmp_path).competition.digests)


def test_an_id_is_short_enough_for_the_names_of_folders_and_stays_its_own(tmp_path: Path) -> None:
    longest, *longer = ["a" * 57, "a" * 58, "a" * 58 + "b", "a." * 100]
    ids = [load(tabular(tmp_path / name)).competition.id for name in (longest, *longer)]
    assert ids[0][:-6] == f"{longest}-"
    assert all(len(one) <= 64 and one[0] == "a" for one in ids)
    assert len(set(ids)) == 4


def test_an_id_that_is_not_stated_tells_other_data_in_a_folder_of_the_same_name(tmp_path: Path) -> None:
    """Else what was learned on one would be shown on the other, as notes of its own competition."""
    first, again, other = (tabular(tmp_path / place / "clinic-visits") for place in "abc")
    rows = (other / "train.csv").read_text().splitlines(keepends=True)
    (other / "train.csv").write_text("".join(rows[:-1]))
    ids = [load(folder).competition.id for folder in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert all(re.fullmatch("clinic-visits-[0-9a-f]{6}", one) for one in ids)
