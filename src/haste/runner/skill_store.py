"""Between a skill store and what it means: reading it, and leaving a run's evidence and learnings in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from haste.schema.events import (
    CompetitionProfiled,
    Event,
    LearningsRecorded,
    RunStarted,
    SkillsLoaded,
    SubmissionChosen,
)
from haste.schema.knowledge import CompetitionTerms, Learning, Problem, RunLearnings, StoreWrite, TextFile
from haste.skills.evidence import fold
from haste.skills.inventory import load_inventory
from haste.skills.leaks import competition_terms
from haste.skills.ledger import read_records, write_records
from haste.skills.promote import Shelf
from haste.skills.words import digest
from haste.skills.writing import run_records
from haste.store.inventory import LEARNINGS, SkillFiles


@dataclass(frozen=True)
class Reading:
    """A store as it was read: what can be worked with, what waits for a verdict, and all that was set aside."""

    shelf: Shelf
    pending: tuple[Learning, ...]
    problems: tuple[Problem, ...]


def read_store(files: SkillFiles) -> Reading:
    """The whole store. What cannot be read is a problem and never an error."""
    skills, ledger, proposed = files.read(), files.read_ledger(), files.read_learnings()
    inventory = load_inventory(skills.files)
    records, torn = read_records(ledger.files)
    evidence = fold(records)
    runs, foreign = _read_learnings(proposed.files)
    decided = {record.learning for record in evidence.decisions}
    pending = tuple(one for run in runs for one in run.learnings if one.id not in decided)
    problems = (*skills.problems, *inventory.problems, *ledger.problems, *torn, *proposed.problems, *foreign)
    return Reading(Shelf(inventory, evidence, _terms(runs)), pending, problems)


def leave_evidence(files: SkillFiles, events: Iterable[Event]) -> int:
    """Add a finished run's records to the ledger; those that are there already are not added again. Says how many."""
    events = tuple(events)
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    if started is None:
        return 0
    manifest = next((event.manifest for event in events if isinstance(event, SkillsLoaded)), None)
    lines = write_records(run_records(events, manifest)).splitlines(keepends=True)
    known = {line for file in files.read_ledger(started.run_id).files for line in file.text.splitlines(keepends=True)}
    fresh = [line for line in lines if line not in known]
    files.append(started.run_id, "".join(fresh))
    return len(fresh)


def leave_learnings(files: SkillFiles, events: Iterable[Event]) -> int:
    """Put a finished run's learnings before the store, to be decided on. Says how many there are."""
    events = tuple(events)
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    recorded = next((event for event in events if isinstance(event, LearningsRecorded)), None)
    if started is None or recorded is None:
        return 0
    profiled = next((event.profile for event in events if isinstance(event, CompetitionProfiled)), None)
    chosen = next((event for event in events if isinstance(event, SubmissionChosen)), None)
    scores = (chosen.validation_score, chosen.search_score) if chosen else ()
    terms = competition_terms(started.competition, profiled, (score for score in scores if score is not None))
    made = RunLearnings(run=started.run_id, terms=terms, learnings=recorded.learnings)
    path, text = f"{LEARNINGS}/{started.run_id}.json", made.model_dump_json(indent=1) + "\n"
    there = next((file.text for file in files.read_learnings().files if file.path == path), None)
    if there is None:
        files.write([StoreWrite(path, text)])
    elif there != text:
        files.write([StoreWrite(path, text, replaces=path, expected=digest(there))])
    return len(recorded.learnings)


def _read_learnings(files: Iterable[TextFile]) -> tuple[list[RunLearnings], list[Problem]]:
    runs: list[RunLearnings] = []
    problems: list[Problem] = []
    for file in files:
        try:
            runs.append(RunLearnings.model_validate_json(file.text))
        except ValidationError as fault:
            reason = f"not learnings that this version knows: {fault.errors()[0]['msg']}"
            problems.append(Problem(where=file.path, code="learnings", reason=reason))
    return runs, problems


def _terms(runs: Iterable[RunLearnings]) -> Mapping[str, CompetitionTerms]:
    """What identifies each competition, over all its runs."""
    known: dict[str, CompetitionTerms] = {}
    for run in runs:
        old = known.get(run.terms.competition, run.terms)
        lists = {
            name: tuple(dict.fromkeys((*getattr(old, name), *getattr(run.terms, name))))
            for name in ("columns", "files", "scores")
        }
        known[run.terms.competition] = old.model_copy(update=lists)
    return known
