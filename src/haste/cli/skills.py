"""`haste skills`: reading the inventory. What changes it lies in `skills_change` and `skills_promote`."""

from __future__ import annotations

import json as js
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import skills_change, skills_evaluate, skills_promote

if TYPE_CHECKING:
    from haste.runner.skill_store import Reading
    from haste.schema.knowledge import Problem
    from haste.skills.compare import State
    from haste.skills.inventory import Held, Inventory
    from haste.skills.promote import Shelf

app = typer.Typer(
    help="What runs have learned: skills and their evidence.", no_args_is_help=True, rich_markup_mode=None
)
app.command("add")(skills_change.add)
app.command("retire")(skills_change.retire)
app.command("promote")(skills_promote.promote)
app.command("review")(skills_promote.review)
app.command("evaluate-promotion")(skills_evaluate.evaluate_promotion)

Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Store = Annotated[
    Path | None, typer.Option("--skills", metavar="DIR", help="the skill store [default: the user's own]")
]
Name = Annotated[str, typer.Argument(help="a skill's name or id")]


@app.command("list")
def list_(skills: Store = None, json: Json = False) -> None:
    """Every skill with its tier, status and measured effect; retired ones last."""
    from haste.schema.knowledge import Status

    shelf = _shelf(skills)
    order = {tier: at for at, tier in enumerate(("global", "domain", "competition"))}
    held = sorted(
        shelf.inventory.held,
        key=lambda one: (one.skill.status is Status.RETIRED, order[one.skill.tier], one.skill.name),
    )
    rows = [_row(one, shelf) for one in held]
    if json:
        typer.echo(js.dumps(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("name", "tier", "where", "status", "effect"):
        table.add_column(name, overflow="fold")
    for row in rows:
        where = row["competition"] or row["domain"] or ""
        table.add_row(row["name"], row["tier"], where, row["status"], _effect(row["effect"]))
    Console().print(table)


@app.command()
def show(name: Name, skills: Store = None, json: Json = False) -> None:
    """One skill as it lies on disk, and what is known of its effect."""
    from haste.skills.absence import absence_effect
    from haste.store.inventory_files import LIMIT, read_text

    from .skills_wiring import open_skills, read_and_tell

    files = open_skills(skills, create=False)
    reading = read_and_tell(files)
    shelf, held = reading.shelf, find(reading, name)
    against = absence_effect(held.skill, shelf.evidence).model_dump(mode="json")
    if json:
        known = _row(held, shelf) | {"path": held.path, "digest": held.digest, "effect_against_absence": against}
        typer.echo(js.dumps(held.skill.model_dump(mode="json") | known))
        return
    typer.echo(held.path)
    typer.echo(read_text(files.root / held.path, LIMIT))
    typer.echo(f"effect: {_effect(_row(held, shelf)['effect'])}")
    typer.echo(f"against its absence: {_effect(against)}")


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="what to look for")],
    skills: Store = None,
    most: Annotated[int, typer.Option(min=1, help="at most so many")] = 10,
    json: Json = False,
) -> None:
    """Live skills by their fit to some words (BM25 over name, description and body), best first."""
    from haste.schema.knowledge import Status

    shelf = _shelf(skills)
    scores = shelf.inventory.index.scores(" ".join(words))
    fit = [one for one in shelf.inventory.held if scores[one.position] > 0 and one.skill.status is not Status.RETIRED]
    fit.sort(key=lambda one: (-scores[one.position], one.skill.id))
    if json:
        typer.echo(js.dumps([_row(one, shelf) | {"fit": scores[one.position]} for one in fit[:most]]))
        return
    for one in fit[:most]:
        typer.echo(f"{scores[one.position]:5.2f}  {one.skill.name}: {one.skill.description}")
    if not fit:
        typer.echo("nothing fits")


