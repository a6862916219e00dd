"""A study in one flat object: `summary.json`. Each figure stands beside its interval; what is not known is null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..statistics import Interval
from .compare import ArmResult, Comparison, ContrastResult, SizeBin
from .plan import StudyConfig

ARM_FIGURES = ("normalised", "medal_rate", "iterations", "iterations_to_best", "keep_rate")
CONTRAST_FIGURES = (
    "iterations_to_best_reduction",
    "iterations_to_match_reduction",
    "iterations_reduction",
    "keep_rate_arm",
    "keep_rate_against",
    "keep_rate_difference",
    "score_difference",
    "medal_difference",
)
COLD_AND_WARM = {"keep_rate_against": "keep_rate_cold", "keep_rate_arm": "keep_rate_warm"}


def summarise(config: StudyConfig, comparison: Comparison, command: str) -> dict[str, Any]:
    """What was done, then `arms` and `contrasts` by name. The study of starts has, beside them, the contrast with the
    textbook start at the top, and the one with the uninformed start under `uninformed`.
    """
    plan = config.plan
    contrasts = {one.name: _contrast(one) for one in comparison.contrasts}
    starts: dict[str, Any] = {}
    if plan.name == "start":
        warm = {name: _renamed(contrasts[name]) for name in ("textbook", "uninformed") if name in contrasts}
        starts = warm.get("textbook", {}) | {"uninformed": warm.get("uninformed")}
    return {
        "study": plan.name,
        "question": plan.question,
        "command": command,
        "code_version": config.code_version,
        "engineer": config.run.model,
        "competitions": [config.data[one].id for one in config.measured],
        "only_teach": [config.data[one].id for one in config.only_teach],
        "seeds": list(config.seeds),
        "pairs": max((one.pairs for one in comparison.contrasts), default=0),
        "runs": sum(one.runs for one in comparison.arms),
        "missing": [one.model_dump() for one in comparison.missing],
        "executed": comparison.executed.model_dump() if comparison.executed else None,
        **starts,
        "contrasts": contrasts,
        "arms": {one.arm: _arm(one) for one in comparison.arms},
        "keep_rate_by_inventory": _binned(comparison.by_inventory),
        "keep_rate_by_skills_loaded": _binned(comparison.by_skills_loaded),
        "keep_rate_by_papers_sizes": _binned(comparison.by_papers_sizes),
    }


def _binned(sizes: Sequence[SizeBin]) -> dict[str, Any]:
    """Keep rates by the number of skills, `LOW-HIGH` or `LOW-`, with `_runs` and `_decided` changes beside each."""
    told: dict[str, Any] = {}
    for one in sizes:
        name = f"{one.low}-{'' if one.high is None else one.high}"
        told |= _figures({name: one.keep_rate}) | {f"{name}_runs": one.runs, f"{name}_decided": one.decided}
    return told


def _contrast(one: ContrastResult) -> dict[str, Any]:
    counts = {"arm": one.arm, "against": one.against, "pairs": one.pairs, "unpaired": one.unpaired}
    return counts | _figures({name: getattr(one, name) for name in CONTRAST_FIGURES})


def _arm(one: ArmResult) -> dict[str, Any]:
    counts = {"runs": one.runs, "medals": one.medals, "skills_loaded": one.skills_loaded}
    return counts | _figures({name: getattr(one, name) for name in ARM_FIGURES})


def _figures(found: dict[str, Interval]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, one in found.items():
        told[name] = one.value
        told[f"{name}_interval"] = None if one.low is None else [one.low, one.high]
    return told


def _renamed(figures: dict[str, Any]) -> dict[str, Any]:
    """By what the two sides are: cold and warm."""
    told = {}
    for name, value in figures.items():
        plain = name.removesuffix("_interval")
        told[COLD_AND_WARM.get(plain, plain) + name[len(plain) :]] = value
    return told
