"""What a study is, as plain values: its arms, what is held equal, and which arms are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, NamedTuple

from pydantic import Field

from haste.schema.brief import Order
from haste.schema.config import RunConfig, Start
from haste.schema.knowledge import Loading
from haste.schema.value import Value
from haste.skills.words import hash_of, slug

_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class RunKey(NamedTuple):
    """One run of a study; its folder below `runs/` has its id for a name."""

    arm: str
    competition: str
    seed: int

    @property
    def run_id(self) -> str:
        """Fit for a folder and for a ledger's name. A competition that is a path gets its last part and a digest."""
        return f"{self.arm}-{short_name(self.competition)}-s{self.seed}"


def short_name(competition: str) -> str:
    """A bundled competition's name as it is; for a folder's path a name without slashes that is its own."""
    if _PLAIN.fullmatch(competition):
        return competition
    return f"{slug(PurePath(competition).name, 50)}-{hash_of(competition):08x}"


class Arm(Value):
    """What is done to every competition with every seed. Only what differs from the common configuration is named."""

    name: str
    title: str  # a few words for tables
    order: Order = "random"
    loading: Loading = Loading.NONE  # NONE: a cold start
    as_tiered: float = 0.0  # a ranked policy may fill this share of what the tiered one would; 0: the usual budget
    teachers: int | None = None  # competitions whose runs taught the inventory, never the one at hand; None: all others
    search: dict[str, Any] = {}  # dials of SearchConfig
    alone: bool = False  # there is no runner-up; its refinements are the winner's, so that the budget stays the same

    @property
    def warm(self) -> bool:
        return self.loading is not Loading.NONE


class Contrast(Value):
    """Arms that are compared run by run: equal competition, equal seed."""

    name: str
    arm: str
    against: str


class Tries(Value):
    """Two runs of equal competition and seed as one arm: the better one by the search's score, at the cost of both."""

    name: str
    title: str
    first: str
    second: str


class Plan(Value):
    """A study before it is run."""

    name: str
    title: str
    question: str
    arms: tuple[Arm, ...]
    teaching: tuple[str, ...] = ()  # cold arms whose runs teach the inventories of the warm ones
    contrasts: tuple[Contrast, ...]
    tries: tuple[Tries, ...] = ()  # arms made of two others' runs
    competition_tier: bool = False  # whether skills of single competitions may be shown, where the policy would
    search: dict[str, Any] = {}  # dials of SearchConfig that all arms share, where they are not the defaults
    cannot_show: tuple[str, ...]

    def arm(self, name: str) -> Arm:
        return next(arm for arm in self.arms if arm.name == name)


class Data(Value):
    """What a competition was when the study began."""

    id: str
    digest: str
    answers: bool  # whether there are held-out answers, so that a run has not ended before it is graded


class StudyConfig(Value):
    """All that decides a study's numbers; written to `study.json` before the first run."""

    plan: Plan
    competitions: tuple[str, ...] = Field(min_length=1)  # bundled names, and absolute paths of folders
    only_teach: tuple[str, ...] = ()  # of those, the ones that are run cold for what they teach, and not measured on
    data: dict[str, Data]  # of every competition; a study does not go on over data that changed
    seeds: tuple[int, ...] = Field(min_length=1)
    run: RunConfig  # what all arms have in common
    code_version: str
    share_executions: bool = True

    def keys(self, warm: bool) -> Iterator[list[RunKey]]:
        """The runs of cold or warm arms, those of one competition and seed together: they share executions."""
        arms = [arm.name for arm in self.plan.arms if arm.warm is warm]
        for seed in self.seeds:
            for competition in self.measured if warm else self.competitions:
                yield [RunKey(arm, competition, seed) for arm in arms]

    @property
    def places(self) -> int:
        """Competitions with seeds: how many runs of an arm are compared."""
        return len(self.measured) * len(self.seeds)

    @property
    def measured(self) -> tuple[str, ...]:
        return tuple(one for one in self.competitions if one not in self.only_teach)

    def config_of(self, key: RunKey) -> RunConfig:
        arm, dials = self.plan.arm(key.arm), self.run.search
        search = {"iterations": dials.iterations + dials.runner_up_iterations} if arm.alone else {}
        return self.run.model_copy(
            update={
                "competition": key.competition,
                "seed": key.seed,
                "start": Start.WARM if arm.warm else Start.COLD,
                "order": arm.order,
                "loading": arm.loading,
                "as_tiered": arm.as_tiered,
                "competition_tier": self.plan.competition_tier,
                "search": dials.model_copy(update=search | arm.search),
            }
        )
