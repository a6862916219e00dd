"""How the wall clock binds the run; for money and tokens see `spending`.

The limit is hard: every batch of executions has a deadline at which what is left of it is cancelled. From the back: the
final fit may take until the limit, the confirmation until the final fit must begin, the search until both must.
"""

from __future__ import annotations

from math import ceil

from haste.schema.events import StopReason

from .finalists import finalists
from .state import Node, RunState

FIT_FACTOR = 1.5  # all rows against a fold's share, with some room
SHARE_OF_ONE = 0.25  # of the limit: no single execution of the search may take more, or one script could eat the run
SHARE_OF_SAFETY = 0.5  # of what is left: the first fit on all rows
SHARE_AFTER_SCREEN = 0.3  # of the limit: kept back while nothing is known of how long things take
SHARE_OF_CONFIRM = 0.3  # of the limit: a confirmation that would take more is not made


def search_over(state: RunState, now: float) -> StopReason | None:
    """Why the search must stop now, if it must."""
    if state.interrupted:
        return "interrupted"
    left = left_s(state, now)
    if left is not None and left <= _reserve_s(state) + _reflect_s(state):
        return "time_limit"
    return "provider" if state.given_up else None


def search_wall_s(state: RunState) -> float | None:
    """The most that one execution of the search may take (None: no limit but the candidate's own)."""
    limit = state.rules.budget.time_limit_s
    return None if limit is None else max(1.0, limit * SHARE_OF_ONE)


def safety_wall_s(state: RunState, now: float) -> float | None:
    left = left_s(state, now)
    return None if left is None else max(1.0, left * SHARE_OF_SAFETY)


def search_left_s(state: RunState, now: float) -> float | None:
    """Seconds until the search must end."""
    left = left_s(state, now)
    return None if left is None else max(0.0, left - _reserve_s(state) - _reflect_s(state))


def told_left_s(state: RunState) -> float | None:
    """Seconds until the search must end, as an engineer is told: whoever asks again after a crash is told the same."""
    limit = state.rules.budget.time_limit_s
    return None if limit is None else max(0.0, limit - state.acted_s - _reserve_s(state))


def thinking_left_s(state: RunState, now: float) -> float | None:
    """Seconds until a model must have answered: before the search must end, and afterwards by the limit itself."""
    return search_left_s(state, now) if state.search_ended is None else left_s(state, now)


def confirm_left_s(state: RunState, now: float) -> float | None:
    """Seconds until the final fit must begin."""
    left = left_s(state, now)
    return None if left is None else max(0.0, left - _fits_s(state))


def confirm_fits(state: RunState, now: float) -> bool:
    """Whether what is still owed of the confirmation can be made in time."""
    left = confirm_left_s(state, now)
    return left is None or _confirm_s(state) <= left


def final_left_s(state: RunState, now: float) -> float | None:
    """Seconds that the final fit has; a last second is granted, or nothing could come of it."""
    left = left_s(state, now)
    return None if left is None else max(1.0, left)


def fit_s(state: RunState, node: Node) -> float:
    """How long fitting this candidate on all rows will take, by what its folds took."""
    parts = [state.nodes[name] for name in node.candidate.members] or [node]
    return FIT_FACTOR * sum(part.slowest_s or 0.0 for part in parts)


def left_s(state: RunState, now: float) -> float | None:
    limit = state.rules.budget.time_limit_s
    return None if limit is None else limit - state.elapsed_s(now)


def _reserve_s(state: RunState) -> float:
    """What confirming and the final fit will take; a confirmation that is out of proportion is given up."""
    limit = state.rules.budget.time_limit_s or 0.0
    if state.screen is None:
        return SHARE_AFTER_SCREEN * limit
    confirm = _confirm_s(state)
    return _fits_s(state) + (confirm if confirm <= SHARE_OF_CONFIRM * limit else 0.0)


def _reflect_s(state: RunState) -> float:
    """What asking a model for learnings at the end will take: a question, and one that has to be asked again."""
    return 2 * state.spending.usual_s


def _confirm_s(state: RunState) -> float:
    """The owed executions of the confirmation in waves of as many as there are workers."""
    if not (state.rules.search.confirm and state.confirm_folds):
        return 0.0
    owed = [node for node in finalists(state) for _ in range(state.confirm_folds - len(node.scores("confirm")))]
    waves = ceil(len(owed) / state.rules.workers)
    return waves * max((node.slowest_s or 0.0 for node in owed), default=0.0)


def _fits_s(state: RunState) -> float:
    """The longest final fit that may come: the average of all finalists."""
    return FIT_FACTOR * sum(node.slowest_s or 0.0 for node in finalists(state))
