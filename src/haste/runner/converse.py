"""Driving an engineer's answer in a run: where it is a generator, its questions are put to a model, paid and journaled.

On resume the engineer asks the same again, and replies that no answer has followed from yet are found in the state.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from haste.agents.engineer import Answer
from haste.schema.events import Event
from haste.schema.solution import BlobRef
from haste.search.budget import thinking_left_s
from haste.search.state import RunState

from .asking import Conversation, Desk
from .context import Context

T = TypeVar("T")


def converse(answer: Answer[T], state: RunState, context: Context) -> Generator[Event, None, T]:
    """The engineer's answer, whether it knew it or had to ask. Yields what is to be journaled. Raises Unanswered."""
    if not isinstance(answer, Generator):
        return answer
    assert context.models is not None, "an engineer that asks is given models"
    unread = list(state.unread)

    def known(request: BlobRef) -> BlobRef | None:
        """Each reply is read once, in the order in which they came."""
        for event in unread:
            if event.request == request:
                unread.remove(event)
                return event.reply
        return None

    desk = Desk(
        state.rules,
        context.models,
        context.store,
        context.clock,
        context.pause,
        context.interrupted,
        lambda: thinking_left_s(state, context.clock()),
    )
    thought: T = yield from Conversation(desk, state.spending, known).hold(answer)
    return thought
