"""Whether a campaign that is killed again and again ends with the same tables as one that is left alone.

    python bench/campaign_kills.py [COMPETITION ...] [--kills 20] [--iterations 4] [--workers 2] [--seed 0] [--write]

The same campaign runs twice, each time as real processes, from an empty inventory into a store of its own: once
undisturbed; then it is killed (SIGKILL to the whole process group) at random moments and taken up with
`haste campaign resume` each time. The moments are drawn evenly over the time that the undisturbed one took. There, each
was so many seconds after so many executions had ended; by that, and not by the clock, the other one is killed, so that
kills reach its end too although it loses time with each.

No decision hangs on the clock: there is no time limit, iterations end a run, and the number of workers is given. What
remains is that one execution may take ten minutes. `--write` stores what was found as results/campaign-kills.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haste.competition.catalogue import bundled
from haste.schema.events import Event, ExecutionFinished, ExecutionStarted
from haste.search.evolve import fold
from haste.search.state import Node
from haste.store.files import FileStore

RESULT = Path(__file__).resolve().parents[1] / "results" / "campaign-kills.json"
POLL_S = 0.1
# Left out of the report: when it was and how long it took, and its name, which is made of its beginning. Tokens and
# cost stay in: nobody is paid where the built-in engineer thinks, so they must be equal too.
OF_THE_MOMENT = {"campaign", "began_at", "wall_s", "runs_wall_s"}
# Left out of the store: its lock, and when each decision was made.
LOCK, WHEN = ".lock", "at"


@dataclass(frozen=True)
class Moment:
    """So many seconds after so many executions of the whole campaign had ended."""

    executions: int
    after_s: float


class Campaign:
    """One campaign in a folder of its own, carried on by one process after the other."""

    def __init__(self, words: list[str], out: Path) -> None:
        self.words, self.out = words, out
        self.out.mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Campaign:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing of it outlives this script, however that ends."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def folder(self) -> Path | None:
        """Once its journal has a beginning; before, there is nothing to resume."""
        return next((one.parent for one in self.out.glob("*/campaign.jsonl") if b"\n" in one.read_bytes()), None)

    def carry_on(self) -> None:
        """Begin it, or resume it where it was begun. The process leads a group of its own."""
        words = ["resume", str(self.folder)] if self.folder else ["run", *self.words, "--out", str(self.out)]
        with (self.out / "errors.txt").open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "haste.cli.main", "campaign", *words, "--json"],
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )

    def end(self) -> Path:
        """Wait until it has ended well; its folder."""
        assert self.process is not None
        if self.process.wait() or self.folder is None:
            sys.exit(f"the campaign failed: {(self.out / 'errors.txt').read_text()}")
        return self.folder

    def kill_at(self, moment: Moment) -> bool:
        """Kill it then; whether it was running. Seconds count from its process's beginning at the earliest."""
        assert self.process is not None
        due = None
        while self.process.poll() is None:
            if due is None and self._executions() >= moment.executions:
                due = time.monotonic() + moment.after_s
            if due is not None and time.monotonic() >= due:
                os.killpg(self.process.pid, signal.SIGKILL)
                return self.process.wait() == -signal.SIGKILL
            time.sleep(POLL_S)
        return False

    def _executions(self) -> int:
        journals = self.out.glob("*/runs/*/journal.jsonl")
        return sum(journal.read_bytes().count(b'"execution_finished"') for journal in journals)


def undisturbed(campaign: Campaign) -> tuple[Path, float, list[float]]:
    """Its folder, the seconds that it took, and after how many of them each execution had ended, in order."""
    began, campaign_began = time.monotonic(), time.time()
    campaign.carry_on()
    folder = campaign.end()
    took_s = time.monotonic() - began
    ended = [at - campaign_began for at, event in _events(folder) if isinstance(event, ExecutionFinished)]
    return folder, took_s, sorted(ended)


def _events(folder: Path) -> Iterator[tuple[float, Event]]:
    """Those of all runs, each with its time."""
    return ((entry.at, entry.event) for run in (folder / "runs").iterdir() for entry in FileStore(run).read())


def begun_again(folder: Path) -> int:
    """How many executions were begun a second time or more often."""
    return sum(isinstance(event, ExecutionStarted) and event.attempt > 1 for _, event in _events(folder))


