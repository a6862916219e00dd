from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.competition.dummy import check_metric, dummy_constants, dummy_submission
from haste.competition.loaded import Fold, LoadedCompetition
from haste.competition.metrics import METRICS, compute
from haste.competition.score import read_submission, score_fold
from haste.competition.split import make_splits
from haste.schema.competition import Kind, PredictionNeed
from haste.schema.errors import CompetitionError

from .judged import make


def constant(loaded: LoadedCompetition) -> dict[str, object]:
    return dummy_constants(loaded, loaded.train)


SKEWED: list[object] = [1.0, 1.0, 2.0, 3.0, 13.0]


@pytest.mark.parametrize(
    ("metric", "best"),
    [
        ("rmse", 4.0),
        ("mae", 2.0),
        ("rmsle", np.expm1(np.mean(np.log1p([1, 1, 2, 3, 13])))),
        ("max_error", 7.0),
        ("pinball_0.75", 3.0),
        ("mean_poisson_deviance", 4.0),
    ],
)
def test_the_best_value_for_the_metric(metric: str, best: float) -> None:
    assert constant(make(Kind.REGRESSION, metric, {"y": SKEWED})) == {"y": pytest.approx(best)}


def test_the_best_values_of_several_targets() -> None:
    assert constant(make(Kind.REGRESSION, "mae", {"a": SKEWED, "b": [5.0] * 4 + [9.0]})) == {"a": 2.0, "b": 5.0}


def test_the_prior_where_probabilities_are_asked() -> None:
    assert constant(make(Kind.BINARY, "log_loss", {"y": [0, 0, 0, 1]})) == {"y": 0.25}
    assert constant(make(Kind.BINARY, "roc_auc", {"y": ["no", "no", "no", "yes"]})) == {"y": 0.25}
    shares = make(Kind.MULTICLASS, "log_loss", {"y": ["b", "a", "b", "c"]}, columns=("c", "a", "b"))
    assert constant(shares) == {"c": 0.25, "a": 0.25, "b": 0.5}
    labels = make(Kind.MULTILABEL, "log_loss", {"a": [0, 0, 0, 1], "b": [1, 1, 0, 1]})
    assert constant(labels) == {"a": 0.25, "b": 0.75}


def test_the_best_label_for_the_metric() -> None:
    rare: list[object] = [0] * 8 + [1] * 2
    assert constant(make(Kind.BINARY, "accuracy", {"y": rare})) == {"y": "0"}
    assert constant(make(Kind.BINARY, "f1", {"y": rare})) == {"y": "1"}  # "0" would score nothing
    assert constant(make(Kind.MULTICLASS, "accuracy", {"y": ["a", "b", "b", "c"]})) == {"y": "b"}
    assert constant(make(Kind.MULTICLASS, "map_at_3", {"y": ["a"] * 3 + ["b"] * 2 + ["c"]})) == {"y": "a b c"}
    assert constant(make(Kind.SEQUENCE, "token_accuracy", {"y": ["x", "y", "y"]})) == {"y": "y"}
    labels = make(Kind.MULTILABEL, "f1_micro", {"a": [0, 0, 0, 1], "b": [0, 0, 0, 1]})
    assert constant(labels) == {"a": "1", "b": "1"}  # the mode of each would score nothing


def test_a_forecast_takes_the_last_value_where_that_forecasts_better() -> None:
    time: list[object] = list(range(20))
    drifting = make(Kind.FORECAST, "rmse", {"y": [float(i) for i in range(20)]}, time=time)
    assert constant(drifting) == {"y": 19.0}
    swinging = make(Kind.FORECAST, "rmse", {"y": [1.0, -1.0] * 10}, time=time)
    assert constant(swinging) == {"y": 0.0}


