"""What is left for the person: `submission.csv`, and `solution/` that runs anywhere beside an `input/` folder."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from haste.competition.dummy import dummy_submission
from haste.schema.competition import Trust
from haste.schema.events import Event, SubmissionChosen
from haste.schema.source import parse
from haste.search.actions import Deliver
from haste.search.state import Node, RunState

from .context import Context
from .disk import write_whole
from .solution import solution_files

DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "skimage": "scikit-image", "cv2": "opencv-python"}


def deliver(action: Deliver, state: RunState, context: Context) -> Iterator[Event]:
    """Write the files, then say so; a crash in between only means writing them again."""
    if action.candidate is None:
        content = dummy_submission(context.loaded, None)
        write_whole(context.folder / "submission.csv", content)
        yield SubmissionChosen(
            candidate=None, submission=context.store.put(content), validation_score=None, search_score=None
        )
        return
    node = state.nodes[action.candidate]
    submission = node.final or ""
    write_whole(context.folder / "submission.csv", context.store.get(submission))
    validation = _validation(node, state)
    _write_solution(context.folder / "solution", node, state, context, validation)
    yield SubmissionChosen(
        candidate=action.candidate, submission=submission, validation_score=validation, search_score=node.mean()
    )


def _validation(node: Node, state: RunState) -> float | None:
    """The score to believe: on the confirm split where there is one, else the search's."""
    if node.candidate.members and state.ensemble is not None:
        return state.ensemble.score
    confirmed = len(node.scores("confirm")) == state.confirm_folds > 0
    return node.mean("confirm") if confirmed else node.mean()


def _write_solution(folder: Path, node: Node, state: RunState, context: Context, validation: float | None) -> None:
    made: dict[str, bytes] = solution_files(node.candidate, state, context)
    packages = state.profile.resources.packages if state.profile else {}
    made["requirements.txt"] = _requirements(made, packages).encode()
    made["README.md"] = _readme(node, state, validation).encode()
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in made.items():
        write_whole(folder / name, content)
    for other in state.nodes.values():
        write_whole(context.folder / "candidates" / f"{other.candidate.id}.py", context.store.get(other.candidate.code))


def _requirements(made: Mapping[str, bytes], packages: Mapping[str, str]) -> str:
    """The distributions that the scripts import, pinned to what they ran with."""
    names: set[str] = set()
    for name, content in made.items():
        if name.endswith(".py"):
            for node in ast.walk(parse(content)):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    outside = sorted(DISTRIBUTIONS.get(n, n) for n in names - set(sys.stdlib_module_names) - {"blend"})
    return "".join(f"{n}=={packages[n]}\n" if n in packages else f"{n}\n" for n in outside)


def _readme(node: Node, state: RunState, validation: float | None) -> str:
    competition = state.competition
    assert competition is not None
    reported = competition.validation.trust is Trust.REPORTED
    split = "as the script reports it" if reported else "cross-validated on a split that the search never used"
    if not reported and not node.scores("confirm") and not node.candidate.members:
        split = "cross-validated on the search's own folds (there was no time to confirm it)"
    elif not reported:
        split += ", and that chose among the finalists"
    lines = [
        f"# Solution for {competition.title}",
        "",
        f"{node.candidate.title}: {node.candidate.rationale}",
        "",
        f"- {competition.metric.name} ({competition.metric.direction}): "
        f"{'unknown' if validation is None else format(validation, '.6g')}, {split}",
        f"- found by run `{state.run_id}`, seed {state.rules.seed}, as one of {len(state.nodes)} candidates",
        "",
        "To run it, in this folder:",
        "",
        "    haste competitions layout FOLDER input     # the competition's files in the form that the scripts read",
        "    pip install -r requirements.txt",
        "    OMP_NUM_THREADS=1 python solution.py       # one thread: the same digits as in the run",
        "",
        "It writes `submission.csv`.",
        "",
        "## How it was found",
        "",
        *_lineage(node, state),
    ]
    return "\n".join(lines) + "\n"


def _lineage(node: Node, state: RunState) -> list[str]:
    """From the prototype to the delivered script, one line a step."""
    if node.candidate.members:
        lines = []
        for name in node.candidate.members:
            lines += [f"Member {name}:", "", *_lineage(state.nodes[name], state), ""]
        return lines
    steps: list[Node] = [node]
    while steps[0].candidate.parent is not None:
        steps.insert(0, state.nodes[steps[0].candidate.parent])
    return [f"{i}. {s.candidate.title} (`{s.candidate.id}`, {_score_text(s)})" for i, s in enumerate(steps, 1)]


def _score_text(node: Node) -> str:
    mean = node.mean()
    return "not scored" if mean is None else f"scored {mean:.6g} in the search"
