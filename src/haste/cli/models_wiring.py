"""The part of the wiring that belongs to models: keys from the environment, prices, recorded runs in their place."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from haste.schema.config import RunConfig
from haste.schema.errors import ConfigError
from haste.schema.model import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from haste.agents.engineer import Engineer
    from haste.competition.loaded import LoadedCompetition
    from haste.llm.prices import PriceTable
    from haste.runner.context import Context, Models
    from haste.runner.tape import Tape
    from haste.schema.model import Bound, ModelRequest, Usage

POLL_S = 0.2  # how soon a pause ends after Ctrl-C
REPLAY = "replay:"


def make_engineer(config: RunConfig) -> Engineer:
    if config.model == "builtin":
        from haste.agents.builtin.engineer import BuiltinEngineer

        return BuiltinEngineer()
    from haste.agents.llm.engineer import LlmEngineer

    return LlmEngineer()


def settle_models(config: RunConfig) -> RunConfig:
    """The configuration with the prices that this run will reckon with from here on.

    Raises ConfigError: a model that cannot be asked from here, or one without a price where money is limited.
    """
    names = _names(config)
    if config.model == "builtin" and len(names) > 1:
        msg = f"the built-in engineer asks no model, so {', '.join(sorted(names - {'builtin'}))} would not be asked"
        raise ConfigError(msg, where="--model", hint="name the model that is to think with --model PROVIDER:NAME")
    if config.model == "builtin" and config.models.base_url is not None:
        msg = "the built-in engineer asks no model, so nobody would be asked there"
        raise ConfigError(msg, where="--base-url", hint="name the model that is to think with --model PROVIDER:NAME")
    if config.model == "builtin" or config.replay is not None:
        return config
    from datetime import UTC, datetime

    from haste.llm.choose import build
    from haste.llm.prices import PriceTable, load

    own = build(config, os.environ).own
    table = load(config.models.prices, own=own, day=datetime.now(UTC).date())
    listed = {name: price for name in sorted(names) if (price := table.find(name)) is not None}
    unpriced = sorted(names - set(listed))
    if config.budget.max_usd is not None and unpriced:
        msg = f"no price is known for {', '.join(unpriced)}, so that the money spent cannot be limited"
        entry = f'[models."{unpriced[0]}"] with input and output in USD per million tokens'
        raise ConfigError(msg, where="--max-usd", hint=f"give one with --prices FILE: {entry}; or use --max-tokens")
    settled = PriceTable(as_of=table.as_of, source=table.source, models=listed, own=own)
    prices = settled.model_dump(mode="json", exclude_none=True)
    return config.model_copy(update={"models": config.models.model_copy(update={"prices": prices})})


def make_models(config: RunConfig, tape: Tape | None) -> Models | None:
    """Whom the engineer asks; None where it asks nobody. Raises ConfigError: no key, no such provider, no library."""
    if config.model == "builtin":
        return None
    from haste.llm.prices import load
    from haste.runner.context import Models

    prices = ListPrices(load(config.models.prices))
    if tape is not None:
        from haste.llm.replay import ReplayModel

        recorded = tape.heard(ReplayModel(tape.conversation(), name=f"{REPLAY}{config.replay}"))
        return Models(recorded, prices, recorded if config.models.fallback else None)
    from haste.llm.choose import build

    built = build(config, os.environ)
    return Models(built.main, prices, built.fallback)


class ListPrices:
    """Implements `Prices` by a table."""

    def __init__(self, table: PriceTable) -> None:
        self._table = table

    def bound(self, model: str, request: ModelRequest) -> Bound:
        from haste.llm.prices import bound
        from haste.llm.tokens import tokens_bound
        from haste.schema.model import Bound

        sent = tokens_bound(request)
        usd = bound(model, sent, request.max_output_tokens, self._table)
        return Bound(tokens=sent + request.max_output_tokens, usd=usd)

    def usd(self, model: str, usage: Usage) -> float | None:
        from haste.llm.prices import price

        return price(model, usage, self._table)


def pause_of(context: Context) -> Callable[[float], None]:
    """Sleeping that ends soon after the person asked for the end."""

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not context.interrupted():
            time.sleep(min(POLL_S, left))

    return pause


def open_tape(config: RunConfig, began_at: float) -> Tape | None:
    """The recorded run that plays the world; None where the world plays itself. Raises StoreError."""
    if config.replay is None:
        return None
    from haste.runner.tape import Tape
    from haste.store.files import FileStore

    return Tape(FileStore(Path(config.replay)), config.replay, began_at)


def replayed(run: Path, competition: str) -> tuple[RunConfig, bytes | None]:
    """The configuration of a recorded run, to be gone through again, and the user's own script if it began with one.

    Raises StoreError for what is no whole run of a model.
    """
    from .wiring import open_store

    store, folder = open_store(run)
    tape = open_tape(RunConfig(competition=competition, replay=str(folder.absolute())), 0.0)
    assert tape is not None
    recorded = tape.started.config
    if recorded.model == "builtin":
        msg = "this run asked no model: there is nothing to replay"
        raise ConfigError(msg, where=str(folder), hint="the same seed and skill store give the same run")
    own = store.get(recorded.from_solution) if recorded.from_solution else None
    # Its evidence is in the store already, and its skills are in its journal.
    changes = {"competition": competition, "replay": str(folder.absolute()), "skills_dir": None, "from_solution": None}
    return recorded.model_copy(update=changes), own


def check_replayed(tape: Tape, loaded: LoadedCompetition) -> None:
    """Raises CompetitionError where the competition is not the recorded run's."""
    from haste.competition.digests import check_unchanged

    check_unchanged(loaded, tape.started.competition.digests)


def _names(config: RunConfig) -> set[str]:
    fallback = {config.models.fallback} if config.models.fallback else set()
    return {config.model_of(role) for role in Role} | fallback
