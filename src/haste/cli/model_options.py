"""The options that say whom a run asks and what that may cost; from what was typed to the configuration."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haste.schema.errors import ConfigError

if TYPE_CHECKING:
    from haste.schema.config import ModelConfig, RunConfig


# It stands here again because importing the schema would double the time of `haste --help`; a test compares.
class ReplyMode(StrEnum):
    TOOL = "tool"
    NATIVE = "native"
    PROMPTED = "prompted"


Model = Annotated[
    str,
    typer.Option(
        metavar="WHO",
        help="who thinks: builtin needs no key and no network; PROVIDER:NAME; replay:RUN goes by a record",
    ),
]
BaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="where the model's server is, if not at its provider's own address")
]
Orchestrator = Annotated[
    str | None, typer.Option(metavar="PROVIDER:NAME", help="whom the orchestrator asks [default: --model]")
]
Reflect = Annotated[
    str | None, typer.Option(metavar="PROVIDER:NAME", help="who reflects at the end [default: --model]")
]
Fallback = Annotated[
    str | None, typer.Option(metavar="PROVIDER:NAME", help="who is asked where the first has given up")
]
Reply = Annotated[ReplyMode, typer.Option(help="how typed answers are asked for; local servers differ")]
CallTimeout = Annotated[
    float, typer.Option(metavar="SECONDS", min=1, help="how long one call of a model may take; local ones can be slow")
]
MaxOutputTokens = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="of one answer, at most; for models that can write no more")
]
MaxUsd = Annotated[float | None, typer.Option(min=0, help="hard: a call that could cost more is not made")]
MaxTokens = Annotated[int | None, typer.Option(min=0, help="hard: of all calls, input and output together")]
Prices = Annotated[Path | None, typer.Option(metavar="FILE", help="prices of your own, over the table that ships")]


def asking(
    base_url: str | None,
    fallback: str | None,
    reply_mode: ReplyMode,
    call_timeout: float,
    max_output_tokens: int | None,
) -> dict[str, Any]:
    """How a model is asked, by the names that the configuration has for it."""
    told = {"base_url": base_url, "fallback": fallback, "reply_mode": reply_mode.value}
    return told | {"timeout_s": call_timeout, "max_output_tokens": max_output_tokens}


def model_config(told: dict[str, Any], prices: Path | None) -> ModelConfig:
    """Raises ConfigError for a file that holds no prices."""
    from haste.schema.config import ModelConfig

    found = None
    if prices is not None:
        from haste.llm.prices import load, read

        found = read(prices)
        load(found)
    return ModelConfig.model_validate(told | {"prices": found})


def recorded_run(config: RunConfig) -> tuple[RunConfig, bytes | None]:
    """What `--model` asks for: the configuration as typed, or the recorded one of `replay:RUN` with its own script.

    A record is gone through as it is: all that was typed beside it but the competition is left aside.
    """
    from .models_wiring import REPLAY, replayed

    if not config.model.startswith(REPLAY):
        return config, None
    name = config.model.removeprefix(REPLAY)
    if not name:
        msg = "names no run"
        raise ConfigError(msg, where="--model replay:", hint="name a run's folder: --model replay:runs/NAME")
    return replayed(Path(name), config.competition)
