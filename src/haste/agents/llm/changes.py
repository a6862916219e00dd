"""Refinements and repairs: edits against a script, or a whole new one, checked before they cost an execution."""

from __future__ import annotations

from collections.abc import Sequence

from haste.agents.engineer import Thinking
from haste.schema.brief import Brief, Failure, Incumbent
from haste.schema.execution import Outcome
from haste.schema.model import Role, Stage
from haste.schema.solution import Proposal, Scale, Unusable

from .ask import Cut, Prompt, Question, ask
from .drafts import cited
from .edits import Edit, apply
from .history import history_lines
from .names import known_name, scale_of
from .replies import DebugReply, EditReply, RefineReply
from .runnable import check_runnable
from .stable import stable_blocks
from .standing import (
    diagnostics_words,
    left_words,
    noise_words,
    others_lines,
    score_words,
    undone_words,
    wall_words,
)
from .template import prompt
from .unfit import Unfit
from .untrusted import fenced, one_line

MAX_OUTPUT = 16_000
_OUTPUT_SHOWN = 3000  # characters
_REACH = {Scale.TWEAK: "a tweak", Scale.STRUCTURAL: "a structural one", Scale.APPROACH: "a new approach"}
_EDITS_ONLY = "Hand over edits only, no whole script."

_ADVICE = {
    Outcome.CRASHED: "Mind that the rows differ from fold to fold: the same line may fail elsewhere, too.",
    Outcome.TIMED_OUT: "Make it several times cheaper: fewer rows, rounds or features where they count least.",
    Outcome.OUT_OF_MEMORY: "Keep less in memory at once: smaller types, sparse matrices, batches, fewer features.",
    Outcome.INVALID_SUBMISSION: "Compare what it writes with the sample: columns, ids, missing values, range.",
}


def refine(brief: Brief) -> Thinking[Proposal | Unusable]:
    """One change of the incumbent at the brief's scale."""
    incumbent, scale = brief.incumbent, brief.scale or Scale.TWEAK
    assert incumbent is not None

    def render(cut: Cut) -> Prompt:
        return Prompt(stable_blocks(brief, cut, incumbent=True), _refinement(brief, incumbent, scale, cut))

    def accept(reply: RefineReply) -> Proposal:
        technique = known_name(reply.technique, brief.competition.domain)
        reaches = scale_of(technique, brief.competition.domain) or scale
        return Proposal(
            title=one_line(reply.title) or one_line(reply.technique),
            rationale=reply.rationale.strip() or reply.title,
            code=_changed(incumbent.code, reply.edits, reply.script, brief),
            technique=technique or None,
            scale=reaches,
            asked=scale if reaches is not scale else None,
            diagnosis=reply.diagnosis,
            expected=reply.expected.strip(),
            cites=cited(brief, reply.cites),
        )

    shorter = _EDITS_ONLY if scale is not Scale.APPROACH else "Write a shorter script."
    omit = () if brief.skills else ("cites",)
    question = Question(Role.SPECIALIST, Stage.REFINE, RefineReply, render, accept, MAX_OUTPUT, shorter, omit)
    return (yield from ask(question))


def debug(brief: Brief) -> Thinking[Proposal | Unusable]:
    """A repair of the failed script, under the failed change's name and scale."""
    failure = brief.failure
    assert failure is not None
    tried = next((a for a in reversed(brief.history) if a.candidate == failure.candidate), None)

    def render(cut: Cut) -> Prompt:
        return Prompt(stable_blocks(brief, cut), _repair(failure))

    def accept(reply: DebugReply) -> Proposal:
        return Proposal(
            title=one_line(reply.title) or "Repair",
            rationale=reply.cause.strip() or reply.title,
            code=_changed(failure.code, reply.edits, reply.script, brief),
            technique=failure.technique,
            scale=tried.scale if tried else Scale.TWEAK,
            diagnosis=tried.diagnosis if tried else None,
        )

    question = Question(Role.SPECIALIST, Stage.DEBUG, DebugReply, render, accept, MAX_OUTPUT, _EDITS_ONLY)
    return (yield from ask(question))


def _changed(code: str, edits: Sequence[EditReply], script: str, brief: Brief) -> str:
    """The script that a reply leads to. Edits win where both are there: they say what is meant to change."""
    if edits:
        changed = apply(code, [Edit(one.search, one.replace) for one in edits])
    elif script.strip():
        changed = script
    else:
        msg = "there are neither edits nor a script"
        raise Unfit(msg)
    if changed.strip() == code.strip():
        msg = "the script is the same as before"
        raise Unfit(msg)
    check_runnable(brief, changed)
    return changed


def _refinement(brief: Brief, incumbent: Incumbent, scale: Scale, cut: Cut) -> str:
    lines = history_lines(brief.history, brief.branch, brief.folds, only_recent=not cut.history)
    return prompt(
        "refine",
        branch=one_line(brief.branch or incumbent.candidate, 12),
        candidate=one_line(incumbent.candidate, 12),
        score=score_words(incumbent, brief.competition.metric.name),
        others=others_lines(brief),
        wall=wall_words(incumbent, brief),
        noise=noise_words(brief, incumbent),
        left=left_words(brief),
        diagnostics=diagnostics_words(brief, incumbent),
        history=_history(lines),
        undone=undone_words(brief),
        scale=scale.value,
        reach=_REACH[scale],
    )


def _history(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    head = "What was tried, oldest first; gains over the incumbent of their time, on all folds unless said:"
    return f"{head}\n\n{fenced(chr(10).join(lines), 'history')}"


def _repair(failure: Failure) -> str:
    return prompt(
        "debug",
        candidate=one_line(failure.candidate, 12),
        title=one_line(failure.title),
        outcome=failure.outcome.value.replace("_", " "),
        detail=f" {one_line(failure.detail, 300)}" if failure.detail else "",
        stderr=_stderr(failure.stderr),
        code=fenced(failure.code, "python"),
        attempt=str(failure.attempt),
        advice=_ADVICE.get(failure.outcome, ""),
    )


def _stderr(text: str) -> str:
    """The end of what it said: a traceback's last lines matter most."""
    if not text.strip():
        return ""
    end = text.rstrip()[-_OUTPUT_SHOWN:]
    return f"The end of its output on stderr:\n\n{fenced(end, 'stderr')}"
