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
from .technique import Facts, Technique


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

    Moves to another model are no part of it: what helped one model may not help the next. Nor is what skills do not
    recommend, though this run saw it gain.
    """
    if any(a.branch == brief.branch and a.operator is Operator.REFINE for a in brief.history):
        return None
    taken: tuple[Choice, ...] = ()
    for choice in proven:
        if choice.technique.scale is Scale.APPROACH or not (choice.evidence and choice.evidence.cites):
            continue
        if _together((*taken, choice), recipe, facts) is not None:
            taken = (*taken, choice)
    made = _together(taken, recipe, facts)
    failed = [set((a.technique or "").split(TOGETHER)) for a in brief.history if a.kept is False]
    if made is None or len(taken) < 2 or {choice.technique.name for choice in taken} in failed:
        return None
    return Bundle(taken, made)


def _together(choices: Sequence[Choice], recipe: Recipe, facts: Facts) -> Recipe | None:
    """The recipe with all of them; None where one changes nothing, takes another back or writes over it."""
    techniques = [choice.technique for choice in choices]
    if {one.name for one in techniques} & {name for one in techniques for name in one.undoes}:
        return None
    made = _applied(techniques, recipe, facts)
    without = (_applied([*techniques[:n], *techniques[n + 1 :]], recipe, facts) for n in range(len(techniques)))
    return None if made is None or made in without else made


def _applied(techniques: Sequence[Technique], recipe: Recipe, facts: Facts) -> Recipe | None:
    for technique in techniques:
        changed = technique.attempt(recipe, facts)
        if changed is None:
            return None
        recipe = changed
    return recipe
