"""Between a skill store and what it means: reading it, and leaving a run's evidence and learnings in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from haste.competition.catalogue import bundled_terms
from haste.schema.events import (
    CompetitionProfiled,
    Event,
    LearningsRecorded,
    RunStarted,
    SkillsLoaded,
    SubmissionChosen,
)
from haste.schema.knowledge import CompetitionTerms, Learning, LedgerRecord, Problem, RunLearnings, StoreWrite, TextFile
from haste.skills.evidence import fold
from haste.skills.inventory import load_inventory
from haste.skills.leaks import competition_terms
from haste.skills.ledger import read_records, write_records
from haste.skills.measured import measure
from haste.skills.promote import Shelf
from haste.skills.words import digest
from haste.skills.writing import run_records
from haste.store.inventory import LEARNINGS, SkillFiles

from .json_lines import line_at


@dataclass(frozen=True)
class Reading:
    """A store as it was read: what can be worked with, what waits for a verdict, and all that was set aside."""

    shelf: Shelf
    pending: tuple[Learning, ...]
    problems: tuple[Problem, ...]
    records: tuple[LedgerRecord, ...] = ()
    learned: tuple[Learning, ...] = ()  # all that runs ever proposed, decided on or not


def read_store(files: SkillFiles, known: Iterable[CompetitionTerms] = ()) -> Reading:
    """The whole store. What cannot be read is a problem and never an error.

    `known` names competitions that the store may have no learnings of. Whatever was learned on a bundled one, or on one
    that there are learnings of, is held against its names.
    """
    known = tuple(known)
    skills, ledger, proposed = files.read(), files.read_ledger(), files.read_learnings()
    runs, foreign = _read_learnings(proposed.files)
    inventory = load_inventory(skills.files, _terms((*bundled_terms(), *known, *(run.terms for run in runs))))
    records, torn = read_records(ledger.files)
    evidence = fold(records)
    measure(inventory, evidence)
    decided = {record.learning for record in evidence.decisions}
    learned = tuple(one for run in runs for one in run.learnings)
    pending = tuple(one for one in learned if one.id not in decided)
    problems = (*skills.problems, *inventory.problems, *ledger.problems, *torn, *proposed.problems, *foreign)
    measured = (CompetitionTerms(competition=run.competition) for run in evidence.runs.values())
    shelf = Shelf(inventory, evidence, _terms((*known, *(run.terms for run in runs), *measured)))
    return Reading(shelf, pending, problems, records, learned)


def with_run(reading: Reading, events: Iterable[Event]) -> Reading:
    """The reading as it would be had a finished run left its evidence and learnings in the store."""
    events = tuple(events)
    made = _learnings_of(events)
    if made is None:
        return reading
    shelf, records = reading.shelf, (*reading.records, *_records_of(events))
    known = {one.id for one in reading.pending} | {record.learning for record in shelf.evidence.decisions}
    pending = (*reading.pending, *(one for one in made.learnings if one.id not in known))
    terms = _terms((*shelf.terms.values(), made.terms))
    learned = tuple({one.id: one for one in (*reading.learned, *made.learnings)}.values())
    return Reading(Shelf(shelf.inventory, fold(records), terms), pending, reading.problems, records, learned)


def leave_evidence(files: SkillFiles, events: Iterable[Event]) -> None:
    """Add a finished run's records to the ledger; those that are there already are not added again."""
    records = _records_of(tuple(events))
    if not records:
        return
    run = records[0].run
    known = {line for file in files.read_ledger(run).files for line in file.text.splitlines(keepends=True)}
    lines = write_records(records).splitlines(keepends=True)
    files.append(run, "".join(line for line in lines if line not in known))


def leave_learnings(files: SkillFiles, events: Iterable[Event]) -> None:
    """Put a finished run's learnings before the store, to be decided on."""
    made = _learnings_of(tuple(events))
    if made is None:
        return
    path, text = f"{LEARNINGS}/{made.run}.json", made.model_dump_json(indent=1) + "\n"
    there = next((file.text for file in files.read_learnings().files if file.path == path), None)
    if there is None:
        files.write([StoreWrite(path, text)])
    elif there != text:
        files.write([StoreWrite(path, text, replaces=path, expected=digest(there))])


def _records_of(events: tuple[Event, ...]) -> tuple[LedgerRecord, ...]:
    manifest = next((event.manifest for event in events if isinstance(event, SkillsLoaded)), None)
    return run_records(events, manifest)


def _learnings_of(events: tuple[Event, ...]) -> RunLearnings | None:
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    recorded = next((event for event in events if isinstance(event, LearningsRecorded)), None)
    if started is None or recorded is None:
        return None
    profiled = next((event.profile for event in events if isinstance(event, CompetitionProfiled)), None)
    chosen = next((event for event in events if isinstance(event, SubmissionChosen)), None)
    scores = (chosen.validation_score, chosen.search_score) if chosen else ()
    terms = competition_terms(started.competition, profiled, (score for score in scores if score is not None))
    return RunLearnings(run=started.run_id, terms=terms, learnings=recorded.learnings)


def _read_learnings(files: Iterable[TextFile]) -> tuple[list[RunLearnings], list[Problem]]:
    runs: list[RunLearnings] = []
    problems: list[Problem] = []
    for file in files:
        try:
            runs.append(RunLearnings.model_validate_json(file.text))
        except ValidationError as fault:
            error = fault.errors()[0]
            place = ".".join(map(str, error["loc"]))
            reason = f"not learnings that this version knows: {place or 'the file'}: {error['msg']}"
            line = line_at(file.text, error["loc"])
            problems.append(Problem(where=file.path, code="learnings", reason=reason, line=line))
    return runs, problems


def _terms(found: Iterable[CompetitionTerms]) -> Mapping[str, CompetitionTerms]:
    """What identifies each competition, over all its runs."""
    known: dict[str, CompetitionTerms] = {}
    for one in found:
        old = known.get(one.competition, one)
        lists = {
            name: tuple(dict.fromkeys((*getattr(old, name), *getattr(one, name))))
            for name in ("columns", "files", "scores")
        }
        known[one.competition] = old.model_copy(update=lists)
    return known
