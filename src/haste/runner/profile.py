"""The first stage: ask the candidates' interpreter what it offers, then look at the data. Runs no candidate."""

from __future__ import annotations

from collections.abc import Iterator

from haste.competition.profile import profile
from haste.competition.time_split import windows
from haste.executor.probe import PROBE_SCRIPT, read_probe
from haste.schema.competition import Trust
from haste.schema.errors import ExecutorError
from haste.schema.events import CompetitionProfiled, Event
from haste.schema.execution import Job, Outcome
from haste.schema.profile import Resources
from haste.search.actions import ProfileCompetition
from haste.search.state import RunState

from .context import Context
from .views import view_of


def profile_competition(_action: ProfileCompetition, _state: RunState, context: Context) -> Iterator[Event]:
    if context.tape is not None:
        yield context.tape.profile()
        return
    resources = probe(context)
    lacking = [name for name in context.engineer.needs if name not in resources.packages]
    if lacking:
        msg = f"the candidates' interpreter lacks {', '.join(lacking)}"
        raise ExecutorError(msg, where=context.config.python, hint=f"pip install {' '.join(lacking)} there")
    reported = context.loaded.competition.validation.trust is Trust.REPORTED
    found = profile(context.loaded, resources, context.config.seed)
    held_out = () if reported else windows(context.loaded, context.splits.search)
    yield CompetitionProfiled(
        profile=found.model_copy(update={"windows": held_out}),
        search_folds=1 if reported else len(context.splits.search),
        confirm_folds=0 if reported else len(context.splits.confirm),
    )


def probe(context: Context) -> Resources:
    """Run the probe as a job like any other, so that it sees exactly what candidates will see."""
    files = {"solution.py": PROBE_SCRIPT.encode()}
    job = Job("probe", files, view_of(context, "final", 0), context.config.limits)
    for _ in range(context.config.search.lost_attempts):
        context.executor.submit(job)
        (finished,) = context.executor.wait()
        if finished.outcome is Outcome.OK and "diagnostics.json" in finished.outputs:
            return read_probe(finished.outputs["diagnostics.json"])
    msg = f"the candidates' interpreter does not run here: {finished.detail or finished.stderr[-300:]}"
    raise ExecutorError(msg, where=context.config.python, hint="see `haste doctor`")
