"""What a solution sees: the same folder for a fold as for the real thing, and nothing that is held out."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.competition.layout import lay_out
from haste.competition.load import load
from haste.competition.loaded import Fold
from haste.schema.errors import StoreError

from . import folders
from .folders import all_bytes, tabular, write_csv


def halves(n: int) -> Fold:
    return Fold(np.arange(0, n, 2), np.arange(1, n, 2))


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def names(view: Path) -> set[str]:
    return {p.relative_to(view).as_posix() for p in view.rglob("*") if p.is_file()}


def test_the_real_view_says_what_the_files_say(tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo", odd=lambda i: ["007", "1.10", "NA", '"x", y', "", "null", "1e3", "TRUE"][i % 8])
    loaded = load(folder)
    view = lay_out(loaded, tmp_path / "views" / "real", None)
    for name in ("train.csv", "test.csv", "sample_submission.csv"):
        assert (view / name).read_bytes() == (folder / name).read_bytes()
    assert (view / "description.md").read_text() == loaded.competition.description


def test_a_fold_looks_like_the_real_thing(tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo", only_train=lambda i: i)
    write_csv(folder / "test.csv", read(folder / "test.csv").to_dict("records"), ["id", "b", "a"])
    loaded = load(folder)
    fold = halves(len(loaded.train))
    view, real = lay_out(loaded, tmp_path / "v" / "f", fold), lay_out(loaded, tmp_path / "v" / "r", None)
    assert names(view) == names(real)
    for name in ("train.csv", "test.csv", "sample_submission.csv"):
        assert list(read(view / name).columns) == list(read(real / name).columns)
    train, test, sample = (read(view / f"{n}.csv") for n in ("train", "test", "sample_submission"))
    source = read(folder / "train.csv")
    pd.testing.assert_frame_equal(train, source.iloc[fold.train].reset_index(drop=True))
    pd.testing.assert_frame_equal(test, source.iloc[fold.valid].reset_index(drop=True)[["id", "b", "a"]])
    assert sample["id"].tolist() == test["id"].tolist()
    assert set(sample["y"]) == {"0.5"}


@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_fold_views_part_the_rows_and_hide_the_labels(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every row is in exactly one table, with its id to the byte; no held-out label is anywhere in the folder."""
    place = tmp_path_factory.mktemp("c")
    seed = data.draw(st.integers(0, 2**32 - 1))
    text = data.draw(st.sampled_from(["csv", "tsv", "json", "jsonl"]))
    separate = data.draw(st.booleans())
    rng = np.random.default_rng(seed)
    n = 24
    ids = [f"{i:0{rng.integers(2, 6)}d}-é{i}" for i in rng.permutation(n + 6)]
    labels = [f"L{rng.integers(10**12):012d}L" for _ in range(n)]
    frame = pd.DataFrame({"id": ids[:n], "x": rng.normal(size=n).round(3), "y": labels})
    folder = place / "demo"
    folder.mkdir()
    sides = {"train": frame.drop(columns="y") if separate else frame, "test": pd.DataFrame({"id": ids[n:], "x": 1.0})}
    for name, table in sides.items():
        if text in ("csv", "tsv"):
            table.to_csv(folder / f"{name}.{text}", index=False, sep="," if text == "csv" else "\t")
        else:
            table.to_json(folder / f"{name}.{text}", orient="records", lines=text == "jsonl", force_ascii=False)
    if separate:
        frame[["id", "y"]].sample(frac=1, random_state=seed % 1000).to_csv(folder / "train_labels.csv", index=False)
    pd.DataFrame({"id": ids[n:], "y": "L"}).to_csv(folder / "sample_submission.csv", index=False)
    folders.settings(folder, 'kind = "multiclass"\nmetric = "accuracy"\n[validation]\nscheme = "kfold"\n')
    (folder / "private").mkdir()
    (folder / "private" / "answers.csv").write_text("id,y\nsecret,SECRET\n")

    loaded = load(folder)
    held_out = np.sort(rng.choice(n, data.draw(st.integers(1, n - 1)), replace=False))
    fold = Fold(np.setdiff1d(np.arange(n), held_out), held_out)
    content = all_bytes(lay_out(loaded, place / "views" / "f", fold))
    for row in range(n):
        assert (labels[row].encode() in content) == (row in fold.train)
    assert b"SECRET" not in content
    assert b"private" not in content
    suffix = "\t" if text == "tsv" else ","
    if text in ("csv", "tsv"):
        train = pd.read_csv(place / "views" / "f" / f"train.{text}", dtype=str, sep=suffix)
        test = pd.read_csv(place / "views" / "f" / f"test.{text}", dtype=str, sep=suffix)
        assert train["id"].tolist() == [ids[i] for i in fold.train]
        assert test["id"].tolist() == [ids[i] for i in fold.valid]
    assert read(place / "views" / "f" / "sample_submission.csv")["id"].tolist() == [ids[i] for i in fold.valid]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = tabular(tmp_path / "demo")
    for name in ("train", "test"):
        frame = pd.read_csv(folder / f"{name}.csv", dtype={"id": str})
        frame["n"] = pd.array([None, *range(1, len(frame))], dtype="Int64")
        frame["day"] = pd.Timestamp("2020-01-01")
        (folder / f"{name}.csv").unlink()
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    loaded = load(folder)
    view = lay_out(loaded, tmp_path / "v" / "f", halves(len(loaded.train)))
    import pyarrow.parquet as pq

    real, fold = pq.read_schema(folder / "test.parquet"), pq.read_schema(view / "test.parquet")
    assert [(f.name, f.type) for f in fold] == [(f.name, f.type) for f in real]


