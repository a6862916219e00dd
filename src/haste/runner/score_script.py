"""A script of the person's own, on every fold of the search, through the same sandbox and metric as candidates."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from haste.competition.loaded import LoadedCompetition
from haste.schema.competition import Trust
from haste.schema.events import Entry, Event, ExecutionFinished, PrototypesDrafted, RunStarted
from haste.schema.execution import Guarantee
from haste.schema.solution import BlobRef
from haste.search.actions import Execute, Work
from haste.search.evolve import evolve
from haste.search.state import RunState
from haste.store.protocol import Store

from .context import Context
from .execute import execute
from .think import own_script


@dataclass(frozen=True)
class ScriptScores:
    """What came of each fold, in order, with the logs."""

    loaded: LoadedCompetition
    folds: tuple[ExecutionFinished, ...]
    logs: tuple[tuple[str, str], ...]  # stdout and stderr of each
    missing: tuple[Guarantee, ...]  # what the sandbox did not promise

    @property
    def mean(self) -> float | None:
        """The mean over the folds; None unless every fold was scored."""
        scores = [fold.score for fold in self.folds if fold.score is not None]
        return fmean(scores) if len(scores) == len(self.folds) else None

    def as_json(self) -> dict[str, Any]:
        metric = self.loaded.competition.metric
        return {
            "competition": self.loaded.competition.id,
            "metric": metric.name,
            "direction": metric.direction.value,
            "validation_trust": self.loaded.competition.validation.trust.value,
            "score": self.mean,
            "missing_guarantees": [guarantee.value for guarantee in self.missing],
            "folds": [
                {
                    "fold": fold.fold,
                    "outcome": fold.outcome.value,
                    "score": fold.score,
                    "detail": fold.detail,
                    "wall_s": fold.wall_s,
                    "stdout": out,
                    "stderr": err,
                }
                for fold, (out, err) in zip(self.folds, self.logs, strict=True)
            ],
        }

    def as_text(self) -> list[str]:
        metric = self.loaded.competition.metric
        lines = [f"{self.loaded.competition.id}: {metric.name} ({metric.direction})"]
        if self.missing:
            lines.append(f"  the sandbox here does not promise: {', '.join(self.missing)}")
        for fold, (out, err) in zip(self.folds, self.logs, strict=True):
            score = "-" if fold.score is None else f"{fold.score:.6g}"
            lines.append(f"  fold {fold.fold}: {fold.outcome:<18} {score:<12} {fold.wall_s:.1f} s  {fold.detail}")
            lines += [f"    | {line}" for line in (out + err).splitlines()[-20:]]
        scores = [fold.score for fold in self.folds if fold.score is not None]
        if self.mean is None:
            lines.append(f"  no score: {len(self.folds) - len(scores)} of {len(self.folds)} folds failed")
        else:
            spread = f" (standard deviation over folds {stdev(scores):.3g})" if len(scores) > 1 else ""
            lines.append(f"  mean {self.mean:.6g}{spread}")
        return lines


def score_script(context: Context, script: bytes) -> ScriptScores:
    """Run it on all search folds. A lost execution is not retried here: it is reported as lost."""
    state = _begin(context, script)
    reported = context.loaded.competition.validation.trust is Trust.REPORTED
    count = 1 if reported else len(context.splits.search)
    works = tuple(Work("c1", "search", fold, 1) for fold in range(count))
    finished = [e for e in execute(Execute(works, None), state, context) if isinstance(e, ExecutionFinished)]
    finished.sort(key=lambda event: event.fold)
    logs = tuple((_text(context.store, e.stdout), _text(context.store, e.stderr)) for e in finished)
    given = context.executor.guarantees()
    return ScriptScores(context.loaded, tuple(finished), logs, tuple(g for g in Guarantee if g not in given))


def _begin(context: Context, script: bytes) -> RunState:
    state = RunState()
    events: tuple[Event, ...] = (
        RunStarted(
            run_id="score",
            config=context.config,
            competition=context.loaded.competition,
            code_version="",
            executor=context.executor.name,
        ),
        PrototypesDrafted(candidates=(own_script(context.store.put(script)),)),
    )
    for event in events:
        entry: Entry = context.store.append(event)
        state = evolve(state, entry)
    return state


def _text(store: Store, ref: BlobRef | None) -> str:
    return store.get(ref).decode(errors="replace") if ref else ""
