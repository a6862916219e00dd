from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from haste.competition import metric_docs
from haste.competition.metrics import ALIASES, METRICS, compute, metric, spec
from haste.schema.competition import Direction, Kind, PredictionNeed
from haste.schema.errors import CompetitionError, SubmissionError

RNG = np.random.default_rng(7)
N = 300
YES_NO = RNG.integers(0, 2, N)
SCORE = np.round(RNG.random(N), 1)  # with many ties
GUESS = RNG.integers(0, 2, N)
CLASS = RNG.integers(0, 4, N)
CLASS_GUESS = np.where(RNG.random(N) < 0.4, CLASS, RNG.integers(0, 4, N))
NAMES = ("a", "b", "c", "d")
SHARES = RNG.dirichlet(np.ones(4), N)
MANY = RNG.integers(0, 2, (N, 3))
MANY_SCORE = RNG.random((N, 3))
MANY_GUESS = RNG.integers(0, 2, (N, 3))
AMOUNT = RNG.gamma(2.0, 2.0, N) + 0.1
FORECAST = RNG.gamma(2.0, 2.0, N) + 0.1
AMOUNTS = RNG.gamma(2.0, 2.0, (N, 3)) + 0.1
FORECASTS = RNG.gamma(2.0, 2.0, (N, 3)) + 0.1
LETTER, LETTER_GUESS = np.array(NAMES)[CLASS], np.array(NAMES)[CLASS_GUESS]

BINARY_CASES = {
    "roc_auc": (SCORE, sk.roc_auc_score),
    "roc_auc_pooled": (SCORE, sk.roc_auc_score),
    "average_precision": (SCORE, sk.average_precision_score),
    "log_loss": (SCORE, sk.log_loss),
    "brier_score": (SCORE, sk.brier_score_loss),
    "gini_normalized": (SCORE, lambda t, p: 2 * sk.roc_auc_score(t, p) - 1),
    "accuracy": (GUESS, sk.accuracy_score),
    "balanced_accuracy": (GUESS, sk.balanced_accuracy_score),
    "f1": (GUESS, sk.f1_score),
    "dice": (GUESS, sk.f1_score),
    "precision": (GUESS, sk.precision_score),
    "recall": (GUESS, sk.recall_score),
    "jaccard": (GUESS, sk.jaccard_score),
    "matthews_corrcoef": (GUESS, sk.matthews_corrcoef),
    "cohen_kappa": (GUESS, sk.cohen_kappa_score),
    "hamming_loss": (GUESS, sk.hamming_loss),
}
CLASS_CASES = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1_macro": lambda t, p: sk.f1_score(t, p, average="macro"),
    "f1_micro": lambda t, p: sk.f1_score(t, p, average="micro"),
    "f1_weighted": lambda t, p: sk.f1_score(t, p, average="weighted"),
    "precision_macro": lambda t, p: sk.precision_score(t, p, average="macro"),
    "recall_macro": lambda t, p: sk.recall_score(t, p, average="macro"),
    "jaccard_macro": lambda t, p: sk.jaccard_score(t, p, average="macro"),
    "matthews_corrcoef": sk.matthews_corrcoef,
    "cohen_kappa": sk.cohen_kappa_score,
    "hamming_loss": sk.hamming_loss,
}
LABELS_CASES = {
    "roc_auc": (MANY_SCORE, lambda t, p: sk.roc_auc_score(t, p, average="macro")),
    "roc_auc_pooled": (MANY_SCORE, lambda t, p: sk.roc_auc_score(t.ravel(), p.ravel())),
    "average_precision": (MANY_SCORE, lambda t, p: sk.average_precision_score(t, p, average="macro")),
    "log_loss": (MANY_SCORE, lambda t, p: np.mean([sk.log_loss(t[:, k], p[:, k]) for k in range(3)])),
    "brier_score": (MANY_SCORE, lambda t, p: np.mean([sk.brier_score_loss(t[:, k], p[:, k]) for k in range(3)])),
    "ndcg": (MANY_SCORE, sk.ndcg_score),
    "accuracy": (MANY_GUESS, sk.accuracy_score),
    "f1_macro": (MANY_GUESS, lambda t, p: sk.f1_score(t, p, average="macro")),
    "f1_micro": (MANY_GUESS, lambda t, p: sk.f1_score(t, p, average="micro")),
    "dice": (MANY_GUESS, lambda t, p: sk.f1_score(t.ravel(), p.ravel())),
    "f1_weighted": (MANY_GUESS, lambda t, p: sk.f1_score(t, p, average="weighted")),
    "f1_samples": (MANY_GUESS, lambda t, p: sk.f1_score(t, p, average="samples", zero_division=0)),
    "precision_macro": (MANY_GUESS, lambda t, p: sk.precision_score(t, p, average="macro")),
    "recall_macro": (MANY_GUESS, lambda t, p: sk.recall_score(t, p, average="macro")),
    "jaccard_macro": (MANY_GUESS, lambda t, p: sk.jaccard_score(t, p, average="macro")),
    "jaccard_samples": (MANY_GUESS, lambda t, p: sk.jaccard_score(t, p, average="samples", zero_division=0)),
    "hamming_loss": (MANY_GUESS, sk.hamming_loss),
}
VALUE_CASES = {
    "rmse": sk.root_mean_squared_error,
    "mse": sk.mean_squared_error,
    "mae": sk.mean_absolute_error,
    "median_absolute_error": sk.median_absolute_error,
    "mape": sk.mean_absolute_percentage_error,
    "rmsle": sk.root_mean_squared_log_error,
    "msle": sk.mean_squared_log_error,
    "r2": sk.r2_score,
    "explained_variance": sk.explained_variance_score,
    "pinball": sk.mean_pinball_loss,
    **{
        f"pinball_{level:g}": lambda t, p, level=level: sk.mean_pinball_loss(t, p, alpha=level)
        for level in (0.05, 0.1, 0.25, 0.75, 0.9, 0.95)
    },
}
SINGLE_VALUE_CASES = {
    "max_error": sk.max_error,
    "mean_poisson_deviance": sk.mean_poisson_deviance,
    "mean_gamma_deviance": sk.mean_gamma_deviance,
    "mean_tweedie_deviance": lambda t, p: sk.mean_tweedie_deviance(t, p, power=1.5),
}

