"""Settings for an unfamiliar folder by a model's reading, each tried on the folder itself before it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from haste.agents.engineer import Inferring, Rejected
from haste.competition.listing import listing
from haste.competition.trial import fault_of, inferred_in
from haste.schema.solution import Unusable

from .asking import Unanswered
from .promotion_talk import Talk

TRIES = 2  # what does not work is sent back once, with the reason


@dataclass(frozen=True)
class Settings:
    """`toml` was tried, and a fold can be built from it; None with the reason where there is no such text."""

    toml: str | None
    added: tuple[str, ...] = ()  # what inference adds to it
    why_not: str = ""


def infer_settings(folder: Path, engineer: Inferring, talk: Talk) -> Settings:
    """Ask, try, send a fault back once. Raises CompetitionError where there is no folder, OSError as writing does."""
    shown, inferred = listing(folder), inferred_in(folder)
    rejected: Rejected | None = None
    for _ in range(TRIES):
        try:
            # mypy cannot tell an answer that is a union from one that is a generator of it
            text = cast("str | Unusable", talk.settle(engineer.infer(shown, inferred, rejected)))
        except Unanswered as end:
            return Settings(None, why_not=str(end))
        if isinstance(text, Unusable):
            return Settings(None, why_not=f"no usable answer: {text.reason}")
        fault = fault_of(folder, text)
        if fault is None:
            return Settings(text, inferred_in(folder, text))
        rejected = Rejected(text, fault)
    assert rejected is not None
    return Settings(None, why_not=f"what the model wrote does not work: {rejected.error}")
