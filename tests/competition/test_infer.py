"""Folders as Kaggle lays them out, and what is read off them with nothing stated."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from haste.competition.columns import Columns
from haste.competition.load import load
from haste.competition.problem import metric_in
from haste.competition.verify import misfit
from haste.schema.competition import Competition, Kind, Scheme, Trust

from .folders import settings, tabular, write_csv

LETTERS = ["ant", "bee", "cow"]
TEST_IDS = [f"{i:04d}" for i in range(60, 80)]


def competition(folder: Path) -> Competition:
    return load(folder).competition


@pytest.mark.parametrize(
    ("values", "placeholder", "kind", "classes", "metric"),
    [
        (lambda i: i % 2, "0.5", "binary", ("0", "1"), "roc_auc"),
        (lambda i: i % 2, "0", "binary", ("0", "1"), "roc_auc"),
        (lambda i: 1 - 2 * (i % 2), "0.5", "binary", ("-1", "1"), "roc_auc"),
        (lambda i: bool(i % 2), "0.5", "binary", ("False", "True"), "roc_auc"),
        (lambda i: ["no", "yes"][i % 2], "no", "binary", ("no", "yes"), "accuracy"),
        (lambda i: LETTERS[i % 3], "cow", "multiclass", ("ant", "bee", "cow"), "accuracy"),
        (lambda i: i % 3 + 9, "9", "multiclass", ("9", "10", "11"), "accuracy"),
        (lambda i: i % 3, "0.5", "regression", (), "rmse"),
        (lambda i: i, "0", "regression", (), "rmse"),
        (lambda i: i / 7, "0", "regression", (), "rmse"),
    ],
)
def test_kind_classes_and_metric(
    values: Callable[[int], object], placeholder: str, kind: str, classes: tuple[str, ...], metric: str, tmp_path: Path
) -> None:
    tabular(tmp_path, y=values)
    write_csv(tmp_path / "sample_submission.csv", [{"id": i, "y": placeholder} for i in TEST_IDS])
    found = competition(tmp_path)
    assert (found.kind.value, found.classes, found.metric.name) == (kind, classes, metric)
    assert found.submission_columns == found.targets == ("y",)
    assert found.id_column == "id"
    said = " ".join(found.inferred)
    for word in ("id column", "target: y", f"kind: {kind}", f"metric: {metric}", "5 folds", "domain: tabular"):
        assert word in said


@pytest.mark.parametrize(
    ("values", "metric", "words"),
    [
        (["0", "1"], "accuracy", "as the sample holds labels of both classes"),
        (["0.0", "1.0"], "accuracy", "as the sample holds labels of both classes"),
        (["0", "0"], "roc_auc", 'the sample holds 0 alone: state metric = "accuracy"'),
        (["0", "0.5"], "roc_auc", "the usual one for binary; no fitting one is named"),
    ],
)
def test_labels_in_the_sample_ask_for_labels(values: list[str], metric: str, words: str, tmp_path: Path) -> None:
    rows = [{"id": name, "y": values[i % 2]} for i, name in enumerate(TEST_IDS)]
    write_csv(tabular(tmp_path) / "sample_submission.csv", rows)
    found = competition(tmp_path)
    assert found.metric.name == metric
    (said,) = (sentence for sentence in found.inferred if sentence.startswith("metric: "))
    assert words in said
    assert ("state metric" in said) == ("state metric" in words)


def test_spaces_around_labels_do_not_count(tmp_path: Path) -> None:
    from haste.competition.score import score_frame

    tabular(tmp_path, y=lambda i: [" hi ", "lo", "hi"][i % 3])
    write_csv(tmp_path / "sample_submission.csv", [{"id": i, "y": "lo "} for i in TEST_IDS])
    loaded = load(tmp_path)
    assert loaded.competition.classes == ("hi", "lo")
    assert loaded.train["y"].tolist()[:3] == ["hi", "lo", "hi"]
    truth = loaded.train[["y"]].replace("hi", " hi")  # as answers may be
    assert score_frame(loaded, truth, loaded.train[["y"]].replace("hi", "hi ")) == 1.0
    write_csv(tmp_path / "sample_submission.csv", [{"id": i, "hi": 0.5, "lo": 0.5} for i in TEST_IDS])
    assert competition(tmp_path).classes == ("hi", "lo")


def test_class_columns(tmp_path: Path) -> None:
    tabular(tmp_path, y=lambda i: LETTERS[i % 3])
    write_csv(tmp_path / "sample_submission.csv", [{"id": i, "cow": 0.3, "ant": 0.3, "bee": 0.4} for i in TEST_IDS])
    found = competition(tmp_path)
    assert found.targets == ("y",)
    assert found.classes == found.submission_columns == ("cow", "ant", "bee")
    assert (found.kind.value, found.metric.name) == ("multiclass", "log_loss")


def test_several_targets(tmp_path: Path) -> None:
    tabular(tmp_path, y=lambda i: i % 2, z=lambda i: i % 3 % 2)
    rows = [{"id": i, "y": 0.5, "z": 0.5} for i in TEST_IDS]
    write_csv(tmp_path / "sample_submission.csv", rows)
    write_csv(tmp_path / "test.csv", [{"id": i, "a": 1, "b": "x"} for i in TEST_IDS])
    found = load(tmp_path)
    assert found.competition.kind is Kind.MULTILABEL
    assert found.competition.targets == ("y", "z")
    assert found.train["z"].dtype == "float64"


def test_the_sample_may_call_the_target_otherwise(tmp_path: Path) -> None:
    tabular(tmp_path)
    write_csv(tmp_path / "sample_submission.csv", [{"id": i, "prediction": 0.5} for i in TEST_IDS])
    found = competition(tmp_path)
    assert found.targets == ("y",)
    assert found.submission_columns == ("prediction",)


def test_the_sample_may_repeat_columns_of_the_test_table(tmp_path: Path) -> None:
    tabular(tmp_path)
    rows = [{"y": 0, "a": f"{i * 1.1:.2f}", "id": f"{i:04d}"} for i in range(60, 80)]
    write_csv(tmp_path / "sample_submission.csv", rows)
    found = competition(tmp_path)
    assert (found.id_column, found.submission_columns) == ("id", ("y",))


def test_ids_are_made_up_where_files_lack_them(tmp_path: Path) -> None:
    tabular(tmp_path)
    for name in ("train.csv", "test.csv"):
        lines = (tmp_path / name).read_text().splitlines()
        (tmp_path / name).write_text("\n".join(line.partition(",")[2] for line in lines))
    loaded = load(tmp_path)
    assert loaded.made_up_id == ("train", "test")
    assert loaded.test["id"].tolist() == TEST_IDS
    assert loaded.train["id"].tolist()[:2] == ["80", "81"]
    assert loaded.train["id"].is_unique


def test_no_id_at_all(tmp_path: Path) -> None:
    tabular(tmp_path)
    write_csv(tmp_path / "sample_submission.csv", [{"y": 0.5}] * 20)
    write_csv(tmp_path / "test.csv", [{"a": i, "b": "x"} for i in range(20)])
    assert competition(tmp_path).id_column is None


@pytest.mark.parametrize("form", ["tsv", "json", "jsonl", "parquet", "csv.zip", "zip", "csv.gz", "Train.CSV"])
def test_every_format_loads_the_same(form: str, tmp_path: Path) -> None:
    import pandas as pd

    plain = load(tabular(tmp_path / "plain"))
    folder = tabular(tmp_path / "other")
    for name in ("train", "test"):
        path = folder / f"{name}.csv"
        content, frame = path.read_bytes(), pd.read_csv(path, dtype={"id": str})
        path.unlink()
        match form:
            case "tsv":
                frame.to_csv(folder / f"{name}.tsv", sep="\t", index=False)
            case "json" | "jsonl":
                frame.to_json(folder / f"{name}.{form}", orient="records", lines=form == "jsonl")
            case "parquet":
                pytest.importorskip("pyarrow")
                frame.to_parquet(folder / f"{name}.parquet")
            case "csv.gz":
                (folder / f"{name}.csv.gz").write_bytes(gzip.compress(content))
            case "Train.CSV":
                (folder / f"{name.title()}.CSV").write_bytes(content)
            case _:
                with zipfile.ZipFile(folder / f"{name}.{form}", "w") as archive:
                    archive.writestr(f"{name}.csv", content)
    loaded = load(folder)
    pd.testing.assert_frame_equal(loaded.train, plain.train)
    pd.testing.assert_frame_equal(loaded.test, plain.test)


def test_labels_in_a_file_of_their_own(tmp_path: Path) -> None:
    tabular(tmp_path)
    rows = [{"id": f"{i:04d}", "y": i % 2} for i in reversed(range(59))]  # the last one has none
    write_csv(tmp_path / "train_labels.csv", rows)
    lines = (tmp_path / "train.csv").read_text().splitlines()
    (tmp_path / "train.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines))
    loaded = load(tmp_path)
    assert loaded.labels == "train_labels.csv"
    assert loaded.train["y"].tolist() == [str(i % 2) for i in range(59)]
    assert loaded.left_out == 1


def test_labels_that_belong_to_nothing(tmp_path: Path) -> None:
    from haste.schema.errors import CompetitionError

    tabular(tmp_path)
    (tmp_path / "train.csv").write_text("id,a,b\n1,2,x\n3,4,y\n")
    write_csv(tmp_path / "labels.csv", [{"id": "zz", "y": 1}])
    with pytest.raises(CompetitionError, match="names none of the 'id' of train"):
        load(tmp_path)


def photos(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(name.encode())


def test_photos_beside_labels_only(tmp_path: Path) -> None:
    write_csv(tmp_path / "labels.csv", [{"id": f"p{i}", "breed": LETTERS[i % 3]} for i in range(30)])
    write_csv(tmp_path / "sample_submission.csv", [{"id": f"q{i}", **dict.fromkeys(LETTERS, 0.3)} for i in range(9)])
    photos(tmp_path / "train", [f"p{i}.jpg" for i in range(30)])
    photos(tmp_path / "test", [f"q{i}.jpg" for i in range(9)])
    found = competition(tmp_path)
    (image,) = found.image
    assert (image.column, image.train_folder, image.test_folder, image.suffix) == ("id", "train", "test", ".jpg")
    assert (found.domain, found.train, found.test) == ("image", "labels.csv", "sample_submission.csv")


@pytest.mark.parametrize("nested", [False, True])
def test_photos_in_archives(nested: bool, tmp_path: Path) -> None:
    tabular(tmp_path, photo=lambda i: f"{i}.png")
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for i in range(80):
            archive.writestr(f"pictures/{i}.png" if nested else f"{i}.png", str(i))
    (image,) = competition(tmp_path).image
    assert (image.column, image.train_folder, image.test_folder, image.suffix) == ("photo", "pictures", "pictures", "")


def test_sounds_with_paths_and_a_lost_file(tmp_path: Path) -> None:
    tabular(tmp_path, path=lambda i: f"{'train' if i < 60 else 'test'}/{i}.wav")
    photos(tmp_path / "train", [f"{i}.wav" for i in range(60) if i != 59])
    photos(tmp_path / "test", [f"{i}.wav" for i in range(60, 80)])
    found = competition(tmp_path)
    (sound,) = found.audio
    assert (sound.train_folder, sound.test_folder, found.domain) == (".", ".", "audio")
    assert any("1 files that 'path' names are not there, for example train/59.wav" in s for s in found.inferred)


def test_text(tmp_path: Path) -> None:
    tabular(tmp_path, story=lambda i: f"once upon a time {i} there were {i + 1} brave little mice")
    found = competition(tmp_path)
    assert (found.text, found.domain) == (("story",), "text")
    settings(tmp_path, "text = []")
    assert competition(tmp_path).text == ()


@pytest.mark.parametrize(
    "value",
    [
        lambda i: f"Braund, Mr. Owen Harris{i}",
        lambda i: f"2012-01-01 00:00:{i % 60:02d}.{i:06d} UTC",
        lambda i: f"{i} {i + 1} {i + 2} {i + 3} {i + 4} {i + 5} 1234567 1234567 1234567",
        lambda i: "the same words over and over again " * (i % 3),
        lambda i: f"https://example.org/a/long/path/without/any/space/{i}",
    ],
)
def test_names_dates_numbers_and_levels_are_no_text(value: Callable[[int], str], tmp_path: Path) -> None:
    found = competition(tabular(tmp_path, story=value))
    assert (found.text, found.domain) == ((), "tabular")


MONTHS = ["Jan", "Feb", "Mar"]


def day(i: int) -> str:
    return f"2020-{i // 28 + 1:02d}-{i % 28 + 1:02d}"


@pytest.mark.parametrize(
    "when",
    [
        day,
        lambda i: f"{day(i)} 07:30:00",
        lambda i: f"{day(i)} 07:30:00 UTC",
        lambda i: ".".join(reversed(day(i).split("-"))),
        lambda i: "/".join(reversed(day(i).split("-"))),
        lambda i: f"{i % 28 + 1:02d} {MONTHS[i // 28]} 2020",
        lambda i: f"{MONTHS[i // 28]} {i % 28 + 1}, 2020 07:30",
        lambda i: f"{i // 28 + 1}/{i % 28 + 1}/2020 1:05 PM",
        lambda i: f"01/{i % 12 + 1:02d}/{1999 + i // 12}",  # by the month: only day first lets test follow train
    ],
)
def test_time(when: Callable[[int], str], tmp_path: Path) -> None:
    found = competition(tabular(tmp_path, date=when, y=lambda i: i / 3))
    assert found.validation.scheme is Scheme.TIME
    assert (found.validation.time_column, found.validation.folds) == ("date", 4)
    assert (found.kind, found.domain) == (Kind.FORECAST, "timeseries")


def test_each_table_s_days_are_read_as_the_other_s(tmp_path: Path) -> None:
    """The test table's days are 1 to 12, so that it alone could be read month first."""
    from haste.competition.time_split import time_values

    when = [f"{i + 1:02d}/01/2020" for i in range(31)] + [f"{i + 1:02d}/02/2020" for i in range(12)]
    loaded = load(tabular(tmp_path, n=31, n_test=12, date=when, y=lambda i: i / 3))
    assert loaded.competition.validation.scheme is Scheme.TIME
    past, future = (time_values(loaded, frame["date"]) for frame in (loaded.train, loaded.test))
    assert [*past, *future] == sorted([*past, *future])
    assert time_values(loaded, loaded.train["date"][:5]).tolist() == past[:5].tolist()


