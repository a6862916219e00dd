"""A machine for studies of toy competitions: wiring, loop, engineer and journals are real, scripts are not run.

What a script predicts follows from its text and the rows it is shown: the truth, and noise of a size that is the
script's own. So arms differ, changes are kept or not, and equal scripts give equal predictions.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from haste.competition.load import load
from haste.competition.profile import profile
from haste.executor.fake import FakeExecutor
from haste.runner import perform
from haste.schema.events import CompetitionProfiled
from haste.schema.execution import Finished, Job, Outcome
from haste.schema.profile import Resources
from haste.search.actions import ProfileCompetition
from tests.runner.toys import write_toy

PACKAGES = {"numpy": "2", "pandas": "2", "sklearn": "1.5", "lightgbm": "4.5", "scipy": "1.13"}


def toys(folder: Path, *names: str) -> list[str]:
    """Folders of toy competitions, as paths."""
    for seed, name in enumerate(names):
        write_toy(folder / name, rows=60, seed=seed)
        (folder / name / "competition.toml").write_text(f'id = "{name}"\nmetric = "rmse"\nkind = "regression"\n')
    return [str(folder / name) for name in names]


class FakeMachine:
    """Counts what it was asked to run."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str]] = []  # script's digest, view

    def run(self, job: Job) -> Finished:
        script = job.files["solution.py"]
        digest = hashlib.sha256(script).hexdigest()
        self.ran.append((digest, job.input_dir.name))
        if len(job.files) == 1 and int(digest[:2], 16) < 20:
            return Finished(job.id, Outcome.CRASHED, detail="ValueError: made up", stderr="made up", exit_code=1)
        rng = np.random.default_rng(int(hashlib.sha256(script + job.input_dir.name.encode()).hexdigest()[:8], 16))
        test = pd.read_csv(job.input_dir / "test.csv")
        noise = 0.2 + int(digest[2:6], 16) / 2**16
        told = test[["id"]].assign(y=3 * test["a"] + 2 * test["b"] + test["c"] + noise * rng.normal(size=len(test)))
        content = io.StringIO()
        told.to_csv(content, index=False)
        return Finished(
            job.id, Outcome.OK, exit_code=0, wall_s=0.01, outputs={"submission.csv": content.getvalue().encode()}
        )

    def executor(self, *_: object) -> FakeExecutor:
        return FakeExecutor(self.run)


@cache
def _profile(folder: str):
    resources = Resources(cores=2, memory_gb=8, packages=PACKAGES, python="3.11")
    return profile(load(Path(folder)), resources, 0)


def _profiled(_action, _state, context):
    made = _profile(context.config.competition)
    folds = len(context.splits.search), len(context.splits.confirm)
    yield CompetitionProfiled(profile=made, search_folds=folds[0], confirm_folds=folds[1])


@contextmanager
def fake_machine() -> Iterator[FakeMachine]:
    """While it lasts, studies of this process run on it."""
    made = FakeMachine()
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr("haste.cli.wiring.make_executor", made.executor)
        patches.setitem(perform.DEEDS, ProfileCompetition, _profiled)
        patches.setattr(os, "fsync", lambda _file: None)  # a machine that loses its power is not what is tried here
        yield made
