"""Reflection: what a run taught, as learnings whose figures are counted here and never taken from the model."""

from __future__ import annotations

from statistics import fmean

from haste.agents.engineer import Thinking
from haste.schema.brief import Attempt, Brief
from haste.schema.execution import Outcome
from haste.schema.knowledge import Learning, Tier
from haste.schema.model import Role, Stage
from haste.schema.solution import Operator, Unusable

from .ask import Cut, Prompt, Question, ask
from .facts import FACTS, facts_text, read_conditions
from .figures import in_noise
from .history import trials
from .names import known_name
from .replies import LearningReply, ReflectReply
from .stable import stable_blocks
from .template import prompt
from .unfit import Unfit
from .untrusted import fenced

MAX_OUTPUT = 8_000
LEAST, MOST = 2, 5
_CAP = 5.0  # noise units; a change that broke everything is not a hundred times worse a lesson


def reflect(brief: Brief) -> Thinking[tuple[Learning, ...] | Unusable]:
    """Two to five learnings, or fewer where fewer candidates than two can teach anything."""
    by_id = {attempt.candidate: attempt for attempt in brief.history if attempt.operator is not Operator.ENSEMBLE}

    def accept(reply: ReflectReply) -> tuple[Learning, ...]:
        if len(reply.learnings) < min(LEAST, len(by_id)):
            msg = f"there are {len(reply.learnings)} learnings, and {LEAST} are the least"
            raise Unfit(msg)
        return tuple(_learning(one, number, brief, by_id) for number, one in enumerate(reply.learnings[:MOST], 1))

    def render(cut: Cut) -> Prompt:
        tried = fenced("\n".join(trials(brief.history, brief.folds)), "history")
        return Prompt(stable_blocks(brief, cut), prompt("reflect", trials=tried, facts=facts_text(brief.profile.facts)))

    return ask(Question(Role.REFLECT, Stage.REFLECT, ReflectReply, render, accept, MAX_OUTPUT))


def _learning(one: LearningReply, number: int, brief: Brief, by_id: dict[str, Attempt]) -> Learning:
    unknown = [name for name in one.supports if name not in by_id]
    if unknown or not one.supports:
        msg = f"learning {number} must rest on candidates that were tried, not on {', '.join(unknown) or 'none'}"
        raise Unfit(msg)
    if not one.action or not one.statement.strip():
        msg = f"learning {number} lacks its statement or the technique that it is about"
        raise Unfit(msg)
    ran = [by_id[name] for name in dict.fromkeys(one.supports)]
    compared = {attempt.candidate: units for attempt in ran if (units := _units(attempt)) is not None}
    action = known_name(one.action, brief.competition.domain)
    return Learning(
        id=f"learning-{number}",
        statement=" ".join(one.statement.split()),
        tier=one.tier,
        domain=brief.competition.domain,
        competition=brief.competition.id,
        technique=action,
        claim=f"{_situation(one, action, brief)}/{action}/{one.polarity}",
        supports=tuple(attempt.candidate for attempt in ran),
        gain=fmean(compared.values()) if compared else None,
        folds=tuple(len(by_id[name].fold_gains) for name in compared),
        kept=sum(1 for attempt in ran if attempt.kept),
        tried=sum(1 for attempt in ran if attempt.operator is not Operator.DRAFT),  # drafts are not kept
        conditions=read_conditions(one.conditions, brief.profile.facts.keys() & set(FACTS)),
    )


def _situation(one: LearningReply, action: str, brief: Brief) -> str:
    """As skills that speak of the same technique have it, so that for and against meet; else as wide as the tier."""
    for note in brief.skills:
        if note.technique == action and note.claim.count("/") == 2:
            return note.claim.split("/")[0]
    return "any" if one.tier is Tier.GLOBAL else brief.competition.domain


def _units(attempt: Attempt) -> float | None:
    """The gain in units of the attempt's own noise; None where nothing was compared or equal folds leave none."""
    units = in_noise(attempt.gain, attempt.noise) if attempt.outcome is Outcome.OK else None
    return None if units is None else max(-_CAP, min(_CAP, units))
