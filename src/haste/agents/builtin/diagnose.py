"""What holds the incumbent back, read off measured numbers: one of six modes, with the reason in words.

Scores are the harness's, except the script's own train score, which is a hint. Nothing here reads code.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import stdev

from haste.schema.brief import Attempt, Brief
from haste.schema.competition import Direction, Metric
from haste.schema.solution import Diagnosis, Operator

DRIFT = 0.65  # adversarial AUC from which train and test differ in earnest
STREAK = 4  # unimproved attempts in a row that look like a ceiling
WIDE_GAP, NARROW_GAP = 0.5, 0.1  # of the validation error, what the model does better on its own rows


@dataclass(frozen=True)
class Finding:
    diagnosis: Diagnosis
    reason: str


def diagnose(brief: Brief, *, interpolates: bool = False) -> Finding:
    """The likeliest mode. `interpolates`: the model fits its own rows perfectly by nature, so the gap says nothing."""
    mine = [
        attempt
        for attempt in brief.history
        if attempt.branch == brief.branch and attempt.operator is not Operator.DRAFT
    ]
    for finding in (_mismatch(brief, mine), _ceiling(mine), _diminishing(mine)):
        if finding is not None:
            return finding
    gap = None if interpolates else relative_gap(brief)
    if gap is None:
        return Finding(Diagnosis.FEATURE_GAP, "nothing points to the fit, so what the model sees is the place to look")
    beyond = _gap_in_noise(brief)
    if gap >= WIDE_GAP and (beyond is None or beyond > 2):
        return Finding(
            Diagnosis.OVERFITTING, f"on its own rows the model has {gap:.0%} less error than on rows it did not see"
        )
    if gap <= NARROW_GAP:
        return Finding(Diagnosis.UNDERFITTING, "the model does no better on its own rows than on rows it did not see")
    return Finding(
        Diagnosis.FEATURE_GAP, f"training and validation are {gap:.0%} apart: the fit is sound, information is missing"
    )


def relative_gap(brief: Brief) -> float | None:
    """(validation error - train error) / validation error; None where the script did not say or nothing is known."""
    train, valid = _train_score(brief), brief.incumbent.score if brief.incumbent else None
    if train is None or valid is None:
        return None
    metric = brief.competition.metric
    train_error, valid_error = _error(metric, train), _error(metric, valid)
    if train_error is None or valid_error is None or valid_error <= 0:
        return None
    return (valid_error - train_error) / valid_error


def _error(metric: Metric, score: float) -> float | None:
    """Distance from perfection: a maximised metric is taken to end at 1."""
    if metric.direction is Direction.MINIMIZE:
        return score if score >= 0 else None
    return 1 - score if score <= 1 else None


def _train_score(brief: Brief) -> float | None:
    said = (brief.incumbent.diagnostics or {}).get("train_score") if brief.incumbent else None
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None


def _gap_in_noise(brief: Brief) -> float | None:
    assert brief.incumbent is not None
    train, folds = _train_score(brief), brief.incumbent.fold_scores
    if train is None or len(folds) < 3 or brief.incumbent.score is None:
        return None
    spread = stdev(folds)
    return brief.competition.metric.gain(train, brief.incumbent.score) / spread if spread > 0 else None


def _mismatch(brief: Brief, mine: list[Attempt]) -> Finding | None:
    drift = brief.profile.drift
    if drift is None or drift.auc < DRIFT:
        return None
    if any(attempt.diagnosis is Diagnosis.DISTRIBUTION_MISMATCH for attempt in mine):
        return None  # it was said once; the branch goes on with what can be changed
    return Finding(
        Diagnosis.DISTRIBUTION_MISMATCH,
        f"training rows can be told from test rows (AUC {drift.auc:.2f}, 0.5 is not at all)",
    )


def _ceiling(mine: list[Attempt]) -> Finding | None:
    recent = [attempt for attempt in mine if attempt.kept is not None][-STREAK:]
    if len(recent) < STREAK or any(attempt.kept for attempt in recent):
        return None
    small = [
        attempt
        for attempt in recent
        if attempt.gain is not None and attempt.noise and abs(attempt.gain) < 2 * attempt.noise
    ]
    if len(small) < STREAK - 1:
        return None
    return Finding(Diagnosis.NOISE_CEILING, f"the last {STREAK} changes stayed within the noise of the folds")


def _diminishing(mine: list[Attempt]) -> Finding | None:
    gains = [attempt.gain for attempt in mine if attempt.kept and attempt.gain is not None]
    if len(gains) < 3 or gains[-1] >= gains[0] / 3:
        return None
    return Finding(Diagnosis.DIMINISHING_RETURNS, "each kept change gains less than the one before")
