"""A run's report: one self-contained page, or one object. Reads the store, asks nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from haste.schema.errors import StoreError
from haste.search.state import Node
from haste.store.protocol import GradedStore, Store

from .candidates import candidates_section, decision_text
from .chart import fate
from .closing import learnings_section, repeat_section, time_section
from .data_section import data_section
from .headline import headline
from .markup import Markup, tag
from .models_section import failed_proposals, models_json, models_section
from .page import page
from .skills_section import skills_section
from .stages import confirm_section, diagnoses_section, keep_section, progress_section, screen_section
from .story import Story, read_story
from .summary import summary_of

NAMES = (
    ("progress", "Progress"),
    ("data", "Data"),
    ("skills", "Skills"),
    ("screen", "Screen"),
    ("keep", "Kept and why"),
    ("confirm", "Confirmed"),
    ("candidates", "Candidates"),
    ("diagnoses", "Diagnoses"),
    ("learnings", "Learnings"),
    ("models", "Models"),
    ("time", "Time"),
    ("repeat", "Run again"),
)


def write_report(store: GradedStore, destination: Path) -> Path:
    """Write report.html to `destination` and return it; works at any point of a run. Raises StoreError."""
    text = render(read_story(store.read(), store.read_grades()), store)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        partial = destination.with_name(destination.name + ".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(destination)
    except OSError as fault:
        msg = f"cannot write the report: {fault.strerror or fault}"
        raise StoreError(msg, where=str(destination), hint="free disk space or make the folder writable") from fault
    return destination


def render(story: Story, store: Store) -> str:
    """The whole page as text."""
    parts = {
        "progress": progress_section(story),
        "data": data_section(story),
        "skills": skills_section(story),
        "screen": screen_section(story),
        "keep": keep_section(story),
        "confirm": confirm_section(story),
        "candidates": candidates_section(story, store),
        "diagnoses": diagnoses_section(story),
        "learnings": learnings_section(story),
        "models": models_section(story),
        "time": time_section(story),
        "repeat": repeat_section(story),
    }
    links = [tag("a", name, href=f"#{key}") for key, name in NAMES if parts[key] is not None]
    return page(
        f"{story.started.competition.title} · HASTE",
        headline(story),
        tag("nav", *links),
        *(parts[key] for key, _ in NAMES),
        _footer(story),
    )


def report_json(store: GradedStore) -> dict[str, Any]:
    """`haste report --json`: `summary` (as of `haste run --json`), `skills` (what the run was shown), `candidates`,
    `failed_proposals`, `decisions`, `ensemble`, `learnings`, `models` (what they were asked and cost). Raises
    StoreError for a run that never began.
    """
    story = read_story(store.read(), store.read_grades())
    state = story.state
    return {
        "summary": summary_of(story),
        "candidates": [_candidate(node, story) for node in state.nodes.values()],
        "failed_proposals": [event.model_dump(mode="json", exclude={"kind"}) for event in failed_proposals(story)],
        "decisions": [
            {**node.decision.model_dump(mode="json", exclude={"kind"}), "words": decision_text(node.decision, state)}
            for node in state.nodes.values()
            if node.decision is not None
        ],
        "ensemble": state.ensemble.model_dump(mode="json", exclude={"kind", "candidate"}) if state.ensemble else None,
        "learnings": [learning.model_dump(mode="json") for learning in state.learnings or ()],
        "models": models_json(story),
        "skills": state.skills_loaded.model_dump(mode="json", exclude={"kind"}) if state.skills_loaded else None,
    }


def _candidate(node: Node, story: Story) -> dict[str, Any]:
    failure = node.failure
    told: dict[str, Any] = node.candidate.model_dump(mode="json", exclude={"recipe"})
    return told | {
        "fate": fate(node, story.state),
        "outcome": failure.outcome.value if failure and failure.outcome else ("ok" if node.results else None),
        "detail": failure.detail if failure else "",
        "search_score": node.mean(),
        "search_scores": {str(fold): score for fold, score in sorted(node.scores().items())},
        "confirm_score": node.mean("confirm"),
        "confirm_scores": {str(fold): score for fold, score in sorted(node.scores("confirm").items())},
        "slowest_s": node.slowest_s,
    }


def _footer(story: Story) -> Markup:
    began = datetime.fromtimestamp(story.began_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    unfinished = "" if story.state.finished else " It shows an unfinished run as it stood."
    return tag(
        "footer", f"Run {story.started.run_id}, begun {began}. This page is made from the run's journal.{unfinished}"
    )
