"""The part of the wiring that belongs to studies: where their runs lie, and what a run is begun with."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from haste.schema.errors import ConfigError, StoreError
from haste.schema.events import RunResumed

from .code_version import code_version
from .wiring import begin_run, load_competition, prepare, resume_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from haste.campaign.recollection import OtherStudy, Recollection
    from haste.campaign.study.plan import Data, RunKey, StudyConfig
    from haste.runner.context import Context
    from haste.schema.config import RunConfig
    from haste.store.files import FileStore

CONFIG = "study.json"
TAKEN_OVER = "taken-over.json"  # the other studies whose executions were at hand, whichever start named them


class StudyBench:
    """Implements `campaign.study.carry.Bench` with folders below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._runs = self._root / "runs"
        self._load = lru_cache(maxsize=None)(load_competition)

    def begin(self, key: RunKey, config: RunConfig, recollection: Recollection | None) -> Context:
        from haste.executor.recall import RecallingExecutor
        from haste.search.evolve import fold

        folder = self._runs / key.run_id
        store = self.store(key)
        if store is not None and next(iter(store.read()), None) is not None:
            context = resume_run(folder)
            if fold(context.store.read()).finished is None:
                context.store.append(RunResumed(code_version=code_version()))
        else:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            context = begin_run(config, self._load(key.competition), folder)
        if recollection is not None:
            context.executor = RecallingExecutor(context.executor, recollection.of(context.store))
        return context

    def store(self, key: RunKey) -> FileStore | None:
        from haste.store.files import FileStore

        folder = self._runs / key.run_id
        return FileStore(folder) if (folder / "journal.jsonl").is_file() else None

    def clear(self, context: Context) -> None:
        context.executor.close()
        context.store.close()  # type: ignore[attr-defined]  # it is the file store that `begin` made
        shutil.rmtree(context.folder / "work", ignore_errors=True)

    def note(self, key: RunKey, fault: str) -> None:
        if not fault:
            self._note(key).unlink(missing_ok=True)
            return
        self._runs.mkdir(parents=True, exist_ok=True)
        self._note(key).write_text(fault + "\n", encoding="utf-8")

    def noted(self, key: RunKey) -> str:
        path = self._note(key)
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

    def take_over(self, studies: Iterable[OtherStudy]) -> None:
        import json

        from haste.store.inventory_files import replace_text

        there = {(one.study, one.code_version): one for one in self.taken_over()}
        found = there | {(one.study, one.code_version): one for one in studies}
        if found != there:
            told = json.dumps([one.model_dump() for one in found.values()], indent=1) + "\n"
            replace_text(self._root / TAKEN_OVER, told)

    def taken_over(self) -> tuple[OtherStudy, ...]:
        import json

        from haste.campaign.recollection import OtherStudy

        path = self._root / TAKEN_OVER
        told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        return tuple(OtherStudy.model_validate(one) for one in told)

    def _note(self, key: RunKey) -> Path:
        return self._runs / f"{key.run_id}.fault.txt"


def recollected(studies: Iterable[Path], config: StudyConfig) -> Recollection:
    """What other studies executed on a study's competitions with its seeds.

    Raises ConfigError where no study lies, or where the study shares no executions at all.
    """
    from haste.campaign.recollection import OtherStudy, Recollection, executed

    found, told = Recollection(), dict[tuple[str, str], OtherStudy]()
    for root in studies:
        if not config.share_executions:
            msg = "a study whose arms share no executions takes over none of another study either"
            raise ConfigError(msg, where="--recall", hint="leave out --recall or --no-share-executions")
        other, bench = read_study(root), StudyBench(root)
        keys = [key for warm in (False, True) for group in other.keys(warm) for key in group]
        stores = [
            store
            for key in keys
            if key.seed in config.seeds and key.competition in config.competitions and (store := bench.store(key))
        ]
        for store in stores:
            found.learn(store)
        counted = executed(stores)
        one = OtherStudy(
            study=other.plan.name,
            code_version=other.code_version,
            executions=counted.executions,
            taken_over=counted.from_elsewhere,
        )
        told = {(old.study, old.code_version): old for old in (*bench.taken_over(), *told.values(), one)}
    found.studies = tuple(told.values())
    return found


def study_data(competitions: Iterable[str]) -> dict[str, Data]:
    """Reference -> what it is now, each loaded once and fit to be solved; folders by their absolute paths.

    Raises CompetitionError for one that is not there or not fit, ConfigError for one that is named twice, by
    any id.
    """
    from haste.campaign.study.plan import Data
    from haste.competition.digests import data_digest
    from haste.competition.heldout import has_answers
    from haste.schema.config import RunConfig
    from haste.skills.words import digest

    found: dict[str, Data] = {}
    named_by: dict[str, str] = {}  # digest of the data -> the reference
    for named in competitions:
        loaded, config = prepare(RunConfig(competition=named))
        one = loaded.competition
        if config.competition in found:
            msg = f"named twice: {named}"
            raise ConfigError(msg, hint="name each competition once")
        if any(one.id == other.id for other in found.values()):
            msg = f"two competitions have the id {one.id!r}; what one taught would count as the other's"
            raise ConfigError(msg, where=named, hint="give one of them another `id` in its competition.toml")
        content = data_digest(loaded)
        if content and (other := named_by.setdefault(content, named)) != named:
            msg = f"it and {other} are one data set; what it teaches would count as two competitions' word"
            raise ConfigError(msg, where=named, hint="name one of them only")
        found[config.competition] = Data(id=one.id, digest=digest(one.model_dump_json()), answers=has_answers(loaded))
    return found


@contextmanager
def opened(root: Path, config: StudyConfig) -> Iterator[None]:
    """A study's folder, begun or taken up, and nobody else's meanwhile.

    Raises ConfigError where it is another study's, StoreError where another process is at it or it cannot be made.
    """
    from filelock import FileLock, Timeout

    from haste.store.inventory_files import replace_text

    lock = FileLock(root / ".lock", timeout=0)  # given back by the system when its holder dies
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        if not is_study(root):
            replace_text(root / CONFIG, config.model_dump_json(indent=1) + "\n")
    except Timeout:
        msg = "another process is carrying out this study"
        raise StoreError(msg, where=str(root), hint="wait for it to end, or stop it") from None
    except OSError as fault:
        lock.release()
        msg = f"cannot write the study's folder: {fault.strerror or fault}"
        raise StoreError(msg, where=str(root), hint="free disk space or choose another --out") from fault
    try:
        _same(read_study(root), config, root)
        yield
    finally:
        lock.release()


def _same(there: StudyConfig, config: StudyConfig, root: Path) -> None:
    """Raises ConfigError naming what differs, since a study goes on only as what it began as."""
    old, new = there.model_dump(), config.model_dump()
    if differ := [name.replace("_", " ") for name in new if old[name] != new[name]]:
        msg = f"another study lies here, with other {', '.join(differ)}"
        raise ConfigError(msg, where=str(root / CONFIG), hint="choose another place with --out")


def is_study(folder: Path) -> bool:
    return (folder / CONFIG).is_file()


def read_study(root: Path) -> StudyConfig:
    """The configuration of a study's folder. Raises ConfigError where there is none that this version reads."""
    from pydantic import ValidationError

    from haste.campaign.study.plan import StudyConfig

    try:
        return StudyConfig.model_validate_json((root / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as fault:
        msg = "no study is here that this version reads"
        raise ConfigError(msg, where=str(root / CONFIG)) from fault
