"""What a screen says of the approaches that a run began with: what its best would have lost without each.

A run goes on with the best, so a beginning is worth what it is ahead of the others by, and nothing where another was
ahead: that costs one fold. Against the mean of the others, whoever stood beside one that fell apart would look good.

One fold has no noise of its own. The spread of the winner's scores over the search folds stands in for it: it is
larger than the noise of a paired comparison, so that a screen never counts for more than it knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import stdev

from haste.schema.competition import Metric
from haste.schema.events import (
    CandidateProposed,
    Event,
    ExecutionFinished,
    PrototypesDrafted,
    RunStarted,
    ScreenDecided,
)
from haste.schema.knowledge import ObservationRecord
from haste.schema.solution import Candidate, Operator

from .claims import beginning


class Screening:
    """The part of a run's events that tells of its screen, taken one by one."""

    def __init__(self) -> None:
        self._run = ""
        self._metric: Metric | None = None
        self._prototypes: list[Candidate] = []
        self._origin: dict[str, str] = {}  # a repair -> the prototype that it repairs
        self._screen: ScreenDecided | None = None
        self._folds: dict[str, dict[int, float]] = {}

    def take(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._run, self._metric = event.run_id, event.competition.metric
            case PrototypesDrafted():
                self._prototypes = list(event.candidates)
            case CandidateProposed() if event.candidate.operator is Operator.DEBUG and self._screen is None:
                parent = event.candidate.parent or ""
                self._origin[event.candidate.id] = self._origin.get(parent, parent)
            case ExecutionFinished() if event.purpose == "search" and event.score is not None:
                self._folds.setdefault(event.candidate, {})[event.fold] = event.score
            case ScreenDecided():
                self._screen = event
            case _:
                pass

    def records(self, cites: dict[str, str]) -> tuple[ObservationRecord, ...]:
        """One observation per prototype that was scored against another. `cites` maps names of skills to ids."""
        if self._screen is None or self._metric is None or self._screen.winner is None:
            return ()
        noise = _spread(self._folds.get(self._screen.winner, {}).values())
        scores = {self._origin.get(name, name): s for name, s in self._screen.scores.items() if s is not None}
        if noise is None or len(scores) < 2:
            return ()
        winner = self._origin.get(self._screen.winner, self._screen.winner)
        return tuple(
            ObservationRecord(
                run=self._run,
                candidate=one.id,
                technique=beginning(one.technique),
                cites=tuple(cites[name] for name in one.cites if name in cites),
                gain=max(
                    0.0, min(self._metric.gain(scores[one.id], s) for name, s in scores.items() if name != one.id)
                ),
                noise=noise,
                kept=one.id == winner,
            )
            for one in self._prototypes
            if one.technique is not None and one.id in scores
        )


def _spread(scores: Iterable[float]) -> float | None:
    values = list(scores)
    spread = stdev(values) if len(values) > 1 else 0.0
    return spread if spread > 0 else None
