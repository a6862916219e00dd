"""What a run's history teaches: two to five learnings in plain words, out of what was kept and what clearly hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from haste.schema.brief import Attempt, Brief
from haste.schema.competition import Metric
from haste.schema.conditions import Condition
from haste.schema.execution import Outcome
from haste.schema.knowledge import Learning, Tier
from haste.schema.solution import Operator
from haste.skills.claims import ANYWHERE, beginning

from .evidence import in_noise
from .technique import Technique

MOST, LEAST = 5, 2
SCREEN = 0  # the fold that every prototype ran
CLEAR = 1.0  # noise units from which an effect is spoken of as one
SURE = 1.645  # noise units from which it is proposed for the whole domain (one-sided 95 %)


@dataclass(frozen=True)
class Trial:
    """All attempts of one technique in a run; `gain` is the mean in units of each attempt's noise."""

    technique: Technique
    attempts: tuple[Attempt, ...]
    gain: float | None

    @property
    def kept(self) -> int:
        return sum(1 for attempt in self.attempts if attempt.kept)

    @property
    def helps(self) -> bool:
        return self.kept > 0 and (self.gain is None or self.gain > 0)


def reflect(brief: Brief, techniques: Mapping[str, Technique]) -> tuple[Learning, ...]:
    """Clear effects first; plain non-effects only fill up to two."""
    trials = _trials(brief.history, techniques)
    clear = [trial for trial in trials if trial.helps or _strength(trial) >= CLEAR]
    vague = [trial for trial in trials if trial not in clear]
    beginnings = _beginnings(brief, techniques)
    chosen = sorted(clear, key=_order)[: MOST - min(1, len(beginnings))]
    chosen += sorted(vague, key=_order)[: max(0, LEAST - len(chosen))]
    learnings = [*(_learning(trial, brief) for trial in chosen), *beginnings][:MOST]
    return tuple(one.model_copy(update={"id": f"learning-{n}"}) for n, one in enumerate(learnings, start=1))


def _trials(history: Sequence[Attempt], techniques: Mapping[str, Technique]) -> list[Trial]:
    by_name: dict[str, list[Attempt]] = {}
    for attempt in history:
        decided = attempt.kept is not None and attempt.operator in (Operator.REFINE, Operator.DEBUG)
        if attempt.technique in techniques and decided and attempt.outcome is Outcome.OK:
            by_name.setdefault(attempt.technique or "", []).append(attempt)
    trials = []
    for name, attempts in by_name.items():
        gains = [in_noise(a.gain, a.noise) for a in attempts if a.gain is not None and a.noise]
        trials.append(Trial(techniques[name], tuple(attempts), mean(gains) if gains else None))
    return trials


def _strength(trial: Trial) -> float:
    return abs(trial.gain) if trial.gain is not None else 0.0


def _order(trial: Trial) -> tuple[bool, float, str]:
    return (not trial.helps, -_strength(trial), trial.technique.name)


def _learning(trial: Trial, brief: Brief) -> Learning:
    technique = trial.technique
    clear = trial.helps or _strength(trial) >= CLEAR
    verb = "helped" if trial.helps else "hurt" if clear else "made no difference"
    tier = _tier(trial)
    kept, tried = trial.kept, len(trial.attempts)
    figures = "" if trial.gain is None else f" Its gain was {trial.gain:+.1f} noise, kept {kept} of {tried} times."
    return Learning(
        id="",
        statement=f"{_situation(brief)}, this {verb}: {_lower(technique.title)}. {technique.summary}{figures}",
        tier=tier,
        domain=brief.competition.domain,
        competition=brief.competition.id,
        technique=technique.name,
        claim=f"{_claim_place(technique, brief)}/{technique.name}/{'+' if trial.helps else '-'}",
        supports=tuple(attempt.candidate for attempt in trial.attempts),
        gain=trial.gain,
        kept=kept,
        tried=tried,
        conditions=conditions_of(technique, brief),
    )


def _tier(trial: Trial) -> Tier:
    if trial.gain is None or abs(trial.gain) < SURE:
        return Tier.COMPETITION
    return Tier.GLOBAL if trial.technique.generic and trial.helps else Tier.DOMAIN


def conditions_of(technique: Technique, brief: Brief) -> tuple[Condition, ...]:
    """The technique's own preconditions, as far as the profile knows their facts.

    No more: where else it holds is for the evidence of other competitions to say, and a condition that is only guessed
    would keep that evidence away.
    """
    return tuple(condition for condition in technique.requires if condition.fact in brief.profile.facts)


def _claim_place(technique: Technique, brief: Brief) -> str:
    return ANYWHERE if technique.generic else brief.competition.domain


def _situation(brief: Brief) -> str:
    rows = brief.profile.n_train
    size = "few" if rows < 500 else "some" if rows < 3000 else "many"
    kind = brief.competition.kind.value.replace("_", " ")
    return f"With {size} rows and a {kind} target judged by {brief.competition.metric.name.replace('_', ' ')}"


def _lower(title: str) -> str:
    return title if title[1:2].isupper() else title[0].lower() + title[1:]


def _beginnings(brief: Brief, techniques: Mapping[str, Technique]) -> list[Learning]:
    """Which of the first prototypes was best, on the fold that all ran."""
    drafts = [
        a
        for a in brief.history
        if a.operator is Operator.DRAFT and SCREEN in a.fold_scores and a.technique in techniques
    ]
    if len(drafts) < 2:
        return []
    metric = brief.competition.metric
    best, *rest = sorted(drafts, key=lambda a: metric.gain(a.fold_scores[SCREEN], 0.0), reverse=True)
    technique = techniques[best.technique or ""]
    others = " and ".join(_lower(techniques[one.technique or ""].title) for one in rest)
    told = f"a good beginning was: {_lower(technique.title)}. It came before: {others}."
    action = beginning(technique.name)
    return [
        Learning(
            id="",
            statement=f"{_situation(brief)}, {told}",
            tier=Tier.COMPETITION,  # one fold's word; counting over runs makes more of it
            domain=brief.competition.domain,
            competition=brief.competition.id,
            technique=action,
            claim=f"{brief.competition.domain}/{action}/+",
            supports=(best.candidate,),
            gain=_ahead(best, rest[0], metric),
            kept=1,
            tried=1,
            conditions=conditions_of(technique, brief),
        )
    ]


def _ahead(best: Attempt, second: Attempt, metric: Metric) -> float | None:
    """Gain over the next best on the first fold, in spreads of the best one's scores, as evidence has it."""
    scores = list(best.fold_scores.values())
    spread = stdev(scores) if len(scores) > 1 else 0.0
    return in_noise(metric.gain(best.fold_scores[SCREEN], second.fold_scores[SCREEN]), spread) if spread else None