@app.command()
def lint(skills: Store = None, json: Json = False) -> None:
    """Everything in the store that was set aside, should not be there, or is linked on one side only."""
    from haste.competition.catalogue import bundled_terms
    from haste.runner.skill_store import read_store
    from haste.skills.lint import lint as problems_of

    from .skills_wiring import open_skills, placed

    files = open_skills(skills, create=False)
    reading = read_store(files, bundled_terms())
    texts = {file.path: file.text for file in files.read().files}
    inventory = reading.shelf.inventory
    found = (*problems_of(inventory, reading.shelf.terms, texts), *_nowhere(inventory, texts))
    problems = list(dict.fromkeys((*reading.problems, *found)))
    if json:
        typer.echo(js.dumps([problem.model_dump(mode="json") for problem in problems]))
    for problem in problems if not json else ():
        typer.echo(f"{placed(problem)} [{problem.code}]")
    if problems:
        raise typer.Exit(5)
    if not json:
        typer.echo(f"{len(reading.shelf.inventory.held)} skills, nothing to complain of")


@app.command()
def why(name: Name, skills: Store = None, json: Json = False) -> None:
    """Every run for and against a skill, what did not count and why, and each decision that was made on it."""
    from haste.skills.lifecycle import rule
    from haste.skills.why import accounts, history

    reading = _reading(skills)
    shelf, skill = reading.shelf, find(reading, name).skill
    told, decisions = accounts(skill, shelf.evidence), history(skill, shelf.evidence)
    if json:
        decided = [one.model_dump(mode="json") for one in decisions]
        typer.echo(js.dumps({"name": skill.name, "accounts": [vars(one) for one in told], "decisions": decided}))
        return
    typer.echo(f"{skill.name}: {skill.status}, claims {skill.claim}")
    typer.echo(f"counting says: {rule(skill, shelf.evidence).reason}")
    for one in told:
        word = "unmeasured" if one.z is None else f"{'for' if one.z > 0 else 'against'} {one.z:+.2f} noise"
        note = f" (not counted: {one.uncounted})" if one.uncounted else ""
        typer.echo(f"  {one.competition or '?'}  {one.run} {one.candidate}: {word}{note}")
    for decision in decisions:
        verdict = "vetoed" if decision.vetoed else decision.verdict or decision.status or "noted"
        typer.echo(f"  decided by {decision.by} in {decision.run}: {verdict}, {decision.reason}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="a store's folder, or a git revision of the store")],
    after: Annotated[str, typer.Argument(help="the same")],
    skills: Store = None,
    json: Json = False,
) -> None:
    """What changed between two stores, or between two revisions of one that lies in git.

    A skill whose file is there and set aside on one side is no removed or added one, but unreadable or readable.
    """
    from haste.skills.compare import compare

    from .skills_wiring import placed

    sides = {"before": _at(before, skills), "after": _at(after, skills)}
    for side, state in sides.items():
        for problem in state.problems:
            sys.stderr.write(f"haste: set aside {side}: {placed(problem)}\n")
    changes = compare(*sides.values())
    if json:
        typer.echo(js.dumps([_difference(one) for one in changes]))
        return
    for one in changes:
        skill = one.after or one.before
        assert skill is not None
        fields = f": {', '.join(one.fields)}" if one.fields else ""
        typer.echo(f"{one.kind:<8} {skill.name} ({skill.tier}, {skill.status}){fields}")
    if not changes:
        typer.echo("no difference")


@app.command()
def stats(skills: Store = None, json: Json = False) -> None:
    """How many skills there are by tier and status, and how much evidence."""
    from collections import Counter

    shelf = _shelf(skills)
    evidence = shelf.evidence
    counts = Counter((one.skill.tier.value, one.skill.status.value) for one in shelf.inventory.held)
    told = {
        "skills": len(shelf.inventory.held),
        "by_tier_and_status": {f"{tier} {status}": count for (tier, status), count in sorted(counts.items())},
        "runs": len(evidence.runs),
        "competitions": len({run.competition for run in evidence.runs.values()}),
        "measured_changes": len(evidence.by_candidate),
        "decisions": len(evidence.decisions),
    }
    if json:
        typer.echo(js.dumps(told))
        return
    for name, value in told.items():
        if isinstance(value, dict):
            for group, count in value.items():
                typer.echo(f"  {group}: {count}")
        else:
            typer.echo(f"{name.replace('_', ' ')}: {value}")


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="where the flat copy goes")],
    skills: Store = None,
    json: Json = False,
) -> None:
    """A flat copy of all live skills that other coding agents can load: one folder with a SKILL.md each.

    Earlier copies of skills that are retired by now, or have another name, are removed; other folders are left alone.
    """
    from haste.schema.knowledge import Status
    from haste.skills.skill import id_of, text_file
    from haste.store.flat_copy import copy_flat

    inventory = _shelf(skills).inventory
    live = [text_file(one.skill) for one in inventory.held if one.skill.status is not Status.RETIRED]
    copied = copy_flat(live, to, id_of, inventory.by_id)
    if json:
        typer.echo(js.dumps({"to": str(to), "written": copied.written, "removed": copied.removed}))
        return
    typer.echo(f"{len(copied.written)} skills in {to}")
    if copied.removed:
        typer.echo(f"removed, as no longer live under this name: {', '.join(copied.removed)}")


