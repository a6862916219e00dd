"""Putting campaigns together: folder, journal and store on disk, and how their runs are opened and ended."""

from __future__ import annotations

import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haste.schema.campaign import CampaignConfig, CampaignEntry, CampaignResumed, CampaignStarted, Classified
from haste.schema.errors import StoreError
from haste.schema.events import Event, RunResumed, RunStarted

from .code_version import code_version

if TYPE_CHECKING:
    from haste.campaign.parts import Backends, Campaign
    from haste.campaign.state import CampaignState
    from haste.runner.context import Context
    from haste.schema.config import RunConfig
    from haste.search.state import RunState
    from haste.store.files import FileStore
    from haste.store.inventory import SkillFiles
    from haste.store.stream import Stream

JOURNAL = "campaign.jsonl"


def begin_campaign(config: CampaignConfig, out: Path, name: str) -> Campaign:
    """A fresh folder `<name>-<time>` with the journal's first event in it."""
    config = _with_prices(config)
    folder = _new_folder(out, name)
    try:
        skills = _begin_store(config, folder)
        journal = open_journal(folder)
        prefix = _prefix(config, folder.name)
        journal.append(CampaignStarted(campaign=folder.name, config=config, prefix=prefix, code_version=code_version()))
    except StoreError:
        shutil.rmtree(folder, ignore_errors=True)  # nothing was begun that could be resumed
        raise
    return _campaign(folder, journal, skills)


def resume_campaign(folder: Path) -> Campaign:
    """Take a campaign up where its journal ends. Raises StoreError where there is none, or it is still going."""
    from haste.campaign.state import fold

    folder = campaign_folder(folder)
    journal = open_journal(folder)
    journal.claim()
    started = _beginning(journal, folder)
    state = fold(journal.read())
    if state.finished is None:
        before, now = state.codes[-1], code_version()
        changed = before if before != now else None
        journal.append(CampaignResumed(code_version=now, changed_from=changed, until=last_sign(folder, state)))
    return _campaign(folder, journal, _begin_store(started.config, folder))


def last_sign(folder: Path, state: CampaignState) -> float:
    """When the campaign is last known to have worked, seconds since the epoch.

    Its own journal is silent while runs are under way or models are asked; theirs are not.
    """
    places = [folder / "runs" / one.run for one in state.running]
    places += [folder / "rounds" / f"{state.current.number:02d}" / "conversations"] if state.current else []
    places += [folder / "domains" / one.id for one in state.unsettled]
    signs = [state.at]
    for place in places:
        with suppress(StoreError):  # one that cannot be read is told of when it is taken up
            signs += [entry.at for entry in run_store(place).read()]
    return max(signs)


def is_campaign(folder: Path) -> bool:
    return any((place / JOURNAL).is_file() for place in (folder, Path("campaigns") / folder))


def campaign_folder(folder: Path) -> Path:
    """The absolute folder of a campaign, by its path or by its name below campaigns/. Raises StoreError."""
    for place in (folder, Path("campaigns") / folder):
        if (place / JOURNAL).is_file():
            return place.absolute()
    msg = f"no campaign is here: there is no {JOURNAL}"
    raise StoreError(msg, where=str(folder), hint="name a campaign's folder; `haste campaign run` prints it")


def open_journal(folder: Path) -> Stream[CampaignEntry]:
    from haste.store.stream import Stream

    return Stream(folder / JOURNAL, CampaignEntry, owner="campaign")


def run_store(folder: Path) -> FileStore:
    from haste.store.files import FileStore

    return FileStore(folder)


def backends() -> Backends:
    from haste.campaign.parts import Backends

    from .campaign_talks import settle, word

    return Backends(
        classify=_classify,
        open_run=_open_run,
        finish=_finish,
        close=_close,
        events=_events,
        settle=settle,
        word=word,
    )


def _campaign(folder: Path, journal: Stream[CampaignEntry], skills: SkillFiles) -> Campaign:
    from haste.campaign.parts import Campaign

    return Campaign(folder=folder, journal=journal, skills=skills, backends=backends(), clock=time.time)


def _new_folder(out: Path, name: str) -> Path:
    """Named so that a store can keep a ledger under it."""
    from haste.skills.words import slug

    from .wiring import fresh_folder

    return fresh_folder(out, f"{slug(name, 60)}-{time.strftime('%Y%m%d-%H%M%S')}")


