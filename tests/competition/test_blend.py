from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.competition import blend as blend_module
from haste.competition.blend import blend
from haste.competition.blend_choice import blend_method
from haste.competition.metrics import compute
from haste.schema.competition import Kind

from .judged import make


def frame(*rows: object, columns: tuple[str, ...] = ("y",)) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))


def test_rank_average_looks_at_the_order_only() -> None:
    mixed = blend([frame(1, 2, 3, 4), frame(100, 1e6, -5, -5)], "rank_average")
    assert mixed["y"].tolist() == [(0.25 + 0.75) / 2, (0.5 + 1) / 2, (0.75 + 0.375) / 2, (1 + 0.375) / 2]


def test_mean_of_values_and_of_distributions() -> None:
    assert blend([frame(1.0, 5.0), frame(3.0, 6.0)], "mean")["y"].tolist() == [2.0, 5.5]
    shares = blend([frame((0.2, 0.8), columns=("a", "b")), frame((0.6, 0.4), columns=("a", "b"))], "mean")
    assert shares.to_numpy() == pytest.approx(np.array([[0.4, 0.6]]))
    free = blend([frame((0.2, 0.9), columns=("a", "b")), frame((0.6, 0.9), columns=("a", "b"))], "mean")
    assert free.to_numpy() == pytest.approx(np.array([[0.4, 0.9]]))  # labels of their own are not rescaled


def test_geometric_mean_of_class_columns_and_of_one_probability() -> None:
    shares = blend([frame((0.1, 0.9), columns=("a", "b")), frame((0.4, 0.6), columns=("a", "b"))], "geometric_mean")
    a, b = (0.1 * 0.4) ** 0.5, (0.9 * 0.6) ** 0.5
    assert shares.to_numpy() == pytest.approx(np.array([[a / (a + b), b / (a + b)]]))
    one = blend([frame(0.9), frame(0.6)], "geometric_mean")
    assert one.to_numpy() == pytest.approx(np.array([[b / (a + b)]]))
    sure = blend([frame((0.0, 1.0), columns=("a", "b")), frame((1.0, 0.0), columns=("a", "b"))], "geometric_mean")
    assert sure.to_numpy() == pytest.approx(np.array([[0.5, 0.5]]))


def test_votes_and_their_ties() -> None:
    mixed = blend([frame("x", "x", "z"), frame("y", "y", "x"), frame("y", "z", "y")], "vote")
    assert mixed["y"].tolist() == ["y", "x", "z"]  # a majority; then ties, which go to the first table


@given(st.integers(2, 6), st.integers(2, 5), st.integers(1, 30), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_blended_distributions_are_valid_submissions(k: int, members: int, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = tuple(f"c{i}" for i in range(k))
    frames = [pd.DataFrame(rng.dirichlet(np.full(k, 0.2), rows), columns=list(names)) for _ in range(members)]
    truth = rng.choice(names, rows)
    for method in ("mean", "geometric_mean"):
        assert compute("log_loss", truth, blend(frames, method), names) >= 0  # checks the sum of each row


@given(st.integers(1, 5), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_equal_members_blend_to_themselves(members: int, seed: int) -> None:
    values = pd.DataFrame({"y": np.random.default_rng(seed).random(20)})
    for method in ("mean", "geometric_mean"):
        assert blend([values] * members, method).to_numpy() == pytest.approx(values.to_numpy())
    assert blend([values] * members, "vote").equals(values.astype(object))
    ranks = blend([values] * members, "rank_average")["y"]
    assert (ranks.rank() == values["y"].rank()).all()


def test_what_cannot_be_blended_is_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        blend([frame(1, 2), frame(1)], "mean")
    with pytest.raises(ValueError, match="differ"):
        blend([frame(1), frame(1, columns=("z",))], "mean")
    with pytest.raises(ValueError, match="unknown way"):
        blend([frame(1)], "median")


def test_the_file_stands_alone() -> None:
    """It is copied into delivered solutions: nothing but pandas and numpy may be imported."""
    tree = ast.parse(Path(blend_module.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {"__future__", "numpy", "pandas"}


@pytest.mark.parametrize(
    ("kind", "metric", "columns", "method"),
    [
        (Kind.BINARY, "roc_auc", None, "rank_average"),
        (Kind.BINARY, "log_loss", None, "mean"),
        (Kind.BINARY, "f1", None, "vote"),
        (Kind.MULTICLASS, "log_loss", ("0", "1", "2"), "geometric_mean"),
        (Kind.MULTICLASS, "roc_auc_ovr", ("0", "1", "2"), "rank_average"),
        (Kind.MULTICLASS, "accuracy", None, "vote"),
        (Kind.REGRESSION, "rmse", None, "mean"),
        (Kind.REGRESSION, "spearman", None, "rank_average"),
    ],
)
def test_the_method_fits_the_metric(kind: Kind, metric: str, columns: tuple[str, ...] | None, method: str) -> None:
    truth = [0, 1, 2, 0, 1] if kind is Kind.MULTICLASS else [0, 1, 0, 0, 1]
    assert blend_method(make(kind, metric, {"y": list(truth)}, columns=columns).competition) == method
