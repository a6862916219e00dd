"""The orchestrator's questions: which specialist, what a learning is worth, how to read an unfamiliar folder."""

from __future__ import annotations

from collections.abc import Sequence

from haste.agents.engineer import Thinking
from haste.schema.brief import Brief
from haste.schema.knowledge import Learning, PromotionBrief, PromotionProposal, SkillNote, Verdict
from haste.schema.model import Role, Stage
from haste.schema.solution import Unusable

from .ask import Cut, Prompt, Question, ask
from .competition import competition_block
from .facts import FACTS, read_conditions
from .notes import note_text
from .replies import ClassifyReply, PromoteReply
from .template import prompt
from .unfit import Unfit
from .untrusted import fenced, one_line

MAX_OUTPUT = 4_000
_NEAR = 8  # skills beside which a learning is judged


def classify(brief: Brief) -> Thinking[str | Unusable]:
    """One of the six domains."""

    def render(cut: Cut) -> Prompt:
        shown = competition_block(brief, min(cut.description, 3000), cut.columns, inside=False)
        return Prompt((prompt("orchestrator"),), prompt("classify", competition=shown))

    def accept(reply: ClassifyReply) -> str:
        return reply.domain

    return ask(Question(Role.ORCHESTRATOR, Stage.CLASSIFY, ClassifyReply, render, accept, MAX_OUTPUT))


def promote(brief: PromotionBrief) -> Thinking[PromotionProposal | None]:
    """A verdict on one learning; None where there is no usable one, which leaves it to counting."""

    def render(cut: Cut) -> Prompt:
        stable = (prompt("orchestrator"), prompt("verdicts", facts=", ".join(FACTS)))
        return Prompt(stable, _judgement(brief, cut))

    def accept(reply: PromoteReply) -> PromotionProposal:
        named = {note.name for note in brief.similar}
        for name in filter(None, (reply.duplicates, reply.contradicts)):
            if name not in named:
                msg = f"`{one_line(name, 64)}` is none of the known skills shown"
                raise Unfit(msg)
        if reply.verdict is Verdict.CONFLICT and not reply.contradicts:
            msg = "a conflict must name the skill that it contradicts"
            raise Unfit(msg)
        statement = " ".join(reply.statement.split())
        if reply.verdict in (Verdict.DOMAIN, Verdict.GLOBAL) and not statement:
            msg = f"the verdict {reply.verdict.value} needs the learning in general terms as `statement`"
            raise Unfit(msg)
        return PromotionProposal(
            verdict=reply.verdict,
            reason=" ".join(reply.reason.split()),
            statement=statement,
            conditions=read_conditions(reply.conditions, FACTS),
            duplicates=reply.duplicates or None,
            contradicts=reply.contradicts or None,
        )

    answer = yield from ask(Question(Role.ORCHESTRATOR, Stage.PROMOTE, PromoteReply, render, accept, MAX_OUTPUT))
    return None if isinstance(answer, Unusable) else answer


def _judgement(brief: PromotionBrief, cut: Cut) -> str:
    learning = brief.learning
    counted = [f"By the counting rule alone: {brief.counted.value}."] if brief.counted else []
    counted += [f"- {one_line(line, 200)}" for line in brief.support]
    return prompt(
        "promote",
        domain=one_line(learning.domain, 20),
        tier=learning.tier.value,
        run=_run(learning),
        claim=one_line(learning.claim),
        conditions=_conditions(learning),
        statement=fenced(learning.statement, "learning"),
        similar=_similar(brief.similar[: max(1, int(_NEAR * cut.skills))]) or "Nothing that is near.",
        counted="\n".join(counted) or "Nothing yet.",
    )


def _run(learning: Learning) -> str:
    if not learning.tried:
        return "it rests on a comparison of first scripts, on one fold"
    gain = (
        f"; the change itself gained {learning.gain:+.1f} noise{_over(learning)}" if learning.gain is not None else ""
    )
    return f"tried {learning.tried} time{'s' * (learning.tried != 1)}, kept {learning.kept}{gain}"


def _over(learning: Learning) -> str:
    """On how many folds the gains rest: a change that was worse at once ran on the first ones only."""
    told = " and ".join(map(str, dict.fromkeys(learning.folds)))
    return f", over {told} fold{'s' * (told != '1')}" if told else ""


def _conditions(learning: Learning) -> str:
    return one_line(", ".join(map(str, learning.conditions)), 300) or "none"


def _similar(notes: Sequence[SkillNote]) -> str:
    return "\n\n".join(note_text(note, None) for note in notes)
