"""Rendered scripts really run: a few of each kind by default, every technique with the slow suite."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.schema.competition import Kind, Scheme
from haste.schema.profile import Role

from .examples import Example, example, matrix, signal, table
from .scripts import run_all, run_many
from .sweep import changes, check_submission, prototypes, rendered


def run_and_check(scripts: dict[str, str], made_up: Example, folder: Path) -> dict[str, Path]:
    folders = {}
    for name, result in run_all(scripts, made_up.lay_out(folder), folder).items():
        assert result["error"] is None, f"{name}:\n{result['error']}"
        check_submission(result["folder"], made_up)
        folders[name] = Path(str(result["folder"]))
    return folders


def drafts(made_up: Example, count: int = 4) -> dict[str, str]:
    """The first prototypes of a handbook, by name."""
    brief = made_up.brief(order="textbook")
    return {str(draft.technique): draft.code for draft in BuiltinEngineer().draft(brief, count)}


def hostile(rows: int = 60) -> Example:
    """Gaps everywhere, a constant, an empty column, dates, truth values with gaps, unseen levels, infinite numbers."""
    made_up = example(Kind.BINARY, "roc_auc", rows=rows, test_rows=20)
    draw = np.random.default_rng(5)
    tables = []
    for frame, levels in ((made_up.train, ["x", "y"]), (made_up.test, ["x", "z", "y'\\"])):
        changed = frame.copy()
        changed["nothing"], changed["constant"] = np.nan, 3
        changed["when"] = pd.date_range("2020-01-01", periods=len(frame), freq="7h").astype(str)
        changed.loc[changed.index[:3], "when"] = None
        changed["maybe"] = np.where(draw.random(len(frame)) < 0.3, None, draw.random(len(frame)) < 0.5)
        changed["level"] = draw.choice(levels, len(frame))
        changed["ticket"] = [f"T{number}" for number in range(len(frame))]
        changed["words"] = "some words"
        changed.loc[changed.index[0], "a"] = np.inf
        changed['new\nline, "x"'] = draw.normal(size=len(frame))
        tables.append(changed)
    roles = {"when": Role.DATETIME, "maybe": Role.NUMERIC, "nothing": Role.NUMERIC, "words": Role.TEXT}
    return replace(made_up, train=tables[0], test=tables[1], roles=roles)


ODD = {
    "hostile": hostile(),
    "thirty rows": example(Kind.REGRESSION, "rmse", rows=30, test_rows=9),
    "one test row": example(Kind.MULTICLASS, "log_loss", rows=90, test_rows=1, class_columns=True),
    "no id": example(Kind.BINARY, "f1", id_column=None),
    "tsv": example(Kind.BINARY, "log_loss", suffix=".tsv"),
    "parquet": example(Kind.MULTICLASS, "accuracy", suffix=".parquet"),
    "json": example(Kind.REGRESSION, "mae", suffix=".json"),
    "jsonl": example(Kind.BINARY, "roc_auc", suffix=".jsonl"),
}


LABELS = [("0", "1"), ("False", "True"), ("01", "02"), ("0.5", "1.5"), ("a b", 'c"d')]


def labelled(classes: tuple[str, ...]) -> Example:
    base = example(Kind.BINARY, "f1")
    target = base.train["target"].map(dict(zip(("no", "yes"), classes, strict=True)))
    return replace(base, classes=classes, train=base.train.assign(target=target))


def grouped() -> Example:
    base = example(Kind.BINARY, "f1")
    train = base.train.assign(city=base.train["city"].fillna("none"))
    return replace(base, scheme=Scheme.GROUP, group="city", train=train)


def inner_folds(made_up: Example) -> dict[str, str]:
    chosen = {
        name: recipe
        for name, recipe in changes(made_up.brief(), most=1).items()
        if name.startswith(("tune_threshold", "average_folds"))
    }
    return rendered(chosen)


@cache
def everything() -> dict[str, tuple[Example, dict[str, str]]]:
    """All that the default suite runs: made-up competition and its scripts, by a name."""
    found = {key: (made_up, drafts(made_up, 3)) for key, made_up in matrix().items()}
    found |= {key: (made_up, drafts(made_up, 3)) for key, made_up in ODD.items()}
    found |= {f"labels {labels}": (labelled(labels), drafts(labelled(labels), 1)) for labels in LABELS}
    land = example(Kind.REGRESSION, "rmse")
    land = replace(land, train=land.train[["id", "a", "f", "target"]], test=land.test[["id", "a", "f"]])
    surface = {name: recipe for name, recipe in prototypes(land.brief()).items() if name == "use_surface"}
    found["map"] = (land, rendered(surface))
    found["groups"] = (grouped(), inner_folds(grouped()))
    again = drafts(matrix()["regression"], 1)
    found["again"] = (matrix()["regression"], again)
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    """Everything, in one fresh process, checked: key -> technique -> its folder."""
    scratch = tmp_path_factory.mktemp("runs")
    jobs = {}
    for number, (key, (made_up, scripts)) in enumerate(everything().items()):
        laid = made_up.lay_out(scratch / f"made-up{number}")
        jobs |= {f"{key}|{name}": (text, laid) for name, text in scripts.items()}
    found: dict[str, dict[str, Path]] = {}
    for job, result in run_many(jobs, scratch).items():
        key, name = job.split("|")
        found.setdefault(key, {})[name] = Path(str(result["folder"]))
        (Path(str(result["folder"])) / "error.txt").write_text(str(result["error"] or ""))
    return found


@pytest.mark.parametrize("key", list(everything()))
def test_scripts_run_and_answer_in_the_samples_form(key: str, runs: dict[str, dict[str, Path]]) -> None:
    made_up = everything()[key][0]
    assert runs[key]
    for name, folder in runs[key].items():
        error = (folder / "error.txt").read_text()
        assert not error, f"{name}:\n{error}"
        check_submission(folder, made_up)


@pytest.mark.parametrize("key", list(matrix()))
def test_prototypes_say_how_well_they_fit(key: str, runs: dict[str, dict[str, Path]]) -> None:
    for name, folder in runs[key].items():
        diagnostics = json.loads((folder / "diagnostics.json").read_text())
        assert isinstance(diagnostics["train_score"], float), name


def test_groups_stay_together_in_inner_folds() -> None:
    texts = inner_folds(grouped())
    assert texts
    assert all("GroupKFold" in text for text in texts.values())


def test_the_same_script_gives_the_same_bytes(runs: dict[str, dict[str, Path]]) -> None:
    for name, folder in runs["again"].items():
        first = runs["regression"][name]
        assert (folder / "submission.csv").read_bytes() == (first / "submission.csv").read_bytes()


def test_a_signal_is_found(runs: dict[str, dict[str, Path]]) -> None:
    """The scripts must learn, not only run."""
    frame = table(300)
    truth = pd.Series(signal(frame), index=frame["id"]).iloc[240:]
    for name, folder in runs["regression"].items():
        predicted = pd.read_csv(folder / "submission.csv", index_col="id")["target"].reindex(truth.index)
        error = float(np.sqrt(((predicted - truth) ** 2).mean()))
        assert error < 0.97 * float(truth.std()), f"{name}: {error:.2f}"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", list(matrix()))
def test_every_technique_runs_on_every_kind(key: str, tmp_path: Path) -> None:
    brief = matrix()[key].brief()
    run_and_check(rendered({**prototypes(brief), **changes(brief, most=2)}), matrix()[key], tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", ["hostile", "thirty rows"])
def test_every_technique_runs_on_odd_tables(key: str, tmp_path: Path) -> None:
    brief = ODD[key].brief()
    run_and_check(rendered({**prototypes(brief), **changes(brief, most=2)}), ODD[key], tmp_path)