# metric, truth, prediction, classes, the score worked out by hand
BY_HAND = [
    ("smape", [100, 0, 50], [50, 0, 50], (), 200 * (50 / 150) / 3),
    ("wape", [100, 0, 50], [50, 10, 50], (), 60 / 150),
    ("rmspe", [100, 50], [50, 50], (), math.sqrt(0.25 / 2)),
    ("pearson", [1, 2, 3], [1, 2, 6], (), 5 / math.sqrt(2 * 14)),
    ("spearman", [1, 2, 3, 4], [10, 30, 20, 40], (), 0.8),
    ("spearman", [1, 2, 3, 4], [5, 5, 5, 5], (), 0.0),
    ("token_accuracy", ["a", "b", ""], ["a", "B", None], (), 2 / 3),
    ("map_at_3", ["a", "b", "c", "d"], ["a b c", "a b", "a b d c", "d"], NAMES, (1 + 0.5 + 0 + 1) / 4),
    ("map_at_5", ["a", "b", "c", "d"], ["a b c", "a b", "a b d c", "d"], NAMES, (1 + 0.5 + 0.25 + 1) / 4),
    # best order of truth 3, 2, 1: area 1/3 * (3/12 + 8/12 + 11/12) - 1/2 = 1/9; the order 3, 1, 2 has 1/18
    ("gini_normalized", [3, 2, 1], [9, 1, 5], (), 0.5),
    ("gini_normalized", [3, 2, 1], [5, 5, 5], (), 0.0),
    # squared distances 0, 1, 4; expected: mean over all pairs of {0, 1, 2} and {0, 2, 0} = (0+4+0 + 1+1+1 + 4+0+4) / 9
    ("quadratic_weighted_kappa", [0, 1, 2], [0, 2, 0], (), 1 - (5 / 3) / (15 / 9)),
    ("quadratic_weighted_kappa", ["low", "mid", "high"], ["low", "high", "low"], ("low", "mid", "high"), 0.0),
    ("brier_score", ["a", "c"], [[0.5, 0.5, 0], [0, 0, 1]], ("a", "b", "c"), 0.25),
    ("roc_auc", ["no", "yes", "yes"], [0.2, 0.1, 0.9], ("no", "yes"), 0.5),
]  # fmt: skip


@pytest.mark.parametrize("name", BINARY_CASES)
def test_two_classes_as_scikit_learn(name: str) -> None:
    prediction, reference = BINARY_CASES[name]
    assert compute(name, YES_NO.astype(str), prediction, ("0", "1")) == pytest.approx(reference(YES_NO, prediction))