def moments(count: int, took_s: float, ended_s: list[float], seed: int) -> list[Moment]:
    chance = random.Random(seed)
    drawn = sorted(chance.uniform(0, took_s) for _ in range(count))
    before = [(at, bisect_right(ended_s, at)) for at in drawn]
    return [Moment(executions, at - ([0.0, *ended_s])[executions]) for at, executions in before]


def killed(campaign: Campaign, when: list[Moment]) -> tuple[Path, float, int]:
    """Its folder, the seconds that it took with everything it did twice, and how many kills found it running."""
    began, landed = time.monotonic(), 0
    campaign.carry_on()
    for moment in when:
        if not campaign.kill_at(moment):
            break
        landed += 1
        sys.stderr.write(f"killed {moment.after_s:.1f} s after {moment.executions} executions had ended\n")
        campaign.carry_on()
    return campaign.end(), time.monotonic() - began, landed


def tables(folder: Path) -> dict[str, Any]:
    """All that must be equal: the report's figures, the inventory at the end, and what each run found and decided."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {
        "report": _without(report, OF_THE_MOMENT),
        "skills": {path: _lines(folder / "skills" / path) for path in _files(folder / "skills") if path != LOCK},
        "runs": {run.name: _run(run) for run in sorted((folder / "runs").iterdir())},
    }


def _files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def _lines(path: Path) -> list[Any]:
    """A text's lines; a ledger's are records."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_without(json.loads(line), {WHEN}) for line in lines] if path.suffix == ".jsonl" else list(lines)


def _run(folder: Path) -> dict[str, Any]:
    """What a run's journal says of its candidates, in order, and of its end.

    Left out of an execution: which attempt it was, how long it took, what it printed. Its predictions are in, by their
    digest.
    """
    state = fold(FileStore(folder).read())
    ends = {"screen": state.screen, "ensemble": state.ensemble, "chosen": state.chosen}
    return {
        "finished": state.finished,
        "candidates": [_candidate(node) for node in state.nodes.values()],
        "learnings": [one.model_dump(mode="json") for one in state.learnings or ()],
        **{name: one and one.model_dump(mode="json") for name, one in ends.items()},
    }


def _candidate(node: Node) -> dict[str, Any]:
    executions = {
        f"{purpose} {number}": [one.outcome and one.outcome.value, one.score, one.submission]
        for (purpose, number), one in sorted(node.results.items())
    }
    return {
        **node.candidate.model_dump(mode="json"),
        "decision": node.decision and node.decision.model_dump(mode="json"),
        "executions": executions,
    }


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items() if key not in names}
    return [_without(one, names) for one in value] if isinstance(value, list) else value


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two nested values differ, and in what."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one | other:
            yield from differences(one.get(key), other.get(key), f"{place}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{place}/{number}")
    elif one != other:
        yield f"{place}: {one!r:.200} undisturbed, {other!r:.200} killed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("competitions", nargs="*", help="default: every bundled one")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--iterations", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    names = options.competitions or [one.id for one in bundled()]
    settings = f"--inventory empty --time-limit none --iterations {options.iterations} --runner-up-iterations 2"
    words = [*(options.competitions or ["all"]), *settings.split(), "--workers", str(options.workers)]
    scratch = Path(tempfile.mkdtemp())
    with Campaign(words, scratch / "undisturbed") as campaign:
        whole, whole_s, ended_s = undisturbed(campaign)
    with Campaign(words, scratch / "killed") as campaign:
        cut, cut_s, landed = killed(campaign, moments(options.kills, whole_s, ended_s, options.seed))
    found = list(differences(tables(whole), tables(cut)))
    told = {
        "command": " ".join(["python", "bench/campaign_kills.py", *sys.argv[1:]]),
        "campaign": " ".join(["haste campaign run", *words]),
        "machine": f"{platform.machine()} with {os.cpu_count()} cores",
        "python": platform.python_version(),
        "competitions": names,
        "executions": len(ended_s),
        "kills": options.kills,
        "kills_while_running": landed,
        "executions_begun_again": begun_again(cut),
        "undisturbed_s": round(whole_s, 1),
        "killed_s": round(cut_s, 1),
        "equal": not found,
        "differences": found[:100],
    }
    text = json.dumps(told, indent=1) + "\n"
    sys.stdout.write(text)
    if options.write:
        RESULT.write_text(text, encoding="utf-8")
    if found:
        sys.exit(f"not equal; both campaigns are kept in {scratch}")
    shutil.rmtree(scratch)
    sys.exit(landed < options.kills)


if __name__ == "__main__":
    main()
