"""Dates such as 01/10/2020, of which the script decides once for a whole column whether the day comes first.

The rule is the one by which the harness reads the column for its folds, as far as day and month go. Columns whose
dates begin with the year, or name the month, need no rule and get no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .recipe import Recipe
from .script import Script, assign

_TWO_SHORT_NUMBERS = re.compile(r"\s*\d{1,2}[-/.]\d{1,2}\b")
_RULE = r"""
DAY_FIRST = []
for column in UNCLEAR_DATES:
    known = pd.concat([train[column], test[column]]).dropna().astype(str)
    parts = known.str.extract(r"^\s*(\d{1,2})([-/.])(\d{1,2})\b").dropna()
    first, second = parts[0].astype(int).max(), parts[2].astype(int).max()
    if first > 12 or (second <= 12 and (parts[1] != "/").all()):
        DAY_FIRST.append(column)
"""


def is_unclear(examples: Iterable[str]) -> bool:
    """Whether dates like these begin with day and month in an order that one of them alone may not tell."""
    return any(_TWO_SHORT_NUMBERS.match(example) for example in examples)


def day_first(script: Script, recipe: Recipe, column: str) -> str:
    """The argument, with its comma, that has `pd.to_datetime` read the column that the expression `column` names.

    Empty where all dates are clear; else the script is given DAY_FIRST, once however many steps ask.
    """
    unclear = list(recipe.constants.unclear_dates)
    if not unclear:
        return ""
    constant = assign("UNCLEAR_DATES", unclear)
    if constant not in script.constants:
        script.constants.append(constant)
        script.block("The columns of dates that write the day before the month: one answer for all rows", _RULE)
    return f", dayfirst={column} in DAY_FIRST"
