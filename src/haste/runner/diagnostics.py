"""What scripts wrote about themselves: an incumbent's, and how the numbers moved under the latest changes.

Hints only: anything unreadable is no hint. Knows nothing of what the numbers mean.
"""

from __future__ import annotations

import json
from typing import Any

from haste.schema.brief import Attempt
from haste.schema.solution import BlobRef, Operator
from haste.search.state import Node, RunState
from haste.store.protocol import Store

_MOST = 1e300  # no infinity, and no integer beyond what a float holds, is a number here
LATEST = 2  # changes of a branch whose numbers are compared with their parents'


def diagnostics_by_fold(node: Node, store: Store) -> dict[int, dict[str, Any]]:
    """What the node's script wrote on each search fold, in their order."""
    found = {
        fold: _read(result.diagnostics, store)
        for (purpose, fold), result in node.results.items()
        if purpose == "search"
    }
    return {fold: wrote for fold, wrote in sorted(found.items()) if wrote is not None}


def _read(ref: BlobRef | None, store: Store) -> dict[str, Any] | None:
    if ref is None:
        return None
    try:
        read = json.loads(store.get(ref))
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def with_moved(state: RunState, store: Store, history: tuple[Attempt, ...], branch: str) -> tuple[Attempt, ...]:
    """The history with what the branch's latest undone changes did to the numbers."""
    undone = [a for a in history if a.branch == branch and a.kept is False and a.operator is not Operator.DRAFT]
    latest = {attempt.candidate for attempt in undone[-LATEST:]}
    return tuple(
        a.model_copy(update={"moved": _moved(state, store, a)}) if a.candidate in latest else a for a in history
    )


def _moved(state: RunState, store: Store, attempt: Attempt) -> dict[str, tuple[float, float]]:
    """Numbers that both its parent and it wrote on the last fold on which both ran, where they differ."""
    parent = state.nodes.get(attempt.parent or "")
    if parent is None:
        return {}
    old, new = diagnostics_by_fold(parent, store), diagnostics_by_fold(state.nodes[attempt.candidate], store)
    fold = max(old.keys() & new.keys(), default=None)
    if fold is None:
        return {}
    before, after = old[fold], new[fold]
    return {
        name: (float(before[name]), float(value))
        for name, value in after.items()
        if _is_number(value) and _is_number(before.get(name)) and value != before[name]
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST < value < _MOST
