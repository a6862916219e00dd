"""What runs leave behind for later runs: learnings, and the skills they become."""

from __future__ import annotations

from enum import StrEnum

from .conditions import Condition
from .value import Value


class Tier(StrEnum):
    """Where a skill is believed to hold. A hypothesis about scope, not evidence."""

    GLOBAL = "global"
    DOMAIN = "domain"
    COMPETITION = "competition"


class Status(StrEnum):
    """What counting results has said so far."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    CONTESTED = "contested"
    RETIRED = "retired"


class Loading(StrEnum):
    TIERED = "tiered"
    TIERED_RANKED = "tiered-ranked"
    RETRIEVAL = "retrieval"
    RANDOM = "random"
    FLAT = "flat"
    NONE = "none"


class Effect(Value):
    """A measured effect in units of its own noise; positive helps."""

    gain: float | None  # mean over competitions, in noise standard deviations; None: unknown
    low: float | None = None  # interval, as wide as `level` says
    high: float | None = None
    level: float = 0.9
    competitions: int = 0  # the unit of evidence


class Learning(Value):
    """Two to five of these end a run, in plain words."""

    id: str  # run id + number
    statement: str
    tier: Tier  # proposed
    domain: str
    competition: str
    technique: str | None = None  # the claim's action, where a technique was the subject
    claim: str  # situation/action/polarity: equal situation and action with opposite polarity is a conflict
    supports: tuple[str, ...] = ()  # candidate ids
    gain: float | None = None  # in units of noise
    kept: int = 0  # of `tried` candidates
    tried: int = 0
    conditions: tuple[Condition, ...] = ()


class SkillNote(Value):
    """A skill as a brief shows it: data to the reader, fenced and labelled as untrusted."""

    name: str
    tier: Tier
    status: Status
    description: str
    body: str
    digest: str
    claim: str = ""
    technique: str | None = None
    conditions: tuple[Condition, ...] = ()
    effect: Effect | None = None
