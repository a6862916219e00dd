"""Techniques: the moves of the built-in engineer, and the domains that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from haste.schema.conditions import Condition, Fact, all_hold
from haste.schema.solution import Diagnosis, Scale

from .family import Family
from .recipe import Constants, Recipe, Step
from .script import Pipe, Script

Facts = Mapping[str, Fact]
Apply = Callable[[Recipe, Facts], Recipe | None]  # the changed recipe; None: nothing to change


@dataclass(frozen=True)
class Technique:
    """One change that a practitioner would try, with the situation that it is for.

    `apply` answers None where it would change nothing or makes no sense for this recipe; it must be pure. A
    technique with a `family` moves the recipe to that model family; those also serve as prototypes.
    """

    name: str  # lower case with underscores, unique over all domains
    rank: int  # place in a handbook's order, written down before any measurement; lower is earlier
    title: str  # an imperative line of at most 80 characters
    summary: str  # one or two sentences of plain advice; becomes a skill's text
    apply: Apply
    domain: str
    scale: Scale
    requires: tuple[Condition, ...] = ()
    answers: tuple[Diagnosis, ...] = ()
    family: str | None = None
    undoes: tuple[str, ...] = ()  # techniques that this one is the reverse of
    generic: bool = False  # plausible in any domain, as averaging is

    def attempt(self, recipe: Recipe, facts: Facts) -> Recipe | None:
        """The changed recipe; None where a precondition fails or nothing would change."""
        if not all_hold(self.requires, facts):
            return None
        changed = self.apply(recipe, facts)
        return None if changed == recipe else changed


FeatureWriter = Callable[[Step, Recipe, Script], None]
MatrixWriter = Callable[[Step, Recipe, Pipe], None]


def _nothing(_constants: Constants, _facts: Facts) -> tuple[Step, ...]:
    return ()


@dataclass(frozen=True)
class Domain:
    """All that a kind of competition adds: techniques, and the writers for the parts that they put into recipes."""

    name: str
    techniques: tuple[Technique, ...]
    families: Mapping[str, Family]
    features: Mapping[str, FeatureWriter] = field(default_factory=dict)  # by step name; order is rendering order
    matrix: Mapping[str, MatrixWriter] = field(default_factory=dict)
    start: Callable[[Constants, Facts], tuple[Step, ...]] = _nothing  # feature steps of every prototype


def when(*texts: str) -> tuple[Condition, ...]:
    """Conditions from their written form: `when("rows >= 500", "n_categorical > 0")`."""
    return tuple(Condition.parse(text) for text in texts)
