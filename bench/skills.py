"""How long it takes to load an inventory, select from it and admit one learning, and the memory that it takes.

    python bench/skills.py [--sizes 159 2000 50000] [--write]

Skills are made up from a fixed seed, their words by Zipf's law; one tenth global, six tenths domain, three tenths
competition tier, the others learned on the competitions of the shipped starter's ledger; each speaks of a technique
that this ledger has measured, and it lies in their store. Loading is what a run does before it selects: reading skills
and ledger, and working out what was measured of each skill. Times are the process's own (user and system), so that a
busy machine changes them less; all but loading 50,000 skills and the one writing are repeated. `--write` stores them
as results/skills-bench.json and sets the table into docs/skills.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import haste
from haste.runner.skill_store import read_store
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
from haste.skills.ledger import read_records, write_records
from haste.skills.promote import Shelf, promote_learning
from haste.skills.select import Request
from haste.skills.skill import path_of, write_skill
from haste.skills.writing import store_writes
from haste.store.inventory import SkillFiles

DOMAINS = ("tabular", "text", "image", "audio", "timeseries", "seq2seq")


COMMAND = "python bench/skills.py --write"
ROOT = Path(__file__).resolve().parents[1]
PAGE, RESULT, MARK = ROOT / "docs" / "skills.md", ROOT / "results" / "skills-bench.json", "<!-- skills bench -->"
REPEATS = 15
STARTER = Path(haste.__file__).parent / "starter"


def measured() -> tuple[LedgerRecord, ...]:
    """The shipped starter's ledger."""
    return read_records(SkillFiles(STARTER).read_ledger().files)[0]


def made_up(count: int) -> list[Skill]:
    ledger = measured()
    techniques = sorted({one.technique for one in ledger if isinstance(one, ObservationRecord) and one.technique})
    homes = sorted({one.competition for one in ledger if isinstance(one, RunRecord)})
    chance = random.Random(7)
    words = [
        f"{a}{b}{c}"
        for a in "bdfglmnprst"
        for b in "aeiou"
        for c in ("x", "ra", "tion", "ly", "ing", "ed", "ment", "k")
        if (a, b, c) != ("s", "e", "x")  # a column of one of the homes: such skills are set aside
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
                # What is known of more widely is held against the names of where it was learned.
                discovered_in=(competition if tier is Tier.COMPETITION else homes[number % len(homes)],),
            )
        )
    return skills


def _spread(times: list[float], unit: float = 1.0) -> dict[str, float]:
    return {
        "least": round(unit * min(times), 4),
        "median": round(unit * statistics.median(times), 4),
        "repetitions": len(times),
    }


def timed(work: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Seconds of each."""
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return times


def fill(folder: Path, count: int) -> SkillFiles:
    """A store of made-up skills with the starter's ledger."""
    store = SkillFiles(folder)
    store.create()
    for skill in made_up(count):
        path = folder / path_of(skill)
        path.parent.mkdir(parents=True)
        path.write_text(write_skill(skill))
    store.append("measured", write_records(measured()))
    return store


def measure(count: int, store: SkillFiles) -> dict[str, Any]:
    """Everything for one size. The peak of memory is the store's own only in a process that has not made it as well."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    reading = read_store(store)
    loaded = [time.process_time() - begun]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shelf = reading.shelf
    assert len(shelf.inventory.held) == count
    assert not reading.problems
    if count <= 2000:
        loaded += timed(lambda: read_store(store), 4)
    found: dict[str, Any] = {"skills": count, "memory_mb": round((after - before) / 1024), "load_s": _spread(loaded)}
    scope = SkillScope(domain="tabular", competition="competition-1")
    query = " ".join(skill.body for skill in shelf.inventory.skills[:2])[:1500]
    found["select_ms"] = {}
    for policy in Loading:
        request = Request(scope, policy, seed=3, query=query)
        found["select_ms"][policy.value] = _spread(
            timed(lambda asked=request: chosen(asked, shelf), REPEATS if count <= 2000 else 3), 1000
        )
    return found | _admitting(shelf, store)


def _admitting(shelf: Shelf, store: SkillFiles) -> dict[str, Any]:
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
    ledger: list[LedgerRecord] = [
        *measured(),
        RunRecord(run="run-1", competition="competition-1", domain="tabular"),
        ObservationRecord(run="run-1", candidate="c4", technique="target_encoding", gain=3.0, noise=1.0),
    ]
    shelf = Shelf(shelf.inventory, fold(ledger))
    promotion = promote_learning(learning, shelf)
    assert promotion.changes
    decide = timed(lambda: promote_learning(learning, shelf), 3)
    admit = timed(lambda: shelf.after(promotion), 3)
    writes = store_writes(promotion, shelf.inventory)
    return {
        "decide_ms": _spread(decide, 1000),
        "admit_ms": _spread(admit, 1000),
        "write_ms": _spread(timed(lambda: store.write(writes), 1), 1000),
    }


def page(told: dict[str, Any]) -> str:
    """The table of docs/skills.md."""
    policies = list(told["sizes"][0]["select_ms"])
    lines = [
        f"`{told['command']}`; {told['times']}; {told['machine']}; Python {told['python']}.",
        "",
        f"| skills | read and load | memory | {' | '.join(policies)} | decide on a learning | admit it | write it |",
        "|---" * (6 + len(policies)) + "|",
    ]
    for row in told["sizes"]:
        select = " | ".join(_both(row["select_ms"][policy], "ms") for policy in policies)
        lines.append(
            f"| {row['skills']:,} | {_both(row['load_s'], 's')} | {row['memory_mb']} MB | {select} "
            f"| {_both(row['decide_ms'], 'ms')} | {_both(row['admit_ms'], 'ms')} "
            f"| {_both(row['write_ms'], 'ms')} |"
        )
    return "\n".join(lines)


def _both(spread: dict[str, float], unit: str) -> str:
    least, middle = (
        f"{spread[which]:.2g}" if spread[which] < 100 else f"{spread[which]:.0f}" for which in ("least", "median")
    )
    return f"{least} / {middle} {unit}" if spread["repetitions"] > 1 else f"{least} {unit}"


def write(rows: list[dict[str, Any]]) -> None:
    told = {
        "command": COMMAND,
        "machine": f"{platform.machine()} with {os.cpu_count()} cores, other work on them",
        "python": platform.python_version(),
        "times": "seconds of the process itself (user and system), the least / the median of several",
        "sizes": rows,
    }
    RESULT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    block = f"{MARK}\n{page(told)}\n{MARK}"
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"{MARK}.*{MARK}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[159, 2000, 50_000])
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.fill:
        fill(options.fill, options.sizes[0])
        return
    if options.measure:
        sys.stdout.write(json.dumps(measure(options.sizes[0], SkillFiles(options.measure))) + "\n")
        return
    rows = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            for step in ("--fill", "--measure"):  # each in a process of its own
                command = [sys.executable, __file__, "--sizes", str(size), step, str(Path(folder) / "skills")]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout))
        sys.stdout.write(json.dumps(rows[-1], indent=1) + "\n")
    if options.write:
        write(rows)


if __name__ == "__main__":
    main()
