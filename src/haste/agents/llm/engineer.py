"""The engineer that asks a language model: every answer is a generator of questions to it (see `agents.engineer`)."""

from __future__ import annotations

from collections.abc import Sequence

from haste.agents.engineer import Answer, Rejected
from haste.schema.brief import Brief
from haste.schema.knowledge import Learning, PromotionBrief, PromotionProposal
from haste.schema.solution import Proposal, Unusable

from . import changes, drafts, infer, lessons, orchestrator
from .runnable import NEEDED


class LlmEngineer:
    """Implements `Engineer`. Keeps nothing: asked the same, it asks the same."""

    name = "llm"
    needs: tuple[str, ...] = tuple(sorted(NEEDED))

    def classify(self, brief: Brief) -> Answer[str | Unusable]:
        return orchestrator.classify(brief)

    def draft(self, brief: Brief, count: int) -> Answer[Sequence[Proposal] | Unusable]:
        return drafts.draft(brief, count)

    def refine(self, brief: Brief) -> Answer[Proposal | Unusable | None]:
        return None if brief.incumbent is None else changes.refine(brief)

    def debug(self, brief: Brief) -> Answer[Proposal | Unusable | None]:
        return None if brief.failure is None else changes.debug(brief)

    def reflect(self, brief: Brief) -> Answer[Sequence[Learning] | Unusable]:
        """Nothing tried teaches nothing, and costs nothing."""
        return lessons.reflect(brief) if brief.history else ()

    def promote(self, brief: PromotionBrief) -> Answer[PromotionProposal | None]:
        return orchestrator.promote(brief)

    def infer(
        self, listing: str, inferred: Sequence[str] = (), rejected: Rejected | None = None
    ) -> Answer[str | Unusable]:
        """A `competition.toml` for an unfamiliar folder: this is `Inferring`, too."""
        return infer.infer(listing, inferred, rejected)
