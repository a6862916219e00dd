"""Runs of studies made up for the tests of what is counted and told: no competition, no journal."""

from __future__ import annotations

import numpy as np

from haste.campaign.study.catalogue import PLANS
from haste.campaign.study.outcomes import Row
from haste.campaign.study.plan import Data, StudyConfig
from haste.schema.config import RunConfig, SearchConfig

DOMAINS = ("tabular", "text", "image", "timeseries")


def row(arm: str = "a", competition: str = "one", seed: int = 0, **changes) -> Row:
    """A run that kept one of four changes, the second, and scored 0.5."""
    told = {
        "domain": "tabular",
        "finished": True,
        "graded": True,
        "iterations": 4,
        "iterations_to_best": 2,
        "kept": 1,
        "decided": 4,
        "best_score": 0.7,
        "higher_is_better": True,
        "milestones": ((0, 0.6), (2, 0.7)),
        "normalised": 0.5,
        "medal": "none",
        "above_median": True,
        "inventory": 0,
        "skills_loaded": 0,
        "executions": 20,
        "recalled": 0,
        "failed": 0,
    }
    return Row(arm=arm, competition=competition, seed=seed, **{**told, **changes})


def config(study: str = "start", competitions: int = 15, seeds: int = 5) -> StudyConfig:
    names = tuple(f"competition-{number:02d}" for number in range(competitions))
    return StudyConfig(
        plan=PLANS[study],
        competitions=names,
        seeds=tuple(range(seeds)),
        run=RunConfig(competition="", search=SearchConfig(**PLANS[study].search)),
        code_version="0",
        data={name: Data(id=name, digest="d", answers=True) for name in names},
    )


def rows_of(config: StudyConfig, gain: float = 0.3, seed: int = 0) -> list[Row]:
    """Every run of a study in which warm arms save about a share `gain` of the refinements and keep more."""
    rng = np.random.default_rng(seed)
    made = []
    for number, name in enumerate(config.competitions):
        level, help_ = rng.uniform(0.4, 1.1), rng.normal(gain, 0.15)
        for chance in config.seeds:
            for arm in config.plan.arms:
                share = 0.25 + (help_ * 0.8 if arm.warm else 0) + rng.normal(0, 0.05)
                best = int(rng.poisson(6 * max(0.05, 1 - (help_ if arm.warm else 0))))
                score = level + (0.03 * help_ if arm.warm else 0) + rng.normal(0, 0.02)
                made.append(
                    row(
                        arm.name,
                        name,
                        chance,
                        domain=DOMAINS[number % 4],
                        iterations=16,
                        iterations_to_best=min(best, 16),
                        decided=16,
                        kept=int(np.clip(round(16 * share), 0, 16)),
                        best_score=score,
                        milestones=((min(best, 16), score),),
                        normalised=score,
                        medal="gold" if score > 0.9 else "none",
                        inventory=int(10 * (arm.teachers or 6)) if arm.warm else 0,
                        skills_loaded=int(3 * (arm.teachers or 6)) if arm.warm else 0,
                    )
                )
    return made
