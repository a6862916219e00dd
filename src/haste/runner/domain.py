"""Asking which domain a competition belongs to before any run of it: the question that a run would ask at its start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haste.agents.engineer import Answer, Engineer
from haste.competition.settings import DOMAINS
from haste.schema.brief import Brief
from haste.schema.events import CompetitionProfiled
from haste.schema.solution import Unusable
from haste.search.actions import ProfileCompetition
from haste.search.state import RunState

from .context import Context
from .perform import perform


def first_brief(context: Context) -> Brief:
    """What there is to say of a competition without a run. Runs the probe and no candidate. Raises HasteError.

    It does not depend on the moment: whoever asks again after a crash asks the same.
    """
    found = [e for e in perform(ProfileCompetition(), RunState(), context) if isinstance(e, CompetitionProfiled)]
    config, profiled = context.config, found[-1]
    return Brief(
        competition=context.loaded.competition,
        profile=profiled.profile,
        seed=config.seed,
        folds=profiled.search_folds or None,
        limits=config.limits,
    )


def domain_of(brief: Brief, engineer: Engineer, settle: Callable[[Answer[Any]], Any]) -> str | Unusable:
    """The engineer's word, where it has one that can be used. `settle` has its questions answered."""
    said: str | Unusable = settle(engineer.classify(brief))
    if isinstance(said, Unusable) or said in DOMAINS:
        return said
    return Unusable(reason=f"there is no domain {said!r}")
