"""The harness's own cost, apart from the candidates': `make bench`. Writes the table into docs/benchmarks.md.

overhead      wall time of an execution outside the script, for one that imports pandas,
              scikit-learn and LightGBM and fits for a tenth of a second; warm (forked) and fresh process, side by side
first score   from `haste run` to the first scored prototype on a bundled competition
journal       appending and replaying 10,000 events
memory        peak resident set of the harness process during a whole run
help          `haste --help`
Every figure is the median of several, with the smallest and the largest. The machine's load is stated with them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import psutil

from haste.executor.choose import choose
from haste.executor.local import LocalExecutor
from haste.schema.execution import Job, Limits
from haste.search.evolve import fold
from haste.store.files import FileStore

PAGE = Path("docs/benchmarks.md")
MARK = "<!-- harness -->"
SCRIPT = b"""
import lightgbm, numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
x = np.random.default_rng(0).normal(size=(2000, 20))
LogisticRegression().fit(x, x[:, 0] > 0)
lightgbm.LGBMRegressor(n_estimators=20, num_threads=1, verbose=-1).fit(x, x[:, 0])
pd.DataFrame(x).to_csv("submission.csv")
"""


def spread(values: Sequence[float], unit: str, scale: float = 1.0) -> str:
    low, middle, high = (v * scale for v in (min(values), median(values), max(values)))
    return f"{middle:.3g} {unit} ({low:.3g} to {high:.3g}, n={len(values)})"


def executions(warm: bool, times: int) -> tuple[list[float], list[float]]:
    """Overhead and whole wall time of each execution, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs" / "one"
        inputs.mkdir(parents=True)
        python = Path(sys.executable)
        executor = LocalExecutor(choose("auto", python), python=python, root=Path(folder) / "scratch", warm=warm)
        found = []
        for number in range(times + 1):
            executor.submit(Job(f"job{number}", {"solution.py": SCRIPT}, inputs, Limits()))
            (finished,) = executor.wait()
            assert finished.outcome == "ok", finished
            found.append((finished.overhead_s, finished.wall_s))
        executor.close()
    overheads, walls = zip(*found[1:], strict=True)  # the first one starts the warm supervisor
    return list(overheads), list(walls)


def first_score(times: int) -> tuple[list[float], list[float]]:
    """Seconds from the command to the first score, and the harness's peak memory in MB over the whole run."""
    waits, peaks = [], []
    for seed in range(times):
        with tempfile.TemporaryDirectory() as out:
            command = [sys.executable, "-m", "haste.cli.main", "run", "cell-samples", "--out", out, "--seed", str(seed)]
            command += ["--iterations", "4", "--runner-up-iterations", "0", "--json"]
            begun = time.time()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            peak, watched = 0, psutil.Process(process.pid)
            while process.poll() is None:
                try:
                    peak = max(peak, watched.memory_info().rss)
                except psutil.Error:
                    break
                time.sleep(0.05)
            process.wait()
            journal = next(Path(out).glob("*/journal.jsonl"))
            entries = (json.loads(line) for line in journal.read_text().splitlines())
            scored = (e["at"] for e in entries if e["event"]["kind"] == "execution_finished" and e["event"]["score"])
            waits.append(next(scored) - begun)
            peaks.append(peak / 1e6)
    return waits, peaks


def journal(times: int, events: int = 10_000) -> tuple[list[float], list[float]]:
    appended, replayed = [], []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            source = _realistic(events)
            store = FileStore(Path(folder))
            begun = time.perf_counter()
            for event in source:
                store.append(event)
            appended.append(time.perf_counter() - begun)
            store.close()
            begun = time.perf_counter()
            fold(FileStore(Path(folder)).read())
            replayed.append(time.perf_counter() - begun)
    return appended, replayed


def _realistic(count: int) -> list:  # type: ignore[type-arg]
    """A legal journal of this length: a search without end over one made-up candidate after another."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.search.legal import World, drive

    from haste.schema.config import Budget, RunConfig, SearchConfig
    from haste.store.memory import MemoryStore

    search = SearchConfig(iterations=10**6, runner_up_iterations=10**6, stagnation_after=10**6)
    config = RunConfig(competition="toy", search=search, budget=Budget(time_limit_s=None))
    store = MemoryStore()
    drive(store, World(1, exhaust=0.0), config, stop=lambda n: n >= count)
    return [entry.event for entry in store.read()]


def timed(command: Sequence[str], times: int) -> list[float]:
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        found.append(time.perf_counter() - begun)
    return found


def rows(times: int) -> list[tuple[str, str, str]]:
    waits, peaks = first_score(max(2, times // 3))
    appended, replayed = journal(max(2, times // 5))
    (warm, warm_wall), (fresh, fresh_wall) = executions(True, times), executions(False, max(3, times // 3))
    table: list[tuple[str, Callable[[], str], str]] = [
        ("overhead per execution, warm", lambda: spread(warm, "ms", 1e3), "below 150 ms"),
        ("overhead per execution, fresh process", lambda: spread(fresh, "ms", 1e3), ""),
        ("whole execution, imports and fits included, warm", lambda: spread(warm_wall, "ms", 1e3), ""),
        ("whole execution, fresh process", lambda: spread(fresh_wall, "ms", 1e3), ""),
        ("fresh to warm, whole execution", lambda: f"{median(fresh_wall) / median(warm_wall):.1f} times", ""),
        ("`haste run` to the first scored prototype", lambda: spread(waits, "s"), ""),
        ("append 10,000 events, each durable", lambda: spread(appended, "s"), ""),
        ("replay 10,000 events", lambda: spread(replayed, "s"), "below 0.5 s"),
        ("peak memory of the harness", lambda: spread(peaks, "MB"), "below 250 MB"),
        ("`haste --help`", lambda: spread(timed(["haste", "--help"], times), "ms", 1e3), "below 300 ms"),
    ]
    return [(name, measure(), target) for name, measure, target in table]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15)
    args = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    before = os.getloadavg()[0]
    measured = rows(args.times)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"`make bench` on {machine}; load of the machine {before:.1f} before and {os.getloadavg()[0]:.1f} after. "
        "Median (smallest to largest, number of measurements).",
        "",
        "| what | measured | target |",
        "|---|---|---|",
        *(f"| {name} | {value} | {target} |" for name, value, target in measured),
    ]
    text = "\n".join(lines)
    print(text)  # noqa: T201
    head, _, rest = PAGE.read_text().partition(MARK) if PAGE.exists() else ("# Benchmarks\n\n", "", "")
    tail = rest.partition(MARK)[2]
    PAGE.write_text(f"{head}{MARK}\n{text}\n{MARK}{tail}")


if __name__ == "__main__":
    main()
