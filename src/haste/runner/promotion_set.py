"""The labelled set that ships, put to a judge; and a store replayed with one competition left out at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from haste.skills.labelled import SPLITS, LabelledSet, Split, learning_of, read_set, shelf_of
from haste.skills.left_out import Trial, leave_one_out
from haste.skills.promote import Judge, by_counting, promote_learning
from haste.skills.promotion_quality import Judged, judged

from .skill_store import Reading

_FOLDER = Path(__file__).parents[1] / "promotion_set"


def labelled_set() -> LabelledSet:
    names = ("competitions", "skills", *SPLITS)
    return read_set({name: (_FOLDER / f"{name}.jsonl").read_text(encoding="utf-8") for name in names})


def judge_set(among: LabelledSet, split: Split | None, judge: Judge = by_counting) -> Iterator[Judged]:
    """Each item through the same gate, checks and counting as in a round, on an inventory of its own."""
    for item in among.of(split):
        yield judged(item, promote_learning(learning_of(item, among), shelf_of(item, among), judge), among)


def replay_store(reading: Reading, judge: Judge = by_counting) -> tuple[Trial, ...]:
    """`leave_one_out` over all that a store has ever been told; its skills and earlier verdicts are not looked at."""
    return leave_one_out(reading.records, reading.learned, reading.shelf.terms, judge)
