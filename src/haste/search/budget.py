"""How the wall clock binds the search. Money and tokens join here when there is a model that spends them."""

from __future__ import annotations

from haste.schema.events import StopReason

from .finalists import finalists
from .state import RunState

FIT_FACTOR = 1.5  # all rows against a fold's share, with some room
SHARE_OF_ONE = 0.25  # of the time limit: no single execution may take more, or one script could eat the run


def search_over(state: RunState, now: float) -> StopReason | None:
    """Why the search must stop now, if it must: what confirm and the final fit need is kept back."""
    if state.interrupted:
        return "interrupted"
    limit = state.rules.budget.time_limit_s
    if limit is not None and state.elapsed_s(now) + _reserve_s(state) >= limit:
        return "time_limit"
    return None


def search_wall_s(state: RunState, now: float) -> float | None:
    """What is left to one execution of the search or the confirmation (None: no limit but the candidate's own)."""
    limit = state.rules.budget.time_limit_s
    if limit is None:
        return None
    return max(1.0, min(limit * SHARE_OF_ONE, limit - state.elapsed_s(now)))


def final_wall_s(state: RunState, now: float) -> float | None:
    """What is left to the final fit (None: no limit but the candidate's own)."""
    left = _left_s(state, now)
    return None if left is None else max(1.0, left)


def pressed(state: RunState, now: float) -> bool:
    """Whether fitting the finalists on everything would no longer end within the limit."""
    left = _left_s(state, now)
    return left is not None and left < _fit_s(state)


def _left_s(state: RunState, now: float) -> float | None:
    limit = state.rules.budget.time_limit_s
    return None if limit is None else limit - state.elapsed_s(now)


def _reserve_s(state: RunState) -> float:
    """Seconds that confirming the finalists and fitting the choice will take, by what their folds took."""
    contenders = finalists(state) if state.screen is not None else []
    if not contenders:
        return 0.0
    rounds = sum((n.slowest_s or 0.0) * state.confirm_folds for n in contenders) / state.rules.workers
    return rounds + _fit_s(state)


def _fit_s(state: RunState) -> float:
    return FIT_FACTOR * sum(n.slowest_s or 0.0 for n in finalists(state))
