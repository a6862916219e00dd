"""Between two rounds: what was learned is judged, journaled, and only then written. Nothing else writes to the store.

The journal holds the very texts of all writes, so a barrier that was cut off anywhere is carried through to the same
store: what is there already is left, what is missing is written. A learning's decision in the ledger comes last, and
says that its files are in place.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from haste.runner.skill_store import leave_evidence, leave_learnings, read_store
from haste.schema.campaign import (
    Assignment,
    CampaignFinished,
    InventoryCount,
    InventoryPinned,
    Judged,
    LearningsJudged,
    PromotionDone,
    RoundEnded,
)
from haste.schema.errors import StoreError
from haste.schema.knowledge import Problem, Status
from haste.skills.ledger import write_records
from haste.skills.writing import decision, store_writes

from .parts import Campaign
from .plan import Close, Finish, Judge, Pin, Promote
from .state import CampaignState
from .terms import terms


def pin(step: Pin, state: CampaignState, campaign: Campaign) -> Iterator[InventoryPinned]:
    """Copy the store for the round. If somebody else has changed it since the last round, that is told."""
    _copy(campaign, campaign.pinned(step.round.number))
    counted, expected = count(campaign), state.inventory
    changed = expected if expected is not None and expected != counted.digest else None
    yield InventoryPinned(number=step.round.number, inventory=counted, expected=changed)


def finish(step: Finish, _state: CampaignState, campaign: Campaign) -> Iterator[CampaignFinished]:
    """Copy the store as it is after the last round: whoever learns into it later changes only the store."""
    _copy(campaign, campaign.final)
    yield CampaignFinished(reason=step.reason)


def _copy(campaign: Campaign, place: Path) -> None:
    """Raises StoreError. Cut off at any moment, it is made anew."""
    partial = place.with_name(place.name + ".partial")
    try:
        for left in (partial, place):  # of a copy that was cut off before it was journaled
            shutil.rmtree(left, ignore_errors=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        with campaign.skills.lock():
            shutil.copytree(
                campaign.skills.root, partial, ignore=shutil.ignore_patterns(".lock", ".git"), symlinks=True
            )
        partial.replace(place)
    except OSError as fault:
        msg = f"cannot copy the skill store: {fault.strerror or fault}"
        raise StoreError(msg, where=str(place), hint="free disk space; then `haste campaign resume`") from fault


def judge(step: Judge, state: CampaignState, campaign: Campaign) -> Iterator[LearningsJudged]:
    """Put the finished runs' evidence and learnings before the store, and have every verdict made; write none yet."""
    pinned = step.round.pinned
    found = count(campaign).digest
    changed = pinned.inventory.digest if pinned is not None and pinned.inventory.digest != found else None
    for one in _teachers(step.round.assignments, state):
        events = campaign.backends.events(campaign.run_folder(one.run))
        leave_evidence(campaign.skills, events)
        leave_learnings(campaign.skills, events)
    reading = read_store(campaign.skills)
    shelf, judged = reading.shelf, list[Judged]()
    verdicts = campaign.backends.settle(reading, terms(campaign.conversations(step.round.number), state, campaign))
    for settled in verdicts.settled:
        promotion = settled.promotion
        judged.append(Judged(promotion=promotion, writes=store_writes(promotion, shelf.inventory)))
        shelf = shelf.after(promotion)
    yield LearningsJudged(
        number=step.round.number,
        stream=f"{state.prefix}round-{step.round.number:02d}",
        at=campaign.clock(),
        changed_since=changed,
        judged=tuple(judged),
        spent=verdicts.spent,
    )


def promote(step: Promote, _state: CampaignState, campaign: Campaign) -> Iterator[PromotionDone]:
    """Write the journaled verdicts. What the store no longer takes, because somebody changed it, stays undecided."""
    told = step.round.judged
    assert told is not None
    files, refused = campaign.skills, list[Problem]()
    there = {line for file in files.read_ledger(told.stream).files for line in file.text.splitlines(keepends=True)}
    for one in told.judged:
        line = write_records([decision(one.promotion, told.stream, told.at)])
        if line in there:
            continue
        try:
            files.redo(one.writes)
        except StoreError as fault:
            where = one.promotion.learning or one.promotion.skill or ""
            refused.append(Problem(where=where, code="store", reason=str(fault)))
            continue
        files.append(told.stream, line)
    yield PromotionDone(number=step.round.number, refused=tuple(refused))


def close(step: Close, _state: CampaignState, campaign: Campaign) -> Iterator[RoundEnded]:
    yield RoundEnded(number=step.round.number, inventory=count(campaign))


def count(campaign: Campaign) -> InventoryCount:
    """What the store holds at this moment."""
    shelf = read_store(campaign.skills).shelf
    live = [skill for skill in shelf.inventory.skills if skill.status is not Status.RETIRED]
    return InventoryCount(
        digest=shelf.inventory.digest,
        tiers=dict(Counter(skill.tier.value for skill in live)),
        statuses=dict(Counter(skill.status.value for skill in shelf.inventory.skills)),
        ledger_runs=len(shelf.evidence.runs),
    )


def _teachers(assignments: Iterable[Assignment], state: CampaignState) -> Iterator[Assignment]:
    """The runs that came to their end; one that was broken off or failed teaches nothing."""
    for one in assignments:
        ended = state.runs[one.run]
        if ended.outcome == "finished" and ended.reason != "interrupted":
            yield one
