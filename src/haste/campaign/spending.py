"""What model calls came to, summed from a journal."""

from __future__ import annotations

from collections.abc import Iterable

from haste.schema.campaign import Spent
from haste.schema.events import Event, ModelFailed, ModelReplied
from haste.search.spending import Spending, tokens_of


def spent_by(events: Iterable[Event]) -> Spent:
    """The calls of a run, or of a round's promotion. Unknown as a whole where any part is."""
    spending, used = Spending(), list[int | None]()
    for event in events:
        if isinstance(event, ModelReplied | ModelFailed):
            spending = spending.after(event)
        if isinstance(event, ModelReplied):
            used.append(tokens_of(event.usage))
    tokens = None if None in used else sum(count or 0 for count in used)
    return Spent(usd=spending.usd, tokens=tokens, most_usd=spending.most_usd, most_tokens=spending.most_tokens)
