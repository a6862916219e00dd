"""A table from action to the one small function that carries it out. Decides nothing; yields what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from haste.schema.events import Event, SearchEnded
from haste.search.actions import (
    Action,
    Blend,
    Classify,
    Debug,
    Deliver,
    Draft,
    Execute,
    LoadSkills,
    ProfileCompetition,
    Record,
    Refine,
    Reflect,
)
from haste.search.state import RunState

from .asking import Unanswered
from .context import Context
from .deliver import deliver
from .ensemble import blend_finalists
from .execute import execute
from .profile import profile_competition
from .skills import load_skills
from .think import classify, debug, draft, refine, reflect


def _record(action: Record, _state: RunState, _context: Context) -> Iterator[Event]:
    yield action.event


DEEDS: dict[type[Any], Callable[[Any, RunState, Context], Iterator[Event]]] = {
    ProfileCompetition: profile_competition,
    Classify: classify,
    LoadSkills: load_skills,
    Draft: draft,
    Execute: execute,
    Refine: refine,
    Debug: debug,
    Blend: blend_finalists,
    Deliver: deliver,
    Reflect: reflect,
    Record: _record,
}


def perform(action: Action, state: RunState, context: Context) -> Iterator[Event]:
    """Carry it out. Where a model would have to be asked and a budget forbids it, the search ends."""
    try:
        yield from DEEDS[type(action)](action, state, context)
    except Unanswered as silence:
        if silence.limit is not None:
            yield SearchEnded(reason=silence.limit, detail=silence.detail)