def test_it_is_a_valid_submission_for_a_fold_and_for_the_real_test() -> None:
    loaded = make(Kind.BINARY, "log_loss", {"y": [0, 1, 1, 1] * 3})
    fold = Fold(np.array([0, 1, 4, 8]), np.array([2, 3, 5, 6, 7, 9, 10, 11]))
    assert score_fold(loaded, fold, dummy_submission(loaded, fold)) == pytest.approx(
        compute("log_loss", loaded.train["y"].iloc[fold.valid], np.full(8, 0.25), ("0", "1"))
    )
    real = pd.read_csv(io.BytesIO(dummy_submission(loaded, None)))
    assert real.to_dict("list") == {"id": ["t0", "t1", "t2", "t3"], "y": [0.75] * 4}
    bare = make(Kind.BINARY, "log_loss", {"y": [0, 1, 1, 1]}, has_ids=False)
    assert dummy_submission(bare, None) == b"y\n0.75\n0.75\n0.75\n0.75\n"
    read = read_submission(bare, pd.Series(range(2)), dummy_submission(bare, Fold(np.array([0, 1]), np.array([2, 3]))))
    assert read["y"].tolist() == [0.5, 0.5]


@given(
    values=st.lists(st.floats(0.01, 100), min_size=3, max_size=30),
    name=st.sampled_from(sorted(name for name, entry in METRICS.items() if entry.metric.needs is PredictionNeed.VALUE)),
)
@settings(max_examples=80, deadline=None)
def test_no_training_value_is_a_better_constant(values: list[float], name: str) -> None:
    values = [*values, 0.5, 3.0]
    loaded = make(Kind.REGRESSION, name, {"y": list(values)})
    truth = np.array(values)

    def score(value: float) -> float:
        return compute(name, truth, np.full(len(truth), value))

    best = score(float(constant(loaded)["y"]))  # type: ignore[arg-type]
    metric = loaded.competition.metric
    exact = name in ("rmse", "mse", "mae", "rmsle", "msle", "max_error", "pinball", "r2") or name.endswith("deviance")
    others = [truth.mean(), np.median(truth), *(truth if exact else ())]
    assert all(metric.gain(best, score(float(value))) >= -1e-9 * max(1, abs(best)) for value in others)


def test_a_metric_that_a_constant_wins_is_refused() -> None:
    assert check_metric(make(Kind.BINARY, "f1", {"y": [0, 0, 1]})) == (1.0, 0.5)
    with pytest.raises(
        CompetitionError, match="a perfect prediction scores 1 by recall, no better than a constant's 1"
    ):
        check_metric(make(Kind.BINARY, "recall", {"y": [0, 0, 1]}))


@pytest.mark.parametrize("name", ["mean_poisson_deviance", "mean_tweedie_deviance"])
def test_counts_of_zero_can_be_predicted_well_enough(name: str) -> None:
    loaded = make(Kind.REGRESSION, name, {"y": [0, 0, 1, 5, 2, 0] * 5})
    perfect, dummy = check_metric(loaded)
    assert 0 <= perfect < 1e-4 < dummy
    assert len(make_splits(loaded, 3, 0).search) == 3


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"recall", "recall_macro"}))
def test_a_perfect_prediction_beats_the_dummy(name: str) -> None:
    entry = METRICS[name]
    kind = entry.kinds[0]
    numbers: list[object] = [1.0, 2.0, 2.0, 4.0, 7.0, 3.0]
    letters: list[object] = ["a", "b", "b", "c", "a", "d"]
    bits: list[object] = [0, 1, 1, 0, 1, 0]
    truth = {
        Kind.BINARY: bits,
        Kind.MULTICLASS: letters,
        Kind.SEQUENCE: letters,
    }.get(kind, numbers)
    several = {"y": bits, "z": list(reversed(bits))} if kind is Kind.MULTILABEL else {"y": truth}
    columns = (
        ("d", "a", "b", "c") if kind is Kind.MULTICLASS and entry.metric.needs is not PredictionNeed.LABEL else None
    )
    perfect, dummy = check_metric(make(kind, name, several, columns=columns))
    assert entry.metric.gain(perfect, dummy) > 0