@pytest.mark.parametrize("name", CLASS_CASES)
def test_several_classes_as_scikit_learn(name: str) -> None:
    assert compute(name, LETTER, LETTER_GUESS, NAMES) == pytest.approx(CLASS_CASES[name](CLASS, CLASS_GUESS))


@pytest.mark.parametrize("name", LABELS_CASES)
def test_several_labels_as_scikit_learn(name: str) -> None:
    prediction, reference = LABELS_CASES[name]
    truth = pd.DataFrame(MANY.astype(float), columns=["a", "b", "c"])
    assert compute(name, truth, prediction) == pytest.approx(reference(MANY, prediction))


@pytest.mark.parametrize("name", VALUE_CASES)
def test_values_as_scikit_learn(name: str) -> None:
    assert compute(name, AMOUNT, FORECAST) == pytest.approx(VALUE_CASES[name](AMOUNT, FORECAST))
    assert compute(name, AMOUNTS, FORECASTS) == pytest.approx(VALUE_CASES[name](AMOUNTS, FORECASTS))


@pytest.mark.parametrize("name", SINGLE_VALUE_CASES)
def test_deviances_as_scikit_learn(name: str) -> None:
    assert compute(name, AMOUNT, FORECAST) == pytest.approx(SINGLE_VALUE_CASES[name](AMOUNT, FORECAST))


def test_a_class_in_neither_truth_nor_prediction_does_not_count() -> None:
    names = (*NAMES, "e")
    for name in ("f1_macro", "precision_macro", "recall_macro", "jaccard_macro", "balanced_accuracy"):
        assert compute(name, LETTER, LETTER_GUESS, names) == pytest.approx(CLASS_CASES[name](CLASS, CLASS_GUESS))


def test_class_columns_as_scikit_learn() -> None:
    one_hot = np.eye(4)[CLASS]
    assert compute("log_loss", LETTER, SHARES, NAMES) == pytest.approx(sk.log_loss(CLASS, SHARES))
    assert compute("roc_auc_ovr", LETTER, SHARES, NAMES) == pytest.approx(
        sk.roc_auc_score(CLASS, SHARES, multi_class="ovr")
    )
    assert compute("ndcg", LETTER, np.round(SHARES, 1), NAMES) == pytest.approx(
        sk.ndcg_score(one_hot, np.round(SHARES, 1))
    )
    assert compute("quadratic_weighted_kappa", CLASS, CLASS_GUESS) == pytest.approx(
        sk.cohen_kappa_score(CLASS, CLASS_GUESS, weights="quadratic")
    )


def test_a_column_for_each_of_two_classes_is_the_same_as_one() -> None:
    both = np.stack([1 - SCORE, SCORE], axis=1)
    for name in ("roc_auc", "log_loss", "brier_score", "average_precision"):
        assert compute(name, YES_NO, both, ("0", "1")) == pytest.approx(compute(name, YES_NO, SCORE, ("0", "1")))


def test_the_correlations_as_scipy() -> None:
    from scipy import stats

    rounded = np.round(FORECAST, 1)
    assert compute("spearman", AMOUNT, rounded) == pytest.approx(stats.spearmanr(AMOUNT, rounded).statistic)
    assert compute("pearson", AMOUNT, FORECAST) == pytest.approx(stats.pearsonr(AMOUNT, FORECAST).statistic)


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_worked_by_hand(case: tuple[str, list[object], list[object], tuple[str, ...], float]) -> None:
    name, truth, prediction, classes, expected = case
    score = compute(name, np.array(truth, dtype=object), np.array(prediction, dtype=object), classes)
    assert score == pytest.approx(expected)


def test_every_metric_has_a_reference() -> None:
    checked = {*BINARY_CASES, *CLASS_CASES, *LABELS_CASES, *VALUE_CASES, *SINGLE_VALUE_CASES, "roc_auc_ovr"}
    assert set(METRICS) == checked | {case[0] for case in BY_HAND}
    assert len(METRICS) >= 30


