"""Prototypes: several whole scripts in one call. Good ones are kept while replacements for the others are asked for."""

from __future__ import annotations

from haste.agents.engineer import Thinking
from haste.schema.brief import Brief
from haste.schema.model import Role, Stage
from haste.schema.solution import Proposal, Scale, Unusable

from .ask import Cut, Prompt, Question, ask
from .names import known_name
from .pace import seconds_each
from .replies import DraftReply, PrototypeReply
from .runnable import check_runnable
from .stable import stable_blocks
from .template import prompt
from .unfit import Unfit
from .untrusted import one_line

MAX_OUTPUT = 32_000


def draft(brief: Brief, count: int) -> Thinking[tuple[Proposal, ...] | Unusable]:
    """Up to `count` prototypes; Unusable only when not one of them can be run."""
    kept: list[Proposal] = []

    def accept(reply: DraftReply) -> tuple[Proposal, ...]:
        problems = []
        for number, one in enumerate(reply.prototypes[: count - len(kept)], start=1):
            try:
                check_runnable(brief, one.script)
                _differs(known_name(one.technique, brief.competition.domain), kept)
            except Unfit as unfit:
                problems.append(f"prototype {number} ({one_line(one.title, 60)}): {unfit}.")
            else:
                kept.append(_proposal(one, brief))
        if problems:
            raise Unfit("\n".join(problems), prompt("redraft"))
        if not kept:
            msg = "there are no prototypes"
            raise Unfit(msg)
        return tuple(kept)

    def render(cut: Cut) -> Prompt:
        return Prompt(stable_blocks(brief, cut), prompt("draft", count=str(count), pace=_pace(brief)))

    question = Question(
        Role.SPECIALIST, Stage.DRAFT, DraftReply, render, accept, MAX_OUTPUT, shorter="Write shorter scripts."
    )
    answer = yield from ask(question)
    return tuple(kept) if isinstance(answer, Unusable) and kept else answer


def _differs(family: str, kept: list[Proposal]) -> None:
    if any(family == other.technique for other in kept):
        msg = f"its family `{family}` is that of an earlier prototype; take a fundamentally different one"
        raise Unfit(msg)


def _proposal(one: PrototypeReply, brief: Brief) -> Proposal:
    return Proposal(
        title=one_line(one.title) or one.technique,
        rationale=one.rationale.strip() or one.title,
        code=one.script,
        technique=known_name(one.technique, brief.competition.domain) or None,
        scale=Scale.APPROACH,
        cites=cited(brief, (*_words(one.rationale),)),
    )


def _words(text: str) -> list[str]:
    """Names in backticks: a prototype's rationale may cite a note."""
    return text.split("`")[1::2]


def cited(brief: Brief, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the names that are notes of the brief; others are no citation."""
    known = {note.name for note in brief.skills}
    return tuple(dict.fromkeys(name for name in names if name in known))


def _pace(brief: Brief) -> str:
    """How long a script should take, where time is limited."""
    if brief.time_left_s is None:
        return ""
    minutes = brief.time_left_s / 60
    return f" The run has {minutes:.0f} minutes for many executions: aim for under {seconds_each(brief):.0f} s each."
