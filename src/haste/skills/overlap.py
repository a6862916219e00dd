"""Whether two sets of conditions can hold on one competition. Knows predicates, and nothing of skills or profiles."""

from __future__ import annotations

from collections.abc import Sequence

from haste.schema.conditions import Condition, is_number


def exclusive(a: Sequence[Condition], b: Sequence[Condition]) -> bool:
    """True where some fact cannot satisfy both sides at once, as `rows < 1000` and `rows >= 5000`."""
    return any(_never_both(first, second) for first in a for second in b if first.fact == second.fact)


def _never_both(a: Condition, b: Condition) -> bool:
    if a.op == "==":
        return not b.holds({a.fact: a.value})
    if b.op == "==":
        return not a.holds({b.fact: b.value})
    if not (is_number(a.value) and is_number(b.value)):
        return False
    low, high = (a, b) if a.op in (">=", ">") else (b, a)
    if low.op not in (">=", ">") or high.op not in ("<=", "<"):
        return False  # both from the same side, or `!=`: some number satisfies both
    if low.value == high.value:
        return (low.op, high.op) != (">=", "<=")
    return float(low.value) > float(high.value)
