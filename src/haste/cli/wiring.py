"""The only place that names concrete backends and reads the environment: a session is a run with all its parts."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haste.schema.config import RunConfig
from haste.schema.errors import ConfigError, HasteError, StoreError
from haste.schema.events import RunResumed, RunStarted
from haste.schema.execution import Guarantee, Job, Limits

from .code_version import code_version
from .models_wiring import check_replayed, make_engineer, make_models, open_tape, pause_of, settle_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haste.competition.loaded import LoadedCompetition
    from haste.executor.choose import Availability
    from haste.executor.local import LocalExecutor
    from haste.runner.context import Context
    from haste.runner.score_script import ScriptScores
    from haste.runner.tape import Tape
    from haste.schema.profile import Resources
    from haste.skills.promote import Judge
    from haste.store.files import FileStore
    from haste.view.live import LiveView


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def interpreter(python: Path | None) -> str | None:
    """An absolute path, so that a resumed run finds it from anywhere. Raises ConfigError if nothing is there."""
    if python is None:
        return None
    if not python.is_file():
        msg = "no such interpreter"
        raise ConfigError(msg, where=str(python), hint="--python takes the path of a python executable")
    return str(python.absolute())  # not resolved: a virtual environment's python is a link that must be kept


def load_competition(reference: str) -> LoadedCompetition:
    from haste.competition.catalogue import resolve
    from haste.competition.load import load

    return load(resolve(reference))


def open_store(run: Path) -> tuple[FileStore, Path]:
    """The store of an existing run, by its folder or by its name below runs/. Raises StoreError."""
    from haste.store.files import FileStore

    for folder in (run, Path("runs") / run):
        if (folder / "journal.jsonl").is_file():
            return FileStore(folder), folder
    msg = "no run is here: there is no journal.jsonl"
    raise StoreError(msg, where=str(run), hint="name a run's folder; `haste run` prints it at its end")


def make_executor(config: RunConfig, folder: Path) -> LocalExecutor:
    from haste.executor.choose import choose
    from haste.executor.local import LocalExecutor

    python = Path(config.python or sys.executable)
    isolation = choose(config.sandbox, python)
    return LocalExecutor(isolation, python=python, root=folder / "work" / "scratch", workers=config.workers)


@dataclass(frozen=True)
class Machine:
    """What running candidates here comes to."""

    sandboxes: list[Availability]  # best first
    chosen: Availability
    resources: Resources | None  # None: the interpreter does not run in the chosen sandbox, and `fault` says why
    fault: str = ""


def try_machine(python: Path | None) -> Machine:
    """Try every sandbox, and run the probe in the best of those that work."""
    import tempfile

    from haste.executor.choose import available
    from haste.executor.local import LocalExecutor
    from haste.executor.probe import PROBE_SCRIPT, read_probe

    executable = Path(interpreter(python) or sys.executable)
    sandboxes = available(executable)
    chosen = next(s for s in sandboxes if s.works)
    with tempfile.TemporaryDirectory(prefix="haste-") as folder:
        inputs = Path(folder) / "input"
        inputs.mkdir()
        executor = LocalExecutor(chosen.isolation, python=executable, root=Path(folder) / "scratch", warm=False)
        try:
            executor.submit(Job("probe", {"solution.py": PROBE_SCRIPT.encode()}, inputs, Limits()))
            (finished,) = executor.wait()
        finally:
            executor.close()
    probed = finished.outputs.get("diagnostics.json")
    if probed is None:
        return Machine(sandboxes, chosen, None, finished.detail or finished.stderr[-300:])
    return Machine(sandboxes, chosen, read_probe(probed))


def built_in_judge() -> Judge:
    """The built-in engineer as a judge of learnings: it asks nobody, so its answers are plain."""
    from haste.agents.builtin.engineer import BuiltinEngineer
    from haste.skills.briefing import promotion_brief

    engineer = BuiltinEngineer()
    return lambda learning, shelf: engineer.promote(promotion_brief(learning, shelf))


def missing(guarantees: frozenset[Guarantee]) -> tuple[Guarantee, ...]:
    return tuple(g for g in Guarantee if g not in guarantees)


def new_folder(out: Path, competition: str, seed: int) -> Path:
    """A fresh folder `<competition>-s<seed>-<time>-<chance>`. Raises StoreError where it cannot be made.

    Its name is the run's in the skill store's ledger as well, where a run of the same second in another place must not
    have it too.
    """
    return fresh_folder(out, f"{competition}-s{seed}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}")


def fresh_folder(out: Path, name: str) -> Path:
    """A folder of that name that was not there before, with a number behind it if need be. Raises StoreError."""
    for suffix in ("", *(f"-{n}" for n in range(2, 100))):
        folder = out / (name + suffix)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as fault:
            msg = f"cannot make the folder: {fault.strerror or fault}"
            raise StoreError(msg, where=str(folder), hint="choose another place with --out") from fault
        return folder.absolute()
    msg = "a hundred folders were made here in this second"
    raise StoreError(msg, where=str(out / name))


def prepare(config: RunConfig) -> tuple[LoadedCompetition, RunConfig]:
    """The competition, loaded and fit to be solved, and the configuration that finds it again from anywhere."""
    from haste.competition.catalogue import resolve

    config = settle_models(config)
    loaded = load_competition(config.competition)
    place = resolve(config.competition)
    if config.competition != place.name or Path(config.competition).is_dir():
        config = config.model_copy(update={"competition": str(place.absolute())})
    _fit_to_be_solved(loaded, config)
    return loaded, config


def begin_run(config: RunConfig, loaded: LoadedCompetition, folder: Path, script: bytes | None = None) -> Context:
    """Open a run in an empty folder that is there, whose name becomes the run's."""
    from haste.store.files import FileStore

    tape = open_tape(config, time.time())
    store = FileStore(folder, tape.now if tape else time.time)
    try:
        if script is not None:
            config = config.model_copy(update={"from_solution": store.put(script)})
        context = make_context(config, loaded, store, folder, tape)
        started = RunStarted(
            run_id=folder.name,
            config=config,
            competition=loaded.competition,
            code_version=code_version(),
            executor=context.executor.name,
            missing_guarantees=missing(context.executor.guarantees()),
        )
        store.append(started)
        if tape:
            tape.note(started)
    except HasteError:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)  # nothing was begun that could be resumed
        raise
    return context


