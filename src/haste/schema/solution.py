"""Candidates: one proposed script each, with why it was proposed and how it fared."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from .value import Value

BlobRef = str  # "sha256:" + hex digest of the content


class Operator(StrEnum):
    DRAFT = "draft"
    REFINE = "refine"
    DEBUG = "debug"
    ENSEMBLE = "ensemble"


class Scale(StrEnum):
    """How far a refinement reaches; two non-improvements in a row escalate to the next."""

    TWEAK = "tweak"
    STRUCTURAL = "structural"
    APPROACH = "approach"


class Diagnosis(StrEnum):
    UNDERFITTING = "underfitting"
    OVERFITTING = "overfitting"
    FEATURE_GAP = "feature_gap"
    NOISE_CEILING = "noise_ceiling"
    DISTRIBUTION_MISMATCH = "distribution_mismatch"
    DIMINISHING_RETURNS = "diminishing_returns"


class Proposal(Value):
    """What an engineer answers: a whole script, and the reasoning that a person may check."""

    title: str  # one line, at most 100 characters
    rationale: str  # why this, in a sentence or two
    code: str  # the whole of solution.py
    technique: str | None = None  # the name of the technique that was applied, for evidence
    scale: Scale = Scale.TWEAK
    asked: Scale | None = None  # the scale that was asked for, where the change is of another
    diagnosis: Diagnosis | None = None
    expected: str = ""  # the effect the engineer expects
    cites: tuple[str, ...] = ()  # names of skills that led to this
    recipe: dict[str, Any] | None = None  # the built-in engineer's structured form of the script


class Unusable(Value):
    """A model was asked, as often as is worth it, and nothing that it said could be used."""

    reason: str


class Candidate(Value):
    id: str  # c1, c2, ... in order of proposal
    operator: Operator
    branch: str  # the id of the prototype at the branch's root
    parent: str | None
    code: BlobRef
    title: str
    rationale: str
    technique: str | None = None
    scale: Scale = Scale.TWEAK
    asked: Scale | None = None
    diagnosis: Diagnosis | None = None
    expected: str = ""
    cites: tuple[str, ...] = ()
    recipe: dict[str, Any] | None = None
    members: tuple[str, ...] = ()  # of an ensemble: candidate ids, best first
    author: str = "builtin"  # the engineer, or "user" for --from
