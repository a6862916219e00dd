"""`haste run`: a competition goes in, a graded submission comes out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .model_options import (
    BaseUrl,
    CallTimeout,
    Fallback,
    MaxOutputTokens,
    MaxTokens,
    MaxUsd,
    Model,
    Orchestrator,
    Prices,
    Reflect,
    Reply,
    ReplyMode,
    asking,
    model_config,
    recorded_run,
)
from .options import Sandbox, duration_s, gigabytes


# The choices stand here again because importing the schema would double the time of `haste --help`; a test compares.
class Order(StrEnum):
    RANDOM = "random"
    TEXTBOOK = "textbook"


class Start(StrEnum):
    WARM = "warm"
    COLD = "cold"


class Loading(StrEnum):
    TIERED = "tiered"
    TIERED_RANKED = "tiered-ranked"
    RETRIEVAL = "retrieval"
    RANDOM = "random"
    FLAT = "flat"
    NONE = "none"


def run(  # noqa: PLR0913 - one parameter per option
    competition: Annotated[
        str, typer.Argument(help="a bundled name, or a folder with train, test and sample submission")
    ],
    model: Model = "builtin",
    base_url: BaseUrl = None,
    orchestrator_model: Orchestrator = None,
    reflect_model: Reflect = None,
    fallback_model: Fallback = None,
    reply_mode: Reply = ReplyMode.TOOL,
    call_timeout: CallTimeout = 300.0,
    max_output_tokens: MaxOutputTokens = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
    from_solution: Annotated[
        Path | None, typer.Option("--from", metavar="SOLUTION.py", help="begin with your own script as a prototype")
    ] = None,
    skills: Annotated[
        Path | None, typer.Option(metavar="DIR", help="the skill store [default: the user's own]")
    ] = None,
    start: Annotated[Start, typer.Option(help="warm: go by the store's skills; cold: by none at all")] = Start.WARM,
    loading: Annotated[
        Loading, typer.Option(help="which skills a warm start sees; docs/skills.md tells the policies")
    ] = Loading.TIERED,
    competition_tier: Annotated[
        bool,
        typer.Option("--competition-tier/--no-competition-tier", help="whether skills of this very competition count"),
    ] = True,
    withhold: Annotated[
        float,
        typer.Option(
            min=0,
            max=0.5,
            help="share of proven skills withheld at random, to measure them; of candidates 10/3 of it, at most half",
        ),
    ] = 0.15,
    order: Annotated[
        Order, typer.Option(help="the order of techniques while nothing is known: drawn from the seed, or a handbook's")
    ] = Order.RANDOM,
    prototypes: Annotated[int, typer.Option(min=1, max=10, help="fundamentally different first scripts")] = 3,
    iterations: Annotated[int, typer.Option(min=0, help="refinements of the winner")] = 20,
    runner_up_iterations: Annotated[int, typer.Option(min=0, help="refinements of the runner-up")] = 6,
    folds: Annotated[int | None, typer.Option(min=2, max=20, help="of the search [default: by the data]")] = None,
    time_limit: Annotated[str, typer.Option(metavar="30m", help="hard, for the whole run; or none")] = "30m",
    seed: Annotated[
        int, typer.Option(min=0, help="same seed, store and machine, no time limit reached: same result")
    ] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="candidates at a time [default: one per core]")] = None,
    memory: Annotated[str, typer.Option(metavar="4GB", help="of one candidate with all its processes")] = "4GB",
    python: Annotated[
        Path | None, typer.Option(help="the interpreter that runs candidates [default: HASTE's own]")
    ] = None,
    sandbox: Annotated[
        Sandbox,
        typer.Option(help="auto: the best this machine has; required: refuse to start without; off: plain limits"),
    ] = Sandbox.AUTO,
    out: Annotated[Path, typer.Option(help="where run folders go")] = Path("runs"),
    json: Annotated[bool, typer.Option("--json", help="print one object at the end instead of progress")] = False,
) -> None:
    """Solve a competition end to end: profile, screen, refine, confirm, ensemble, submission, learnings."""
    from haste.schema.config import Budget, RunConfig, SearchConfig
    from haste.schema.config import Start as Begun
    from haste.schema.execution import Limits
    from haste.schema.knowledge import Loading as Policy

    from .skills_wiring import skills_for_run
    from .wiring import Session, cores, interpreter

    search = SearchConfig(prototypes=prototypes, iterations=iterations, runner_up_iterations=runner_up_iterations)
    told = asking(base_url, fallback_model, reply_mode, call_timeout, max_output_tokens)
    told |= {"orchestrator": orchestrator_model, "reflect": reflect_model}
    config = RunConfig(
        competition=competition,
        seed=seed,
        model=model,
        models=model_config(told, prices),
        start=Begun(start.value),
        loading=Policy(loading.value),
        competition_tier=competition_tier,
        skills_dir=skills_for_run(skills),
        withhold=withhold,
        order=order.value,
        search=search,
        budget=Budget(time_limit_s=duration_s(time_limit, "--time-limit"), max_usd=max_usd, max_tokens=max_tokens),
        limits=Limits(memory_gb=gigabytes(memory, "--memory")),
        folds=folds,
        workers=workers or cores(),
        python=interpreter(python),
        sandbox=sandbox.value,
    )
    config, recorded = recorded_run(config)
    session = Session.begin(config, out, from_solution if recorded is None else recorded)
    session.drive(as_json=json)
