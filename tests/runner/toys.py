"""A small competition on disk, and an engineer that answers from a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from haste.schema.brief import Brief
from haste.schema.knowledge import Learning
from haste.schema.solution import Proposal, Scale

SCRIPT = """
import numpy as np
import pandas as pd

train, test = pd.read_csv("input/train.csv"), pd.read_csv("input/test.csv")
sample = pd.read_csv("input/sample_submission.csv")
columns = {columns!r}
x = np.c_[train[columns], np.ones(len(train))]
beta = np.linalg.lstsq(x, train["y"], rcond=None)[0]
sample["y"] = np.c_[test[columns], np.ones(len(test))] @ beta
sample.to_csv("submission.csv", index=False)
"""


def write_toy(folder: Path, *, rows: int = 120, seed: int = 0) -> Path:
    """A linear regression with held-out answers and a leaderboard of 100."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows * 2, 3))
    y = x @ [3.0, 2.0, 1.0] + rng.normal(scale=0.3, size=rows * 2)
    table = pd.DataFrame(x, columns=["a", "b", "c"]).assign(id=[f"r{i:04d}" for i in range(rows * 2)], y=y)
    folder.mkdir(parents=True, exist_ok=True)
    train, test = table.iloc[:rows], table.iloc[rows:]
    train[["id", "a", "b", "c", "y"]].to_csv(folder / "train.csv", index=False)
    test[["id", "a", "b", "c"]].to_csv(folder / "test.csv", index=False)
    test[["id"]].assign(y=0.0).to_csv(folder / "sample_submission.csv", index=False)
    (folder / "private").mkdir(exist_ok=True)
    test[["id", "y"]].to_csv(folder / "private" / "answers.csv", index=False)
    scores = pd.DataFrame({"score": np.sort(rng.uniform(0.29, 4, size=100))})
    scores.to_csv(folder / "private" / "leaderboard.csv", index=False)
    (folder / "competition.toml").write_text('id = "toy"\nmetric = "rmse"\nkind = "regression"\n')
    return folder


def linear(*columns: str) -> str:
    return SCRIPT.format(columns=list(columns))


def proposal(title: str, code: str, scale: Scale = Scale.TWEAK) -> Proposal:
    return Proposal(title=title, rationale="because", code=code, scale=scale, technique=title)


class ListedEngineer:
    """Drafts and refines from lists; repairs by falling back to a script that runs. Remembers what it was asked."""

    name = "listed"
    needs = ()

    def __init__(self, drafts: Sequence[str], refinements: Sequence[str] = (), repair: str | None = None) -> None:
        self.drafts, self.refinements, self.repair = list(drafts), list(refinements), repair
        self.briefs: list[tuple[str, Brief]] = []

    def draft(self, brief: Brief, count: int) -> Sequence[Proposal]:
        self.briefs.append(("draft", brief))
        return [proposal(f"draft {i}", code) for i, code in enumerate(self.drafts[:count])]

    def refine(self, brief: Brief) -> Proposal | None:
        self.briefs.append(("refine", brief))
        tried = sum(a.title.startswith("refinement") for a in brief.history)
        if tried >= len(self.refinements):
            return None
        return proposal(f"refinement {tried}", self.refinements[tried], brief.scale or Scale.TWEAK)

    def debug(self, brief: Brief) -> Proposal | None:
        self.briefs.append(("debug", brief))
        return proposal("repair", self.repair) if self.repair else None

    def reflect(self, brief: Brief) -> Sequence[Learning]:
        self.briefs.append(("reflect", brief))
        return ()
