"""What a run asked of models: calls, tokens and money, in sums. What is unknown stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from haste.schema.events import ModelAsked, ModelFailed, ModelReplied, RunResumed

from .numbers import UNKNOWN, count_text, share_text
from .story import Story

Part = tuple[str, str]  # role, stage


@dataclass(frozen=True)
class Spent:
    """Sums over some calls that brought replies. None: not known for at least one of them."""

    calls: int
    lost: int  # that brought none and may have been charged all the same
    input: int | None
    cached: int | None
    output: int | None
    reasoning: int | None
    usd: float | None  # None also where calls were lost
    known_usd: float  # of the calls whose cost is known
    wall_s: float
    overhead_s: float  # the harness's own

    @property
    def cached_share(self) -> float | None:
        """Of the input, what the provider had in its cache."""
        return self.cached / self.input if self.cached is not None and self.input else None

    def as_json(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "lost": self.lost,
            "tokens": {name: getattr(self, name) for name in ("input", "cached", "output", "reasoning")},
            "usd": self.usd,
            "known_usd": self.known_usd,
            "wall_s": round(self.wall_s, 3),
            "overhead_s": round(self.overhead_s, 3),
        }


def replies(story: Story) -> list[ModelReplied]:
    return [m.entry.event for m in story.moments if isinstance(m.entry.event, ModelReplied)]


def faults(story: Story) -> list[ModelFailed]:
    return [m.entry.event for m in story.moments if isinstance(m.entry.event, ModelFailed)]


def lost(story: Story) -> list[ModelAsked | ModelFailed]:
    """Calls without a reply that may have been charged: cut off by a crash, or by a fault on the way back."""
    found: list[ModelAsked | ModelFailed] = []
    under_way: ModelAsked | None = None
    for moment in story.moments:
        event = moment.entry.event
        if isinstance(event, ModelFailed) and event.bound is not None:
            found.append(event)
        if isinstance(event, RunResumed) and under_way is not None:
            found.append(under_way)
        if isinstance(event, ModelAsked | ModelReplied | ModelFailed | RunResumed):
            under_way = event if isinstance(event, ModelAsked) else None
    return found


def spent_in(story: Story) -> Spent:
    """By all calls of a run."""
    return _spent(replies(story), len(lost(story)))


def _spent(calls: Sequence[ModelReplied], lost: int) -> Spent:
    costs = [call.usd for call in calls]
    known_usd = sum((usd for usd in costs if usd is not None), 0.0)
    return Spent(
        calls=len(calls),
        lost=lost,
        input=_sum(call.usage.input for call in calls),
        cached=_sum(call.usage.cached for call in calls),
        output=_sum(call.usage.output for call in calls),
        reasoning=_sum(call.usage.reasoning for call in calls),
        usd=None if lost or None in costs else known_usd,
        known_usd=known_usd,
        wall_s=sum(call.wall_s for call in calls),
        overhead_s=sum(call.overhead_s for call in calls),
    )


def by_part(story: Story) -> dict[Part, Spent]:
    """Role and stage -> what they came to, in the order in which they first asked."""
    parts: dict[Part, tuple[list[ModelReplied], list[ModelAsked | ModelFailed]]] = {}
    for call in replies(story):
        parts.setdefault((call.role.value, call.stage.value), ([], []))[0].append(call)
    for gone in lost(story):
        parts.setdefault((gone.role.value, gone.stage.value), ([], []))[1].append(gone)
    return {part: _spent(calls, len(gone)) for part, (calls, gone) in parts.items()}


def usd_text(usd: float | None) -> str:
    """Cents where there are any, else two digits that carry meaning."""
    if usd is None:
        return UNKNOWN
    return f"{usd:.2f} USD" if usd == 0 or usd >= 0.095 else f"{usd:.2g} USD"


def cost_text(sums: Spent) -> str:
    """What is known of a cost that is not known as a whole is told."""
    if sums.usd is None and sums.known_usd:
        return f"at least {usd_text(sums.known_usd)}"
    return usd_text(sums.usd)


def tokens_text(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def in_short(story: Story) -> str | None:
    """`12 calls, 90,112 tokens in (71.2 % cached) and 8,214 out, 0.31 USD`; None: nothing can have been charged."""
    sums = spent_in(story)
    if not sums.calls and not sums.lost:
        return None
    share = f" ({share_text(sums.cached_share)} cached)" if sums.cached_share is not None else ""
    read, written = tokens_text(sums.input), tokens_text(sums.output)
    gone = f", and {count_text(sums.lost, 'call')} without a reply that may have been charged" if sums.lost else ""
    return f"{count_text(sums.calls, 'call')}, {read} tokens in{share} and {written} out, {cost_text(sums)}{gone}"


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)
