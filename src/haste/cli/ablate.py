"""`haste ablate STUDY`: one of the paper's studies, from nothing to a table with intervals."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haste.campaign.study.outcomes import Row
    from haste.campaign.study.plan import RunKey, StudyConfig


def ablate(  # noqa: PLR0913 - one parameter per option
    study: Annotated[str, typer.Argument(help="start, loading, size or pipeline; docs/studies.md tells them")],
    competitions: Annotated[
        list[str] | None, typer.Argument(metavar="[COMPETITION]...", help="[default: all bundled ones]")
    ] = None,
    only_teach: Annotated[
        list[str] | None, typer.Option(metavar="COMPETITION", help="one to learn from; nothing is measured on it")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="how many, from 0 on")] = 5,
    iterations: Annotated[int | None, typer.Option(min=0, help="of the winner [default: the study's]")] = None,
    runner_up_iterations: Annotated[
        int | None, typer.Option(min=0, help="of the runner-up [default: the study's]")
    ] = None,
    folds: Annotated[int | None, typer.Option(min=2, max=20, help="of the search [default: by the data]")] = None,
    share_executions: Annotated[
        bool,
        typer.Option(
            "--share-executions/--no-share-executions",
            help="whether arms that come to the same script on the same fold share its result",
        ),
    ] = True,
    recall: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="another study, whose executions are taken over as arms share theirs; reports count them",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="runs at a time [default: one per core]")] = None,
    sandbox: Annotated[Sandbox, typer.Option(help="as in `haste run`")] = Sandbox.AUTO,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="the study's folder [default: studies/STUDY]")] = None,
    publish: Annotated[
        Path | None, typer.Option(metavar="DIR", help="copy the small files there too, as results/ holds them")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print the comparison as one object at the end")] = False,
) -> None:
    """Run a study with the built-in engineer and compare its arms. Begun again on the same folder, it goes on there."""
    from haste.campaign.study.carry import Stopped, Study

    from .study_outcome import tell
    from .study_wiring import StudyBench, opened, recollected
    from .wiring import built_in_judge, cores, interruptible

    dials = {"iterations": iterations, "runner_up_iterations": runner_up_iterations}
    common = {"folds": folds, "sandbox": sandbox.value, "search": {k: v for k, v in dials.items() if v is not None}}
    config = _config(study, competitions, range(seeds), common, only_teach or [])
    config = config.model_copy(update={"share_executions": share_executions})
    root = (out or Path("studies") / study).absolute()
    known = recollected(recall or [], config)
    with opened(root, config), interruptible("stopping; the same command goes on from here") as interrupted:
        told = _Progress(config)
        bench, judge = StudyBench(root), built_in_judge()
        under_way = Study(config, root, bench, told.ended, told.failed, interrupted, judge, known)
        try:
            under_way.carry(workers or cores())
        except Stopped:
            sys.stderr.write(f"haste: stopped after {told.done} of {told.total} runs; the same command goes on\n")
            raise typer.Exit(130) from None
        tell(under_way, publish, as_json=json)


def _config(
    study: str, competitions: list[str] | None, seeds: range, common: dict[str, Any], only_teach: Sequence[str] = ()
) -> StudyConfig:
    """Everything is looked at before the first run: names, folders, dials. Raises ConfigError, CompetitionError."""
    import difflib

    from haste.campaign.study.catalogue import PLANS
    from haste.campaign.study.plan import StudyConfig
    from haste.competition.catalogue import bundled
    from haste.schema.config import Budget, RunConfig, SearchConfig
    from haste.schema.errors import ConfigError

    from .code_version import code_version
    from .study_wiring import study_data

    if study not in PLANS:
        near = difflib.get_close_matches(study, PLANS, 1)
        msg = f"no study is called {study!r}"
        raise ConfigError(msg, hint=f"did you mean {near[0]}?" if near else f"there are {', '.join(PLANS)}")
    plan = PLANS[study]
    measured = competitions or [one.id for one in bundled() if one.id not in only_teach]
    data = study_data([*measured, *only_teach])
    if only_teach and not plan.teaching:
        msg = "nothing is taught in this study"
        raise ConfigError(msg, where="--only-teach", hint="name the competitions that it is to be run on")
    if plan.teaching and len(data) < 2:
        msg = "one competition alone has no others to learn from"
        raise ConfigError(msg, hint="name two or more")
    run = RunConfig(
        competition="",
        search=SearchConfig(**(plan.search | common["search"])),
        budget=Budget(time_limit_s=None),
        withhold=0.0,
        workers=1,
        folds=common["folds"],
        sandbox=common["sandbox"],
    )
    return StudyConfig(
        plan=plan,
        competitions=tuple(sorted(data)),
        only_teach=tuple(sorted(tuple(data)[len(measured) :])),
        seeds=tuple(seeds),
        run=run,
        code_version=code_version(),
        data=data,
    )


class _Progress:
    """A line for every run, on stderr."""

    def __init__(self, config: StudyConfig) -> None:
        self.total = sum(len(group) for warm in (False, True) for group in config.keys(warm))
        self.done = 0
        self._lock = Lock()

    def ended(self, row: Row) -> None:
        grade = "-" if row.normalised is None else f"{row.normalised:.3f}"
        self._say(
            f"{row.arm} {row.competition} seed {row.seed}: normalised {grade}, "
            f"kept {row.kept} of {row.decided}, best after {row.iterations_to_best}"
        )

    def failed(self, key: RunKey, fault: str) -> None:
        self._say(f"{key.arm} {key.competition} seed {key.seed}: {fault}")

    def _say(self, text: str) -> None:
        with self._lock:
            self.done += 1
            sys.stderr.write(f"{self.done}/{self.total} {text}\n")
