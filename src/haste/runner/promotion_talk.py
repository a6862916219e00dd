"""Asking a model outside any run, about learnings, a folder or a domain: paid once, and within a cap.

The record is a journal of model calls with their texts as blobs, in a folder of its own beside what it served. Whoever
asks the same again is given the recorded reply, so that a round that was broken off is not paid for twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeVar

from haste.agents.engineer import Answer
from haste.schema.config import RunConfig
from haste.schema.events import ModelReplied
from haste.schema.solution import BlobRef
from haste.search.spending import Spending
from haste.store.protocol import Store

from .asking import UNPAID, Call, Conversation, Desk
from .context import Models

T = TypeVar("T")


@dataclass
class Talk:
    """`config` says whom to ask, how often and for how much at most; the competition in it is not looked at."""

    config: RunConfig
    models: Models
    store: Store
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    interrupted: Callable[[], bool] = lambda: False  # asked often while a reply is waited for; may raise
    spent: Spending = field(default_factory=Spending)  # by this talk; recorded replies were paid by an earlier one
    _known: dict[BlobRef, BlobRef] = field(init=False)

    def __post_init__(self) -> None:
        events = (entry.event for entry in self.store.read())
        self._known = {
            one.request: one.reply for one in events if isinstance(one, ModelReplied) and _says_something(one)
        }

    def settle(self, answer: Answer[T]) -> T:
        """An engineer's answer, whether it knew it or has to ask. Raises Unanswered, at a cap or by the provider."""
        if not isinstance(answer, Generator):
            return answer
        desk = Desk(self.config, self.models, self.store, self.clock, self.pause, self.interrupted)
        talking = Conversation(desk, self.spent, self._known.get).hold(answer)
        while True:
            try:
                self._note(next(talking))
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]

    def _note(self, event: Call) -> None:
        """On disk before anything is read from it."""
        self.store.append(event)
        self.spent = self.spent.after(event)
        if isinstance(event, ModelReplied) and _says_something(event):
            self._known[event.request] = event.reply


def _says_something(event: ModelReplied) -> bool:
    """That a question was too long cost nothing, and may not hold for whoever is asked today."""
    return event.usage != UNPAID
