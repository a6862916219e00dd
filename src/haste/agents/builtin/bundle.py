"""What is proven, applied together: a branch's first change where several changes are to be expected to gain.

One change at a time tells what each is worth; that is how they came to be proven, and finding it again costs an
iteration each. Where the bundle is not kept, its parts are tried one at a time after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haste.schema.brief import Brief
from haste.schema.solution import Operator, Scale

from .choose import TOGETHER, Choice
from .recipe import Recipe
from .technique import Facts


@dataclass(frozen=True)
class Bundle:
    choices: tuple[Choice, ...]
    recipe: Recipe

    @property
    def name(self) -> str:
        return TOGETHER.join(choice.technique.name for choice in self.choices)

    @property
    def scale(self) -> Scale:
        """The widest of its parts."""
        scales = {choice.technique.scale for choice in self.choices}
        return Scale.STRUCTURAL if Scale.STRUCTURAL in scales else Scale.TWEAK


def bundle(proven: Sequence[Choice], recipe: Recipe, brief: Brief, facts: Facts) -> Bundle | None:
    """All of `proven` that go with each other, in their order; None where that is not more than one, or not the time.

    Moves to another model are no part of it: what helped one model may not help the next.
    """
    if any(a.branch == brief.branch and a.operator is not Operator.DRAFT for a in brief.history):
        return None
    taken: list[Choice] = []
    for choice in proven:
        technique = choice.technique
        if technique.scale is Scale.APPROACH or any(_clash(choice, other) for other in taken):
            continue
        if (changed := technique.attempt(recipe, facts)) is not None:
            taken.append(choice)
            recipe = changed
    found = Bundle(tuple(taken), recipe)
    failed = {a.technique for a in brief.history if a.kept is False}
    return found if len(taken) > 1 and found.name not in failed else None


def _clash(one: Choice, other: Choice) -> bool:
    return one.technique.name in other.technique.undoes or other.technique.name in one.technique.undoes
