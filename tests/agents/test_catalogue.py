from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from haste.agents.builtin.catalogue import DOMAINS, all_techniques
from haste.agents.builtin.facts import facts_of
from haste.agents.builtin.handbook import page
from haste.agents.domains import NAMES, charter
from haste.schema.competition import Kind
from haste.schema.conditions import all_hold
from haste.schema.profile import Role
from haste.schema.solution import Scale

from .examples import Example, example, matrix
from .sweep import changes, prototypes, rendered

DOCS = Path(__file__).parents[2] / "docs"


def test_at_least_thirty_for_tables_and_some_at_every_scale() -> None:
    tabular = DOMAINS["tabular"].techniques
    assert len(tabular) >= 30
    for scale in Scale:
        assert sum(technique.scale is scale for technique in tabular) >= 8


def test_names_and_places_in_the_handbook_are_unique() -> None:
    for domain in DOMAINS.values():
        assert len({technique.name for technique in domain.techniques}) == len(domain.techniques)
        own = [technique.rank for technique in domain.techniques if technique.domain == domain.name]
        assert len(set(own)) == len(own)
    every = {id(technique): technique for domain in DOMAINS.values() for technique in domain.techniques}
    assert len(every) == len(all_techniques())


@pytest.mark.parametrize("technique", all_techniques(), ids=lambda technique: technique.name)
def test_each_is_described_in_plain_words(technique) -> None:  # type: ignore[no-untyped-def]
    assert technique.name == technique.name.lower().replace(" ", "_")
    assert 0 < len(technique.title) <= 80
    assert not technique.title.endswith(".")
    assert technique.summary.endswith(".")
    assert len(technique.summary.split()) <= 45
    assert technique.answers
    assert (technique.family is not None) == (technique.scale is Scale.APPROACH)


def test_conditions_speak_of_facts_that_exist() -> None:
    listed = {line.split("`")[1] for line in (DOCS / "facts.md").read_text().splitlines() if line.startswith("| `")}
    ours = set().union(*(facts_of(made_up.brief()) for made_up in matrix().values()))
    for technique in all_techniques():
        for condition in technique.requires:
            assert condition.fact in listed | ours, f"{technique.name}: {condition}"


def narrow() -> Example:
    """A few numbers, as coordinates are, and a date."""
    made_up = example(Kind.REGRESSION, "rmse")
    columns = ["id", "a", "größe", "f"]
    train, test = made_up.train[[*columns, "target"]], made_up.test[columns]
    return replace(made_up, train=train, test=test)


def dated() -> Example:
    made_up = narrow()
    dates = {"when": "2020-01-01"}
    return replace(
        made_up, train=made_up.train.assign(**dates), test=made_up.test.assign(**dates), roles={"when": Role.DATETIME}
    )


def test_every_tabular_technique_applies_somewhere() -> None:
    examples = [*matrix().values(), narrow(), dated()]
    examples += [example(Kind.REGRESSION, "rmse", rows=600), example(Kind.BINARY, "log_loss", rows=600)]
    applied = set()
    for made_up in examples:
        brief = made_up.brief()
        applied |= set(prototypes(brief))
        applied |= {name.split(" on ")[0] for name in changes(brief)}
    assert not {technique.name for technique in DOMAINS["tabular"].techniques} - applied


@pytest.mark.parametrize("key", list(matrix()))
def test_all_scripts_parse_change_something_and_are_pure(key: str) -> None:
    brief = matrix()[key].brief()
    begun = prototypes(brief)
    recipes = changes(brief)
    texts = rendered(begun)
    for name, text in rendered(recipes).items():
        ast.parse(text)
        assert text != texts[name.split(" on ")[1]], f"{name} changes nothing in the script"
        assert max(map(len, text.splitlines())) <= 120, name
    assert {name: recipe.model_dump_json() for name, recipe in changes(brief).items()} == {
        name: recipe.model_dump_json() for name, recipe in recipes.items()
    }


def test_preconditions_hold_wherever_a_technique_applies() -> None:
    brief = matrix()["binary label"].brief()
    facts = facts_of(brief)
    by_name = {technique.name: technique for technique in all_techniques()}
    for name in changes(brief):
        assert all_hold(by_name[name.split(" on ")[0]].requires, facts)


def test_the_page_of_techniques_is_fresh() -> None:
    assert (DOCS / "techniques.md").read_text() == page(), (
        "run: python -m haste.agents.builtin.handbook > docs/techniques.md"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_domain_has_a_charter(name: str) -> None:
    read = charter(name)
    assert read.name == name
    assert len(read.charter) > 200
    assert len(read.pitfalls) >= 3


def test_an_unknown_domain_is_treated_as_a_table() -> None:
    assert charter("astrology").name == "tabular"
