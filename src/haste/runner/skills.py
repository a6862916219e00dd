"""Choosing the skills of a run, once. From then on the journal's copy counts, whatever becomes of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import floor

from haste.schema.competition import Competition
from haste.schema.conditions import Fact
from haste.schema.events import Event, SkillsLoaded
from haste.schema.knowledge import Effect, SkillNote, SkillScope
from haste.search.actions import LoadSkills
from haste.search.chance import draw
from haste.search.state import RunState
from haste.skills.evidence import effect, expected_gain
from haste.skills.promote import Shelf
from haste.skills.select import FLAT, TOKEN_BUDGET, Request, select, tiered_tokens, withholding

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
    )
    selection = select(shelf.inventory, _with_effects(request, shelf))
    yield SkillsLoaded(manifest=selection.manifest, notes=tuple(_expecting(note, shelf) for note in selection.notes))


def _budget(shelf: Shelf, scope: SkillScope, as_tiered: float) -> int:
    """Tokens that a ranked policy may fill."""
    return floor(as_tiered * tiered_tokens(shelf.inventory, scope)) if as_tiered else TOKEN_BUDGET


def _expecting(note: SkillNote, shelf: Shelf) -> SkillNote:
    """The note with what is to be expected of its advice here, as far as anything was measured."""
    expected = expected_gain(shelf.inventory.by_name[note.name].skill, shelf.evidence)
    return note if expected is None else note.model_copy(update={"expected": expected})


def in_words(competition: Competition, facts: Mapping[str, Fact]) -> str:
    """What skills are ranked against: the problem's kind, and each fact that is true, a word, or not zero."""
    told = [competition.domain, competition.kind.value, competition.metric.name]
    for name, value in sorted(facts.items()):
        if isinstance(value, str):
            told.append(f"{name} {value}")
        elif value:
            told.append(name)
    return " ".join(told).replace("_", " ")


def _with_effects(request: Request, shelf: Shelf) -> Request:
    scope, inventory = request.scope, shelf.inventory
    pool = inventory.flat(scope) if request.policy in FLAT else inventory.visible(scope)
    known: dict[str, Effect] = {held.skill.id: effect(held.skill, shelf.evidence) for held in pool}
    return replace(request, effects={key: one for key, one in known.items() if one.gain is not None})
