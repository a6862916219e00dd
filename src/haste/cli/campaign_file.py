"""A campaign as a person writes it: a TOML file, or options, or both (options win). Read into a `CampaignConfig`.

The defaults stand here and nowhere else. Paths in a file are relative to the file's folder.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from haste.schema.brief import Order
from haste.schema.campaign import CampaignConfig
from haste.schema.config import Budget, ModelConfig, RunConfig, SearchConfig, Start
from haste.schema.errors import ConfigError
from haste.schema.execution import Limits
from haste.schema.knowledge import Loading
from haste.schema.value import Value

from .options import duration_s, gigabytes

ALL = "all"  # in a list of competitions: every bundled one


class RunTable(Value):
    """`[run]`: what every run has in common; the names are those of the options of `haste run`."""

    model: str = "builtin"
    start: Start = Start.WARM  # cold: no run goes by skills
    loading: Loading = Loading.TIERED
    competition_tier: bool = True
    withhold: float = Field(0.15, ge=0, le=0.5)
    order: Order = "random"
    folds: int | None = Field(None, ge=2, le=20)
    time_limit: str = "3m"
    max_usd: float | None = Field(None, ge=0)
    max_tokens: int | None = Field(None, ge=0)
    workers: int = Field(1, ge=1)
    memory: str = "4GB"
    python: str | None = None
    sandbox: Literal["auto", "required", "off"] = "auto"


class BudgetTable(Value):
    """`[budget]`: of the whole campaign."""

    time_limit: str = "none"
    max_usd: float | None = Field(None, ge=0)
    max_tokens: int | None = Field(None, ge=0)


class CampaignFile(Value):
    """A whole file. `[search]` and `[models]` are the dials of the search and the models of the roles."""

    competitions: tuple[str, ...] = ()
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field((0,), min_length=1)
    seeding: bool = True
    rounds: int = Field(1, ge=1)
    repeats: int = Field(0, ge=0)
    promote: bool = True
    workers: int | None = Field(None, ge=1)
    skills: str | None = None
    inventory: str = "empty"
    run: RunTable = RunTable()
    budget: BudgetTable = BudgetTable()
    search: SearchConfig = SearchConfig()
    models: ModelConfig = ModelConfig()


def read_file(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ConfigError with the place of a fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        msg = f"not a campaign file: {getattr(fault, 'strerror', None) or fault}"
        raise ConfigError(msg, where=str(path), hint="docs/campaigns.md shows one") from fault


def parse(tables: Mapping[str, Any], where: str) -> CampaignFile:
    """Raises ConfigError naming the key that is unknown or of the wrong type, with the nearest valid one."""
    try:
        return CampaignFile.model_validate_json(json.dumps(tables, default=str), strict=True)
    except ValidationError as fault:
        error = fault.errors()[0]
        key = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            msg, hint = f"unknown key {key!r}", _nearest(key)
        else:
            msg, hint = f"{key}: {error['msg'][:1].lower()}{error['msg'][1:]}, found {_shown(error['input'])}", None
        raise ConfigError(msg, where=where, hint=hint) from None


def to_config(told: CampaignFile, base: Path, cores: int) -> CampaignConfig:
    """What is meant by it on this machine. Raises ConfigError and, for an unknown competition, CompetitionError."""
    if told.skills is not None and told.inventory != "empty":
        msg = "a store that is there (skills) does not begin as a copy (inventory)"
        raise ConfigError(msg, hint="name one of the two")
    if len(set(told.seeds)) != len(told.seeds):
        msg = f"the same seed twice: {', '.join(map(str, told.seeds))}"
        raise ConfigError(msg)
    run = told.run
    if run.model.startswith("replay:"):
        msg = "a campaign cannot go by the record of a run"
        raise ConfigError(msg, where=run.model, hint="`haste run --model replay:RUN` goes through one run again")
    if told.models.prices is not None:
        from haste.llm.prices import load

        load(told.models.prices)  # whoever thinks: what nobody needs today must not be wrong tomorrow
    return CampaignConfig(
        competitions=tuple(_competitions(told.competitions, base)),
        seeds=told.seeds,
        seeding=told.seeding,
        rounds=told.rounds,
        repeats=told.repeats,
        promote=told.promote,
        workers=told.workers or cores,
        run=RunConfig(
            competition="",
            model=run.model,
            models=told.models,
            start=run.start,
            loading=run.loading,
            competition_tier=run.competition_tier,
            withhold=run.withhold,
            order=run.order,
            search=told.search,
            budget=_budget(run),
            limits=Limits(memory_gb=gigabytes(run.memory, "memory")),
            folds=run.folds,
            workers=run.workers,
            python=_interpreter(run.python, base),
            sandbox=run.sandbox,
        ),
        budget=_budget(told.budget),
        skills=str((base / told.skills).absolute()) if told.skills else None,
        inventory=_inventory(told.inventory, base),
    )


def _budget(table: RunTable | BudgetTable) -> Budget:
    limit_s = duration_s(table.time_limit, "time_limit")
    return Budget(time_limit_s=limit_s, max_usd=table.max_usd, max_tokens=table.max_tokens)


def _competitions(names: tuple[str, ...], base: Path) -> Iterator[str]:
    """Bundled names as they are, folders as absolute paths; each only once."""
    from haste.competition.catalogue import bundled, resolve

    if not names or "" in names:  # an empty name would be the file's own folder
        msg = "no competition is named"
        raise ConfigError(msg, hint="name some, or `all` for every bundled one; `haste competitions list` shows them")
    if ALL in names and names != (ALL,):
        msg = f"{ALL!r} already names every bundled competition"
        raise ConfigError(msg, hint="let it stand alone, or name the competitions one by one")
    seen: dict[Path, str] = {}
    for name in [found.id for found in bundled()] if names == (ALL,) else names:
        beside = base / name
        place = resolve(str(beside) if "/" in name or beside.is_dir() else name)
        if place in seen:
            msg = f"the same competition twice: {name}" + ("" if seen[place] == name else f" is {seen[place]}")
            raise ConfigError(msg, hint="name it once")
        seen[place] = name
        yield name if place.name == name and not beside.is_dir() else str(place)


def _interpreter(python: str | None, base: Path) -> str | None:
    from .wiring import interpreter

    return interpreter(base / python if python else None)


def _inventory(named: str, base: Path) -> str:
    """`empty`, `starter`, or the absolute path of a store that is there."""
    from .skills_wiring import open_skills, starter

    if named == "starter" and starter() is None:
        msg = "this version ships without a starter inventory"
        raise ConfigError(msg, hint="begin with an empty one, or with a store of your own")
    return named if named in ("empty", "starter") else str(open_skills(base / named, create=False).root.absolute())


def _nearest(key: str) -> str | None:
    """The valid keys that are most like it; the same name in another table is nearest of all, then one of its own."""
    keys = list(_keys(CampaignFile))
    table, _, last = key.rpartition(".")
    same = [one for one in keys if one.rpartition(".")[2] == last]
    beside = [one for one in keys if one.rpartition(".")[0] == table]
    near = same or _like(last, beside, 0.6) or _like(last, keys, 0.5)
    return f"did you mean {' or '.join(near)}?" if near else "docs/campaigns.md lists the keys"


def _like(last: str, keys: list[str], least: float) -> list[str]:
    names = {one.rpartition(".")[2]: one for one in keys}
    return [names[name] for name in get_close_matches(last, names, n=1, cutoff=least)]


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys(inner, f"{prefix}{name}.")
        yield prefix + name


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
