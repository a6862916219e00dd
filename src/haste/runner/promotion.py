"""The barrier between rounds: each pending learning gets its verdict, and the verdict is written. The only writer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from haste.agents.engineer import Answer, Engineer
from haste.schema.errors import StoreError
from haste.schema.knowledge import Learning, Promotion, PromotionProposal
from haste.skills.briefing import promotion_brief
from haste.skills.ledger import write_records
from haste.skills.promote import Judge, Shelf, by_counting, move_statuses, one_at_a_time, promote_learning, raise_skills
from haste.skills.writing import decision, store_writes
from haste.store.inventory import SkillFiles

from .skill_store import Reading

Ask = Callable[[Promotion], bool | None]  # True: let it happen; False: veto; None: stop here
Settle = Callable[[Answer[PromotionProposal | None]], PromotionProposal | None]  # asks, pays and records


@dataclass(frozen=True)
class Writer:
    """Where verdicts go: the store, the ledger's stream for this round, and the time, in seconds since the epoch.

    `seen` is how long each stream was, in bytes, before the store was read: what came later may hold others' verdicts.
    """

    files: SkillFiles
    stream: str
    at: float
    seen: Mapping[str, int] | None = None  # None: nobody else writes, or the lock is held since the store was read

    def settle(self, promotion: Promotion, shelf: Shelf, *, vetoed: bool = False) -> Shelf:
        """Write a promotion's files and its decision; a vetoed one leaves the decision only.

        Raises StoreError, changing nothing, for a learning that somebody else has decided on since the store was read.
        """
        writes = () if vetoed else store_writes(promotion, shelf.inventory)
        if vetoed:
            # Where what was vetoed is a move of a skill that stays, its claim is not barred.
            stays = {"claim": "", "body_digest": ""} if promotion.learning is None else {}
            promotion = promotion.model_copy(update={"by": "person"} | stays)
        lines = write_records([decision(promotion, self.stream, self.at, vetoed)])
        with self.files.lock():
            if promotion.learning is not None and self._decided_since(promotion.learning):
                msg = "somebody else has decided on it meanwhile"
                raise StoreError(msg, where=promotion.learning, hint="run the command again for what still waits")
            self.files.settle(writes, self.stream, lines)
        return shelf if vetoed else shelf.after(promotion)

    def _decided_since(self, learning: str) -> bool:
        if self.seen is None:
            return False
        grown = [run for run, size in self.files.ledger_sizes().items() if size != self.seen.get(run)]
        field = f'"learning":{json.dumps(learning, ensure_ascii=False)}'  # as a decision's line has it, and no other
        return any(field in file.text for run in grown for file in self.files.read_ledger(run).files)


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

    The judge is asked about each learning as the shelf then is. `ask` is put every promotion; a skip that it does not
    let happen is no veto, the learning waits on. Without a `writer` nothing is written.
    """
    shelf = reading.shelf
    for propose in (_learnings(reading, judge), one_at_a_time(raise_skills), one_at_a_time(move_statuses)):
        while (promotion := propose(shelf)) is not None:
            answer = ask(promotion)
            if answer is None:
                return
            if not answer and not promotion.changes:
                continue
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
