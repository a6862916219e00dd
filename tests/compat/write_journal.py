"""Writes `journal-v<version>.jsonl` and `campaign-v<version>.jsonl` beside this file: run once for each schema version,
before the next one begins.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from haste.schema.campaign import LearningsJudged, RunEnded
from haste.schema.config import Budget, RunConfig, SearchConfig, Start
from haste.schema.events import SCHEMA_VERSION, RunInterrupted, RunResumed
from haste.schema.knowledge import Loading, StoreWrite
from haste.store.memory import MemoryStore
from tests.campaign.made_up import Made, config
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


def campaign(folder: Path) -> list[str]:
    """A campaign with a competition that is unfit, a run that fails, a verdict that is refused, and a pause."""
    made = Made(folder / "made-up", config(competitions=("alpha", "gamma", "broken", "beta", "delta")))
    opened = made._open

    def open_or_fail(told, place):
        if told.competition == "delta":
            raise ValueError("planned")
        return opened(told, place)

    made._open = open_or_fail  # type: ignore[method-assign]
    first = made.campaign()
    first.interrupted = lambda: any(isinstance(one.event, RunEnded) for one in made.entries())
    made.drive(first)
    second = made.campaign()

    def meddle(entry):
        if isinstance(entry.event, LearningsJudged) and entry.event.number == 1:
            write = entry.event.judged[0].writes[0]
            made.skills.write([StoreWrite(write.path, write.text.replace("name:", "name:  "))])

    second.watch = meddle
    made.drive(second)
    return (folder / "made-up" / "campaign.jsonl").read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        kept = {"journal": journal(), "campaign": campaign(Path(scratch))}
    for name, lines in kept.items():
        path = Path(__file__).with_name(f"{name}-v{SCHEMA_VERSION}.jsonl")
        if not path.exists():  # what is kept is never written anew
            path.write_text("\n".join(lines) + "\n")
