"""`haste ablate STUDY`: one of the paper's studies, from nothing to a table with intervals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from haste.campaign.study.outcomes import Row
    from haste.campaign.study.plan import StudyConfig


def ablate(  # noqa: PLR0913 - one parameter per option
    study: Annotated[str, typer.Argument(help="start, loading, size or pipeline; docs/studies.md tells them")],
    competitions: Annotated[
        list[str] | None, typer.Argument(metavar="[COMPETITION]...", help="[default: all bundled ones]")
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
    workers: Annotated[int | None, typer.Option(min=1, help="runs at a time [default: one per core]")] = None,
    sandbox: Annotated[Sandbox, typer.Option(help="as in `haste run`")] = Sandbox.AUTO,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="the study's folder [default: studies/STUDY]")] = None,
    json: Annotated[bool, typer.Option("--json", help="print the comparison as one object at the end")] = False,
) -> None:
    """Run a study and compare its arms. Begun again on the same folder, it goes on where it was stopped."""
    from haste.campaign.study.carry import Study

    from .study_outcome import tell
    from .study_wiring import StudyBench, open_study
    from .wiring import cores

    config = _config(study, competitions, range(seeds))
    dials = {"iterations": iterations, "runner_up_iterations": runner_up_iterations}
    config = _changed(config, {k: v for k, v in dials.items() if v is not None}, folds, sandbox.value)
    config = config.model_copy(update={"share_executions": share_executions})
    root = (out or Path("studies") / study).absolute()
    open_study(root, config)
    under_way = Study(config, root, StudyBench(root), _progress(config))
    under_way.carry(workers or cores())
    tell(under_way, as_json=json)


def _config(study: str, competitions: list[str] | None, seeds: range) -> StudyConfig:
    import difflib

    from haste import __version__
    from haste.campaign.study.catalogue import PLANS
    from haste.campaign.study.plan import StudyConfig
    from haste.competition.catalogue import bundled
    from haste.schema.config import Budget, RunConfig, SearchConfig
    from haste.schema.errors import ConfigError

    if study not in PLANS:
        near = difflib.get_close_matches(study, PLANS, 1)
        msg = f"no study is called {study!r}"
        raise ConfigError(msg, hint=f"did you mean {near[0]}?" if near else f"there are {', '.join(PLANS)}")
    plan = PLANS[study]
    chosen = tuple(competitions or (one.id for one in bundled()))
    if twice := {one for one in chosen if chosen.count(one) > 1}:
        msg = f"named twice: {', '.join(sorted(twice))}"
        raise ConfigError(msg)
    if plan.teaching and len(chosen) < 2:
        msg = "one competition alone has no others to learn from"
        raise ConfigError(msg, hint="name two or more")
    common = RunConfig(
        competition="", search=SearchConfig(**plan.search), budget=Budget(time_limit_s=None), withhold=0.0, workers=1
    )
    return StudyConfig(plan=plan, competitions=chosen, seeds=tuple(seeds), run=common, code_version=__version__)


def _changed(config: StudyConfig, dials: dict[str, int], folds: int | None, sandbox: str) -> StudyConfig:
    from .wiring import load_competition

    for competition in config.competitions:  # what cannot be loaded is told before the first run
        load_competition(competition)
    search = config.run.search.model_copy(update=dials)
    run = config.run.model_copy(update={"search": search, "folds": folds, "sandbox": sandbox})
    return config.model_copy(update={"run": run})


def _progress(config: StudyConfig) -> Callable[[Row], None]:
    total = len(config.plan.arms) * len(config.competitions) * len(config.seeds)
    done = [0]

    def told(row: Row) -> None:
        done[0] += 1
        grade = "-" if row.normalised is None else f"{row.normalised:.3f}"
        sys.stderr.write(
            f"{done[0]}/{total} {row.arm} {row.competition} seed {row.seed}: normalised {grade}, "
            f"kept {row.kept} of {row.decided}, best after {row.iterations_to_best}\n"
        )

    return told