def test_rows_without_a_target_are_in_no_view(tmp_path: Path) -> None:
    loaded = load(tabular(tmp_path / "demo", y=lambda i: "" if i in (0, 7) else i % 2))
    fold = halves(len(loaded.train))
    view, real = lay_out(loaded, tmp_path / "v" / "f", fold), lay_out(loaded, tmp_path / "v" / "r", None)
    assert len(read(real / "train.csv")) == 58
    assert not {"0000", "0007"} & (set(read(view / "train.csv")["id"]) | set(read(view / "test.csv")["id"]))
    assert read(view / "test.csv")["id"].tolist() == loaded.train["id"].iloc[fold.valid].tolist()


def test_made_up_ids(tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo")
    lines = (folder / "train.csv").read_text().splitlines()
    (folder / "train.csv").write_text("\n".join(line.partition(",")[2] for line in lines))
    loaded = load(folder)
    fold = halves(len(loaded.train))
    view = lay_out(loaded, tmp_path / "v" / "f", fold)
    assert "id" not in read(view / "train.csv")
    assert read(view / "test.csv")["id"].tolist() == loaded.train["id"].iloc[fold.valid].tolist()
    assert list(read(view / "test.csv").columns) == ["id", "a", "b"]


def test_only_what_a_candidate_may_see(tmp_path: Path) -> None:
    folder = folders.settings(tabular(tmp_path / "demo", secret=lambda i: i), 'drop = ["secret"]')
    for name in ("private/answers.csv", "runs/r1/journal.jsonl", "old/r2/journal.jsonl", ".git/config", "notes/a.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    for name in ("kernel.ipynb", "solution.py", "weather.csv", "my_submission.csv", "train.csv.gz", "extra.bin"):
        (folder / name).write_text("day,rain\n1,2\n")
    view = lay_out(load(folder), tmp_path / "v" / "f", halves(60))
    known = {"train.csv", "test.csv", "sample_submission.csv", "description.md"}
    assert names(view) == known | {"weather.csv", "extra.bin", "notes/a.txt"}
    assert "secret" not in read(view / "train.csv")
    assert "secret" not in read(view / "test.csv")


def photo_folder(folder: Path, *, zipped: bool) -> Path:
    tabular(folder, photo=lambda i: f"p{i}")
    for side, rows in (("train", range(60)), ("test", range(60, 80))):
        if zipped:
            with zipfile.ZipFile(folder / f"{side}_photos.zip", "w") as archive:
                for i in rows:
                    archive.writestr(f"p{i}.png", f"photo {i}")
        else:
            (folder / f"{side}_photos").mkdir()
            for i in rows:
                (folder / f"{side}_photos" / f"p{i}.png").write_text(f"photo {i}")
    return folder


@pytest.mark.parametrize("zipped", [False, True])
def test_held_out_photos_move_to_the_test_side(zipped: bool, tmp_path: Path) -> None:
    loaded = load(photo_folder(tmp_path / "demo", zipped=zipped))
    fold = halves(60)
    view, real = lay_out(loaded, tmp_path / "v" / "f", fold), lay_out(loaded, tmp_path / "v" / "r", None)
    assert {p.stem for p in (view / "train_photos").iterdir()} == {f"p{i}" for i in fold.train}
    assert {p.stem for p in (view / "test_photos").iterdir()} == {f"p{i}" for i in fold.valid}
    assert (view / "test_photos" / "p1.png").read_text() == "photo 1"
    assert {p.stem for p in (real / "train_photos").iterdir()} == {f"p{i}" for i in range(60)}
    assert {p.stem for p in (real / "test_photos").iterdir()} == {f"p{i}" for i in range(60, 80)}
    assert (view / "train_photos" / "p0.png").samefile(real / "train_photos" / "p0.png")


def test_a_shared_photo_folder_is_linked_whole(tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo", photo=lambda i: f"p{i}.png")
    (folder / "photos").mkdir()
    for i in range(80):
        (folder / "photos" / f"p{i}.png").write_text(str(i))
    view = lay_out(load(folder), tmp_path / "v" / "f", halves(60))
    assert len(list((view / "photos").iterdir())) == 80
    assert (view / "photos" / "p3.png").samefile(folder / "photos" / "p3.png")


def test_files_are_copied_where_links_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(photo_folder(tmp_path / "demo", zipped=False))

    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    view = lay_out(loaded, tmp_path / "v" / "f", halves(60))
    assert (view / "test_photos" / "p1.png").read_text() == "photo 1"
    assert not (view / "test_photos" / "p1.png").samefile(tmp_path / "demo" / "train_photos" / "p1.png")


@pytest.mark.parametrize("zipped", [False, True])
def test_without_links_a_script_cannot_reach_the_originals(zipped: bool, tmp_path: Path) -> None:
    folder = photo_folder(tmp_path / "demo", zipped=zipped)
    (folder / "notes.txt").write_text("mine")
    write_csv(folder / "shops.csv", [{"shop": "a"}])
    loaded = load(folder)
    before = all_bytes(folder)
    for name, fold in (("r", None), ("f", halves(60))):
        view = lay_out(loaded, tmp_path / "v" / name, fold, link=False)
        assert (view / "notes.txt").read_text() == "mine"
        assert (view / "test_photos" / ("p1.png" if fold else "p60.png")).is_file()
        for path in view.rglob("*"):
            if path.is_file():
                assert path.stat().st_nlink == 1
                path.write_text("spoilt")
    assert all_bytes(folder) == before
    again = lay_out(loaded, tmp_path / "v" / "again", None)  # an unpacked archive is not spoilt either
    assert (again / "test_photos" / "p60.png").read_text() == "photo 60"


def test_archives_cannot_write_outside(tmp_path: Path) -> None:
    from haste.schema.errors import CompetitionError

    folder = tabular(tmp_path / "demo")
    with zipfile.ZipFile(folder / "data.zip", "w") as archive:
        archive.writestr("../../evil.txt", "x")
        archive.writestr("b.txt", "x")
    with pytest.raises(CompetitionError, match="unsafe name"):
        load(folder)


def test_labels_inside_archives_and_folders_are_found(tmp_path: Path) -> None:
    from haste.schema.errors import CompetitionError

    folder = tabular(tmp_path / "demo")
    with zipfile.ZipFile(folder / "data.zip", "w") as archive:
        archive.writestr("a.txt", "x")
        archive.writestr("b.csv", "id,y\n0001,1\n")
    with pytest.raises(CompetitionError, match=r"data/b\.csv: holds targets"):
        load(folder)
    (folder / "data.zip").unlink()
    write_csv(folder / "deep" / "er" / "b.csv", [{"id": "0001", "y": 1}])
    with pytest.raises(CompetitionError, match=r"deep/er/b\.csv: holds targets"):
        load(folder)


def test_building_twice_changes_nothing_and_half_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(tabular(tmp_path / "demo"))
    destination = tmp_path / "v" / "f"

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("haste.competition.layout._fill", fail)
        with pytest.raises(StoreError, match="cannot be built: No space left on device"):
            lay_out(loaded, destination, halves(60))
    assert list(destination.parent.iterdir()) == []
    lay_out(loaded, destination, halves(60))
    before = all_bytes(destination)
    lay_out(loaded, destination, halves(60))
    assert all_bytes(destination) == before
    assert [p.name for p in destination.parent.iterdir()] == ["f"]


def test_private_is_hidden_wherever_the_answers_lie(tmp_path: Path) -> None:
    folder = folders.settings(tabular(tmp_path / "demo"), 'answers = "secret/a.csv"\nleaderboard = "board.csv"')
    for name in ("private/a.csv", "secret/a.csv", "board.csv"):
        write_csv(folder / name, [{"id": "0060", "y": 1}])
    view = lay_out(load(folder), tmp_path / "v" / "r", None)
    assert names(view) == {"train.csv", "test.csv", "sample_submission.csv", "description.md"}


def test_equal_names_on_both_sides_do_not_mix(tmp_path: Path) -> None:
    folder = tabular(tmp_path / "demo", n=20, n_test=20, photo=lambda i: i % 20)
    for side in ("a_test", "z_train"):
        (folder / side).mkdir()
        for i in range(20):
            (folder / side / f"{i}.jpg").write_text(f"{side} {i}")
    folders.settings(folder, 'image = ["photo"]')
    loaded = load(folder)
    (image,) = loaded.competition.image
    assert (image.train_folder, image.test_folder) == ("z_train", "a_test")
    view = lay_out(loaded, tmp_path / "v" / "f", halves(20))
    assert {p.read_text() for p in (view / "a_test").iterdir()} == {f"z_train {i}" for i in range(1, 20, 2)}
