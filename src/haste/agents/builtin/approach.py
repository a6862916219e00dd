"""A technique that moves to another model family, in the form that the domains share. It serves as a prototype, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haste.schema.solution import Diagnosis, Scale

from .technique import Apply, Technique, when

Move = Callable[[str], Apply]  # family -> how a recipe moves to it


@dataclass(frozen=True)
class Approaches:
    """What the approaches of one domain have in common."""

    domain: str
    needs: str  # the condition without which none of them makes sense
    title: str  # with {family}
    titles: Callable[[str], str]  # family -> its title
    move: Move

    def __call__(self, family: str, rank: int, summary: str, *answers: Diagnosis, requires: str = "") -> Technique:
        return Technique(
            f"use_{family}",
            rank,
            self.title.format(family=self.titles(family))[:80],
            summary,
            self.move(family),
            domain=self.domain,
            scale=Scale.APPROACH,
            family=family,
            answers=(*answers, Diagnosis.DIMINISHING_RETURNS),
            requires=when(*filter(None, (self.needs, requires))),
        )
