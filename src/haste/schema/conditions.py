"""Predicates over a profile's facts: one small language for techniques, skills and reports."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal, TypeGuard, assert_never

from .value import Value

Fact = float | int | bool | str
Comparison = Literal["==", "!=", ">=", ">", "<=", "<"]


class Condition(Value):
    """`fact op value`, for example `rows >= 1000`. A fact that is not known makes any condition false."""

    fact: str
    op: Comparison
    value: Fact

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        known = facts.get(self.fact)
        if known is None:
            return False
        if self.op == "==":
            return known == self.value
        if self.op == "!=":
            return known != self.value
        if isinstance(known, str) or isinstance(self.value, str):
            return False
        match self.op:
            case ">=":
                return known >= self.value
            case ">":
                return known > self.value
            case "<=":
                return known <= self.value
            case "<":
                return known < self.value
            case _:
                assert_never(self.op)

    def __str__(self) -> str:
        return f"{self.fact} {self.op} {self.value}"

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read `fact op value`; numbers and true/false are read as such. Raises ValueError on anything else."""
        parts = text.split(maxsplit=2)
        if len(parts) != 3 or parts[1] not in ("==", "!=", ">=", ">", "<=", "<"):
            msg = f"not a condition: {text!r} (write it as `fact op value`)"
            raise ValueError(msg)
        return cls.model_validate({"fact": parts[0], "op": parts[1], "value": _literal(parts[2])})


def _literal(text: str) -> Fact:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        number = float(text) if any(c in text for c in ".einf") else int(text)
    except ValueError:
        return text
    return number if is_number(number) else text  # an endless one can be neither compared nor written as JSON


def is_number(value: Fact) -> TypeGuard[float]:
    """Whether it is a number that is finite as a float; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def all_hold(conditions: tuple[Condition, ...], facts: Mapping[str, Fact]) -> bool:
    return all(condition.holds(facts) for condition in conditions)
