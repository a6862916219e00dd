"""A campaign as it happens: one panel over all its runs on a terminal, a few plain lines anywhere else, or nothing.

Shows validation scores only. Told of entries by the campaign and, from their threads, by its runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Literal

from rich.console import Console, Group
from rich.text import Text

from haste.schema.campaign import (
    CampaignEntry,
    CampaignEvent,
    CampaignFinished,
    CampaignResumed,
    CampaignStarted,
    CompetitionsClassified,
    DomainSettled,
    InventoryPinned,
    LearningsJudged,
    PromotionDone,
    RoundEnded,
    RoundPlanned,
    RunAssigned,
    RunEnded,
)
from haste.schema.events import Entry
from haste.search.progress import kept_and_decided
from haste.search.state import RunState

from .foot import Foot
from .narration import one_line, score_with_trust
from .numbers import count_text, duration_text
from .panel import leading
from .wording import stage


class CampaignView(Foot):
    """Use it as a context manager around the campaign."""

    def __init__(
        self,
        console: Console | None = None,
        mode: Literal["auto", "silent"] = "auto",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(console, mode)
        self._clock = clock
        self._lock = Lock()
        self._states: dict[str, RunState] = {}  # of the runs that are under way
        self._planned = self._done = 0

    def recall(self, entries: Iterable[CampaignEntry]) -> None:
        """Take in what the journal held before this process drives it; only its beginning and a resumption are told."""
        events = [entry.event for entry in entries]
        for event in events:
            self._take(event)
        for event in (*events[:1], *events[1:][-1:]):
            if isinstance(event, CampaignStarted | CampaignResumed):
                self._tell(narrate(event))

    def watch(self, entry: CampaignEntry) -> None:
        """One more entry of the campaign's own journal."""
        with self._lock:
            last = self._states.get(entry.event.run) if isinstance(entry.event, RunEnded) else None
            self._take(entry.event)
        self._tell(narrate(entry.event, last))

    def watch_run(self, run: str, _entry: Entry, state: RunState) -> None:
        """One more entry of a run, and that run's state after it."""
        with self._lock:
            self._states[run] = state

    def _take(self, event: CampaignEvent) -> None:
        if isinstance(event, RoundPlanned):
            self._planned += len(event.assignments)
        elif isinstance(event, RunAssigned):
            self._states.setdefault(event.run, RunState())
        elif isinstance(event, RunEnded):
            self._states.pop(event.run, None)
            self._done += 1

    def _render(self) -> Group:
        with self._lock:
            states, counted = dict(self._states), f"{self._done} of {count_text(self._planned, 'planned run')} ended"
        rows = [(run, *_standing(state, self._clock())) for run, state in states.items()]
        return Group(Text("─" * 40, style="dim"), Text(counted, style="dim"), *_rows(rows, self._console.width))


def _rows(rows: Sequence[tuple[str, ...]], width: int) -> list[Text]:
    """Columns side by side; where there is no room, names of runs are cut first."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    name = max(6, min(wide[0], width - sum(wide[1:]) - 2 * len(wide[1:]))) if wide else 0
    told = []
    for run, *figures in rows:
        cut = run if len(run) <= name else f"{run[: name - 1]}…"
        cells = [cut.ljust(name), *(one.ljust(most) for one, most in zip(figures, wide[1:], strict=True))]
        told.append(Text("  ".join(cells).rstrip(), no_wrap=True, overflow="ellipsis"))
    return told


def _standing(state: RunState, now: float) -> tuple[str, str, str, str]:
    """Stage, refinements, best validation score, time used."""
    if state.config is None or state.competition is None:
        return "opening", "", "", ""
    limit = sum(branch.limit for branch in state.branches.values())
    done = sum(branch.iterations for branch in state.branches.values())
    best = leading(state)
    score = f"{score_with_trust(best.mean(), state)} {state.metric.name}" if best else ""
    return stage(state), f"{done}/{limit}" if limit else "", score, duration_text(state.elapsed_s(now))


def narrate(event: CampaignEvent, last: RunState | None = None) -> list[str]:
    """Lines for a person; `last` is the state of the run that ended."""
    match event:
        case CampaignStarted():
            return [f"campaign {event.campaign}: {count_text(len(event.config.competitions), 'competition')}"]
        case CampaignResumed():
            changed = f"warning  the code has changed from version {event.changed_from} to {event.code_version}"
            return ["resumed  going on where the journal ends", *([changed] if event.changed_from else [])]
        case CompetitionsClassified():
            domains = [one.domain for one in event.competitions]
            told = ", ".join(f"{domains.count(name)} {name}" for name in dict.fromkeys(domains)) or "none is fit"
            return [
                f"domains  {told}",
                *(f"warning  goes on without {one.reference}: {one_line(one.reason, 300)}" for one in event.unfit),
            ]
        case DomainSettled():
            doubt = f"warning  as inferred from the data: {one_line(event.note, 300)}"
            return [f"domain   {event.competition}: {event.domain}", *([doubt] if event.note else [])]
        case RoundPlanned():
            starts = [one.start.value for one in event.assignments]
            told = ", ".join(f"{starts.count(name)} {name}" for name in dict.fromkeys(starts))
            return [f"round    {event.number}: {count_text(len(starts), 'run')} ({told})"]
        case InventoryPinned():
            told = f"skills   {count_text(sum(event.inventory.tiers.values()), 'live skill')} in the store"
            changed = "warning  somebody else changed the skill store since the last round; it is taken as it is"
            return [told, *([changed] if event.expected else [])]
        case RunAssigned():
            return [f"begin    {event.run}"]
        case RunEnded():
            return [_ended(event, last)]
        case LearningsJudged() | PromotionDone() | RoundEnded():
            return _settled(event)
        case CampaignFinished():
            return [f"finished {event.reason.replace('_', ' ')}"]


def _ended(event: RunEnded, last: RunState | None) -> str:
    if event.outcome != "finished":
        return f"{event.outcome:<8} {event.run}: {one_line(event.error, 300)}"
    told = [event.run]
    if last is not None and last.chosen is not None and last.competition is not None:
        score = last.chosen.validation_score
        told.append("nothing valid" if score is None else f"{score_with_trust(score, last)} {last.metric.name}")
        kept, decided = kept_and_decided(last)
        told.append(f"kept {kept} of {decided}")
    return f"done     {', '.join([*told, duration_text(event.wall_s)])}"


def _settled(event: LearningsJudged | PromotionDone | RoundEnded) -> list[str]:
    if isinstance(event, LearningsJudged):
        verdicts = [one.promotion.verdict.value for one in event.judged if one.promotion.verdict]
        told = ", ".join(f"{verdicts.count(name)} {name}" for name in dict.fromkeys(verdicts)) or "nothing to judge"
        changed = "warning  somebody else changed the skill store during the round; promotion goes by what is there"
        return [f"verdicts {told}", *([changed] if event.changed_since else [])]
    if isinstance(event, PromotionDone):
        return [f"warning  not written: {one.where}: {one_line(one.reason, 300)}" for one in event.refused]
    told = ", ".join(f"{number} {name}" for name, number in event.inventory.tiers.items()) or "empty"
    return [f"store    after round {event.number}: {told}"]
