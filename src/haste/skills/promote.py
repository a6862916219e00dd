"""Promotion between rounds: a verdict on each learning, then what counting moves. Decides; writes nothing.

An engineer may propose a verdict, better words and what the learning duplicates or contradicts. The gate, duplicates,
tombstones and clashes are code and come first; a proposal that does not stand (`proposal`) leaves the verdict to
counting, as does none. Promotion raises tiers and never lowers one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from haste.schema.knowledge import (
    CompetitionTerms,
    Learning,
    Problem,
    Promotion,
    PromotionProposal,
    Skill,
    SkillChange,
    Status,
    Tier,
    Verdict,
)

from .claims import sign_of
from .contest import contest, rivals
from .evidence import Evidence, votes
from .gate import find_duplicate, gate, text_problems
from .inventory import Inventory, with_changes
from .lifecycle import counted_tier, rule
from .proposal import Admissible, check_proposal
from .thresholds import DEFAULTS
from .tombstones import barred
from .wording import RANK, draft, widened, without_table
from .words import body_digest

_VERDICT = {Tier.COMPETITION: Verdict.COMPETITION, Tier.DOMAIN: Verdict.DOMAIN, Tier.GLOBAL: Verdict.GLOBAL}
_TIER = {verdict: tier for tier, verdict in _VERDICT.items()}


@dataclass(frozen=True)
class Shelf:
    """What promotion looks at: the inventory, the folded ledger, and what identifies each known competition."""

    inventory: Inventory
    evidence: Evidence = field(default_factory=Evidence)
    terms: Mapping[str, CompetitionTerms] = field(default_factory=dict)

    def terms_of(self, skill: Skill) -> tuple[CompetitionTerms, ...]:
        """Those of the competitions that a skill came from; at the least their ids."""
        names = dict.fromkeys((*skill.discovered_in, *filter(None, (skill.competition,))))
        return tuple(self.terms.get(name, CompetitionTerms(competition=name)) for name in names)

    def after(self, promotion: Promotion) -> Shelf:
        """The shelf once a promotion is applied (not vetoed)."""
        if not promotion.changes:
            return self
        return replace(self, inventory=with_changes(self.inventory, (change.after for change in promotion.changes)))


Judge = Callable[[Learning, Shelf], PromotionProposal | None]  # an engineer, asked; None leaves it to counting


def by_counting(_learning: Learning, _shelf: Shelf) -> None:
    """The judge that has no opinion."""


def promote_learning(learning: Learning, shelf: Shelf, judge: Judge = by_counting) -> Promotion:
    """The verdict on one learning, with the files to write.

    The judge is asked only where code has not decided already: what the gate refuses, no engineer comes to read.
    """
    skill = draft(learning, shelf.inventory.by_name)
    ruling = _Ruling(learning, skill, _counted(skill, learning, shelf))
    if problems := gate(skill) or text_problems(learning.statement, skill.name):
        return ruling.skip(f"refused: {problems[0].reason}", problems)
    if reason := barred(skill, shelf.inventory, shelf.evidence.decisions):
        return ruling.skip(reason)
    if held := shelf.inventory.by_id.get(skill.id):
        return ruling.entered(held.skill)
    if found := find_duplicate(skill, shelf.inventory):
        return ruling.skip(f"already covered by {found.held.skill.name} ({found.how})", covered=found.held.skill)
    proposed = judge(learning, shelf)
    if proposed is None:
        return _by_counting(ruling, shelf)
    terms = shelf.terms_of(skill)
    checked = check_proposal(proposed, learning, shelf.inventory, shelf.evidence, terms)
    if isinstance(checked, Problem):
        counted = _by_counting(ruling, shelf)
        reason = f"{counted.reason}; the engineer's proposal does not stand: {checked.reason}"
        # Only what is written carries the refusal: a skipped learning's own text was not refused.
        refusals = (*counted.refusals, checked) if counted.changes else counted.refusals
        return counted.model_copy(update={"reason": reason, "refusals": refusals})
    return _by_engineer(ruling, shelf, checked)


def _by_counting(ruling: _Ruling, shelf: Shelf) -> Promotion:
    if ruling.counted is Verdict.SKIP:
        return ruling.skip("no effect beyond noise where it was found")
    return _admit(ruling, shelf, _TIER[ruling.counted])


def _by_engineer(ruling: _Ruling, shelf: Shelf, checked: Admissible) -> Promotion:
    learning = ruling.learning
    ruling = replace(ruling, proposed=checked)
    if checked.verdict is Verdict.SKIP:
        said = f"covered by {checked.covers.name}" if checked.covers else "the engineer sees nothing new in it"
        return ruling.skip(f"{said}: {checked.reason}", covered=checked.covers)
    against = learning.gain is not None and learning.gain * sign_of(learning.claim) <= 0
    if ruling.counted is Verdict.SKIP and against:
        return ruling.skip("no effect beyond noise where it was found")
    if checked.leaks:
        return _admit(ruling, shelf, Tier.COMPETITION)
    ruling = replace(ruling, skill=checked.skill)
    return _admit(ruling, shelf, _TIER.get(checked.verdict) or _TIER.get(ruling.counted, Tier.COMPETITION))


def raise_skills(shelf: Shelf) -> Iterable[Promotion]:
    """Each live, uncontested skill whose claim counting now supports in a wider tier, one at a time.

    Apply (or veto) one before taking the next: ask again with the shelf that came of it.
    """
    for held in shelf.inventory.held:
        skill = held.skill
        if skill.status in (Status.RETIRED, Status.CONTESTED) or skill.tier is Tier.GLOBAL:
            continue
        tier = _counted_tier(skill, shelf)
        if tier is None or RANK[tier] <= RANK[skill.tier] or _covered(skill, tier, shelf):
            continue
        if min((skill, *_siblings(skill, tier, shelf)), key=_age) is not skill:
            continue  # the first of them is raised and takes the others in
        changes, _ = _raised(skill, tier, shelf)
        if changes:
            reason = f"counting supports it in the {tier} tier"
            yield Promotion(
                learning=None,
                verdict=_VERDICT[tier],
                counted=_VERDICT[tier],
                reason=reason,
                skill=skill.id,
                changes=changes,
                claim=skill.claim,
                domain=skill.domain or "",
            )


def move_statuses(shelf: Shelf) -> Iterable[Promotion]:
    """What the evidence says of each live skill's status, where that is a change; clashes are written into both.

    What retires comes first, as that ends clashes with it.
    """
    against_each = [(held.skill, rivals(held.skill, shelf.inventory)) for held in shelf.inventory.live]
    ruled = [(skill, against, rule(skill, shelf.evidence, against)) for skill, against in against_each]
    for skill, against, ruling in sorted(ruled, key=lambda one: one[2].status is not Status.RETIRED):
        moved = ruling.status is not skill.status
        if ruling.status is Status.CONTESTED and (moved or any(r.id not in skill.conflicts_with for r in against)):
            written, problems = contest(skill, against, shelf.evidence)
            promotion = _move(skill, ruling.reason, _changes(shelf, written))
            yield promotion.model_copy(update={"verdict": Verdict.CONFLICT, "refusals": problems})
        elif moved:
            after = skill.model_copy(update={"status": ruling.status})
            if skill.conflicts_with and not against:  # the rival is gone
                after = after.model_copy(update={"body": without_table(after.body), "conflicts_with": ()})
            yield _move(skill, ruling.reason, _changes(shelf, [after]))


def promote_round(
    learnings: Iterable[Learning], shelf: Shelf, judge: Judge = by_counting
) -> tuple[tuple[Promotion, ...], Shelf]:
    """All verdicts of a round without a person: learnings by id, then raised tiers, then statuses.

    The judge is asked about each learning as the shelf then is.
    """
    done: list[Promotion] = []
    for learning in sorted(learnings, key=lambda learning: learning.id):
        promotion = promote_learning(learning, shelf, judge)
        done.append(promotion)
        shelf = shelf.after(promotion)
    for propose in (one_at_a_time(raise_skills), one_at_a_time(move_statuses)):
        while (moved := propose(shelf)) is not None:
            done.append(moved)
            shelf = shelf.after(moved)
    return tuple(done), shelf


def one_at_a_time(step: Callable[[Shelf], Iterable[Promotion]]) -> Callable[[Shelf], Promotion | None]:
    """What a step proposes for the shelf as it then is, nothing twice; None when there is nothing more.

    A skill may be raised twice: in its new tier it may be the first finder of its claim, who has no vote there.
    """
    seen: set[tuple[str | None, Verdict | None]] = set()

    def propose(shelf: Shelf) -> Promotion | None:
        moved = next((one for one in step(shelf) if (one.skill, one.verdict) not in seen), None)
        if moved is not None:
            seen.add((moved.skill, moved.verdict))
        return moved

    return propose


@dataclass(frozen=True)
class _Ruling:
    """What is fixed about the verdict on one learning before its outcome is."""

    learning: Learning
    skill: Skill
    counted: Verdict
    proposed: Admissible | None = None

    def skip(self, reason: str, problems: tuple[Problem, ...] = (), covered: Skill | None = None) -> Promotion:
        skipped = self.verdict(Verdict.SKIP, reason, (), problems)
        skipped = skipped.model_copy(update={"skill": covered.id if covered else None})
        if covered and sign_of(covered.claim) != sign_of(self.learning.claim):
            # "Do not shuffle" may be covered by "keep the order": the gain of one counts against the other.
            return skipped.model_copy(update={"supports": ()})
        return skipped

    def entered(self, skill: Skill) -> Promotion:
        """The learning's own skill is in the store and only the decision is missing: it stays as it is."""
        entered = self.verdict(_VERDICT[skill.tier], f"it is in the store already, as {skill.name}", (), ())
        return entered.model_copy(update={"skill": skill.id})

    def verdict(
        self, verdict: Verdict, reason: str, changes: tuple[SkillChange, ...], problems: tuple[Problem, ...]
    ) -> Promotion:
        run = self.learning.id.rpartition("/")[0]
        return Promotion(
            learning=self.learning.id,
            verdict=verdict,
            counted=self.counted,
            by="engineer" if self.proposed else "counting",
            reason=reason,
            skill=changes[0].after.id if changes else None,
            changes=changes,
            refusals=problems,
            claim=self.learning.claim,
            body_digest=body_digest(self.skill.body),
            domain=self.learning.domain,
            competition=self.learning.competition,
            supports=tuple(f"{run}/{candidate}" for candidate in self.learning.supports) if run else (),
        )


