"""What runs leave behind for later runs: learnings, and the skills they become."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, FiniteFloat, TypeAdapter

from .conditions import Condition, Fact
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


class Verdict(StrEnum):
    """What became of a learning between rounds."""

    SKIP = "skip"
    COMPETITION = "competition"
    DOMAIN = "domain"
    GLOBAL = "global"
    CONFLICT = "conflict"


class Loading(StrEnum):
    TIERED = "tiered"
    TIERED_RANKED = "tiered-ranked"
    RETRIEVAL = "retrieval"
    RANDOM = "random"
    FLAT = "flat"
    NONE = "none"


class Effect(Value):
    """A measured effect in units of its own noise; positive is in favour of the skill's claim."""

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
    folds: tuple[int, ...] = ()  # that each of the gains in `gain` is a mean over; empty where it was not counted
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
    expected: float | None = None  # best guess of the gain elsewhere, in noise; for order, never for status
    chance: float | None = None  # best guess of how often its change is kept elsewhere; the same


class Skill(Value):
    """One `SKILL.md`: a piece of advice, where it is believed to hold, and what it claims.

    Numbers that change with every run are not here; they are folded from the ledger.
    """

    id: str  # stays the same through renames and revisions
    name: str  # the folder's name; unique over the whole store
    description: str  # what it does and when to use it; one line
    body: str  # plain text, at most 300 words
    tier: Tier
    domain: str | None = None  # None at global tier
    competition: str | None = None  # only at competition tier
    status: Status = Status.CANDIDATE
    claim: str  # situation/action/polarity
    technique: str | None = None
    conditions: tuple[Condition, ...] = ()
    conflicts_with: tuple[str, ...] = ()  # ids of rivals
    discovered_in: tuple[str, ...] = ()  # competitions that do not vote beyond their own tier
    origin: str = "learned"  # learned, person, starter, import
    learning: str | None = None  # id of the learning it began as
    revision: int = Field(1, ge=1)
    license: str | None = None
    compatibility: str | None = None
    extra: dict[str, str] = {}  # other metadata that people keep here; carried along untouched


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text in a store: `path` is relative to the store's root, with forward slashes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class StoreWrite:
    """A text to put into a store, if what it replaces is still what it was."""

    path: str
    text: str
    replaces: str | None = None  # the path that goes away or is overwritten; None: `path` must be new
    expected: str | None = None  # digest of what lies at `replaces`


class Problem(Value):
    """Something refused or set aside, with where and why, in words for a person."""

    where: str  # a file, or the name of what was refused
    code: str  # a short fixed word, for counting
    reason: str
    line: int | None = None  # 1-based


class CompetitionTerms(Value):
    """What identifies a competition and must therefore not stand in a text of a wider tier."""

    competition: str
    title: str = ""
    columns: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()


class RunLearnings(Value):
    """What a run proposed to the store, with what identifies its competition; pending until the ledger decides."""

    run: str
    terms: CompetitionTerms
    learnings: tuple[Learning, ...] = ()


class SkillScope(Value):
    """Where a run stands; what it may see follows from this and nothing else."""

    domain: str
    competition: str
    competition_tier: bool = True  # False: no competition-tier skill at all, for studies of transfer


ExposureState = Literal["loaded", "masked", "dropped"]


@dataclass(frozen=True, slots=True)
class SkillExposure:
    """What became of one skill when a run chose its skills. Thousands are made at once, hence no `Value`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    skill: str  # id
    name: str
    revision: int
    digest: str
    state: ExposureState
    reason: str = ""
    mask_probability: float = 0.0  # that it would be withheld
    tokens: int = 0


class SkillManifest(Value):
    """The whole choice: enough to repeat it from the pinned inventory."""

    policy: Loading
    scope: SkillScope
    inventory: str  # digest of the inventory that was read
    live: int | None = None  # skills in it that were not retired, whether the run might see them or not
    query: str  # digest of the query's text; empty for policies that do not rank
    seed: int
    earlier: int = 0  # runs of this competition in the store's ledger: each withholds other skills
    token_budget: int | None = None
    exposures: tuple[SkillExposure, ...] = ()
    unlisted: int = 0  # dropped ones beyond those listed
    unlisted_digest: str = ""  # of their sorted lines "id digest"; the pinned inventory gives the lines back


class RunRecord(Value):
    """Ledger: one per run. `facts` decide later whether a skill's conditions held there."""

    kind: Literal["run"] = "run"
    run: str
    competition: str
    domain: str
    facts: dict[str, Fact] = {}
    value: FiniteFloat | None = None  # the run's result, positive is better; comparable within the competition only
    keep_rate: FiniteFloat | None = None
    iterations_to_best: int | None = None
    engineer: str = "builtin"
    seed: int = 0


