from __future__ import annotations

import pytest

from haste.agents.builtin.diagnose import diagnose
from haste.schema.brief import Attempt, Brief, Incumbent
from haste.schema.competition import Kind
from haste.schema.profile import Drift
from haste.schema.solution import Diagnosis

from .examples import example
from .test_choose import attempt

STILL = Drift(auc=0.51)


def brief(train: float | None, score: float = 0.8, metric: str = "roc_auc", history: tuple[Attempt, ...] = ()) -> Brief:
    kind = Kind.BINARY if metric == "roc_auc" else Kind.REGRESSION
    made = example(kind, metric).brief()
    folds = tuple(score * factor for factor in (0.99, 1.0, 1.01, 0.995, 1.005))
    incumbent = Incumbent(
        candidate="c1", title="", code="", recipe=None, score=score, fold_scores=folds, wall_s=1.0,
        diagnostics=None if train is None else {"train_score": train},
    )  # fmt: skip
    profile = made.profile.model_copy(update={"drift": STILL})
    return made.model_copy(update={"incumbent": incumbent, "branch": "c1", "history": history, "profile": profile})


@pytest.mark.parametrize(
    ("train", "score", "metric", "mode"),
    [
        (0.99, 0.80, "roc_auc", Diagnosis.OVERFITTING),
        (0.80, 0.80, "roc_auc", Diagnosis.UNDERFITTING),
        (0.86, 0.80, "roc_auc", Diagnosis.FEATURE_GAP),
        (1.0, 9.0, "rmse", Diagnosis.OVERFITTING),
        (8.9, 9.0, "rmse", Diagnosis.UNDERFITTING),
        (6.5, 9.0, "rmse", Diagnosis.FEATURE_GAP),
        (None, 0.8, "roc_auc", Diagnosis.FEATURE_GAP),
    ],
)
def test_the_gap_between_own_and_unseen_rows(train: float | None, score: float, metric: str, mode: Diagnosis) -> None:
    assert diagnose(brief(train, score, metric)).diagnosis is mode


def test_a_model_that_interpolates_by_nature_is_not_called_overfitted() -> None:
    assert diagnose(brief(1.0)).diagnosis is Diagnosis.OVERFITTING
    assert diagnose(brief(1.0), interpolates=True).diagnosis is Diagnosis.FEATURE_GAP


def test_drift_comes_first_and_is_said_once() -> None:
    made = brief(0.99)
    shifted = made.model_copy(update={"profile": made.profile.model_copy(update={"drift": Drift(auc=0.9)})})
    assert diagnose(shifted).diagnosis is Diagnosis.DISTRIBUTION_MISMATCH
    said = (attempt("drop_drifting_column", diagnosis=Diagnosis.DISTRIBUTION_MISMATCH),)
    assert diagnose(shifted.model_copy(update={"history": said})).diagnosis is Diagnosis.OVERFITTING


def test_a_streak_within_the_noise_is_a_ceiling() -> None:
    streak = tuple(attempt(f"t{number}", gain=0.001, noise=0.01) for number in range(4))
    assert diagnose(brief(0.86, history=streak)).diagnosis is Diagnosis.NOISE_CEILING
    broken = (*streak[:3], attempt("good", gain=0.05, kept=True))
    assert diagnose(brief(0.86, history=broken)).diagnosis is Diagnosis.FEATURE_GAP
    clear = tuple(attempt(f"t{number}", gain=-0.2, noise=0.01) for number in range(4))
    assert diagnose(brief(0.86, history=clear)).diagnosis is Diagnosis.FEATURE_GAP


def test_shrinking_gains_are_diminishing_returns() -> None:
    gains = tuple(attempt(f"t{gain}", gain=gain, kept=True) for gain in (0.05, 0.02, 0.005))
    assert diagnose(brief(0.86, history=gains)).diagnosis is Diagnosis.DIMINISHING_RETURNS
    assert diagnose(brief(0.86, history=gains[:2])).diagnosis is Diagnosis.FEATURE_GAP


def test_other_branches_do_not_count() -> None:
    streak = tuple(attempt(f"t{number}", gain=0.001, noise=0.01, branch="c2") for number in range(4))
    assert diagnose(brief(0.86, history=streak)).diagnosis is Diagnosis.FEATURE_GAP
