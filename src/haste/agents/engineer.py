"""Who thinks. An engineer is told a `Brief` and answers with plain values; it never sees state, files or answers.

An engineer answers at once, or asks a model first: then what it returns is a generator that yields a `ModelRequest`
for each question, is sent the `ModelReply`, and returns its answer at the end. Whoever drives it (`runner.converse`)
asks, pays and journals. So an engineer does no I/O, and asked the same it asks the same.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from haste.schema.brief import Brief
from haste.schema.knowledge import Learning, PromotionBrief, PromotionProposal
from haste.schema.model import ModelReply, ModelRequest
from haste.schema.solution import Proposal, Unusable

T = TypeVar("T")

Thinking: TypeAlias = Generator[ModelRequest, ModelReply, T]
Answer: TypeAlias = T | Thinking[T]


class Engineer(Protocol):
    """Implemented by `builtin` (no model needed) and `llm`. Passes `tests/contracts/test_engineer.py`.

    Equal briefs get equal answers from `builtin`. An empty or `None` answer means: nothing (more) to propose;
    `Unusable` means that a model was asked, and what it said could not be used.
    """

    name: str
    needs: tuple[str, ...]  # distributions that its scripts cannot do without

    def classify(self, brief: Brief) -> Answer[str | Unusable]:
        """The domain that the competition belongs to."""
        ...

    def draft(self, brief: Brief, count: int) -> Answer[Sequence[Proposal] | Unusable]:
        """Up to `count` fundamentally different whole scripts."""
        ...

    def refine(self, brief: Brief) -> Answer[Proposal | Unusable | None]:
        """One change to `brief.incumbent`, reaching as far as `brief.scale`, with a diagnosis."""
        ...

    def debug(self, brief: Brief) -> Answer[Proposal | Unusable | None]:
        """A repair of `brief.failure`."""
        ...

    def reflect(self, brief: Brief) -> Answer[Sequence[Learning] | Unusable]:
        """Two to five learnings out of `brief.history`."""
        ...

    def promote(self, brief: PromotionBrief) -> Answer[PromotionProposal | None]:
        """What to make of one learning between rounds; None leaves it to counting."""
        ...


class Rejected(NamedTuple):
    """Settings that were written before, and what the harness said when it tried to build a fold from them."""

    toml: str
    error: str


class Inferring(Protocol):
    """Beyond `Engineer`: whoever can read an unfamiliar folder."""

    def infer(
        self, listing: str, inferred: Sequence[str] = (), rejected: Rejected | None = None
    ) -> Answer[str | Unusable]:
        """A `competition.toml` by the folder's listing; `inferred` is what rules make of it, a sentence each."""
        ...
