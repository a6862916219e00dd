"""One run of a campaign as a flat row: read from its journal and its grades, after the fact. Unknown is None.

Reports read rows; nothing that decides does.
"""

from __future__ import annotations

from typing import Any

from haste.schema.campaign import Assignment, RunEnded
from haste.schema.competition import Grade
from haste.search.evolve import fold
from haste.search.progress import iterations, iterations_to_best, kept_and_decided
from haste.search.state import RunState
from haste.store.protocol import GradedStore


def read_row(one: Assignment, number: int, ended: RunEnded | None, store: GradedStore) -> dict[str, Any]:
    """The row of a run of round `number`, begun or not. Raises StoreError for a journal that was tampered with."""
    state = fold(store.read())
    begun = state.config is not None
    told = {
        "run": one.run,
        "round": number,
        "competition": one.competition,
        "domain": one.domain,
        "seed": one.seed,
        "start": one.start.value,
        "outcome": ended.outcome if ended else ("running" if begun else "waiting"),
        "error": ended.error if ended else "",
        "stop_reason": state.finished,
        "tokens": ended.spent.tokens if ended else None,
        "usd": ended.spent.usd if ended else None,
        "wall_s": ended.wall_s if ended and ended.outcome == "finished" else None,
    }
    return told | _searched(state if begun else None) | _graded(_grade(state, store))


def _searched(state: RunState | None) -> dict[str, Any]:
    kept, decided = kept_and_decided(state) if state else (0, 0)
    chosen = state.chosen if state else None
    chose = state if state and not state.awaits_skills else None
    loaded = chose.skills_loaded if chose else None
    return {
        "title": state.competition.title if state and state.competition else None,
        "metric": state.metric.name if state else None,
        "direction": state.metric.direction.value if state else None,
        "iterations": iterations(state) if state else None,
        "iterations_to_best": iterations_to_best(state) if state else None,
        "kept": kept,
        "decided": decided,
        "keep_rate": kept / decided if decided else None,
        "inventory": loaded.manifest.live if loaded else 0 if chose else None,  # live skills; a cold run reads none
        "skills_loaded": len(chose.skills) if chose else None,
        "learnings": len(state.learnings) if state and state.learnings is not None else None,
        "candidate": chosen.candidate if chosen else None,
        "validation_score": chosen.validation_score if chosen else None,
    }


def _graded(grade: Grade | None) -> dict[str, Any]:
    return {
        "grade": grade.score if grade else None,
        "medal": grade.medal.value if grade and grade.medal else None,
        "above_median": grade.above_median if grade else None,
        "normalised": grade.normalised if grade else None,
        "rank": grade.rank if grade else None,
        "teams": grade.teams if grade else None,
    }


def _grade(state: RunState, store: GradedStore) -> Grade | None:
    """The grade of what was handed over; grades of anything else do not speak for the run."""
    if state.chosen is None:
        return None
    ours = [one.event.grade for one in store.read_grades() if one.event.submission == state.chosen.submission]
    return ours[-1] if ours else None
