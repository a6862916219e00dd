"""Numbers with a decimal comma: the same for load, views, scores and grades, or left as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from haste.competition.heldout import grade
from haste.competition.layout import lay_out
from haste.competition.load import load
from haste.competition.loaded import Fold
from haste.competition.score import score_fold

from .folders import tabular, write_csv


def spreadsheet(folder: Path, **changes: object) -> Path:
    """A folder whose tables are written as many a spreadsheet does."""
    tabular(folder, **changes)  # type: ignore[arg-type]
    rows = [{"id": f"{i:04d}", "y": f"{i / 4}"} for i in range(60, 80)]
    write_csv(folder / "private" / "answers.csv", rows)
    for path in folder.rglob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame = frame.map(lambda value: value.replace(".", ","))
        frame.to_csv(path, sep=";", index=False)
    return folder


def test_a_decimal_comma_is_read_and_shown_as_a_point(tmp_path: Path) -> None:
    loaded = load(spreadsheet(tmp_path / "demo", y=lambda i: f"{i / 4}", c=lambda i: "NA" if i % 2 else f"-{i}.5e1"))
    assert loaded.competition.kind.value == "regression"
    assert "decimal comma: read and shown as a point in y, a, c" in loaded.competition.inferred
    assert loaded.train["a"].tolist()[:3] == [0.0, 1.1, 2.2]
    assert loaded.train["c"][2] == -25.0
    fold = Fold(np.arange(0, 60, 2), np.arange(1, 60, 2))
    view = lay_out(loaded, tmp_path / "v" / "f", fold)
    train, test = pd.read_csv(view / "train.csv"), pd.read_csv(view / "test.csv")
    assert train["y"].tolist() == [i / 4 for i in range(0, 60, 2)]
    assert test["a"].tolist() == loaded.train["a"][1::2].tolist()
    submission = pd.DataFrame({"id": [f"{i:04d}" for i in range(1, 60, 2)], "y": [i / 4 for i in range(1, 60, 2)]})
    assert score_fold(loaded, fold, submission.to_csv(index=False).encode()) == 0.0
    answers = pd.DataFrame({"id": [f"{i:04d}" for i in range(60, 80)], "y": [i / 4 for i in range(60, 80)]})
    assert grade(loaded, answers.to_csv(index=False).encode()).score == 0.0


def test_what_is_no_number_in_some_table_stays_as_it_is(tmp_path: Path) -> None:
    values = ["1.5"] * 60 + ["1.5", "some, more"] * 10
    loaded = load(spreadsheet(tmp_path, pair=values, dots=lambda i: "1x234.5"))
    assert not {"pair", "dots"} & set(" ".join(loaded.competition.inferred).replace(",", "").split())
    assert loaded.train["pair"][0] == "1,5"
    comma = load(tabular(tmp_path / "comma", many=lambda i: "1,234"))
    assert comma.train["many"][0] == "1,234"
