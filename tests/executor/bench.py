"""An executor with the folders and open doors around it that a candidate should not find."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from haste.executor.choose import available
from haste.executor.interpreter import ask_interpreter
from haste.executor.isolation import Isolation
from haste.executor.local import LocalExecutor
from haste.executor.protocol import Executor
from haste.schema.execution import Finished, Job, Limits, Outcome

from . import candidates

LIMITS = Limits(wall_s=30, cpu_s=30, memory_gb=1.5, processes=24, file_mb=16, scratch_mb=24, output_kb=64)
INPUTS = {"train.csv": "id,target\n1,2\n", "spare.csv": "spare"}
REAL = ("plain-fresh", "plain-warm", "landlock-fresh", "landlock-warm", "bwrap-fresh", "bwrap-warm")
ALL = ("fake", *REAL)


@cache
def isolation(name: str) -> Isolation:
    for found in available():
        if found.name == name:
            if not found.works:
                pytest.skip(f"{name} does not work here: {found.reason}")
            return found.isolation
    raise KeyError(name)


def answer(job: Job) -> Finished:
    """What the fake says: the script's own text comes back."""
    return Finished(job.id, Outcome.OK, exit_code=0, outputs={"submission.csv": job.files["solution.py"]})


@dataclass
class Bench:
    """One executor with the folders around it: other inputs, labels and a journal that nobody should see."""

    name: str
    run_folder: Path
    executor: Executor
    sandboxed: bool
    seen: dict[str, bool] = field(default_factory=dict)
    broken_input: bool = False

    @property
    def inputs(self) -> Path:
        return self.run_folder / "inputs" / "fold0"

    def job(self, code: str, limits: Limits = LIMITS, **files: str) -> Job:
        contents = {"solution.py": code.encode()}
        contents |= {name.replace("__", "."): text.encode() for name, text in files.items()}
        return Job(f"job-{secrets.token_hex(4)}", contents, self.inputs, limits, seed=7)

    def run(self, code: str, limits: Limits = LIMITS, **files: str) -> Finished:
        job = self.job(code, limits, **files)
        self.executor.submit(job)
        (finished,) = self.executor.wait(90)
        assert finished.job_id == job.id
        return finished

    def spy(self) -> dict[str, bool]:
        """What a hostile candidate managed to do: attempt -> success. Run once."""
        if not self.seen:
            with Neighbours(self.run_folder) as neighbours:
                done = self.run(candidates.SPY, facts__json=json.dumps(neighbours.facts()))
            assert done.outcome is Outcome.OK, done
            self.seen = json.loads(done.outputs["submission.csv"])
            self.broken_input = inputs_of(self.inputs) != INPUTS
            lay_inputs(self.inputs)  # an unconfined candidate has broken them
        return self.seen

    def succeeded(self, *kinds: str) -> set[str]:
        return {name for name, success in self.spy().items() if success and name.split(":")[0] in kinds}


class Neighbours:
    """Open doors of the machine around a candidate: sockets that listen, files that can be read."""

    def __init__(self, run_folder: Path) -> None:
        self.run_folder = run_folder
        self.abstract = f"haste-{secrets.token_hex(4)}"
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Neighbours:
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract),
            (socket.AF_UNIX, socket.SOCK_STREAM, str(self.run_folder / "door")),
        ]
        for family, kind, address in addresses:
            listening = socket.socket(family, kind)
            listening.bind(address)
            listening.listen()
            self.sockets.append(listening)
        return self

    def __exit__(self, *_: object) -> None:
        for listening in self.sockets:
            listening.close()
        (self.run_folder / "door").unlink()

    def facts(self) -> dict[str, object]:
        folder, home = self.run_folder, Path.home()
        roots = ask_interpreter(Path(sys.executable)).roots
        needed = {part for root in roots for part in (root, *root.parents)}
        shadow = ["/etc/shadow"] if os.access("/etc/shadow", os.R_OK) else []
        return {
            "port": self.sockets[0].getsockname()[1],
            "abstract": self.abstract,
            "socket": str(folder / "door"),
            "private": [str(folder / "inputs/fold1/labels.csv"), str(folder / "journal.jsonl"), *shadow],
            "folders": [str(folder)],
            "home": str(home),
            "home_names": [p.name for p in home.iterdir() if p not in needed] if os.access(home, os.R_OK) else [],
            "sibling": "fold1",
            "pid": os.getpid(),
            "secret": os.environ["HASTE_TEST_SECRET"],
        }


def lay_inputs(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in INPUTS.items():
        (folder / name).write_text(text)


def inputs_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def local(kind: Isolation, folder: Path, *, warm: bool, workers: int = 1) -> LocalExecutor:
    root = folder / f"executor-{secrets.token_hex(4)}"
    return LocalExecutor(kind, python=Path(sys.executable), root=root, workers=workers, warm=warm)


def landlocked(bench: Bench) -> bool:
    return isolation("landlock").can_fork_warm() and bench.sandboxed


def replace_limits(**changes: float) -> Limits:
    return LIMITS.model_copy(update=changes)