def _counted_tier(skill: Skill, shelf: Shelf) -> Tier | None:
    """What counting says. The first finder of a claim is its discovery, also where a later run finds it again."""
    same = [held.skill for held in shelf.inventory.by_claim.get(skill.claim, ()) if held.skill.discovered_in]
    first = min(same, key=_age, default=skill)
    return counted_tier(skill.model_copy(update={"discovered_in": first.discovered_in}), shelf.evidence)


def counted_verdict(learning: Learning, shelf: Shelf) -> Verdict:
    """What counting alone says of a learning's tier, before duplicates and clashes are looked for."""
    return _counted(draft(learning, shelf.inventory.by_name), learning, shelf)


def _counted(skill: Skill, learning: Learning, shelf: Shelf) -> Verdict:
    tier = _counted_tier(skill, shelf)
    if tier is not None:
        return _VERDICT[tier]
    told = learning.gain is not None and learning.gain * sign_of(learning.claim) >= DEFAULTS.vote_z
    measured = any(vote.competition == learning.competition for vote in votes(skill, shelf.evidence))
    # The run's own figure stands in only where the ledger holds no measurement of the claim.
    return Verdict.COMPETITION if told and not measured else Verdict.SKIP


def _admit(ruling: _Ruling, shelf: Shelf, tier: Tier) -> Promotion:
    skill, proposed = ruling.skill, ruling.proposed
    changes: tuple[SkillChange, ...] = ()
    problems: tuple[Problem, ...] = proposed.leaks if proposed else ()
    if tier is not Tier.COMPETITION:
        base = _base(skill, tier, shelf, reworded=proposed is not None and proposed.reworded)
        changes, problems = _raised(base, tier, shelf)
    reason = f"{'proposed' if proposed else 'counting supports it'} for the {tier} tier"
    if not changes:
        if problems:
            reason = f"kept at the competition tier: {problems[0].reason}"
        tier = Tier.COMPETITION
        skill = skill.model_copy(update={"status": rule(skill, shelf.evidence).status})
        changes = (SkillChange(before=None, after=skill),)
    against = rivals(changes[0].after, shelf.inventory, proposed.rivals if proposed else ())
    if proposed:
        reason = f"{reason}: {proposed.reason}"
    if not against:
        return ruling.verdict(_VERDICT[tier], reason, changes, problems)
    written, more = contest(changes[0].after, against, shelf.evidence)
    entering = SkillChange(before=changes[0].before, after=written[0])
    rest = _changes(shelf, written[1:])
    reason = f"opposite advice is kept with the conditions of both: {', '.join(rival.name for rival in against)}"
    return ruling.verdict(Verdict.CONFLICT, reason, (entering, *changes[1:], *rest), problems + more)


