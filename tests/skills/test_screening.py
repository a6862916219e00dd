"""What a screen teaches of the approaches that a run began with."""

from __future__ import annotations

from statistics import stdev

import pytest

from haste.schema.competition import Direction
from haste.schema.events import CandidateProposed, Event, ExecutionFinished, PrototypesDrafted, ScreenDecided
from haste.schema.execution import Outcome
from haste.schema.knowledge import ObservationRecord
from haste.schema.solution import Operator
from haste.skills.writing import run_records

from .test_writing import EVENTS, competition, proposed


def scored(name: str, *scores: float) -> list[Event]:
    return [
        ExecutionFinished(candidate=name, purpose="search", fold=fold, attempt=1, outcome=Outcome.OK, score=score)
        for fold, score in enumerate(scores)
    ]


def repair(name: str, parent: str) -> CandidateProposed:
    made = proposed(name, Operator.DEBUG, "use_trees")
    return made.model_copy(update={"candidate": made.candidate.model_copy(update={"parent": parent})})


def screen(direction: Direction = Direction.MINIMIZE, **scores: float | None) -> tuple[ObservationRecord, ...]:
    """A run whose prototypes c1 (trees), c2 (linear), c3 (nothing of the catalogue's) came to these scores."""
    techniques = {"c1": "use_trees", "c2": "use_linear", "c3": None}
    drafts = tuple(proposed(n, Operator.DRAFT, t, cites=("te",)).candidate for n, t in techniques.items())
    known = {name: score for name, score in scores.items() if score is not None}
    order = sorted(known, key=lambda name: known[name], reverse=direction is Direction.MAXIMIZE)
    events: list[Event] = [
        EVENTS[0].model_copy(update={"competition": competition(direction)}),
        PrototypesDrafted(candidates=drafts),
        repair("c4", "c1"),
        repair("c5", "c4"),
        *(event for name, score in known.items() for event in scored(name, score)),
        ScreenDecided(winner=order[0] if order else None, runner_up=None, scores=scores),
        *(scored(order[0], known[order[0]], 2.0, 3.0) if order else []),
    ]
    return tuple(r for r in run_records(events, None) if isinstance(r, ObservationRecord))


def test_each_is_worth_what_the_best_would_have_lost_by_the_spread_of_the_winner() -> None:
    trees, linear = screen(c1=1.0, c2=4.0, c3=2.0)
    assert (trees.technique, trees.gain, trees.kept) == ("begin_with_trees", 1.0, True)
    assert (linear.technique, linear.gain, linear.kept) == ("begin_with_linear", 0.0, False)
    assert trees.noise == linear.noise == pytest.approx(stdev([1.0, 2.0, 3.0]))


def test_larger_is_better_where_it_is() -> None:
    trees, linear = screen(Direction.MAXIMIZE, c1=1.0, c2=4.0, c3=3.0)
    assert (trees.gain, linear.gain, linear.kept) == (0.0, 1.0, True)


def test_one_that_fell_apart_makes_nobody_good() -> None:
    """Beside a hopeless prototype the second best is well ahead of the others' mean, and still adds nothing."""
    trees, linear = screen(c1=1.0, c2=1.5, c3=1000.0)
    assert (trees.gain, linear.gain) == (0.5, 0.0)


def test_a_repaired_prototype_speaks_for_the_one_it_repairs() -> None:
    trees, linear = screen(c5=1.0, c2=4.0)
    assert (trees.candidate, trees.gain, trees.kept) == ("c1", 3.0, True)
    assert linear.gain == 0.0


@pytest.mark.parametrize("scores", [{}, {"c1": 1.0}, {"c1": None, "c2": 4.0}])
def test_nothing_is_learned_without_a_comparison(scores: dict[str, float | None]) -> None:
    assert screen(**scores) == ()
