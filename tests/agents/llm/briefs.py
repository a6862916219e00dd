"""Briefs of bundled competitions as a run would have them: history, skills, an incumbent."""

from __future__ import annotations

from functools import cache
from typing import Any

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.competition.catalogue import resolve
from haste.competition.load import load
from haste.competition.profile import profile
from haste.schema.brief import Attempt, Brief, Failure, Incumbent, Line
from haste.schema.conditions import Condition
from haste.schema.execution import Outcome
from haste.schema.knowledge import Effect, SkillNote, Status, Tier
from haste.schema.profile import Resources
from haste.schema.solution import Diagnosis, Operator, Scale

MACHINE = Resources(
    python="3.11.7", cores=2, memory_gb=15.6,
    packages={"numpy": "2.3.1", "pandas": "2.3.0", "scikit-learn": "1.7.0", "scipy": "1.16.0", "lightgbm": "4.6.0"},
)  # fmt: skip


@cache
def bare(name: str) -> Brief:
    """Cold and at the beginning."""
    loaded = load(resolve(name))
    return Brief(competition=loaded.competition, profile=profile(loaded, MACHINE, 0), seed=0, time_left_s=1500.0)


def refining(name: str, tried: int = 14, **more: Any) -> Brief:
    """In the middle of a branch, with the builtin's first prototype as the incumbent."""
    brief = bare(name)
    drafted = BuiltinEngineer().draft(brief, 1)[0]
    incumbent = Incumbent(
        candidate="c4", title=drafted.title, code=drafted.code, recipe=None, score=0.7312,
        fold_scores=(0.72, 0.741, 0.7326), wall_s=3.21, diagnostics={"train_score": 0.81, "rounds": 200},
        diagnostics_by_fold={n: WROTE | {"train_score": 0.81 + n / 321} for n in range(3)},
    )  # fmt: skip
    changes: dict[str, Any] = {
        "branch": "c1", "scale": Scale.TWEAK, "incumbent": incumbent, "history": history(tried), "skills": NOTES,
        "iterations_left": 6, "others": OTHERS, "folds": 3, "keep_at": 1.0607,
    }  # fmt: skip
    return brief.model_copy(update=changes | more)


def failing(name: str, **more: Any) -> Brief:
    brief = refining(name)
    assert brief.incumbent is not None
    failure = Failure(
        candidate="c17", title="Add ratios", code=brief.incumbent.code, recipe=None, technique="ratios",
        outcome=Outcome.CRASHED, detail="KeyError: 'age'",
        stderr='Traceback (most recent call last):\n  File "solution.py", line 31\nKeyError: \'age\'\n', attempt=1,
    )  # fmt: skip
    return brief.model_copy(update={"failure": failure.model_copy(update=more), "incumbent": None})


WROTE = {"rounds": 200, "confused": {"yes as no": 12}, "misread": ["aged 31, three children; truth yes, said no"]}
OTHERS = (
    Line(branch="c2", incumbent="c8", title="Kernel on ranks", score=0.70512, folds=3, ahead=-0.02612, noise=0.0123,
         changes_left=1, errors=0.834, code="import pandas as pd\n\nRANKS = True\n"),
)  # fmt: skip
_NAMES = ("target_encoding", "ratios", "more_smaller_steps", "count_encoding", "average_seeds", "log_skewed_columns")


def history(changes: int) -> tuple[Attempt, ...]:
    """Three prototypes, and so many changes of every sort."""
    scores = {"use_linear": 0.701, "use_lightgbm": 0.725, "use_kernel": 0.68}
    plain: dict[str, Any] = {"operator": Operator.DRAFT, "gain": None, "noise": None, "kept": None}
    drafts = [
        attempt(
            f"c{n}",
            branch=f"c{n}",
            title=name[4:].title(),
            technique=name,
            score=score,
            fold_scores={0: score - 0.01, 1: score + 0.01} if n < 3 else {0: score},
            **plain,
        )
        for n, (name, score) in enumerate(scores.items(), 1)
    ]
    return (*drafts, *(_change(number) for number in range(4, 4 + changes)))


def _change(n: int) -> Attempt:
    failed = n % 7 == 6
    return attempt(
        f"c{n}", title=f"Try {_NAMES[n % 6].replace('_', ' ')}", technique=_NAMES[n % 6],
        scale=list(Scale)[n % 5 // 2], diagnosis=list(Diagnosis)[n % 6],
        outcome=Outcome.CRASHED if failed else Outcome.OK, detail="ValueError: NaN" if failed else "",
        score=None if failed else 0.73 + n * 1e-4, gain=None if failed else (n % 4 - 1.5) * 0.002,
        noise=None if failed else 0.0015, kept=None if failed else n % 4 == 3,
        branch="c2" if n % 9 == 8 else "c1", parent="c4" if n > 4 else "c1",
        fold_gains=() if failed else (0.001, (n % 4 - 1.5) * 0.006 - 0.001, 0.0),
        expected=f"Some {n} thousandths more.", moved={"train_score": (0.81, 0.84)},
    )  # fmt: skip


def attempt(candidate: str, **more: Any) -> Attempt:
    return Attempt(**{
        "candidate": candidate, "branch": "c1", "operator": Operator.REFINE, "title": "Change", "technique": "change",
        "scale": Scale.TWEAK, "diagnosis": None, "outcome": Outcome.OK, "score": 0.7, "gain": 0.01, "noise": 0.01,
        "kept": True,
    } | more)  # fmt: skip


def note(name: str = "tabular-target-encoding", **more: Any) -> SkillNote:
    return SkillNote(**{
        "name": name, "tier": Tier.DOMAIN, "status": Status.ACTIVE, "description": "Encode categories.",
        "body": "# Target encoding\n\nTry target encoding early.", "digest": "sha256:0",
        "claim": "tabular/target_encoding/+", "technique": "target_encoding",
    } | more)  # fmt: skip


NOTES = (
    note("average-seeds", tier=Tier.GLOBAL, claim="any/average_seeds/+", technique="average_seeds",
         body="# Average seeds\n\nFit the model with several seeds and average what they predict.\n\n"
         "## When it applies\n\nOn any competition.\n\n## Check before keeping it\n\n"
         "Make it the only change, and keep it when the score improves by more than its noise over the folds.\n",
         effect=Effect(gain=0.8, low=0.2, high=1.4, competitions=5)),
    note(status=Status.CONTESTED, conditions=(Condition.parse("max_cardinality >= 20"),),
         effect=Effect(gain=0.1, competitions=1)),
    note("c-other-avoid-ratios", tier=Tier.COMPETITION, status=Status.CANDIDATE, claim="tabular/ratios/-",
         technique="ratios", body="Ratios of columns made no difference here."),
)  # fmt: skip
