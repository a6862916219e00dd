"""What the runs of a study have executed already, looked up in their journals.

Scripts are deterministic and every fold's rows follow from the run's seed, so the same script on the same fold of the
same competition gives the same predictions: arms of a study that come to the same script share its execution. What
depends on the moment (time, memory, a lost machine) is never recalled. Knows libraries and the numbers of folds by what
a journal's profile says; that the rules by which folds are made are the same, whoever recalls another study must know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import Lock

from haste.runner.views import view_name
from haste.schema.competition import Trust
from haste.schema.events import (
    CandidateProposed,
    CompetitionProfiled,
    Event,
    ExecutionFinished,
    PrototypesDrafted,
    RunStarted,
)
from haste.schema.execution import Finished, Job, Outcome
from haste.schema.solution import BlobRef, Candidate
from haste.schema.value import Value
from haste.skills.words import digest
from haste.store.files import blob_ref
from haste.store.protocol import Store

_SETTLED = (Outcome.OK, Outcome.CRASHED, Outcome.INVALID_SUBMISSION)
_Key = tuple[str, str, BlobRef]  # scene, view of the rows, script


class OtherStudy(Value):
    """A study whose executions are taken over."""

    study: str
    code_version: str
    executions: int  # that were known of it before the first run here
    taken_over: int = 0  # of those, the ones that it had from still other studies


class Executed(Value):
    """Where a study's executions come from: all, less the shared, less those from elsewhere, were run in it."""

    executions: int
    shared: int  # between its own runs
    from_elsewhere: int  # no run of this study has run that script on that fold
    studies: tuple[OtherStudy, ...] = ()  # elsewhere


class Recollection:
    """Grows by `learn`, from several threads. Holds references to stores, not results: those stay in the journals."""

    def __init__(self, studies: tuple[OtherStudy, ...] = ()) -> None:
        self.studies = studies  # beside the own one
        self._known: dict[_Key, tuple[Store, ExecutionFinished]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, store: Store) -> None:
        """Add what a run has executed so far."""
        found = {key: (store, event) for key, event in _executions(store) if key is not None}
        with self._lock:
            self._known |= found

    def of(self, store: Store) -> Callable[[Job], Finished | None]:
        """The look-up for the jobs of one run, whose own store it is. Nothing is known to it before its profile."""
        scene = ""

        def recall(job: Job) -> Finished | None:
            nonlocal scene
            scene = where = scene or _scene_of(store)
            if not where or set(job.files) != {"solution.py"}:
                return None
            with self._lock:
                known = self._known.get((where, job.input_dir.name, blob_ref(job.files["solution.py"])))
            return None if known is None else _finished(job, *known)

        return recall


def executed(stores: Iterable[Store], studies: tuple[OtherStudy, ...] = ()) -> Executed:
    """Counts what the runs of a study have executed; `studies` are the other ones that were recalled."""
    own: set[_Key] = set()
    recalled: list[_Key | None] = []
    count = 0
    for store in stores:
        for key, event in _executions(store):
            count += 1
            if event.recalled:
                recalled.append(key)
            elif key is not None:
                own.add(key)
    shared = sum(key in own for key in recalled)
    return Executed(executions=count, shared=shared, from_elsewhere=len(recalled) - shared, studies=studies)


def _scene(started: RunStarted, profiled: CompetitionProfiled) -> str:
    """All that an execution depends on beside script and fold, as far as a journal holds it."""
    config, has = started.config, profiled.profile.resources
    told = (started.competition.model_dump_json(), config.limits.model_dump_json(), config.seed, config.folds)
    made = (profiled.search_folds, profiled.confirm_folds, config.python, has.python, *sorted(has.packages.items()))
    return digest("\n".join(map(str, (*told, *made))))


def _scene_of(store: Store) -> str:
    """Empty before the profile, and where scores are only reported, since what a script then sees is no fold."""
    started: RunStarted | None = None
    for entry in store.read():
        match entry.event:
            case RunStarted():
                started = entry.event
            case CompetitionProfiled() if started is not None:
                harness = started.competition.validation.trust is Trust.HARNESS
                return _scene(started, entry.event) if harness else ""
            case _:
                pass
    return ""


def _executions(store: Store) -> Iterator[tuple[_Key | None, ExecutionFinished]]:
    """What has ended, with its key; None where it hung on the moment, or is no script of its own."""
    codes: dict[str, BlobRef] = {}
    started: RunStarted | None = None
    scene, seed = "", 0
    for entry in store.read():
        event: Event = entry.event
        match event:
            case RunStarted():
                started, seed = event, event.config.seed
            case CompetitionProfiled() if started is not None:
                scene = _scene(started, event)
            case PrototypesDrafted():
                codes |= _codes(*event.candidates)
            case CandidateProposed():
                codes |= _codes(event.candidate)
            case ExecutionFinished():
                settled = scene and event.outcome in _SETTLED and event.candidate in codes
                view = view_name(seed, event.purpose, event.fold)
                yield (scene, view, codes[event.candidate]) if settled else None, event
            case _:
                pass


def _codes(*candidates: Candidate) -> dict[str, BlobRef]:
    return {candidate.id: candidate.code for candidate in candidates if not candidate.members}


def _finished(job: Job, store: Store, event: ExecutionFinished) -> Finished:
    kept = {"submission.csv": event.submission, "diagnostics.json": event.diagnostics}
    invalid = event.outcome is Outcome.INVALID_SUBMISSION  # it ran well; the harness will say so again
    return Finished(
        job_id=job.id,
        outcome=Outcome.OK if invalid else event.outcome,
        detail="" if invalid else event.detail,
        wall_s=event.wall_s,
        peak_memory_gb=event.peak_memory_gb,
        stdout=_text(store, event.stdout),
        stderr=_text(store, event.stderr),
        outputs={name: store.get(ref) for name, ref in kept.items() if ref is not None},
    )


def _text(store: Store, ref: BlobRef | None) -> str:
    return store.get(ref).decode(errors="replace") if ref is not None else ""
