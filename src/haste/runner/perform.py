"""A table from action to the one small function that carries it out. Decides nothing; yields what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from haste.schema.events import Event
from haste.search.actions import (
    Action,
    Blend,
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

from .context import Context
from .deliver import deliver
from .ensemble import blend_finalists
from .execute import execute
from .profile import profile_competition
from .skills import load_skills
from .think import debug, draft, refine, reflect


def _record(action: Record, _state: RunState, _context: Context) -> Iterator[Event]:
    yield action.event


DEEDS: dict[type[Any], Callable[[Any, RunState, Context], Iterator[Event]]] = {
    ProfileCompetition: profile_competition,
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
    return DEEDS[type(action)](action, state, context)