def _perfect_and_constant(
    name: str, kind: Kind, codes: list[int]
) -> tuple[object, object, list[object], tuple[str, ...]]:
    """Truth, perfect prediction and all constants worth trying, for a kind that the metric fits."""
    entry, truth = METRICS[name], np.array(codes)
    n = len(truth)
    if kind is Kind.MULTILABEL:
        both = np.stack([truth % 2, (truth + 1) % 2, (truth // 2) % 2], axis=1).astype(float)
        constants = [np.tile(row, (n, 1)) for row in itertools.product((0.0, 1.0), repeat=3)]
        return both, both, constants, ()
    if kind is Kind.SEQUENCE:
        words = truth.astype(str)
        return words, words, [np.full(n, str(c)) for c in range(4)], ()
    if kind in (Kind.REGRESSION, Kind.FORECAST, Kind.IMAGE_TO_IMAGE):
        values = truth + 1.0
        return values, values, [np.full(n, c) for c in np.linspace(0.5, 4.5, 9)], ()
    top = 2 if kind is Kind.BINARY else 4
    truth = truth % top
    classes = tuple(str(c) for c in range(top))
    words = truth.astype(str)
    if entry.metric.needs is PredictionNeed.LABEL:
        return words, words, [np.full(n, c) for c in classes], classes
    if kind is Kind.BINARY:
        return words, truth.astype(float), [np.full(n, c) for c in np.linspace(0, 1, 5)], classes
    if kind is Kind.ORDINAL:
        return truth + 1.0, truth + 1.0, [np.full(n, c) for c in np.linspace(0.5, 4.5, 9)], ()
    shares = [np.tile(row, (n, 1)) for row in (*np.eye(top), np.full(top, 1 / top))]
    return words, np.eye(top)[truth], shares, classes


@given(codes=st.lists(st.integers(0, 3), min_size=4, max_size=25), data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_constant_beats_the_truth(codes: list[int], data: st.DataObject) -> None:
    codes = [*codes, 0, 1, 2, 3]  # so that every class is there
    name = data.draw(st.sampled_from(sorted(METRICS)))
    entry = METRICS[name]
    kind = data.draw(st.sampled_from(entry.kinds))
    truth, perfect, constants, classes = _perfect_and_constant(name, kind, codes)
    best = compute(name, truth, perfect, classes)
    for constant in constants:
        assert entry.metric.gain(best, compute(name, truth, constant, classes)) >= -1e-12


@pytest.mark.parametrize("name", sorted(METRICS))
def test_the_direction_is_right(name: str) -> None:
    """The truth beats itself shifted by one row."""
    entry = METRICS[name]
    codes = [0, 1, 2, 3, 3, 1, 0, 2, 1, 0]
    truth, perfect, _, classes = _perfect_and_constant(name, entry.kinds[0], codes)
    wrong = np.roll(np.asarray(perfect), 1, axis=0)
    assert entry.metric.gain(compute(name, truth, perfect, classes), compute(name, truth, wrong, classes)) > 0


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=3, max_size=40), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_count(rows: list[tuple[int, float]], random: object) -> None:
    rows = [*rows, (0, 0.5), (1, 0.5)]
    order = np.random.default_rng(len(rows)).permutation(len(rows))
    truth, score = np.array([t for t, _ in rows]), np.array([s for _, s in rows])
    for name in ("roc_auc", "average_precision", "log_loss", "gini_normalized"):
        first = compute(name, truth, score, ("0", "1"))
        assert compute(name, truth[order], score[order], ("0", "1")) == pytest.approx(first, abs=1e-9)


def test_ranking_metrics_see_the_order_only() -> None:
    for name, entry in METRICS.items():
        if entry.metric.needs is PredictionNeed.RANKING and Kind.BINARY in entry.kinds:
            assert compute(name, YES_NO, SCORE, ("0", "1")) == pytest.approx(
                compute(name, YES_NO, np.exp(3 * SCORE) - 7, ("0", "1"))
            )


@pytest.mark.parametrize(
    ("name", "truth", "prediction", "classes", "words"),
    [
        ("roc_auc", ["1", "1"], [0.1, 0.2], ("0", "1"), "one class only"),
        ("average_precision", ["0", "0"], [0.1, 0.2], ("0", "1"), "one class only"),
        ("roc_auc_ovr", ["a", "b"], [[1, 0, 0], [0, 1, 0]], ("a", "b", "c"), "one class only"),
        ("matthews_corrcoef", ["a", "a"], ["a", "b"], ("a", "b"), "one class only"),
        ("quadratic_weighted_kappa", [2, 2], [1, 2], (), "one class only"),
        ("f1", ["0", "0"], ["0", "1"], ("0", "1"), "positive class"),
        ("r2", [1, 1], [1, 2], (), "constant"),
        ("spearman", [1, 1], [1, 2], (), "constant"),
        ("mape", [0, 1], [1, 1], (), "zeros"),
        ("wape", [0, 0], [1, 1], (), "zero everywhere"),
        ("rmsle", [-1, 1], [1, 1], (), "at least 0"),
        ("mean_gamma_deviance", [0, 1], [1, 1], (), "above 0"),
        ("rmse", [np.nan, 1], [1, 1], (), "missing"),
        ("rmse", ["x", 1], [1, 1], (), "text"),
        ("rmse", [], [], (), "no rows"),
        ("accuracy", ["a", "z"], ["a", "a"], ("a", "b"), "unknown class"),
        ("roc_auc", ["a", "b"], [0, 1], ("a", "b", "c"), "two classes"),
        ("gini_normalized", [1, 1], [1, 2], (), "constant"),
        ("ndcg", [[0.0, 0.0]], [[1, 2]], (), "no row"),
    ],
)  # fmt: skip
def test_a_truth_without_a_value_is_the_competitions_fault(
    name: str, truth: list[object], prediction: list[object], classes: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CompetitionError, match=words):
        compute(name, np.array(truth, dtype=object), np.array(prediction), classes)


@pytest.mark.parametrize(
    ("name", "truth", "prediction", "classes", "words"),
    [
        ("rmse", [1, 1], [1, np.nan], (), r"1 missing \(NaN\) values, the first in row 2"),
        ("rmse", [1, 1], [np.inf, 1], (), "infinite"),
        ("rmse", [1, 1], [1, "high"], (), "text where a number is needed: 'high'"),
        ("rmse", [1, 1], [1e200, 1], (), "too large"),
        ("rmse", [1, 1], [1], (), "1 predictions for 2 rows"),
        ("rmse", [1, 1], [[1, 2], [1, 2]], (), "needs 1 prediction columns"),
        ("rmsle", [1, 1], [1, -0.1], (), "at least 0"),
        ("mean_poisson_deviance", [1, 1], [1, 0], (), "above 0"),
        ("log_loss", ["0", "1"], [0.5, 1.5], ("0", "1"), r"outside \[0, 1\]"),
        ("log_loss", ["a", "b", "c"], [[0.3, 0.3, 0.3]] * 3, ("a", "b", "c"),
         "3 rows do not sum to one; row 1 sums to 0.9"),
        ("quadratic_weighted_kappa", [0, 1], [0.0, 1.5], (), "not whole classes, for example 1.5"),
        ("quadratic_weighted_kappa", ["0", "1"], [0, 7], ("0", "1"), "unknown class"),
        ("accuracy", ["a", "b"], ["a", "q"], ("a", "b"), "unknown class 'q'"),
        ("accuracy", ["a", "b"], ["a", None], ("a", "b"), "missing"),
        ("map_at_3", ["a", "b"], ["a q", "b"], ("a", "b", "c"), "unknown class 'q'"),
        ("map_at_3", ["a", "b"], ["a", " "], ("a", "b", "c"), "1 rows hold no label"),
    ],
)  # fmt: skip
def test_a_prediction_that_cannot_be_scored_is_the_submissions_fault(
    name: str, truth: list[object], prediction: list[object], classes: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SubmissionError, match=words):
        compute(name, np.array(truth, dtype=object), np.array(prediction, dtype=object), classes)


def test_rows_may_be_off_by_a_millionth() -> None:
    shares = np.array([[0.2, 0.3, 0.5 + 9e-7], [0.2, 0.3, 0.5]])
    assert compute("log_loss", np.array(["a", "b"]), shares, ("a", "b", "c")) > 0
    with pytest.raises(SubmissionError, match="sum to one"):
        compute("log_loss", np.array(["a", "b"]), shares + np.array([[0, 0, 2e-7], [0, 0, 0]]), ("a", "b", "c"))


def test_labels_may_be_written_as_numbers_or_truth_values() -> None:
    assert compute("accuracy", np.array(["0", "1"]), np.array([0.0, 1.0]), ("0", "1")) == 1
    assert compute("accuracy", np.array([True, False]), np.array(["true", "FALSE"]), ("False", "True")) == 1
    assert compute("accuracy", np.array(["None", "x"]), np.array(["None", "x"]), ("None", "x")) == 1


def test_names_and_aliases() -> None:
    assert metric("AUC").name == "roc_auc"
    assert metric("neg-root-mean-squared-error").direction is Direction.MINIMIZE
    assert metric("qwk").name == "quadratic_weighted_kappa"
    assert all(target in METRICS and alias not in METRICS for alias, target in ALIASES.items())
    with pytest.raises(CompetitionError, match=r"unknown metric 'acuracy' .*did you mean accuracy"):
        spec("acuracy")
    with pytest.raises(CompetitionError, match=r"docs/metrics.md"):
        spec("zzz")


def test_the_page_is_fresh() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == metric_docs.page(), f"stale: {metric_docs.__doc__}"
