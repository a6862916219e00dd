"""How long it takes to load an inventory, select from it and admit one learning, and the memory that it takes.

    python bench/skills.py [--sizes 159 2000 50000] [--json FILE]

Skills are made up from a fixed seed, their words by Zipf's law; one tenth global, six tenths domain, three tenths
competition tier; each speaks of a technique that the shipped starter's ledger has measured. Selecting is what a run
does, effects and expected gains out of that ledger included, each time from a ledger that was just folded. Times are
the process's own (user and system), so that a busy machine changes them less; of repeated ones the least for
selecting, else the median.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import haste
from haste.runner.skills import chosen
from haste.schema.knowledge import (
    Learning,
    LedgerRecord,
    Loading,
    ObservationRecord,
    RunRecord,
    Skill,
    SkillScope,
    Tier,
)
from haste.skills.evidence import fold
from haste.skills.inventory import Inventory, load_inventory
from haste.skills.ledger import read_records
from haste.skills.promote import Shelf, promote_learning
from haste.skills.select import Request
from haste.skills.skill import path_of, write_skill
from haste.skills.writing import store_writes
from haste.store.inventory import SkillFiles

DOMAINS = ("tabular", "text", "image", "audio", "timeseries", "seq2seq")


STARTER = Path(haste.__file__).parent / "starter"


def measured() -> tuple[LedgerRecord, ...]:
    """The shipped starter's ledger."""
    return read_records(SkillFiles(STARTER).read_ledger().files)[0]


def made_up(count: int) -> list[Skill]:
    techniques = sorted({one.technique for one in measured() if isinstance(one, ObservationRecord) and one.technique})
    chance = random.Random(7)
    words = [
        f"{a}{b}{c}"
        for a in "bdfglmnprst"
        for b in "aeiou"
        for c in ("x", "ra", "tion", "ly", "ing", "ed", "ment", "k")
    ]
    words += [f"{word}{n}" for n in range(10) for word in words]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    skills = []
    for number in range(count):
        tier = chance.choices(list(Tier), (1, 6, 3))[0]
        body = " ".join(chance.choices(words, weights, k=chance.randint(80, 200)))
        domain = DOMAINS[number % len(DOMAINS)]
        competition = f"competition-{number % max(8, count // 20)}"
        skills.append(
            Skill(
                id=f"skill-{number:06d}",
                name=f"advice-{number}",
                description=f"Advice {number}: " + " ".join(chance.choices(words, weights, k=20)),
                body=f"# Advice {number}\n\n{body}",
                tier=tier,
                domain=None if tier is Tier.GLOBAL else domain,
                competition=competition if tier is Tier.COMPETITION else None,
                claim=f"any/technique-{number}/+",
                technique=techniques[number % len(techniques)],
                discovered_in=(competition,),
            )
        )
    return skills


def timed(work: Callable[[], object], repeats: int) -> float:
    """Median seconds."""
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def _selecting(request: Request, inventory: Inventory, records: tuple[LedgerRecord, ...]) -> float:
    shelf = Shelf(inventory, fold(records))
    begun = time.process_time()
    chosen(request, shelf)
    return time.process_time() - begun


def measure(count: int, folder: Path) -> dict[str, float]:
    """Everything for one size, in a process of its own so that the memory is its own."""
    store = SkillFiles(folder)
    store.create()
    for skill in made_up(count):
        path = folder / path_of(skill)
        path.parent.mkdir(parents=True)
        path.write_text(write_skill(skill))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    contents = store.read()
    read = time.process_time() - begun
    inventory = load_inventory(contents.files)
    loaded = time.process_time() - begun
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(inventory.held) == count
    assert not inventory.problems
    found = {"skills": count, "read_s": read, "load_s": loaded, "memory_mb": (after - before) / 1024}
    scope = SkillScope(domain="tabular", competition="competition-1")
    query = " ".join(skill.body for skill in inventory.skills[:2])[:1500]
    records = measured()
    for policy in Loading:
        request = Request(scope, policy, seed=3, query=query)
        found[f"select_{policy.value}_ms"] = 1000 * min(_selecting(request, inventory, records) for _ in range(9))
    learning = Learning(
        id="run-1/1",
        statement="Smoothed target means for columns with many levels helped.",
        tier=Tier.COMPETITION,
        domain="tabular",
        competition="competition-1",
        technique="target_encoding",
        claim="any/target_encoding/+",
        supports=("c4",),
    )
    ledger = [
        RunRecord(run="run-1", competition="competition-1", domain="tabular"),
        ObservationRecord(run="run-1", candidate="c4", technique="target_encoding", gain=3.0, noise=1.0),
    ]
    shelf = Shelf(inventory, fold(ledger))
    promotion = promote_learning(learning, shelf)
    assert promotion.changes
    found["decide_ms"] = 1000 * timed(lambda: promote_learning(learning, shelf), 5)
    found["admit_ms"] = 1000 * timed(lambda: shelf.after(promotion), 5)
    writes = store_writes(promotion, inventory)
    begun = time.process_time()
    store.write(writes)
    found["write_ms"] = 1000 * (time.process_time() - begun)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[159, 2000, 50_000])
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--one", type=int, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.one:
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(json.dumps(measure(chosen.one, Path(folder) / "skills")) + "\n")
        return
    rows = []
    for size in chosen.sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        for key, value in rows[-1].items():
            sys.stdout.write(f"{key:28} {value:10.2f}\n")
        sys.stdout.write("\n")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
