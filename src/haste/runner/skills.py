"""Choosing the skills of a run, once. From then on the journal's copy counts, whatever becomes of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import floor

from haste.schema.competition import Competition
from haste.schema.conditions import Fact
from haste.schema.events import Event, SkillsLoaded
from haste.schema.knowledge import Effect, Loading, SkillManifest, SkillNote, SkillScope
from haste.search.actions import LoadSkills
from haste.search.chance import draw
from haste.search.state import RunState
from haste.skills.measured import measured
from haste.skills.promote import Shelf
from haste.skills.select import TOKEN_BUDGET, Request, select, tiered_tokens, withholding

from .context import Context


def load_skills(_action: LoadSkills, state: RunState, context: Context) -> Iterator[Event]:
    assert state.competition is not None
    assert state.profile is not None
    if context.tape is not None:
        yield context.tape.skills()
        return
    rules, shelf = state.rules, context.skills()
    scope = SkillScope(
        domain=state.competition.domain, competition=state.competition.id, competition_tier=rules.competition_tier
    )
    request = Request(
        scope=scope,
        policy=rules.loading,
        # With the competition in it, equal seeds do not withhold the same skills everywhere.
        seed=draw(rules.seed, "skills", state.competition.id),
        query=in_words(state.competition, state.profile.facts),
        facts=state.profile.facts,
        token_budget=_budget(shelf, scope, rules.as_tiered),
        withhold=withholding(rules.withhold),
        # Runs that follow each other with one seed, which is the usual, would else withhold the same skills for ever.
        earlier=sum(run.competition == scope.competition for run in shelf.evidence.runs.values()),
    )
    manifest, notes = chosen(request, shelf)
    yield SkillsLoaded(manifest=manifest, notes=notes)


def chosen(request: Request, shelf: Shelf) -> tuple[SkillManifest, tuple[SkillNote, ...]]:
    """What a run is shown, each note with what was measured of its advice, and what became of all the others."""
    if request.policy is Loading.TIERED_RANKED:  # the one that ranks by what is known
        request = replace(request, effects=_effects(request.scope, shelf))
    selection = select(shelf.inventory, request)
    by_name = shelf.inventory.by_name
    return selection.manifest, tuple(measured(by_name[note.name], shelf.evidence) for note in selection.notes)


def _budget(shelf: Shelf, scope: SkillScope, as_tiered: float) -> int:
    """Tokens that a ranked policy may fill."""
    return floor(as_tiered * tiered_tokens(shelf.inventory, scope)) if as_tiered else TOKEN_BUDGET


def in_words(competition: Competition, facts: Mapping[str, Fact]) -> str:
    """What skills are ranked against: the problem's kind, and each fact that is true, a word, or not zero."""
    told = [competition.domain, competition.kind.value, competition.metric.name]
    for name, value in sorted(facts.items()):
        if isinstance(value, str):
            told.append(f"{name} {value}")
        elif value:
            told.append(name)
    return " ".join(told).replace("_", " ")


def _effects(scope: SkillScope, shelf: Shelf) -> dict[str, Effect]:
    known = {held.skill.id: measured(held, shelf.evidence).effect for held in shelf.inventory.visible(scope)}
    return {skill: one for skill, one in known.items() if one is not None}