def resume_run(run: Path) -> Context:
    """Take up a run where its journal ends. Raises StoreError without a beginning, CompetitionError if data changed."""
    from haste.competition.digests import check_unchanged
    from haste.store.files import FileStore

    store, folder = open_store(run)
    store.claim()  # before the executor: a run that is still going must not lose its working folders
    first = next(store.read(), None)
    if first is None or not isinstance(first.event, RunStarted):
        msg = "the journal has no beginning: nothing was done yet"
        raise StoreError(msg, where=str(folder), hint="start the run again with `haste run`")
    loaded = load_competition(first.event.config.competition)
    check_unchanged(loaded, first.event.competition.digests)
    tape = open_tape(first.event.config, first.at)
    if tape is not None:
        store.close()
        store = FileStore(folder, tape.now)
        for entry in store.read():
            tape.note(entry.event)
    return make_context(first.event.config, loaded, store, folder.absolute(), tape)


@dataclass
class Session:
    """One run, ready to be driven."""

    context: Context
    resumed: bool

    @classmethod
    def begin(cls, config: RunConfig, out: Path, own_script: Path | bytes | None = None) -> Session:
        """Load the competition, open a fresh folder, and write the journal's first event."""
        loaded, config = prepare(config)
        script = _script(own_script) if isinstance(own_script, Path) else own_script
        folder = new_folder(out, loaded.competition.id, config.seed)
        return cls(begin_run(config, loaded, folder, script), resumed=False)

    @classmethod
    def resume(cls, run: Path) -> Session:
        """Take up a run's folder. Raises StoreError without a beginning, CompetitionError if its data changed."""
        return cls(resume_run(run), resumed=True)

    def drive(self, *, as_json: bool) -> None:
        """Carry the run to its end, showing it; then grade, write the report, and say what came of it."""
        from haste.runner.grade import grade_run
        from haste.runner.loop import drive
        from haste.store.files import FileStore

        from .outcome import tell
        from .skills_wiring import leave_evidence

        context = self.context
        live = _live(as_json)
        context.watch = live.watch
        try:
            with live, interruptible() as interrupted:
                tape = context.tape
                context.interrupted = (lambda: interrupted() or tape.interrupted()) if tape else interrupted
                live.recall(context.store.read())
                if self.resumed and not _finished(context):
                    context.store.append(RunResumed(code_version=code_version()))
                state = drive(context)
            leave_evidence(context, state)
            grade_run(context, state, FileStore(context.folder))
        finally:
            context.executor.close()
        shutil.rmtree(context.folder / "work", ignore_errors=True)
        tell(context, as_json=as_json)