class ExposureRecord(Value):
    """Ledger: one skill that a run loaded, masked or dropped."""

    kind: Literal["exposure"] = "exposure"
    run: str
    skill: str
    revision: int
    digest: str
    state: ExposureState
    mask_probability: FiniteFloat = Field(0.0, ge=0, le=1)


class ObservationRecord(Value):
    """Ledger: what one change to a solution gained, in the units of its own noise."""

    kind: Literal["observation"] = "observation"
    run: str
    candidate: str
    technique: str | None = None
    cites: tuple[str, ...] = ()  # ids of skills that led to the change
    gain: FiniteFloat | None = None  # None: it did not run
    noise: FiniteFloat | None = None  # standard error of the gain
    kept: bool | None = None


class DecisionRecord(Value):
    """Ledger: a verdict or a change of status, and who made it. `at` is seconds since the epoch, set by the writer."""

    kind: Literal["decision"] = "decision"
    run: str  # the stream: a round, or a person's session
    at: FiniteFloat = 0.0
    learning: str | None = None
    skill: str | None = None
    verdict: Verdict | None = None  # None: a change of status only
    counted: Verdict | None = None  # what the counting rule alone said
    by: Literal["counting", "engineer", "person"] = "counting"
    reason: str
    refused: bool = False  # leaves a tombstone
    vetoed: bool = False
    status: Status | None = None
    claim: str = ""
    body_digest: str = ""
    domain: str = ""
    competition: str = ""
    supports: tuple[str, ...] = ()  # run/candidate pairs merged into the skill's evidence


class SkillChange(Value):
    """One file to write. `before` None: a new skill. A changed tier, name or a retirement moves the file."""

    before: Skill | None
    after: Skill


class Promotion(Value):
    """What is to happen with one learning, or with one skill that counting moves; vetoable as a whole."""

    learning: str | None
    verdict: Verdict | None  # None: a change of status only
    counted: Verdict | None = None  # what the counting rule alone said
    by: Literal["counting", "engineer", "person"] = "counting"
    reason: str
    skill: str | None = None  # id of the skill that holds the learning now
    changes: tuple[SkillChange, ...] = ()
    refusals: tuple[Problem, ...] = ()
    claim: str = ""
    body_digest: str = ""
    domain: str = ""
    competition: str = ""
    supports: tuple[str, ...] = ()


class Measured(Value):
    """What one competition, which is not named, says about a claim. Positive numbers are in the claim's favour."""

    domain: str
    gain: float  # mean over runs, in units of one change's noise
    z: float
    sign: int  # 1, 0 or -1: beyond the threshold of a vote
    kept: float | None = None  # share of the changes that were kept, whatever the claim; None: unknown
    home: bool = False  # where the claim was found, which is no news about a wider tier


class PromotionBrief(Value):
    """All that whoever judges a learning is told: the learning, what is known already, what counting says."""

    learning: Learning
    similar: tuple[SkillNote, ...] = ()  # skills that say the same, the opposite, or something near, best match first
    counted: Verdict | None = None
    support: tuple[str, ...] = ()  # one line per competition that tried the claim, without its name
    measured: tuple[Measured, ...] = ()  # the same for those where its conditions held, as numbers


class PromotionProposal(Value):
    """A judgement on one learning. Code checks it (gate, duplicates, clashes) before anything is written."""

    verdict: Verdict
    reason: str
    statement: str = ""  # the learning in general terms; empty: as it is
    conditions: tuple[Condition, ...] = ()
    duplicates: str | None = None  # name of the skill that covers it already
    contradicts: str | None = None  # name of the skill that says the opposite


LedgerRecord = Annotated[RunRecord | ExposureRecord | ObservationRecord | DecisionRecord, Field(discriminator="kind")]
LEDGER_RECORD: TypeAdapter[LedgerRecord] = TypeAdapter(LedgerRecord)
