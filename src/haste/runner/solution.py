"""A candidate as the files that are run: one script, or an ensemble's driver with its members beside it."""

from __future__ import annotations

from importlib.resources import files

from haste.schema.solution import Candidate, Operator
from haste.search.state import RunState

from .context import Context


def solution_files(candidate: Candidate, state: RunState, context: Context) -> dict[str, bytes]:
    """Relative path -> content; `solution.py` is the entry."""
    made = {"solution.py": context.store.get(candidate.code)}
    if candidate.operator is Operator.ENSEMBLE:
        made["blend.py"] = files("haste.competition").joinpath("blend.py").read_bytes()
        for name in candidate.members:
            made[f"members/{name}.py"] = context.store.get(state.nodes[name].candidate.code)
    return made


ENSEMBLE_SCRIPT = '''\
"""The average of {count} solutions: each runs in a folder of its own, then their predictions are blended."""

import os
import runpy
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from blend import blend  # noqa: E402

MEMBERS = {members!r}  # best first
METHOD = {method!r}
ID = {id_column!r}

start = Path.cwd()
predictions = []
for member in MEMBERS:
    folder = start / "member_runs" / member
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "input").exists():
        (folder / "input").symlink_to("../../input", target_is_directory=True)
    os.chdir(folder)
    runpy.run_path(str(HERE / "members" / (member + ".py")), run_name="__main__")
    os.chdir(start)
    predictions.append(pd.read_csv(folder / "submission.csv", dtype={{ID: str}} if ID else None, keep_default_na=False))

sample = pd.read_csv("input/sample_submission.csv", dtype=str, keep_default_na=False)
columns = [column for column in sample.columns if column != ID]
if ID:
    predictions = [frame.set_index(ID).loc[sample[ID]].reset_index(drop=True) for frame in predictions]
sample[columns] = blend([frame[columns] for frame in predictions], METHOD)
sample.to_csv("submission.csv", index=False)
'''