def _base(skill: Skill, tier: Tier, shelf: Shelf, *, reworded: bool) -> Skill:
    """Who is raised: the first finder of the claim, in the engineer's words where it has given some."""
    base = min(_siblings(skill, tier, shelf), key=_age, default=skill)
    if reworded and base is not skill and base.origin == "learned":
        return base.model_copy(update={"body": skill.body, "conditions": skill.conditions})
    return base


def _age(skill: Skill) -> tuple[int, str]:
    """Sorts skills of one claim by who found it first: wider tiers were found earlier, then the order of runs."""
    return -RANK[skill.tier], skill.learning or skill.id


def _siblings(skill: Skill, tier: Tier, shelf: Shelf) -> tuple[Skill, ...]:
    """Live skills with the same claim that a skill of this tier would cover, itself not among them."""
    return tuple(
        held.skill
        for held in shelf.inventory.by_claim.get(skill.claim, ())
        if held.skill.id != skill.id
        and held.skill.status is not Status.RETIRED
        and RANK[held.skill.tier] < RANK[tier]
        and (tier is Tier.GLOBAL or held.skill.domain == skill.domain)
    )


def _covered(skill: Skill, tier: Tier, shelf: Shelf) -> bool:
    """Whether another live skill already makes the same claim in that tier, or a rival stands there."""
    return any(
        held.skill.id != skill.id
        and held.skill.status is not Status.RETIRED
        and RANK[held.skill.tier] >= RANK[tier]
        and (held.skill.tier is Tier.GLOBAL or held.skill.domain == skill.domain)
        for held in shelf.inventory.by_claim.get(skill.claim, ())
    )


