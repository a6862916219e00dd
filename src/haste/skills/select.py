"""Which skills a run is shown: a policy, a scope, a token budget and a seed in; notes and a manifest out.

Tiered policies draw from `Inventory.visible` only; flat ones from everything. A share of the eligible skills is
withheld at random, by seed, skill and how many runs of the competition came earlier: policies withhold the same ones,
and one run after the other different ones, or nothing could ever be compared. Skills tied by a conflict are withheld or
shown together. A withheld skill keeps its place in the budget, so the rest stays equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from haste.schema.conditions import Fact, all_hold
from haste.schema.knowledge import (
    Effect,
    ExposureState,
    Loading,
    SkillExposure,
    SkillManifest,
    SkillNote,
    SkillScope,
    Status,
    Tier,
)

from .inventory import Held, Inventory
from .thresholds import DEFAULTS
from .words import Chance, digest

LISTED = 200  # dropped skills that a manifest names; the rest is counted, under one digest
FLAT = (Loading.RETRIEVAL, Loading.RANDOM, Loading.FLAT)
BUDGETED = (Loading.TIERED_RANKED, Loading.RETRIEVAL, Loading.RANDOM)
TOKEN_BUDGET = 6000
# Shares of the budget by tier, nearest first; what one leaves unused goes to the next.
SHARES = ((Tier.COMPETITION, 0.25), (Tier.DOMAIN, 0.5), (Tier.GLOBAL, 0.25))
_TIER_ORDER = {Tier.GLOBAL: 0, Tier.DOMAIN: 1, Tier.COMPETITION: 2}


def withholding(share: float = DEFAULTS.withhold) -> dict[Status, float]:
    """Probabilities by status for a share of active skills; unproven ones are withheld more often. 0 turns it off."""
    candidate = min(0.5, share * DEFAULTS.withhold_candidate / DEFAULTS.withhold)
    return {Status.CANDIDATE: candidate, Status.ACTIVE: share, Status.CONTESTED: share}


@dataclass(frozen=True)
class Request:
    """`query` is text about the competition (its profile in words); `facts` test the skills' conditions."""

    scope: SkillScope
    policy: Loading
    seed: int
    query: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    token_budget: int = TOKEN_BUDGET
    withhold: Mapping[Status, float] = field(default_factory=withholding)
    effects: Mapping[str, Effect] = field(default_factory=dict)  # skill id -> what is known of it
    earlier: int = 0  # runs of this competition that the store knows of; only what is withheld depends on it


@dataclass(frozen=True)
class Selection:
    notes: tuple[SkillNote, ...]  # global, then domain, then competition; by name within
    manifest: SkillManifest


def select(inventory: Inventory, request: Request) -> Selection:
    pool = _pool(inventory, request)
    ranked = _rank(inventory, request, pool)
    fits = _fits(request, ranked)
    loaded: list[Held] = []
    exposures: list[SkillExposure] = []
    unlisted: list[Held] = []
    dropped = 0
    luck = Chance("withhold", request.seed, request.earlier)
    for held in ranked:
        # Rivals share their leader's probability and draw, so that one draw decides for all of them.
        chance = request.withhold.get(held.group_status, 0.0)
        if fits is not None and held.position not in fits:
            dropped += 1
            if dropped > LISTED:
                unlisted.append(held)
            else:
                exposures.append(_exposure(held, "dropped", chance))
        elif luck.draw(held.group) < chance:
            exposures.append(_exposure(held, "masked", chance))
        else:
            loaded.append(held)
            exposures.append(_exposure(held, "loaded", chance))
    loaded.sort(key=lambda held: (_TIER_ORDER[held.skill.tier], held.skill.id))
    notes = tuple(_note(held, request.effects.get(held.skill.id)) for held in loaded)
    return Selection(notes, _manifest(inventory, request, tuple(exposures), unlisted))


def tiered_tokens(inventory: Inventory, scope: SkillScope) -> int:
    """What the tiered policy's context comes to, so that others can be held against it at the same size."""
    return sum(held.tokens for held in inventory.visible(scope))