def score_solution(config: RunConfig, script: Path) -> ScriptScores:
    """A person's own script on every fold, in a folder that is gone afterwards."""
    import tempfile

    from haste.runner.score_script import score_script
    from haste.store.memory import MemoryStore

    loaded = load_competition(config.competition)
    content = _script(script)
    with tempfile.TemporaryDirectory(prefix="haste-") as folder:
        context = make_context(config, loaded, MemoryStore(), Path(folder))
        try:
            return score_script(context, content)
        finally:
            context.executor.close()


def make_context(
    config: RunConfig, loaded: LoadedCompetition, store: Any, folder: Path, tape: Tape | None = None
) -> Context:
    from haste.runner.context import Context
    from haste.runner.tape import TapeExecutor

    from .skills_wiring import read_shelf

    made = Context(
        config=config,
        loaded=loaded,
        engineer=make_engineer(config),
        executor=TapeExecutor(tape) if tape else make_executor(config, folder),
        store=store,
        folder=folder,
        clock=tape.now if tape else time.time,
        models=make_models(config, tape),
        tape=tape,
    )
    made.pause = pause_of(made) if tape is None else lambda _s: None  # what was waited for is in the record's times
    if tape:
        check_replayed(tape, loaded)
    if (skills := config.skills_dir) is not None:
        made.skills = lambda: read_shelf(skills)
    return made


def _fit_to_be_solved(loaded: LoadedCompetition, config: RunConfig) -> None:
    """Folds can be made, and a perfect prediction beats a constant. Raises CompetitionError before a run begins."""
    from haste.competition.dummy import check_metric
    from haste.competition.split import make_splits
    from haste.schema.competition import Trust

    if loaded.competition.validation.trust is Trust.HARNESS:
        make_splits(loaded, config.folds, config.seed)
        check_metric(loaded)


def _script(path: Path) -> bytes:
    """A script as bytes. Raises ConfigError where there is none, or none that Python reads."""
    import ast

    try:
        content = path.read_bytes()
        ast.parse(content.decode("utf-8"), filename=str(path))
    except (OSError, SyntaxError, ValueError) as fault:
        msg = f"not a script that Python reads: {fault}"
        raise ConfigError(msg, where=str(path)) from fault
    return content


def _finished(context: Context) -> bool:
    from haste.search.evolve import fold

    return fold(context.store.read()).finished not in (None, "provider")  # a provider may answer again


def _live(as_json: bool) -> LiveView:
    from rich.console import Console

    from haste.view.live import LiveView

    return LiveView(Console(stderr=as_json), mode="silent" if as_json else "auto")


@contextmanager
def interruptible(told: str = "ending with the best so far") -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C asks for an orderly end; the second stops at once (and resuming goes on)."""
    asked: list[int] = []

    def note(number: int, _frame: object) -> None:
        if asked:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            raise KeyboardInterrupt
        asked.append(number)
        sys.stderr.write(f"\nhaste: {told}; press Ctrl-C again to stop at once\n")

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
