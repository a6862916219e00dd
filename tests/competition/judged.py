"""Small competitions in memory, for the tests of splits, scores, dummies and grades."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from haste.competition.loaded import LoadedCompetition
from haste.competition.metrics import metric
from haste.schema.competition import Competition, Kind, Scheme, Validation

LABELLED = (Kind.BINARY, Kind.MULTICLASS)


def make(
    kind: Kind,
    metric_name: str,
    truth: dict[str, list[object]],
    *,
    columns: tuple[str, ...] | None = None,
    classes: tuple[str, ...] | None = None,
    scheme: Scheme = Scheme.KFOLD,
    folds: int = 5,
    ids: list[str] | None = None,
    has_ids: bool = True,
    group: list[object] | None = None,
    time: list[object] | None = None,
    test_rows: int = 4,
    test_time: list[object] | None = None,
    folder: Path = Path(),
) -> LoadedCompetition:
    """`truth` are the target columns; labels as text, all else as floats, as the loader gives them."""
    targets = tuple(truth)
    n = len(truth[targets[0]])
    if classes is None:
        classes = tuple(sorted({str(v) for v in truth[targets[0]]})) if kind in LABELLED else ()
    frame = pd.DataFrame({"id": ids or [f"r{i}" for i in range(n)], "x": np.arange(n, dtype=float)})
    if group is not None:
        frame["group"] = group
    if time is not None:
        frame["time"] = time
    for name, values in truth.items():
        frame[name] = (
            [str(v) for v in values] if kind in (*LABELLED, Kind.SEQUENCE) else np.asarray(values, dtype=float)
        )
    columns = columns or targets
    test = pd.DataFrame({"id": [f"t{i}" for i in range(test_rows)], "x": 0.0})
    if test_time is not None:
        test["time"] = test_time
    sample = pd.DataFrame({"id": test["id"], **dict.fromkeys(columns, "0")})
    competition = Competition(
        id="toy", title="Toy", description="", domain="tabular", kind=kind, metric=metric(metric_name), targets=targets,
        classes=classes, id_column="id" if has_ids else None, submission_columns=columns,
        train="train.csv", test="test.csv", sample_submission="sample_submission.csv",
        validation=Validation(
            scheme=scheme, folds=folds,
            group_column=None if group is None else "group", time_column=None if time is None else "time",
        ),
    )  # fmt: skip
    return LoadedCompetition(competition, folder, frame, test, sample if has_ids else sample.drop(columns="id"))
