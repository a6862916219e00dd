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


class Incumbent(Value):
    candidate: str
    title: str
    code: str
    recipe: dict | None  # type: ignore[type-arg]  # opaque: the engineer that wrote it knows its form
    score: float | None
    fold_scores: tuple[float, ...]
    wall_s: float | None  # of its slowest fold
    diagnostics: dict | None = None  # type: ignore[type-arg]  # what the script wrote to diagnostics.json; hints only


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
    skills: tuple[SkillNote, ...] = ()
    iterations_left: int | None = None
    time_left_s: float | None = None
    limits: Limits = Limits()  # of one execution of a script
