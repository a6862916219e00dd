"""A run in one flat object: the last line of `haste run --json`. What is unknown is null, never zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from haste.schema.events import Entry, GradeEntry
from haste.search.progress import iterations, iterations_to_best, keep_rate

from .spending import spent_in
from .story import Story, read_story

SUBMISSION = "submission.csv"  # below the run's folder


def summarise(entries: Iterable[Entry], grades: Iterable[GradeEntry]) -> dict[str, Any]:
    """The object of `haste run --json`; works for a run that is not finished (its `stop_reason` is null).

    `submission` is a file name below the run's folder, null until there is one. Raises StoreError for an empty journal.
    """
    return summary_of(read_story(entries, grades))


def summary_of(story: Story) -> dict[str, Any]:
    state, chosen, grade = story.state, story.state.chosen, story.grade
    config, competition = story.started.config, story.started.competition
    paid = spent_in(story)
    return {
        "run_id": state.run_id,
        "competition": competition.id,
        "domain": state.competition.domain if state.competition else competition.domain,
        "metric": competition.metric.name,
        "direction": competition.metric.direction.value,
        "model": config.model if config.replay is None else f"replay:{config.model}",
        "loading": config.loading.value,
        "start": config.start.value,
        "seed": config.seed,
        "stop_reason": state.finished,
        "iterations": iterations(state),
        "iterations_to_best": iterations_to_best(state),
        "keep_rate": keep_rate(state),
        "candidates": len(state.nodes),
        "executions": story.executions,
        "candidate": chosen.candidate if chosen else None,
        "validation_score": chosen.validation_score if chosen else None,
        "validation_trust": competition.validation.trust.value,
        "grade": grade.score if grade else None,
        "medal": grade.medal.value if grade and grade.medal else None,
        "rank": grade.rank if grade else None,
        "teams": grade.teams if grade else None,
        "skills_loaded": skills_loaded(story),
        "learnings": len(state.learnings) if state.learnings is not None else None,
        "calls": paid.calls,
        "tokens": {"input": paid.input, "cached": paid.cached, "output": paid.output},
        "usd": paid.usd,
        "wall_s": round(story.wall_s, 3),
        "overhead_s": round(story.overhead_s, 3),
        "sandbox": story.started.executor,
        "missing_guarantees": [g.value for g in story.started.missing_guarantees],
        "submission": SUBMISSION if chosen else None,
    }


def skills_loaded(story: Story) -> int | None:
    """Skills in the briefs; None as long as a warm run has not chosen them."""
    return None if story.state.awaits_skills else len(story.state.skills)
