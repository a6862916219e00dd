"""Inventories for warm arms: learned by the project's own rules from the cold runs on other competitions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock

from haste.runner.promotion import Writer, settle_round
from haste.runner.skill_store import leave_evidence, leave_learnings, read_store
from haste.schema.events import Event
from haste.search.chance import draw
from haste.skills.promote import Judge, Shelf
from haste.store.inventory import begin

from .plan import StudyConfig, short_name

_DONE = "taught-by.json"  # written last, beside the store
Story = Callable[[str, str, int], Iterable[Event]]  # (arm, competition, seed) -> that run's events


def teachers_of(config: StudyConfig, competition: str, seed: int, count: int | None) -> tuple[str, ...]:
    """The competitions that teach about `competition`: all others, or `count` of them drawn by the seed."""
    others = [one for one in config.competitions if one != competition]
    if count is None:
        return tuple(others)
    return tuple(sorted(sorted(others, key=lambda one: draw(seed, "teachers", competition, one))[:count]))


class Library:
    """Inventories by who taught them, each learned once, on disk below `root`."""

    def __init__(self, config: StudyConfig, root: Path, story: Story, judge: Judge) -> None:
        self._config, self._root, self._story, self._judge = config, root, story, judge
        self._shelves: dict[tuple[str, ...], Shelf] = {}
        self._lock = Lock()

    def shelf(self, teachers: Sequence[str]) -> Shelf:
        """What the runs of all teaching arms and seeds on these competitions taught."""
        key = tuple(teachers)
        with self._lock:
            if key not in self._shelves:
                self._shelves[key] = self._learned(key)
            return self._shelves[key]

    def _learned(self, teachers: tuple[str, ...]) -> Shelf:
        missing = [short_name(one) for one in self._config.competitions if one not in teachers]
        name = f"without-{missing[0]}" if len(missing) == 1 else "+".join(map(short_name, teachers))
        folder = self._root / (name if len(name) < 100 else f"{len(teachers)}-{draw(0, *teachers):08x}")
        if not (folder / _DONE).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            runs = (
                self._story(arm, competition, seed)
                for competition in teachers
                for seed in self._config.seeds
                for arm in self._config.plan.teaching
            )
            learn(folder / "skills", runs, self._judge)
            (folder / _DONE).write_text(json.dumps(teachers), encoding="utf-8")
        return read_store(begin(folder / "skills", None)).shelf


def learn(folder: Path, runs: Iterable[Iterable[Event]], judge: Judge) -> int:
    """A fresh store that holds what these runs taught, judged in one round. Returns how many verdicts there were."""
    files = begin(folder, None)
    for events in runs:
        events = tuple(events)
        leave_evidence(files, events)
        leave_learnings(files, events)
    return sum(1 for _ in settle_round(read_store(files), Writer(files, "round-1", 0.0), judge=judge))
