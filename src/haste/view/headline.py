"""The top of a report: what was competed for, what was handed over, and how far to believe its score."""

from __future__ import annotations

from haste.schema.competition import Grade, Medal
from haste.search.progress import iterations, keep_rate

from .markup import Markup, Piece, join, tag
from .models_section import asked
from .narration import one_line
from .numbers import UNKNOWN, duration_text, score_text, share_text
from .spending import in_short
from .story import Story
from .wording import STOPS, direction_text, missing_text, reported


def headline(story: Story) -> Markup:
    competition, config = story.started.competition, story.started.config
    domain = story.state.competition.domain if story.state.competition else competition.domain
    eyebrow = f"{competition.id} · {domain} · {competition.kind.replace('_', ' ')} · run {story.started.run_id}"
    return join(
        tag("header", tag("div", eyebrow, class_="eyebrow"), tag("h1", competition.title), tag("p", _sentence(story))),
        tag("div", _score_card(story), _grade_card(story), _search_card(story), _time_card(story), class_="cards"),
        *_notices(story),
        tag("p", f"Seed {config.seed}, engineer {asked(config)}, {config.start.value} start.", class_="soft small"),
    )


def trust_mark(story: Story) -> Markup | None:
    """Stands beside every score that is a script's own word."""
    if not reported(story.started.competition):
        return None
    return tag("span", " reported", class_="reported", title="the script's own word; the harness could not measure it")


def scored(story: Story, value: float | None) -> Markup:
    """A score with its mark of trust, where it needs one."""
    return join(score_text(value), trust_mark(story) if value is not None else None)


def validated_how(story: Story) -> str:
    """In words, what the validation score was measured on."""
    state, chosen = story.state, story.state.chosen
    if chosen is None or chosen.candidate is None or chosen.validation_score is None:
        return "not validated"
    if reported(story.started.competition):
        return "as the script itself reports it"
    node = state.nodes[chosen.candidate]
    if node.candidate.members or len(node.scores("confirm")) == state.confirm_folds > 0:
        return f"mean over {state.confirm_folds} confirm folds that the search never used"
    return f"mean over {len(node.scores())} search folds; there was no confirmation, so it is somewhat hopeful"


def _sentence(story: Story) -> str:
    state, chosen = story.state, story.state.chosen
    if chosen is None:
        if state.finished:
            return "The model's provider failed before there was anything to submit. `haste resume` goes on."
        return "This run has not ended: nothing is submitted yet. `haste resume` carries it on."
    why = f"The search ended because {STOPS[state.finished or state.search_ended or 'iterations']}."
    if chosen.candidate is None:
        return f"No candidate gave a valid submission, so the dummy predictor's constant answer was handed over. {why}"
    return f"Submitted: {one_line(state.nodes[chosen.candidate].candidate.title)} ({chosen.candidate}). {why}"


def _card(value: Piece, *lines: Piece, style: str | None = None) -> Markup:
    return tag("div", tag("b", value, class_=style), *(tag("span", line) for line in lines if line), class_="card")


def _score_card(story: Story) -> Markup:
    metric = story.started.competition.metric
    chosen = story.state.chosen
    name = f"validation {metric.name}, {direction_text(metric.direction)}"
    return _card(scored(story, chosen.validation_score if chosen else None), name, validated_how(story))


def _grade_card(story: Story) -> Markup:
    grade = story.grade
    if grade is None:
        return _card(UNKNOWN, "grade", "no held-out answers, or not graded")
    if grade.medal is None:
        return _card(score_text(grade.score), "grade on the held-out answers", "there is no leaderboard")
    won = grade.medal is not Medal.NONE
    medal = f"{grade.medal} medal" if won else "no medal"
    rank = f"grade on the held-out answers: rank {grade.rank} of {grade.teams}"
    style = grade.medal.value if won else None
    return _card(join(score_text(grade.score), " ", tag("small", medal)), rank, _thresholds(grade), style=style)


def _thresholds(grade: Grade) -> str | None:
    if grade.gold is None:
        return None
    told = ((name, getattr(grade, name)) for name in ("gold", "silver", "bronze"))
    return ", ".join(f"{name} {score_text(value)}" for name, value in told)


def _search_card(story: Story) -> Markup:
    state = story.state
    rate = keep_rate(state)
    kept = "none decided" if rate is None else f"{share_text(rate)} of the decided ones kept"
    return _card(
        iterations(state), "refinements", kept, f"{len(state.nodes)} candidates, {story.executions} executions"
    )


def _time_card(story: Story) -> Markup:
    share = story.overhead_s / story.wall_s if story.wall_s else None
    told = f"{duration_text(story.overhead_s)} ({share_text(share)}) of it the harness's own"
    paid = in_short(story)
    return _card(duration_text(story.wall_s), "working time", told, paid)


def _notices(story: Story) -> list[Markup]:
    started, made = story.started, list[Markup]()
    if reported(started.competition):
        text = (
            "Scores in this report are reported: this competition's rows cannot be split, so each script says for "
            "itself how well it did, and the harness could not check it."
        )
        made.append(tag("p", text, class_="notice"))
    if started.missing_guarantees:
        text = f"Candidates ran isolated by {started.executor}, which on this machine lacks: "
        made.append(tag("p", text + missing_text(started.missing_guarantees) + ".", class_="notice bad"))
    else:
        text = f"Candidates ran isolated by {started.executor}; no guarantee of the sandbox was missing."
        made.append(tag("p", text, class_="soft small"))
    return made