@pytest.mark.parametrize("form", ["{:02d} Jan 2019", "{:02d}.01.2019", "January {}, 2019"])
def test_dates_are_no_groups(form: str, tmp_path: Path) -> None:
    days = [i // 4 * 2 for i in range(60)] + [i // 3 * 2 + 1 for i in range(20)]  # they alternate
    found = competition(tabular(tmp_path, date=lambda i: form.format(days[i] + 1)))
    assert found.validation.group_column is None


def test_dates_that_are_mixed_are_no_time(tmp_path: Path) -> None:
    found = competition(tabular(tmp_path, date=lambda i: day(i * 7 % 80), y=lambda i: i / 3))
    assert found.validation.scheme is Scheme.KFOLD
    assert found.kind is Kind.REGRESSION


def test_groups(tmp_path: Path) -> None:
    found = competition(tabular(tmp_path, patient_id=lambda i: f"k{i // 3}"))
    assert (found.validation.scheme, found.validation.group_column) == (Scheme.GROUP, "patient_id")
    mixed = competition(tabular(tmp_path, patient_id=lambda i: f"k{i % 20}"))
    assert mixed.validation.scheme is Scheme.STRATIFIED


def test_three_folds_for_many_rows(tmp_path: Path) -> None:
    tabular(tmp_path, n=50_001, n_test=5)
    assert competition(tmp_path).validation.folds == 3


def test_what_is_stated_wins(tmp_path: Path) -> None:
    tabular(tmp_path, y=lambda i: i % 5, when=day, site=lambda i: f"k{i // 3}", leak=lambda i: i % 5)
    settings(
        tmp_path,
        """
id = "mine"
title = "Mine"
kind = "ordinal"
metric = "qwk"
domain = "text"
target = "y"
id_column = "id"
categorical = ["a"]
drop = ["leak", "site"]
[validation]
scheme = "group"
folds = 7
group_column = "site"
""",
    )
    loaded = load(tmp_path)
    found = loaded.competition
    assert (found.id, found.title, found.kind.value, found.metric.name) == (
        "mine", "Mine", "ordinal", "quadratic_weighted_kappa",
    )  # fmt: skip
    assert (found.domain, found.categorical, found.drop) == ("text", ("a",), ("leak", "site"))
    assert (found.validation.scheme, found.validation.folds, found.validation.group_column) == (Scheme.GROUP, 7, "site")
    assert "leak" not in loaded.train
    assert "site" in loaded.train  # folds need it
    assert found.inferred == ()


@pytest.mark.parametrize(
    ("metric", "values", "kind"),
    [
        ("rmse", lambda i: i % 2, "regression"),
        ("quadratic_weighted_kappa", lambda i: i % 5, "ordinal"),
        ("accuracy", lambda i: i % 20, "multiclass"),
        ("log_loss", lambda i: i % 2, "binary"),
    ],
)
def test_the_kind_follows_a_stated_metric(metric: str, values: Callable[[int], int], kind: str, tmp_path: Path) -> None:
    tabular(tmp_path, y=values)
    settings(tmp_path, f'metric = "{metric}"')
    assert competition(tmp_path).kind.value == kind


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# Mice\n\n## Evaluation\nThe root mean squared logarithmic error (RMSLE) is used.", "rmsle"),
        ("Submissions are evaluated on area under the ROC curve.", "roc_auc"),
        ("Metric: `f1_macro`.", "f1_macro"),
        ("## Evaluation\nQuadratic weighted kappa.\n## Data\nGood accuracy is hard.", "quadratic_weighted_kappa"),
        ("## Evaluation\nMulti-class logarithmic loss, see log loss.", "log_loss"),
        ("We hope for accuracy.", None),
        ("## Evaluation\nAccuracy, and then RMSE for ties.", None),
        ("", None),
    ],
)
def test_metric_in_a_description(text: str, name: str | None) -> None:
    assert metric_in(text) == name


