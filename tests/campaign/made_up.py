"""Campaigns over made-up competitions: journals, store and threads are real, runs are over as soon as they begin."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from haste.campaign.loop import drive
from haste.campaign.parts import Asking, Backends, Campaign, Word
from haste.campaign.rows import read_row
from haste.campaign.state import CampaignState, fold
from haste.campaign.summary import summarise
from haste.runner.skill_store import read_store
from haste.schema.campaign import CampaignConfig, CampaignEntry, CampaignResumed, CampaignStarted, Classified
from haste.schema.competition import Grade, Medal
from haste.schema.config import RunConfig, Start
from haste.schema.errors import CompetitionError
from haste.schema.events import Event, RunFinished, SubmissionChosen, SubmissionGraded
from haste.schema.knowledge import Loading
from haste.store.files import FileStore
from haste.store.inventory import SkillFiles
from haste.store.stream import Stream
from tests.runner.test_promotion import run as told_run
from tests.search.legal import MAXIMIZE

# name -> domain
COMPETITIONS = {"alpha": "tabular", "beta": "tabular", "gamma": "text", "delta": "tabular", "eps": "tabular"}
COMPETITIONS |= {"zeta": "text", "eta": "tabular"}
SUBMISSION = "sha256:" + "0" * 64


RUN = RunConfig(competition="", start=Start.WARM, loading=Loading.TIERED)


def config(**fields: Any) -> CampaignConfig:
    base: dict[str, Any] = {"competitions": tuple(COMPETITIONS), "workers": 2, "run": RUN}
    return CampaignConfig(**(base | fields))


class Made:
    """A campaign's folder with made-up runs. `grade` is what every run of it gets; `store` is its own by default."""

    def __init__(
        self, folder: Path, rules: CampaignConfig, grade: float = 0.9, store: Path | None = None, prefix: str = ""
    ) -> None:
        self.folder, self.rules, self.grade, self.prefix = folder, rules, grade, prefix
        self.code = "0"  # the version of the code
        self.words: dict[str, Word] = {}  # the orchestrator's, of competitions that state no domain
        self.asked: list[tuple[str, Asking]] = []
        self.driven: list[str] = []
        self.told: dict[str, str | None] = {}  # run -> the domain that it was begun with
        folder.mkdir(parents=True, exist_ok=True)
        self.skills = SkillFiles(store or folder / "skills")
        self.skills.create()

    def campaign(self) -> Campaign:
        """As a new process finds it."""
        journal = Stream(self.folder / "campaign.jsonl", CampaignEntry, owner="campaign")
        if not list(journal.read()):
            journal.append(
                CampaignStarted(campaign="made-up", config=self.rules, prefix=self.prefix, code_version=self.code)
            )
        else:
            journal.append(CampaignResumed(code_version=self.code))
        known = Backends(
            classify=self._classify,
            open_run=self._open,
            finish=self._finish,
            close=self._close,
            events=_events,
            word=self._word,
        )
        return Campaign(self.folder, journal, self.skills, known, clock=lambda: 1000.0)

    def drive(self, campaign: Campaign | None = None) -> CampaignState:
        """To its end or a pause, and the process is gone."""
        campaign = campaign or self.campaign()
        try:
            return drive(campaign)
        finally:
            campaign.journal.close()  # type: ignore[attr-defined]

    def _classify(self, reference: str) -> Classified:
        if reference not in COMPETITIONS:
            raise CompetitionError("has no rows", where=reference)
        return Classified(
            reference=reference,
            id=reference,
            title=reference,
            domain=COMPETITIONS[reference],
            domain_is_inferred=reference in self.words,
            leaderboard=True,
        )

    def _word(self, told: RunConfig, asking: Asking) -> Word:
        self.asked.append((told.competition, asking))
        return self.words[told.competition]

    def _open(self, told: RunConfig, folder: Path) -> Any:
        """A run that is over: what it gained follows from the skills it saw, so that a wrong store would show."""
        self.driven.append(folder.name)
        self.told[folder.name] = told.domain
        store = FileStore(folder)
        skills = () if told.skills_dir is None else read_store(SkillFiles(Path(told.skills_dir))).shelf.inventory.held
        for event in _story(folder.name, told, len(skills))[len(list(store.read())) :]:
            store.append(event)
        return SimpleNamespace(store=store, folder=folder, config=told, tape=None)

    def _finish(self, context: Any, state: Any) -> None:
        if not list(context.store.read_grades()):
            medal = Medal.GOLD if self.grade >= 0.9 else Medal.NONE
            grade = Grade(score=self.grade, metric=MAXIMIZE, medal=medal, normalised=self.grade, above_median=True)
            event = SubmissionGraded(run_id=state.run_id, competition="c", submission=SUBMISSION, grade=grade)
            context.store.append_grade(event)

    def _close(self, context: Any) -> None:
        context.store.close()

    def entries(self) -> list[CampaignEntry]:
        return list(Stream(self.folder / "campaign.jsonl", CampaignEntry).read())

    def summary(self) -> dict[str, Any]:
        state = fold(self.entries())
        rows = [
            read_row(one, planned.number, state.runs.get(one.run), FileStore(self.folder / "runs" / one.run))
            for planned in state.rounds
            for one in planned.assignments
        ]
        return summarise(state, rows, 0.0)

    def tables(self) -> Any:
        return without_times(self.summary())

    def store_texts(self) -> dict[str, str]:
        """Every file of the store, with its text."""
        root = self.skills.root
        files = [path for path in sorted(root.rglob("*")) if path.is_file() and path.name != ".lock"]
        return {str(path.relative_to(root)): path.read_text() for path in files}


def without_times(value: Any) -> Any:
    """A summary without what differs from one run of the program to the next."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in ("wall_s", "began_at", "runs_wall_s")}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def _events(folder: Path) -> tuple[Event, ...]:
    return tuple(entry.event for entry in FileStore(folder).read())


def _story(name: str, told: RunConfig, skills: int) -> tuple[Event, ...]:
    place = told.competition
    first, *rest = told_run(name, place, gain=3.0 + skills, techniques=("average", "scale"))
    made = first.competition.model_copy(update={"domain": COMPETITIONS[place]})  # type: ignore[union-attr]
    first = first.model_copy(update={"competition": made, "config": told})
    learned = rest[-1]
    domain = {"domain": COMPETITIONS[place]}
    rest[-1] = learned.model_copy(
        update={"learnings": tuple(one.model_copy(update=domain) for one in learned.learnings)}  # type: ignore[union-attr]
    )
    chosen = SubmissionChosen(candidate=None, submission=SUBMISSION, validation_score=0.5 + skills, search_score=0.5)
    return (first, *rest[:-1], chosen, rest[-1], RunFinished(reason="iterations"))
