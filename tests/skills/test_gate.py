"""The gate refuses what is planted and lets harmless advice in."""

from __future__ import annotations

import pytest

from haste.schema.knowledge import CompetitionTerms, Tier
from haste.skills.gate import find_duplicate, gate
from haste.skills.wording import general_text

from .fixtures.harmless import HARMLESS
from .fixtures.planted import LEAKS, PLANTED
from .making import competition_skill, domain_skill, inventory, skill

TERMS = CompetitionTerms(
    competition="spaceship-cargo",
    title="Predict the Lost Cargo",
    columns=("CabinDeck", "room_service", "Fare", "target", "name", "V17", "rows", "f3"),
    files=("deck_plan.csv", "crew.csv", "train.csv"),
    scores=(0.80412,),
)


def test_the_sets_are_large_enough() -> None:
    assert len(PLANTED) + len(LEAKS) >= 60
    assert len(HARMLESS) >= 40


@pytest.mark.parametrize(("code", "text"), PLANTED)
def test_planted_texts_are_refused_at_every_tier(code: str, text: str) -> None:
    body = f"# Advice\n\nTry this early.\n\n{text}\n"
    for one in (skill(body=body.strip()), competition_skill("advice", body=body.strip())):
        problems = gate(one)
        assert code in {problem.code for problem in problems}
        assert all(problem.reason and problem.where for problem in problems)


@pytest.mark.parametrize(("code", "text"), [item for item in PLANTED if "\n" not in item[1]])
def test_planted_texts_are_refused_in_a_description_and_a_claim(code: str, text: str) -> None:
    for field in ("description", "claim", "technique", "license"):
        assert gate(skill(**{field: text})), field


@pytest.mark.parametrize(("kind", "text"), LEAKS)
def test_leaks_are_refused_beyond_the_competition_tier(kind: str, text: str) -> None:
    for one in (skill(body=text), domain_skill("advice", body=text), skill(description=text, body="Try it.")):
        found = [problem for problem in gate(one, [TERMS]) if problem.code == "leak"]
        assert any(kind in problem.reason for problem in found), found
    assert gate(competition_skill("advice", body=text), [TERMS]) == ()


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_advice_passes(text: str) -> None:
    assert gate(skill(body=text), [TERMS]) == ()


def test_form_is_part_of_the_gate() -> None:
    assert [problem.code for problem in gate(skill(body="word " * 301))] == ["form"]
    assert gate(skill("Bad Name"))[0].reason.startswith("name")


@pytest.mark.parametrize(("kind", "text"), LEAKS)
def test_general_words_name_no_competition(kind: str, text: str) -> None:
    general = general_text(f"Trees first. {text} Check the folds.", [TERMS])
    assert gate(skill(body=general), [TERMS]) == ()
    assert general.startswith("Trees first.")
    assert general.endswith("Check the folds.")


def test_duplicates_by_body_then_likeness_then_claim() -> None:
    text = (
        "Encode columns with many levels by smoothed target means. " * 2
        + "Fit them inside each fold only. Use a prior then."
    )
    store = inventory(skill("old", body=text, technique="te", claim="any/te/+"))
    twin = skill("new", body=text.upper(), technique="x", claim="x/x/+")
    near = skill("new", body=text.replace("only", "alone"), technique="te", claim="x/x/+")
    same = skill("new", body="Something else entirely.", technique="te", claim="any/te/+")
    other = skill("new", body="Something else entirely.", technique="y", claim="any/y/+")
    assert [find_duplicate(one, store) and find_duplicate(one, store).how for one in (twin, near, same, other)] == [
        "body",
        "similar",
        "claim",
        None,
    ]


def test_only_live_skills_of_the_same_readers_are_duplicates() -> None:
    one = competition_skill("new", "beta-two", claim="any/te/+")
    assert find_duplicate(one, inventory(competition_skill("a", claim="any/te/+"))) is None
    assert find_duplicate(one, inventory(domain_skill("a", "text", claim="any/te/+"))) is None
    assert find_duplicate(one, inventory(domain_skill("a", claim="any/te/+", status="retired"))) is None
    assert find_duplicate(one, inventory(domain_skill("a", claim="any/te/+"))) is not None


def test_opposite_advice_is_no_duplicate() -> None:
    for_it = domain_skill(
        "te", claim="any/te/+", technique="te", body="Advice on target encoding for many levels here."
    )
    against = domain_skill("avoid-te", claim="any/te/-", technique="te", body=for_it.body + " Now.")
    assert find_duplicate(against, inventory(for_it)) is None
    assert against.tier is Tier.DOMAIN


def test_the_same_words_under_another_heading_are_a_duplicate() -> None:
    told = "# Old\n\nShrink the means of rare levels towards the mean of all.\n\n## When it applies\n\nAnywhere."
    again = "# New\n\nshrink the means of rare levels, towards the mean of all!\n\n## When it applies\n\nOn few rows."
    store = inventory(skill("old", body=told, technique="te", claim="any/te/+"))
    found = find_duplicate(skill("new", body=again, technique="x", claim="x/x/+"), store)
    assert found is not None
    assert found.how == "words"
    assert find_duplicate(skill("new", body=again, technique="x", claim="x/x/-"), store) is None
    brief = skill("old", body="# Old\n\nShrink the means.", technique="te", claim="any/te/+")
    other = skill("new", body="# New\n\nShrink the means.", technique="x", claim="x/x/+")
    assert find_duplicate(other, inventory(brief)) is None
