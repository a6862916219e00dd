"""`haste skills add` and `retire`: what a person decides about single skills."""

from __future__ import annotations

import json as js
import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haste.runner.promotion import Writer
    from haste.store.inventory import SkillFiles


class Tier(StrEnum):
    GLOBAL = "global"
    DOMAIN = "domain"
    COMPETITION = "competition"


SHOWN = 5  # files that were left out, by name; the rest as a number

Store = Annotated[
    Path | None, typer.Option("--skills", metavar="DIR", help="the skill store [default: the user's own]")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def add(  # noqa: PLR0913 - one parameter per option
    skill: Annotated[Path, typer.Argument(help="a SKILL.md, or a folder that holds one")],
    tier: Annotated[
        Tier | None, typer.Option(help="where it is believed to hold [default: what the next two say, else global]")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="of a domain or competition skill")] = None,
    competition: Annotated[str | None, typer.Option(help="of a competition skill")] = None,
    skills: Store = None,
    json: Json = False,
) -> None:
    """Take a hand-written skill in as a candidate, through the same gate as learned ones."""
    from haste.competition.catalogue import bundled_terms
    from haste.competition.settings import DOMAINS
    from haste.schema.errors import ConfigError, StoreError
    from haste.schema.knowledge import Tier as Place
    from haste.skills import person
    from haste.skills.adopt import adopt
    from haste.skills.markdown import FormError
    from haste.skills.skill import path_of
    from haste.store.inventory_files import LIMIT, read_text

    from .skills_wiring import open_skills, read_and_tell

    tier = _tier(tier, domain, competition)
    if domain is not None and domain not in DOMAINS:
        msg = f"no domain is called {domain!r}"
        raise ConfigError(msg, where="--domain", hint=f"the domains are {', '.join(DOMAINS)}")
    path = skill / "SKILL.md" if skill.is_dir() else skill
    text = read_text(path, LIMIT)
    try:
        adopted = adopt(text, Place(tier.value), domain, competition)
    except FormError as fault:
        msg = f"not a skill: {fault.reason}"
        raise StoreError(msg, where=f"{path}:{fault.line}" if fault.line else str(path)) from fault
    files = open_skills(skills, create=True)
    with files.lock():  # from reading to writing: nobody takes the name in between
        shelf = read_and_tell(files, bundled_terms()).shelf
        promotion = person.add(adopted, shelf, text)
        writer_of_person(files).settle(promotion, shelf)
    if not promotion.changes:
        line = promotion.refusals[0].line if promotion.refusals else None
        where = str(path) if line is None else f"{path}:{line}"
        raise StoreError(promotion.reason, where=where, hint="nothing was added; the decision is in the ledger")
    left_out = _beside(skill) if skill.is_dir() else ()
    if json:
        told = {"name": adopted.name, "id": adopted.id, "tier": adopted.tier, "status": adopted.status}
        typer.echo(js.dumps(told | {"path": path_of(adopted), "left_out": left_out}))
        return
    typer.echo(f"{adopted.name}: {adopted.tier} candidate")
    if left_out:
        more = f" and {len(left_out) - SHOWN} more" if len(left_out) > SHOWN else ""
        named = ", ".join(map(ascii, left_out[:SHOWN])) + more
        sys.stderr.write(f"haste: left out, because a skill here is its SKILL.md alone: {named}\n")


def retire(
    name: Annotated[str, typer.Argument(help="a skill's name or id")],
    reason: Annotated[str, typer.Option(help="kept in the ledger")] = "by hand",
    undo: Annotated[bool, typer.Option("--undo", help="bring a retired skill back, as a candidate")] = False,
    skills: Store = None,
    json: Json = False,
) -> None:
    """Put a skill out of use. It is kept, never loaded, and its claim is not learned again."""
    from haste.schema.errors import StoreError
    from haste.schema.knowledge import Status
    from haste.skills.person import move

    from .skills import find
    from .skills_wiring import open_skills, read_and_tell

    files = open_skills(skills, create=False)
    status = Status.CANDIDATE if undo else Status.RETIRED
    with files.lock():
        reading = read_and_tell(files)
        shelf, skill = reading.shelf, find(reading, name).skill
        if (skill.status is Status.RETIRED) is not undo:
            msg = f"{skill.name} is {skill.status}"
            raise StoreError(
                msg, hint="--undo brings a retired skill back" if not undo else "only a retired skill comes back"
            )
        writer_of_person(files).settle(move(skill, status, reason), shelf)
    told = {"name": skill.name, "id": skill.id, "tier": skill.tier, "status": status, "reason": reason}
    typer.echo(js.dumps(told) if json else f"{skill.name}: {status}")


def _tier(stated: Tier | None, domain: str | None, competition: str | None) -> Tier:
    """The tier that the options say. Raises ConfigError where they do not fit together: none is passed over."""
    from haste.schema.errors import ConfigError

    tier = stated or (Tier.COMPETITION if competition else Tier.DOMAIN if domain else Tier.GLOBAL)
    given = {"--domain": domain, "--competition": competition}
    takes = {Tier.GLOBAL: (), Tier.DOMAIN: ("--domain",), Tier.COMPETITION: ("--domain", "--competition")}[tier]
    if not all(given[name] for name in takes):
        msg = f"a {tier} skill needs {' and '.join(takes)}"
        raise ConfigError(msg, where="the command line")
    if more := [name for name, value in given.items() if value is not None and name not in takes]:
        msg = f"a {tier} skill has no {' and no '.join(more)}"
        raise ConfigError(msg, where="the command line", hint="leave --tier away, and the others say it")
    return tier


def _beside(folder: Path) -> tuple[str, ...]:
    """What else lies in a skill's folder, relative to it; links are not followed."""
    found = (Path(place, name).relative_to(folder) for place, _, names in os.walk(folder) for name in names)
    return tuple(sorted(path.as_posix() for path in found if path != Path("SKILL.md")))


def writer_of_person(files: SkillFiles, seen: Mapping[str, int] | None = None) -> Writer:
    """Decisions of a person, in a ledger of this moment's own."""
    from haste.runner.promotion import Writer

    now = time.time()
    return Writer(files, time.strftime("person-%Y%m%d-%H%M%S", time.gmtime(now)), now, seen)