def test_a_metric_that_does_not_fit_is_not_taken_from_the_description(tmp_path: Path) -> None:
    tabular(tmp_path, y=lambda i: LETTERS[i % 3])
    (tmp_path / "description.md").write_text("# Animals\n\n## Evaluation\nRMSE.\n")
    found = competition(tmp_path)
    assert (found.metric.name, found.title) == ("accuracy", "Animals")
    assert found.description.startswith("# Animals")


def test_a_missing_description_is_written_and_says_so(tmp_path: Path) -> None:
    assert "came without a description" in competition(tabular(tmp_path)).description


def test_reported_trust_needs_no_split(tmp_path: Path) -> None:
    write_csv(tmp_path / "sample_submission.csv", [{"id": f"p_{i}", "value": 1} for i in range(5)])
    text = 'kind = "image_to_image"\ntarget = "value"\nmetric = "rmse"\n[validation]\ntrust = "reported"\n'
    settings(tmp_path, text)
    found = competition(tmp_path)
    assert (found.validation.trust, found.domain) == (Trust.REPORTED, "image")


def test_nothing_is_read_from_private(tmp_path: Path) -> None:
    from haste.schema.errors import CompetitionError

    tabular(tmp_path)
    (tmp_path / "private").mkdir()
    (tmp_path / "train.csv").rename(tmp_path / "private" / "train.csv")
    with pytest.raises(CompetitionError, match="has no train table"):
        load(tmp_path)


def test_misfits_are_explained() -> None:
    from haste.competition.metrics import spec

    labels = Columns("id", ("y",), ("y",), ())
    wide = Columns("id", ("a", "b"), ("y",), ("a", "b"))
    assert "needs one column per class" in str(misfit(spec("log_loss"), Kind.MULTICLASS, labels))
    assert "one column per class" in str(misfit(spec("accuracy"), Kind.MULTICLASS, wide))
    assert misfit(spec("log_loss"), Kind.MULTICLASS, wide) is None


def test_json_values_keep_their_kind(tmp_path: Path) -> None:
    tabular(tmp_path)
    (tmp_path / "train.csv").unlink()
    rows = [{"id": f"{i:04d}", "a": i, "b": ["x", "y"], "y": i % 2 == 0} for i in range(60)]
    (tmp_path / "train.json").write_text(json.dumps(rows))
    loaded = load(tmp_path)
    assert loaded.competition.classes == ("False", "True")
    assert loaded.train["b"][0] == '["x", "y"]'
    assert loaded.train["a"].dtype == "int64"
