"""What a run asked of models: calls, tokens and money, in sums. What is unknown stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haste.schema.events import ModelFailed, ModelReplied

from .numbers import UNKNOWN, count_text, share_text
from .story import Story

Part = tuple[str, str]  # role, stage


@dataclass(frozen=True)
class Spent:
    """Sums over some calls. None: not known for at least one of them."""

    calls: int
    input: int | None
    cached: int | None
    output: int | None
    reasoning: int | None
    usd: float | None
    wall_s: float
    overhead_s: float  # the harness's own

    @property
    def cached_share(self) -> float | None:
        """Of the input, what the provider had in its cache."""
        return self.cached / self.input if self.cached is not None and self.input else None

    def as_json(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "tokens": {name: getattr(self, name) for name in ("input", "cached", "output", "reasoning")},
            "usd": self.usd,
            "wall_s": round(self.wall_s, 3),
            "overhead_s": round(self.overhead_s, 3),
        }


def replies(story: Story) -> list[ModelReplied]:
    return [m.entry.event for m in story.moments if isinstance(m.entry.event, ModelReplied)]


def faults(story: Story) -> list[ModelFailed]:
    return [m.entry.event for m in story.moments if isinstance(m.entry.event, ModelFailed)]


def spent(calls: Iterable[ModelReplied]) -> Spent:
    calls = tuple(calls)
    return Spent(
        calls=len(calls),
        input=_sum(call.usage.input for call in calls),
        cached=_sum(call.usage.cached for call in calls),
        output=_sum(call.usage.output for call in calls),
        reasoning=_sum(call.usage.reasoning for call in calls),
        usd=_usd(call.usd for call in calls),
        wall_s=sum(call.wall_s for call in calls),
        overhead_s=sum(call.overhead_s for call in calls),
    )


def by_part(story: Story) -> dict[Part, Spent]:
    """Role and stage -> what they came to, in the order in which they first asked."""
    parts: dict[Part, list[ModelReplied]] = {}
    for call in replies(story):
        parts.setdefault((call.role.value, call.stage.value), []).append(call)
    return {part: spent(calls) for part, calls in parts.items()}


def usd_text(usd: float | None) -> str:
    """Cents where there are any, else two digits that carry meaning."""
    if usd is None:
        return UNKNOWN
    return f"{usd:.2f} USD" if usd == 0 or usd >= 0.095 else f"{usd:.2g} USD"


def tokens_text(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def in_short(sums: Spent) -> str:
    """`12 calls, 90,112 tokens in (71.2 % cached) and 8,214 out, 0.31 USD`."""
    share = f" ({share_text(sums.cached_share)} cached)" if sums.cached_share is not None else ""
    read, written = tokens_text(sums.input), tokens_text(sums.output)
    return f"{count_text(sums.calls, 'call')}, {read} tokens in{share} and {written} out, {usd_text(sums.usd)}"


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)


def _usd(costs: Iterable[float | None]) -> float | None:
    known = list(costs)
    return None if None in known else sum(cost or 0.0 for cost in known)
