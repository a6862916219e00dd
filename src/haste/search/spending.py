"""What came of the calls of models, and whether one more can be paid. Knows no prices: events and bounds bring them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from haste.schema.config import Budget
from haste.schema.events import ModelAsked, ModelFailed, ModelReplied, StopReason
from haste.schema.model import Bound, Fault, Usage

MOST_SILENCE = 2  # questions in a row for which a model may be given up before it is left alone
_NOTHING = Bound(tokens=0, usd=0.0)


@dataclass(frozen=True)
class Spending:
    """Sums over all calls of a run, the most they may have come to, which caps are held against, and who is silent."""

    calls: int = 0  # that brought a reply
    wall_s: float = 0.0  # of those
    usd: float | None = 0.0  # None once the cost of a call is not known
    sure_usd: float = 0.0  # at most, for all calls that ended; infinite once a call's cost has no bound
    sure_tokens: int = 0
    asked: ModelAsked | None = None  # under way
    silence: Mapping[str, int] = field(default_factory=dict)  # model -> questions in a row that it was given up for

    @property
    def most_usd(self) -> float:
        """With the call that is under way."""
        return self.sure_usd + (0.0 if self.asked is None else _or_any(self.asked.bound.usd))

    @property
    def most_tokens(self) -> int:
        return self.sure_tokens + (0 if self.asked is None else self.asked.bound.tokens)

    @property
    def usual_s(self) -> float:
        """How long a call took on average."""
        return self.wall_s / self.calls if self.calls else 0.0

    def leaves_alone(self, model: str) -> bool:
        """Whether asking it has proved useless."""
        return self.silence.get(model, 0) >= MOST_SILENCE

    def after(self, event: ModelAsked | ModelReplied | ModelFailed) -> Spending:
        if isinstance(event, ModelAsked):
            return replace(self._cut_off(), asked=event)
        if isinstance(event, ModelFailed):
            return self._failed(event)
        bound, tokens = event.bound or _NOTHING.model_copy(update={"usd": None}), tokens_of(event.usage)
        spent = replace(
            self,
            calls=self.calls + 1,
            wall_s=self.wall_s + event.wall_s,
            usd=None if event.usd is None or self.usd is None else self.usd + event.usd,
            asked=None,
            silence={**self.silence, self.asked.model if self.asked else event.model: 0},
        )
        return spent._most(bound.usd if event.usd is None else event.usd, bound.tokens if tokens is None else tokens)

    def taken_up(self) -> Spending:
        """After the harness died: what was under way may have been paid for. Whoever was silent is asked anew."""
        return replace(self._cut_off(), silence={})

    def _failed(self, event: ModelFailed) -> Spending:
        silence = self.silence.get(event.model, 0)
        if event.pause_s is None:
            silence = MOST_SILENCE if event.fault in (Fault.BAD_KEY, Fault.UNKNOWN_MODEL) else silence + 1
        spent = replace(self, asked=None, silence={**self.silence, event.model: silence})
        return spent._lost(event.bound)

    def _cut_off(self) -> Spending:
        return replace(self, asked=None)._lost(self.asked.bound if self.asked else None)

    def _lost(self, bound: Bound | None) -> Spending:
        """Paid for or not, nobody knows; None: surely not."""
        return self if bound is None else replace(self, usd=None)._most(bound.usd, bound.tokens)

    def _most(self, usd: float | None, tokens: int) -> Spending:
        return replace(self, sure_usd=self.sure_usd + _or_any(usd), sure_tokens=self.sure_tokens + tokens)


def _or_any(usd: float | None) -> float:
    return math.inf if usd is None else usd


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
