"""How long one execution of a script should take, so that a run has time for many."""

from __future__ import annotations

from haste.schema.brief import Brief

_RUNS = 100  # executions that a usual run has time for: some 25 scripts on a few folds each
_UNHURRIED = 0.1  # of the limit of one execution, where the run as a whole has none


def seconds_each(brief: Brief) -> float:
    if brief.time_left_s is None:
        return brief.limits.wall_s * _UNHURRIED
    return max(2.0, min(brief.time_left_s / _RUNS, brief.limits.wall_s / 2))
