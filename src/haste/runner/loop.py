"""The loop. Everything else is either a decision (`search`) or a deed (`perform`)."""

from __future__ import annotations

from haste.schema.events import Event, RunFinished, RunInterrupted
from haste.search.actions import Finish
from haste.search.decide import decide
from haste.search.evolve import evolve, fold
from haste.search.state import RunState

from .context import Context
from .perform import perform


def drive(context: Context) -> RunState:
    """Carry a run from wherever its journal stands to its end.

    Killed at any moment and started again, it goes on as if nothing had been: what the journal holds has happened,
    what it lacks has not.
    """
    state = _carry(context, fold(context.store.read()))
    while context.tape is not None and (resumed := context.tape.taken_up()) is not None:
        state = _carry(context, _record(context, state, resumed))
    return state


def _carry(context: Context, state: RunState) -> RunState:
    while not state.finished:
        if context.interrupted() and not state.interrupted:
            state = _record(context, state, RunInterrupted())
        action = decide(state, context.clock())
        if isinstance(action, Finish):
            return _record(context, state, RunFinished(reason=action.reason))
        for event in perform(action, state, context):
            state = _record(context, state, event)
    return state


def _record(context: Context, state: RunState, event: Event) -> RunState:
    entry = context.store.append(event)
    if context.tape is not None:
        context.tape.note(event)
    state = evolve(state, entry)
    context.watch(entry, state)
    return state
