"""All that an agent is told. Plain values; no handle to anything."""

from __future__ import annotations

from typing import Literal

from .competition import Competition
from .execution import Limits, Outcome
from .knowledge import SkillNote
from .profile import Profile
from .solution import Diagnosis, Operator, Scale
from .value import Value

Order = Literal["random", "textbook"]


class Attempt(Value):
    """One past candidate, as much as an agent needs to not repeat it."""

    candidate: str
    branch: str
    operator: Operator
    title: str
    technique: str | None
    scale: Scale
    diagnosis: Diagnosis | None
    outcome: Outcome
    score: float | None  # mean over the folds that ran
    gain: float | None  # against the incumbent of its time; positive is better
    noise: float | None  # the standard error of that gain
    kept: bool | None  # None: a prototype, or not decided yet
    detail: str = ""  # the failure's line, where there was one
    parent: str | None = None  # the candidate that it changed
    fold_scores: dict[int, float] = {}  # fold, counted from 0 -> score: not every candidate ran on all
    fold_gains: tuple[float, ...] = ()
    wall_s: float | None = None  # of its slowest fold
    expected: str = ""  # what whoever proposed it expected
    asked: Scale | None = None  # the scale that was asked for, where the change is of another
    moved: dict[str, tuple[float, float]] = {}  # numbers of its diagnostics: its parent's and its own, on one fold


class Incumbent(Value):
    candidate: str
    title: str
    code: str
    recipe: dict | None  # type: ignore[type-arg]  # opaque: the engineer that wrote it knows its form
    score: float | None
    fold_scores: tuple[float, ...]
    wall_s: float | None  # of its slowest fold
    diagnostics: dict | None = None  # type: ignore[type-arg]  # what the script wrote to diagnostics.json on the first fold; hints only
    diagnostics_by_fold: dict[int, dict] = {}  # type: ignore[type-arg]  # the same for every fold, counted from 0


class Line(Value):
    """Where another branch stands: the best that it has come to."""

    branch: str
    incumbent: str
    title: str
    score: float | None
    folds: int  # that the score is a mean over
    ahead: float | None = None  # its gain over the incumbent in hand on the folds that both ran on; positive: it leads
    noise: float | None = None  # the standard error of that gain
    changes_left: int = 0
    ended: bool = False
    errors: float | None = None  # correlation of its errors with those of the incumbent in hand, -1 to 1, on one fold
    code: str = ""


class Failure(Value):
    """What a debug attempt starts from."""

    candidate: str
    title: str
    code: str
    recipe: dict | None  # type: ignore[type-arg]
    technique: str | None
    outcome: Outcome
    detail: str
    stderr: str
    attempt: int  # 1 or 2


class Brief(Value):
    competition: Competition
    profile: Profile
    seed: int  # drawn from the run's seed and the position in the journal
    order: Order = "random"
    branch: str | None = None
    scale: Scale | None = None  # how far the next refinement should reach
    incumbent: Incumbent | None = None
    failure: Failure | None = None
    history: tuple[Attempt, ...] = ()  # oldest first
    others: tuple[Line, ...] = ()  # the other branches
    folds: int | None = None  # of the search; the confirmation at the end has folds of its own
    keep_at: float | None = None  # how many of its standard errors a gain must exceed to be kept; None: any gain is
    skills: tuple[SkillNote, ...] = ()
    iterations_left: int | None = None
    time_left_s: float | None = None
    limits: Limits = Limits()  # of one execution of a script