def _raised(skill: Skill, tier: Tier, shelf: Shelf) -> tuple[tuple[SkillChange, ...], tuple[Problem, ...]]:
    """The skill rewritten for a wider tier and the narrower ones that it replaces; no change when the gate refuses."""
    known = skill.id in shelf.inventory.by_id
    wide = widened(skill, tier, shelf.terms_of(skill), (n for n in shelf.inventory.by_name if n != skill.name))
    if known:
        wide = wide.model_copy(update={"revision": skill.revision + 1})
    if problems := gate(wide, shelf.terms_of(skill)):
        return (), problems
    wide = wide.model_copy(update={"status": Status.CANDIDATE})
    wide = wide.model_copy(update={"status": rule(wide, shelf.evidence).status})
    merged = tuple(
        SkillChange(
            before=sibling,
            after=sibling.model_copy(update={"status": Status.RETIRED, "revision": sibling.revision + 1}),
        )
        for sibling in _siblings(skill, tier, shelf)
        if sibling.status is not Status.CONTESTED
    )
    before = shelf.inventory.by_id[skill.id].skill if known else None
    return (SkillChange(before=before, after=wide), *merged), ()


def _changes(shelf: Shelf, written: Iterable[Skill]) -> tuple[SkillChange, ...]:
    """Rewritten skills as changes, each one revision further."""
    changes: list[SkillChange] = []
    for skill in written:
        before = shelf.inventory.by_id[skill.id].skill
        changes.append(SkillChange(before=before, after=skill.model_copy(update={"revision": before.revision + 1})))
    return tuple(changes)


def _move(skill: Skill, reason: str, changes: tuple[SkillChange, ...]) -> Promotion:
    return Promotion(
        learning=None,
        verdict=None,
        reason=reason,
        skill=skill.id,
        changes=changes,
        claim=skill.claim,
        domain=skill.domain or "",
        competition=skill.competition or "",
    )
