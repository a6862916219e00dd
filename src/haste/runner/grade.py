"""Grading, after the run and outside its loop: the held-out answers are read here and nowhere before."""

from __future__ import annotations

from haste.competition.heldout import grade, has_answers
from haste.schema.events import GradeEntry, SubmissionGraded
from haste.search.state import RunState

from .context import Context


def grade_run(context: Context, state: RunState) -> GradeEntry | None:
    """Grade the chosen submission into the grades stream, once; None where there are no held-out answers."""
    if state.chosen is None or not has_answers(context.loaded):
        return None
    for entry in context.store.read_grades():
        if entry.event.submission == state.chosen.submission:
            return entry
    return context.store.append_grade(
        SubmissionGraded(
            run_id=state.run_id,
            competition=context.loaded.competition.id,
            submission=state.chosen.submission,
            grade=grade(context.loaded, context.store.get(state.chosen.submission)),
        )
    )
