"""A skill's effect against its absence, out of random withholding: the only figure here that luck cannot fake."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import NormalDist

from haste.schema.knowledge import Effect, Skill

from .evidence import Evidence
from .thresholds import DEFAULTS


def masked_count(skill: Skill, evidence: Evidence) -> int:
    return sum(exposure.state == "masked" for exposure in evidence.exposures.get(skill.id, ()))


def absence_effect(skill: Skill, evidence: Evidence) -> Effect:
    """Results of runs that were shown the skill minus runs it was withheld from, in standard deviations of a run.

    Compared within each competition, then averaged by inverse variance, with the interval widened where competitions
    disagree (Birge's ratio). Exposures of an earlier text count half. None until both arms have enough runs.
    """
    arms = _arms(skill, evidence)
    estimates: list[tuple[float, float]] = []  # difference, variance
    shown = withheld = 0
    for loaded, masked in arms.values():
        shown, withheld = shown + len(loaded), withheld + len(masked)
        if (estimate := _compare(loaded, masked)) is not None:
            estimates.append(estimate)
    if min(shown, withheld) < DEFAULTS.effect_arm or not estimates:
        return Effect(gain=None, level=DEFAULTS.effect_level, competitions=len(estimates))
    weights = [1 / variance for _, variance in estimates]
    gain = math.fsum(w * d for w, (d, _) in zip(weights, estimates, strict=True)) / math.fsum(weights)
    spread = math.fsum(w * (d - gain) ** 2 for w, (d, _) in zip(weights, estimates, strict=True))
    birge = max(1.0, spread / (len(estimates) - 1)) if len(estimates) > 1 else 1.0
    half = NormalDist().inv_cdf(0.5 + DEFAULTS.effect_level / 2) * math.sqrt(birge / math.fsum(weights))
    return Effect(
        gain=gain, low=gain - half, high=gain + half, level=DEFAULTS.effect_level, competitions=len(estimates)
    )


Arm = list[tuple[float, float]]  # (result, weight) of each run


def _arms(skill: Skill, evidence: Evidence) -> dict[str, tuple[Arm, Arm]]:
    """Per competition, the runs with and without the skill, among those where chance decided."""
    arms: dict[str, tuple[Arm, Arm]] = defaultdict(lambda: ([], []))
    for exposure in evidence.exposures.get(skill.id, ()):
        run = evidence.runs.get(exposure.run)
        if run is None or run.value is None or not 0 < exposure.mask_probability < 1 or exposure.state == "dropped":
            continue
        weight = 1.0 if exposure.revision >= skill.revision else DEFAULTS.old_revision_weight
        arms[run.competition][exposure.state == "masked"].append((run.value, weight))
    return dict(sorted(arms.items()))


def _compare(loaded: Arm, masked: Arm) -> tuple[float, float] | None:
    """Standardised difference of two arms and its variance; None when one arm is empty or nothing varies."""
    if not loaded or not masked or len(loaded) + len(masked) < DEFAULTS.effect_pair:
        return None
    means = [math.fsum(v * w for v, w in arm) / math.fsum(w for _, w in arm) for arm in (loaded, masked)]
    squares = math.fsum((v - mean) ** 2 for arm, mean in zip((loaded, masked), means, strict=True) for v, _ in arm)
    deviation = math.sqrt(squares / (len(loaded) + len(masked) - 2))
    if deviation == 0:
        return None
    sizes = [math.fsum(w for _, w in arm) ** 2 / math.fsum(w * w for _, w in arm) for arm in (loaded, masked)]
    difference = (means[0] - means[1]) / deviation
    # Variance of a standardised difference, Hedges and Olkin (1985).
    return difference, 1 / sizes[0] + 1 / sizes[1] + difference**2 / (2 * (sizes[0] + sizes[1]))
