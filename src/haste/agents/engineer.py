"""Who thinks. An engineer is told a `Brief` and answers with plain values; it never sees state, files or answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from haste.schema.brief import Brief
from haste.schema.knowledge import Learning
from haste.schema.solution import Proposal


class Engineer(Protocol):
    """Implemented by `builtin` (no model needed) and `llm`. Passes `tests/contracts/test_engineer.py`.

    Equal briefs get equal answers from `builtin`. An empty or `None` answer means: nothing (more) to propose.
    """

    name: str
    needs: tuple[str, ...]  # distributions that its scripts cannot do without

    def draft(self, brief: Brief, count: int) -> Sequence[Proposal]:
        """Up to `count` fundamentally different whole scripts."""
        ...

    def refine(self, brief: Brief) -> Proposal | None:
        """One change to `brief.incumbent`, reaching as far as `brief.scale`, with a diagnosis."""
        ...

    def debug(self, brief: Brief) -> Proposal | None:
        """A repair of `brief.failure`."""
        ...

    def reflect(self, brief: Brief) -> Sequence[Learning]:
        """Two to five learnings out of `brief.history`."""
        ...