def _pool(inventory: Inventory, request: Request) -> tuple[Held, ...]:
    if request.policy is Loading.NONE:
        return ()
    return inventory.flat(request.scope) if request.policy in FLAT else inventory.visible(request.scope)


def _rank(inventory: Inventory, request: Request, pool: tuple[Held, ...]) -> Sequence[Held]:
    """Best first; ties by id. Policies without a rank keep the pool's order."""
    if request.policy is Loading.RANDOM:
        chance = Chance("random", request.seed)
        return sorted(pool, key=lambda held: (chance.draw(held.skill.id), held.skill.id))
    if request.policy is Loading.RETRIEVAL:
        scores = inventory.index.scores(request.query)
        return sorted(pool, key=lambda held: (-scores[held.position], held.skill.id))
    if request.policy is Loading.TIERED_RANKED:
        scores = inventory.index.scores(request.query)

        def key(held: Held) -> tuple[bool, float, str]:
            suits = all_hold(held.skill.conditions, request.facts)
            worth = (0.1 + scores[held.position]) * _utility(request.effects.get(held.skill.id))
            return not suits, -worth, held.skill.id

        return sorted(pool, key=key)
    return pool


def _utility(effect: Effect | None) -> float:
    """Between 0.5 and 1.5; 1 when nothing is known. The gain is shrunk towards none by pseudo-competitions."""
    if effect is None or effect.gain is None:
        return 1.0
    shrunk = effect.gain * effect.competitions / (effect.competitions + DEFAULTS.utility_prior)
    return 1.0 + DEFAULTS.utility_sway * math.tanh(shrunk / 2)


def _fits(request: Request, ranked: Sequence[Held]) -> set[int] | None:
    """Positions of the skills that the budget has room for, greedily in rank order, rivals together; None: all."""
    if request.policy not in BUDGETED:
        return None
    groups: dict[str, list[Held]] = {}
    for held in ranked:
        groups.setdefault(held.group, []).append(held)
    if request.policy is not Loading.TIERED_RANKED:
        return _fill(groups.values(), request.token_budget)[0]
    taken: set[int] = set()
    room = 0
    for tier, share in SHARES:
        room += int(request.token_budget * share)
        # A group of rivals belongs to its best-ranked member's tier.
        positions, room = _fill([group for group in groups.values() if group[0].skill.tier is tier], room)
        taken |= positions
    return taken


def _fill(groups: Iterable[Sequence[Held]], room: int) -> tuple[set[int], int]:
    taken: set[int] = set()
    for group in groups:
        tokens = sum(held.tokens for held in group)
        if tokens <= room:
            room -= tokens
            taken.update(held.position for held in group)
    return taken, room


def _note(held: Held, effect: Effect | None) -> SkillNote:
    return held.note if effect is None else held.note.model_copy(update={"effect": effect})


_REASONS = {"masked": "withheld at random", "dropped": "no room in the token budget", "loaded": ""}


def _exposure(held: Held, state: ExposureState, chance: float) -> SkillExposure:
    return SkillExposure(
        skill=held.skill.id,
        name=held.skill.name,
        revision=held.skill.revision,
        digest=held.digest,
        state=state,
        reason=_REASONS[state],
        mask_probability=chance,
        tokens=held.tokens,
    )


def _manifest(
    inventory: Inventory, request: Request, exposures: tuple[SkillExposure, ...], unlisted: Sequence[Held]
) -> SkillManifest:
    ranks = request.policy in (Loading.TIERED_RANKED, Loading.RETRIEVAL)
    return SkillManifest(
        policy=request.policy,
        scope=request.scope,
        inventory=inventory.digest,
        live=len(inventory.live),
        query=digest(request.query) if ranks else "",
        seed=request.seed,
        earlier=request.earlier,
        token_budget=request.token_budget if request.policy in BUDGETED else None,
        exposures=exposures,
        unlisted=len(unlisted),
        unlisted_digest=digest("\n".join(sorted(f"{held.skill.id} {held.digest}" for held in unlisted)))
        if unlisted
        else "",
    )
