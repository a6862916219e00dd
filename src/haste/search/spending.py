"""What models were paid, and whether one more call can be. Knows no prices: events and bounds bring them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from haste.schema.config import Budget
from haste.schema.events import ModelFailed, ModelReplied, StopReason
from haste.schema.model import Bound, Usage


@dataclass(frozen=True)
class Spending:
    """Sums over all calls of a run, and what they may at most have come to, which is what caps are held against."""

    calls: int = 0  # that brought a reply
    wall_s: float = 0.0  # of those
    usd: float | None = 0.0  # None once the cost of a call is not known
    most_usd: float = 0.0  # infinite once a call's cost has no bound
    most_tokens: int = 0

    @property
    def usual_s(self) -> float:
        """How long a call took on average."""
        return self.wall_s / self.calls if self.calls else 0.0

    def after(self, event: ModelReplied | ModelFailed) -> Spending:
        if isinstance(event, ModelFailed):
            return self if event.bound is None else self._most(event.bound.usd, event.bound.tokens)
        bound = event.bound or Bound(tokens=0, usd=None)
        usd = None if event.usd is None or self.usd is None else self.usd + event.usd
        tokens = tokens_of(event.usage)
        spent = replace(self, calls=self.calls + 1, wall_s=self.wall_s + event.wall_s, usd=usd)
        return spent._most(
            bound.usd if event.usd is None else event.usd,
            bound.tokens if tokens is None else tokens,
        )

    def _most(self, usd: float | None, tokens: int) -> Spending:
        more = math.inf if usd is None else usd
        return replace(self, most_usd=self.most_usd + more, most_tokens=self.most_tokens + tokens)


def tokens_of(usage: Usage) -> int | None:
    """All tokens of a call, in and out; None where either is not known."""
    return None if usage.input is None or usage.output is None else usage.input + usage.output


def limit_of(budget: Budget, spent: Spending, bound: Bound) -> StopReason | None:
    """Which cap one more call of at most `bound` could break; None: it can be made."""
    if budget.max_usd is not None and (bound.usd is None or spent.most_usd + bound.usd > budget.max_usd):
        return "cost_limit"
    if budget.max_tokens is not None and spent.most_tokens + bound.tokens > budget.max_tokens:
        return "token_limit"
    return None
