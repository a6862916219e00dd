"""What the runs of a study have executed already, looked up in their journals.

Scripts are deterministic and every fold's rows follow from the run's seed, so the same script on the same fold of the
same competition gives the same predictions: arms of a study that come to the same script share its execution. What
depends on the moment (time, memory, a lost machine) is never recalled.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from haste.runner.views import view_name
from haste.schema.competition import Competition, Trust
from haste.schema.config import RunConfig
from haste.schema.events import CandidateProposed, Event, ExecutionFinished, PrototypesDrafted, RunStarted
from haste.schema.execution import Finished, Job, Outcome
from haste.schema.solution import BlobRef, Candidate
from haste.skills.words import digest
from haste.store.files import blob_ref
from haste.store.protocol import Store

_SETTLED = (Outcome.OK, Outcome.CRASHED, Outcome.INVALID_SUBMISSION)
_Key = tuple[str, str, BlobRef]  # scene, view of the rows, script


class Recollection:
    """Grows by `learn`, from several threads. Holds references to stores, not results: those stay in the journals."""

    def __init__(self) -> None:
        self._known: dict[_Key, tuple[Store, ExecutionFinished]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, store: Store) -> None:
        """Add what a run has executed so far."""
        found = dict(_executions(store))
        with self._lock:
            self._known |= found

    def of(self, config: RunConfig, competition: Competition) -> Callable[[Job], Finished | None]:
        """The look-up for one run's jobs."""
        scene = _scene(config, competition)

        def recall(job: Job) -> Finished | None:
            if competition.validation.trust is not Trust.HARNESS or set(job.files) != {"solution.py"}:
                return None
            with self._lock:
                known = self._known.get((scene, job.input_dir.name, blob_ref(job.files["solution.py"])))
            return None if known is None else _finished(job, *known)

        return recall


def _scene(config: RunConfig, competition: Competition) -> str:
    """All that an execution depends on beside script and fold."""
    parts = (competition.model_dump_json(), config.limits.model_dump_json(), config.seed, config.folds, config.python)
    return digest("\n".join(map(str, parts)))


def _executions(store: Store) -> list[tuple[_Key, tuple[Store, ExecutionFinished]]]:
    codes: dict[str, BlobRef] = {}
    found: list[tuple[_Key, tuple[Store, ExecutionFinished]]] = []
    scene, seed = "", 0
    for entry in store.read():
        event: Event = entry.event
        match event:
            case RunStarted():
                scene, seed = _scene(event.config, event.competition), event.config.seed
            case PrototypesDrafted():
                codes |= _codes(*event.candidates)
            case CandidateProposed():
                codes |= _codes(event.candidate)
            case ExecutionFinished():
                if event.outcome in _SETTLED and event.candidate in codes:
                    key = (scene, view_name(seed, event.purpose, event.fold), codes[event.candidate])
                    found.append((key, (store, event)))
            case _:
                pass
    return found


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