def _nowhere(inventory: Inventory, texts: Mapping[str, str]) -> Iterator[Problem]:
    """Skills of a domain that no run is of: nobody would ever see them."""
    from haste.competition.settings import DOMAINS
    from haste.schema.knowledge import Problem
    from haste.skills.markdown import line_of

    for held in inventory.held:
        if (domain := held.skill.domain) is not None and domain not in DOMAINS:
            line = line_of(texts.get(held.path, ""), "haste-domain")
            yield Problem(where=held.path, code="domain", reason=f"no domain is called {domain!r}", line=line)


def find(reading: Reading, name: str) -> Held:
    """The skill of that name or id. Raises StoreError: with the fault of its file, or with the nearest names."""
    from difflib import get_close_matches

    from haste.schema.errors import StoreError

    inventory = reading.shelf.inventory
    held = inventory.by_name.get(name) or inventory.by_id.get(name)
    if held is not None:
        return held
    faults = (one for one in reading.problems if one.where.removesuffix("/SKILL.md").endswith(f"/{name}"))
    if (aside := next(faults, None)) is not None:
        where = aside.where if aside.line is None else f"{aside.where}:{aside.line}"
        msg = f"{name} is set aside: {aside.reason.removeprefix('set aside: ')}"
        raise StoreError(msg, where=where, hint="mend the file by hand; `haste skills lint` names all of its faults")
    near = get_close_matches(name, inventory.by_name, n=3)
    msg = f"no skill is called {name!r}"
    raise StoreError(msg, hint=f"is it {' or '.join(near)}?" if near else "`haste skills list` names them all")


def _reading(skills: Path | None) -> Reading:
    from .skills_wiring import open_skills, read_and_tell

    return read_and_tell(open_skills(skills, create=False))


def _shelf(skills: Path | None) -> Shelf:
    return _reading(skills).shelf


def _at(place: str, skills: Path | None) -> State:
    from haste.skills.compare import State
    from haste.skills.inventory import load_inventory
    from haste.store.revisions import read_revision

    from .skills_wiring import open_skills

    if Path(place).is_dir():
        read = open_skills(Path(place), create=False).read()
    else:
        read = read_revision(open_skills(skills, create=False).root, place)
    inventory = load_inventory(read.files)
    return State(inventory, (*read.problems, *inventory.problems))


def _row(held: Held, shelf: Shelf) -> dict[str, Any]:
    from haste.skills.evidence import effect

    skill = held.skill
    return {
        "name": skill.name,
        "tier": skill.tier.value,
        "domain": skill.domain,
        "competition": skill.competition,
        "status": skill.status.value,
        "claim": skill.claim,
        "description": skill.description,
        "effect": effect(skill, shelf.evidence).model_dump(mode="json"),
    }


def _effect(effect: dict[str, Any]) -> str:
    if effect["gain"] is None:
        return "unknown"
    low, high = effect["low"], effect["high"]
    spread = "" if low is None or high is None else f" ({low:+.2f} to {high:+.2f})"
    places = effect["competitions"]
    return f"{effect['gain']:+.2f}{spread}, {places} competition{'s' * (places != 1)}"


def _difference(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "before": one.before.model_dump(mode="json") if one.before else None,
        "after": one.after.model_dump(mode="json") if one.after else None,
        "fields": list(one.fields),
        "problems": [problem.model_dump(mode="json") for problem in one.problems],
    }
