"""The part of the wiring that belongs to studies: where their runs lie, and what a run is begun with."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from haste import __version__
from haste.schema.errors import ConfigError
from haste.schema.events import Entry, RunResumed

from .wiring import begin_run, load_competition, resume_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haste.campaign.recollection import Recollection
    from haste.campaign.study.plan import RunKey, StudyConfig
    from haste.runner.context import Context
    from haste.schema.config import RunConfig
    from haste.store.files import FileStore

_CONFIG = "study.json"


class StudyBench:
    """Implements `campaign.study.carry.Bench` with folders below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._load = lru_cache(maxsize=None)(load_competition)

    def begin(self, key: RunKey, config: RunConfig, recollection: Recollection | None) -> Context:
        from haste.executor.recall import RecallingExecutor

        folder = self._folder(key)
        if next(iter(self._entries(folder)), None) is not None:
            context = resume_run(folder)
            context.store.append(RunResumed(code_version=__version__))
        else:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            context = begin_run(config, self._load(key.competition), folder)
        if recollection is not None:
            recall = recollection.of(context.config, context.loaded.competition)
            context.executor = RecallingExecutor(context.executor, recall)
        return context

    def store(self, key: RunKey) -> FileStore | None:
        from haste.store.files import FileStore

        folder = self._folder(key)
        return FileStore(folder) if (folder / "journal.jsonl").is_file() else None

    def clear(self, context: Context) -> None:
        context.executor.close()
        context.store.close()  # type: ignore[attr-defined]  # it is the file store that `begin` made
        shutil.rmtree(context.folder / "work", ignore_errors=True)

    def _folder(self, key: RunKey) -> Path:
        return self._root / "runs" / key.run_id

    def _entries(self, folder: Path) -> Iterator[Entry]:
        from haste.store.files import FileStore

        return FileStore(folder).read()


def open_study(root: Path, config: StudyConfig) -> None:
    """Begin a study's folder, or take up the one that is there. Raises ConfigError where that is another study's."""
    path = root / _CONFIG
    if path.is_file():
        if read_study(root) != config:
            msg = "another study lies here: its arms, competitions, seeds or budgets differ"
            raise ConfigError(msg, where=str(path), hint="choose another place with --out")
        return
    root.mkdir(parents=True, exist_ok=True)
    path.write_text(config.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_study(root: Path) -> StudyConfig:
    """The configuration of a study's folder. Raises ConfigError where there is none that this version reads."""
    from pydantic import ValidationError

    from haste.campaign.study.plan import StudyConfig

    try:
        return StudyConfig.model_validate_json((root / _CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as fault:
        msg = "no study is here that this version reads"
        raise ConfigError(msg, where=str(root / _CONFIG)) from fault
