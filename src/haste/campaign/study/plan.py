"""What a study is, as plain values: its arms, what is held equal, and which arms are compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import Field

from haste.schema.brief import Order
from haste.schema.config import RunConfig, Start
from haste.schema.knowledge import Loading
from haste.schema.value import Value


class RunKey(NamedTuple):
    """One run of a study; its folder below `runs/` has its id for a name."""

    arm: str
    competition: str
    seed: int

    @property
    def run_id(self) -> str:
        return f"{self.arm}-{self.competition}-s{self.seed}"


class Arm(Value):
    """What is done to every competition with every seed. Only what differs from the common configuration is named."""

    name: str
    title: str  # a few words for tables
    order: Order = "random"
    loading: Loading = Loading.NONE  # NONE: a cold start
    teachers: int | None = None  # competitions whose runs taught the inventory, never the one at hand; None: all others
    search: dict[str, Any] = {}  # dials of SearchConfig

    @property
    def warm(self) -> bool:
        return self.loading is not Loading.NONE


class Contrast(Value):
    """Arms that are compared run by run: equal competition, equal seed."""

    name: str
    arm: str
    against: str


class Plan(Value):
    """A study before it is run."""

    name: str
    title: str
    question: str
    arms: tuple[Arm, ...]
    teaching: tuple[str, ...] = ()  # cold arms whose runs teach the inventories of the warm ones
    contrasts: tuple[Contrast, ...]
    retry: tuple[str, str] | None = (
        None  # (cold arm, name): its better of two attempts, another seed's being the second
    )
    search: dict[str, Any] = {}  # dials of SearchConfig that all arms share, where they are not the defaults
    cannot_show: tuple[str, ...]

    def arm(self, name: str) -> Arm:
        return next(arm for arm in self.arms if arm.name == name)


class StudyConfig(Value):
    """All that decides a study's numbers; written to `study.json` before the first run."""

    plan: Plan
    competitions: tuple[str, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = Field(min_length=1)
    run: RunConfig  # what all arms have in common
    code_version: str
    share_executions: bool = True

    def keys(self, warm: bool) -> Iterator[list[RunKey]]:
        """The runs of cold or warm arms, those of one competition and seed together: they share executions."""
        arms = [arm.name for arm in self.plan.arms if arm.warm is warm]
        for seed in self.seeds:
            for competition in self.competitions:
                yield [RunKey(arm, competition, seed) for arm in arms]

    def config_of(self, key: RunKey) -> RunConfig:
        arm = self.plan.arm(key.arm)
        return self.run.model_copy(
            update={
                "competition": key.competition,
                "seed": key.seed,
                "start": Start.WARM if arm.warm else Start.COLD,
                "order": arm.order,
                "loading": arm.loading,
                "competition_tier": False,
                "search": self.run.search.model_copy(update=arm.search),
            }
        )
