"""What a campaign is given by whoever starts it: its journal, its folder, its store, and how runs are opened and ended.

Concrete backends come in here as callables, made in `cli.campaign_wiring`. `finish` returns nothing on purpose: a run
is graded in it, into that run's own grades stream, and no grade comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from haste.runner.context import Context
from haste.runner.promotion import Settled, settle_round
from haste.runner.skill_store import Reading
from haste.schema.campaign import CampaignEntry, CampaignEvent, Classified, RunId, Spent
from haste.schema.config import RunConfig
from haste.schema.events import Entry, Event
from haste.search.state import RunState
from haste.store.inventory import SkillFiles


class Journal(Protocol):
    def append(self, event: CampaignEvent) -> CampaignEntry: ...

    def read(self) -> Iterator[CampaignEntry]: ...


@dataclass(frozen=True)
class Asking:
    """Whom to ask outside runs and for how much at most; where that is recorded, so that nothing is paid twice."""

    config: RunConfig
    record: Path
    pause: Callable[[float], None]  # seconds; raises `Paused` when the person asks for a pause
    interrupted: Callable[[], bool]  # raises it too


@dataclass(frozen=True)
class Verdicts:
    """A round's verdicts, in the order in which they are to be written. Nothing is written yet."""

    settled: tuple[Settled, ...]
    spent: Spent = field(default_factory=Spent)


def by_counting(reading: Reading, _asking: Asking) -> Verdicts:
    return Verdicts(tuple(settle_round(reading, None)))


@dataclass(frozen=True)
class Word:
    """The orchestrator's on a domain; None with the reason where it has none that can be used."""

    domain: str | None
    note: str = ""
    spent: Spent = field(default_factory=Spent)


def no_word(_config: RunConfig, _asking: Asking) -> Word:
    return Word(None, "nobody was asked")


@dataclass(frozen=True)
class Backends:
    """How things are done on this machine. Runs call `open_run`, `finish`, `close` and `events` from their threads."""

    classify: Callable[[str], Classified]  # raises HasteError for what cannot be loaded
    open_run: Callable[[RunConfig, Path], Context]  # begins a run in that folder, or takes it up; same folder, same run
    finish: Callable[[Context, RunState], None]  # grade, report
    close: Callable[[Context], None]
    events: Callable[[Path], tuple[Event, ...]]  # of a run's journal; empty where none was begun
    settle: Callable[[Reading, Asking], Verdicts] = by_counting
    # On the domain of the configuration's competition. What is wrong with that becomes a note, as its run will say it.
    word: Callable[[RunConfig, Asking], Word] = no_word


def _unwatched(_run: RunId, _entry: Entry, _state: RunState) -> None:
    return None


def _untold(_entry: CampaignEntry) -> None:
    return None


def _never() -> bool:
    return False


@dataclass
class Campaign:
    folder: Path  # absolute
    journal: Journal
    skills: SkillFiles
    backends: Backends
    clock: Callable[[], float]
    watch: Callable[[CampaignEntry], None] = _untold  # told of every entry of the campaign's journal
    watch_run: Callable[[RunId, Entry, RunState], None] = (
        _unwatched  # told of every entry of every run, from its thread
    )
    interrupted: Callable[[], bool] = _never  # has the person asked for a pause?

    def run_folder(self, run: RunId) -> Path:
        return self.folder / "runs" / run

    def pinned(self, number: int) -> Path:
        """The copy of the store as a round found it: its warm runs go by that."""
        return self.folder / "rounds" / f"{number:02d}" / "skills"

    @property
    def final(self) -> Path:
        """The copy of the store as the last round left it."""
        return self.folder / "final" / "skills"

    def conversations(self, number: int) -> Path:
        """Where it is recorded what a model was asked about the learnings of a round."""
        return self.folder / "rounds" / f"{number:02d}" / "conversations"

    def conversation_on(self, competition: str) -> Path:
        """Where it is recorded what a model was asked about a competition's domain."""
        return self.folder / "domains" / competition
