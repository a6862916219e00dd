"""What may be done next. `decide` answers with one of these; `runner.perform` has one small function for each."""

from __future__ import annotations

from dataclasses import dataclass

from haste.schema.events import Event, Purpose, StopReason
from haste.schema.solution import Scale


@dataclass(frozen=True)
class ProfileCompetition:
    pass


@dataclass(frozen=True)
class Classify:
    """Ask which domain the competition belongs to."""


@dataclass(frozen=True)
class LoadSkills:
    """Choose the skills that the run goes by."""


@dataclass(frozen=True)
class Draft:
    """Ask for this many prototypes."""

    count: int


@dataclass(frozen=True)
class Work:
    """One execution to be: a candidate on one fold (fold 0 stands for the whole where the purpose is "final")."""

    candidate: str
    purpose: Purpose
    fold: int
    attempt: int


@dataclass(frozen=True)
class Execute:
    """Run these side by side and wait for all.

    `wall_s`: the most that each may take. `within_s`: from now; what is not done by then is cancelled and still owed.
    None: no such limit.
    """

    works: tuple[Work, ...]
    wall_s: float | None = None
    within_s: float | None = None


@dataclass(frozen=True)
class Refine:
    branch: str
    scale: Scale


@dataclass(frozen=True)
class Debug:
    """Ask for a repair of this failed candidate."""

    candidate: str
    attempt: int


@dataclass(frozen=True)
class Blend:
    """Score the average of these finalists on the confirm split against `single`, the best of them there."""

    members: tuple[str, ...]
    single: str


@dataclass(frozen=True)
class Deliver:
    """Hand over this candidate's final fit (None: the dummy predictor's submission)."""

    candidate: str | None


@dataclass(frozen=True)
class Reflect:
    pass


@dataclass(frozen=True)
class Record:
    """A decision that is only to be written down."""

    event: Event


@dataclass(frozen=True)
class Finish:
    reason: StopReason


Action = (
    ProfileCompetition
    | Classify
    | LoadSkills
    | Draft
    | Execute
    | Refine
    | Debug
    | Blend
    | Deliver
    | Reflect
    | Record
    | Finish
)
