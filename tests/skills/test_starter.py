"""The inventory that ships: it reads without a problem, names no competition, and stands on evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

import haste
from haste.competition.catalogue import bundled
from haste.competition.load import load
from haste.runner.skill_store import Reading, read_store
from haste.schema.knowledge import Status, Tier
from haste.skills.claims import sign_of
from haste.skills.evidence import chance_of, votes
from haste.skills.gate import gate
from haste.skills.leaks import competition_terms
from haste.skills.thresholds import DEFAULTS
from haste.store.inventory import SkillFiles

from .making import expected_gain


@pytest.fixture(scope="module")
def starter() -> Reading:
    return read_store(SkillFiles(Path(haste.__file__).parent / "starter"))


def test_it_reads_without_a_problem_and_nothing_waits(starter: Reading) -> None:
    assert starter.problems == ()
    assert starter.pending == ()


def test_it_holds_general_advice_for_every_bundled_domain(starter: Reading) -> None:
    skills = starter.shelf.inventory.skills
    assert {skill.tier for skill in skills} == {Tier.GLOBAL, Tier.DOMAIN}
    assert {skill.origin for skill in skills} == {"starter"}
    assert {one.domain for one in bundled()} <= {skill.domain for skill in skills}
    assert {skill.status for skill in skills} <= {Status.CANDIDATE, Status.ACTIVE, Status.CONTESTED}


def test_no_text_names_a_bundled_competition_or_what_it_was_learned_on(starter: Reading) -> None:
    loaded = {one.id: load(one.folder).competition for one in bundled()}
    whole = {name: competition_terms(competition, None, ()) for name, competition in loaded.items()}
    names = [terms.model_copy(update={"columns": (), "files": ()}) for terms in whole.values()]
    for skill in starter.shelf.inventory.skills:
        assert gate(skill, [*names, *(whole[name] for name in skill.discovered_in)]) == ()


def test_every_skill_stands_on_runs_of_at_least_two_competitions(starter: Reading) -> None:
    for skill in starter.shelf.inventory.skills:
        assert len(votes(skill, starter.shelf.evidence)) >= 2, skill.name
        gain = expected_gain(skill, starter.shelf.evidence)
        share = chance_of(skill, votes(skill, starter.shelf.evidence))
        assert gain is not None
        assert share is not None
        # Its change gains in the claim's favour, or is kept more often than usual: less often, where it warns.
        assert gain > 0 or (share - DEFAULTS.prior_kept) * sign_of(skill.claim) > 0, skill.name


@pytest.mark.parametrize("page", ["README.md", "docs/skills.md"])
def test_the_pages_say_where_it_was_learned(page: str, starter: Reading) -> None:
    text = (Path(__file__).parents[2] / page).read_text()
    skills = starter.shelf.inventory.skills
    assert {run.competition for run in starter.shelf.evidence.runs.values()} == {one.id for one in bundled()}
    assert len(bundled()) == 15
    assert "all fifteen bundled competitions" in " ".join(text.split())
    images = [skill for skill in skills if skill.domain == "image"]
    here = sum("few-digits" in skill.discovered_in for skill in images)
    assert f"{here} of its {len(images)} image skills" in text or f"{here} of the {len(images)} image skills" in text
