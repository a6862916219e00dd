"""Running the panel: every entrant answers, its answer is graded, and the sorted scores become the leaderboard.

Answers are kept in a work folder under the competition's digest, so that an interrupted run goes on where it stopped;
empty that folder after a change to the panel. A pipeline that fails on a competition is left out and named; it is not
given a score.
"""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from haste.competition.metrics import metric
from haste.schema.competition import Direction

from .arena import Arena, Array, Entrant, enter
from .folder import LEADERBOARD, digest
from .panels import entrants

Progress = Callable[[str], None]


def run_panel(folder: Path, work: Path, progress: Progress) -> pd.DataFrame:
    """The leaderboard of a built folder, which is also written into it."""
    arena, judge = enter(folder)
    kept = work / f"{folder.name}-{digest(folder)[:12]}"
    kept.mkdir(parents=True, exist_ok=True)
    scores: dict[str, float] = {}
    for entrant in entrants(arena):
        if entrant.team in scores:
            message = f"two entrants are called {entrant.team!r}"
            raise ValueError(message)
        started = time.perf_counter()
        try:
            scores[entrant.team] = judge.score(_answer(entrant, arena, kept))
            outcome = f"{scores[entrant.team]:.6g}"
        except Exception as error:  # a pipeline may be unfit for some data; that is a finding, not a fault of the build
            outcome = f"left out: {type(error).__name__}: {error}"
        progress(f"{folder.name}: {entrant.team}: {outcome} ({time.perf_counter() - started:.2f} s)")
    board = ranked(scores, metric(judge.metric).direction)
    (folder / LEADERBOARD).write_text(board.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    return board


def ranked(scores: dict[str, float], direction: Direction) -> pd.DataFrame:
    """Best first; ties share the better rank and stand in the order of their names."""
    board = pd.DataFrame({"team": list(scores), "score": list(scores.values())})
    upward = direction is Direction.MINIMIZE
    board = board.sort_values(["score", "team"], ascending=[upward, True]).reset_index(drop=True)
    board.insert(0, "rank", board["score"].rank(method="min", ascending=upward).astype(int))
    return board


def _answer(entrant: Entrant, arena: Arena, kept: Path) -> Array:
    if entrant.blends:
        return np.asarray(np.mean([np.load(_place(kept, team)) for team in entrant.blends], axis=0))
    place = _place(kept, entrant.team)
    if place.exists():
        return np.asarray(np.load(place))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a pipeline that does not converge competes as it is
        answer = np.asarray(entrant.answer(arena), dtype=float)
    part = place.with_suffix(".part.npy")
    np.save(part, answer)
    part.replace(place)
    return answer


def _place(kept: Path, team: str) -> Path:
    return kept / f"{hashlib.sha256(team.encode()).hexdigest()[:16]}.npy"
