"""The barrier between rounds: each pending learning gets its verdict, and the verdict is written. The only writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from haste.agents.engineer import Answer, Engineer
from haste.schema.knowledge import Learning, Promotion, PromotionProposal
from haste.skills.briefing import promotion_brief
from haste.skills.ledger import write_records
from haste.skills.promote import Judge, Shelf, by_counting, move_statuses, promote_learning, raise_skills
from haste.skills.writing import decision, store_writes
from haste.store.inventory import SkillFiles

from .skill_store import Reading

Ask = Callable[[Promotion], bool | None]  # True: let it happen; False: veto; None: stop here
Settle = Callable[[Answer[PromotionProposal | None]], PromotionProposal | None]  # asks, pays and records


@dataclass(frozen=True)
class Writer:
    """Where verdicts go: the store, the ledger's stream for this round, and the time, in seconds since the epoch."""

    files: SkillFiles
    stream: str
    at: float

    def settle(self, promotion: Promotion, shelf: Shelf, *, vetoed: bool = False) -> Shelf:
        """Write a promotion's files and its decision; a vetoed one leaves the decision only."""
        if not vetoed and promotion.changes:
            self.files.write(store_writes(promotion, shelf.inventory))
        if vetoed:
            # Where what was vetoed is a move of a skill that stays, its claim is not barred.
            stays = {"claim": "", "body_digest": ""} if promotion.learning is None else {}
            promotion = promotion.model_copy(update={"by": "person"} | stays)
        self.files.append(self.stream, write_records([decision(promotion, self.stream, self.at, vetoed)]))
        return shelf if vetoed else shelf.after(promotion)


@dataclass(frozen=True)
class Settled:
    promotion: Promotion
    vetoed: bool


def judge_of(engineer: Engineer, settle: Settle) -> Judge:
    """The engineer as a judge of learnings; `settle` turns its answer, which may be questions to a model, into one."""

    def judge(learning: Learning, shelf: Shelf) -> PromotionProposal | None:
        return settle(engineer.promote(promotion_brief(learning, shelf)))

    return judge


def settle_round(
    reading: Reading, writer: Writer | None, ask: Ask = lambda _: True, judge: Judge = by_counting
) -> Iterator[Settled]:
    """Learnings by id, then raised tiers, then statuses, as `promote_round` has it, each settled before the next.

    The judge is asked about each learning as the shelf then is. `ask` is put every promotion that would change a
    file. Without a `writer` nothing is written.
    """
    shelf = reading.shelf
    for propose in (_learnings(reading, judge), _moves(raise_skills), _moves(move_statuses)):
        while (promotion := propose(shelf)) is not None:
            answer = ask(promotion) if promotion.changes else True
            if answer is None:
                return
            if writer is not None:
                shelf = writer.settle(promotion, shelf, vetoed=not answer)
            elif answer:
                shelf = shelf.after(promotion)
            yield Settled(promotion, vetoed=not answer)


def _learnings(reading: Reading, judge: Judge) -> Callable[[Shelf], Promotion | None]:
    waiting = iter(sorted(reading.pending, key=lambda learning: learning.id))

    def propose(shelf: Shelf) -> Promotion | None:
        learning = next(waiting, None)
        return None if learning is None else promote_learning(learning, shelf, judge)

    return propose


def _moves(step: Callable[[Shelf], Iterable[Promotion]]) -> Callable[[Shelf], Promotion | None]:
    seen: set[str | None] = set()

    def propose(shelf: Shelf) -> Promotion | None:
        moved = next((one for one in step(shelf) if one.skill not in seen), None)
        if moved is not None:
            seen.add(moved.skill)
        return moved

    return propose