def _prefix(config: CampaignConfig, name: str) -> str:
    """Of the names of its runs: none where the store is empty and its own, else one that no other campaign has.

    Two of one name can begin in the same second in different places, and what a store holds may come from any of them.
    """
    return "" if config.skills is None and config.inventory == "empty" else f"{name}-{secrets.token_hex(4)}-"


def read_prices(file: Path) -> dict[str, Any]:
    """A price file as it stands in `[models]`. Raises ConfigError for one that holds no prices."""
    from haste.llm.prices import load, read

    found = read(file)
    load(found)
    return found


def _with_prices(config: CampaignConfig) -> CampaignConfig:
    """With the prices that the campaign reckons with. Raises ConfigError for models that cannot be asked from here."""
    from .models_wiring import settle_models

    run = config.run
    caps = [one for one in (run.budget.max_usd, config.budget.max_usd) if one is not None]
    capped = run.budget.model_copy(update={"max_usd": min(caps, default=None)})
    settled = settle_models(run.model_copy(update={"budget": capped}))
    return config.model_copy(update={"run": settled.model_copy(update={"budget": run.budget})})


def _beginning(journal: Stream[CampaignEntry], folder: Path) -> CampaignStarted:
    first = next(journal.read(), None)
    if first is None or not isinstance(first.event, CampaignStarted):
        msg = "the journal has no beginning: nothing was done yet"
        raise StoreError(msg, where=str(folder), hint="start the campaign again with `haste campaign run`")
    return first.event


def _begin_store(config: CampaignConfig, folder: Path) -> SkillFiles:
    """The store that the campaign learns into: the named one, or its own, which begins as the configuration says."""
    from haste.store.inventory import begin

    from .skills_wiring import open_skills, starter

    if config.skills is not None:
        return open_skills(Path(config.skills), create=True)
    source = None if config.inventory == "empty" else starter() if config.inventory == "starter" else config.inventory
    try:
        return begin(folder / "skills", Path(source) if source else None)
    except OSError as fault:
        msg = f"cannot make the skill store: {fault.strerror or fault}"
        raise StoreError(msg, where=str(folder / "skills"), hint="free disk space") from fault


def _classify(reference: str) -> Classified:
    """By the competition's own word, or what its data look like."""
    from haste.competition.digests import data_digest
    from haste.competition.heldout import has_leaderboard

    from .wiring import load_competition

    loaded = load_competition(reference)
    told = loaded.competition
    return Classified(
        reference=reference,
        id=told.id,
        title=told.title,
        domain=told.domain,
        domain_is_inferred=told.domain_is_inferred,
        leaderboard=has_leaderboard(loaded),
        data=data_digest(loaded),
    )


def _open_run(config: RunConfig, folder: Path) -> Context:
    """Begin the run in its folder, or take it up there; one that was killed before its first event begins anew."""
    from haste.search.evolve import fold

    from .wiring import begin_run, prepare, resume_run

    if _events(folder):
        context = resume_run(folder)
        if fold(context.store.read()).finished is None:
            context.store.append(RunResumed(code_version=code_version()))
        return context
    loaded, config = prepare(config)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
    except OSError as fault:
        msg = f"cannot make the run's folder: {fault.strerror or fault}"
        raise StoreError(msg, where=str(folder), hint="free disk space; then `haste campaign resume`") from fault
    return begin_run(config, loaded, folder)


def _finish(context: Context, state: RunState) -> None:
    """Grade the run into its own grades stream, and write its report. Nothing comes back from either."""
    from haste.runner.grade import grade_run
    from haste.store.files import FileStore
    from haste.view.report import write_report

    graded = FileStore(context.folder)
    grade_run(context, state, graded)
    write_report(graded, context.folder / "report.html")


def _close(context: Context) -> None:
    from haste.store.files import FileStore

    context.executor.close()
    if isinstance(context.store, FileStore):
        context.store.close()
    shutil.rmtree(context.folder / "work", ignore_errors=True)


def _events(folder: Path) -> tuple[Event, ...]:
    """A run's events; none where it was not begun."""
    events = tuple(entry.event for entry in run_store(folder).read())
    return events if events and isinstance(events[0], RunStarted) else ()
