"""What model calls came to, summed from a journal."""

from __future__ import annotations

from collections.abc import Iterable

from haste.schema.campaign import Spent
from haste.schema.events import Event, ModelAsked, ModelFailed, ModelReplied
from haste.search.spending import Spending, tokens_of


def spending_of(events: Iterable[Event]) -> Spending:
    """The calls of a run, or of what was asked outside one, by a process that is gone."""
    spending = Spending()
    for event in events:
        if isinstance(event, ModelAsked | ModelReplied | ModelFailed):
            spending = spending.after(event)
    return spending.taken_up()


def spent_by(events: Iterable[Event]) -> Spent:
    """The same as sums. Unknown as a whole where any part is."""
    events = tuple(events)
    spending = spending_of(events)
    used = [tokens_of(event.usage) for event in events if isinstance(event, ModelReplied)]
    known = sum(count or 0 for count in used)
    tokens = None if None in used or spending.most_tokens > known else known  # a lost call may have used some
    return Spent(usd=spending.usd, tokens=tokens, most_usd=spending.most_usd, most_tokens=spending.most_tokens)
