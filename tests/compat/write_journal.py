"""Writes `journal-v<version>.jsonl` beside this file: run once for each schema version, before the next one begins."""

from __future__ import annotations

from pathlib import Path

from haste.schema.config import Budget, RunConfig, SearchConfig, Start
from haste.schema.events import SCHEMA_VERSION, RunInterrupted, RunResumed
from haste.schema.knowledge import Loading
from haste.store.memory import MemoryStore
from tests.search.legal import World, drive

CONFIG = RunConfig(
    competition="toy",
    start=Start.WARM,
    loading=Loading.TIERED,
    budget=Budget(time_limit_s=None),
    search=SearchConfig(iterations=5, runner_up_iterations=2),
)


def journal() -> list[str]:
    """A run with a crash, a repair, lost executions, a resume and an interruption: every kind of event there is."""
    store, world = MemoryStore(), World(8)
    drive(store, world, CONFIG, stop=lambda n: n >= 30)
    store.append(RunResumed(code_version="0.1.0"))
    drive(store, world, CONFIG, stop=lambda n: store.lines[-1].find('"search_ended"') > 0)
    store.append(RunInterrupted())
    drive(store, world, CONFIG)
    return store.lines


if __name__ == "__main__":
    path = Path(__file__).with_name(f"journal-v{SCHEMA_VERSION}.jsonl")
    path.write_text("\n".join(journal()) + "\n")
