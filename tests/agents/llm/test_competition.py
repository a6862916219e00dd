"""What a model is told of a competition: the lists of facts, metrics and domains are those of the house."""

from __future__ import annotations

import re

import pytest

from haste.agents.domains import NAMES, charter
from haste.agents.llm.competition import competition_block
from haste.agents.llm.facts import FACTS
from haste.agents.llm.runnable import absent_packages, check_runnable
from haste.agents.llm.stable import trade_block
from haste.agents.llm.template import prompt
from haste.agents.llm.unfit import Unfit
from haste.competition.facts import FACTS as KNOWN
from haste.competition.metrics import METRICS
from haste.competition.settings import Settings
from haste.schema.competition import Kind, PredictionNeed, Scheme, Trust
from haste.schema.solution import Diagnosis, Scale

from .briefs import bare
from .filling import script


def test_facts_are_those_of_profiles() -> None:
    machine = {"cores", "memory_gb", "gpu"}
    known = [spec.name for spec in KNOWN]
    assert set(FACTS) == {name for name in known if name not in machine and not re.match(r"has_(?!groups|time)", name)}


def test_settings_name_every_key_and_metric() -> None:
    text = prompt("settings")
    listed = re.search(r"`metric`: (.*)\.\n", text)
    assert listed is not None
    assert set(listed[1].split(", ")) == set(METRICS)
    assert set(Settings.model_fields) - {"answers", "leaderboard", "validation"} <= set(re.findall(r"`(\w+)`", text))


def test_every_domain_is_explained() -> None:
    text = prompt("classify", competition="x")
    assert re.findall(r"^- (\w+):", text, re.MULTILINE) == list(NAMES)


@pytest.mark.parametrize("domain", NAMES)
def test_the_trade_is_explained_without_a_competition(domain: str) -> None:
    text = trade_block(domain)
    assert all(pitfall in text for pitfall in charter(domain).pitfalls)
    assert all(f"- {one.value}:" in text for one in (*Diagnosis, *Scale))


@pytest.mark.parametrize("name", ["affairs", "few-digits", "island-air", "whose-code", "party-lines"])
def test_a_competition_is_told_within_bounds(name: str) -> None:
    brief = bare(name)
    text = competition_block(brief, 6000, 60)
    assert len(text) < 12_000
    assert f"`{brief.competition.metric.name}`" in text
    for column in brief.profile.columns:
        assert f'"{column.name}"' in text


def test_pictures_are_found() -> None:
    text = competition_block(bare("few-digits"), 6000, 60)
    assert "files input/images/<value>, those of train and test in one folder in every run" in text
    assert "100% have a dark border" in text
    assert "100% have a dark border" not in competition_block(bare("few-digits"), 6000, 60, inside=False)
    assert "20x20 L (20)" in text


def test_many_columns_are_summed_up() -> None:
    brief = bare("affairs")
    one = brief.profile.columns[2]
    many = tuple(one.model_copy(update={"name": f"f{n}"}) for n in range(500))
    wide = brief.model_copy(update={"profile": brief.profile.model_copy(update={"columns": many})})
    text = competition_block(wide, 6000, 60)
    assert '440 further columns (numeric): "f60", ' in text
    assert " and 380 more\n" in text
    assert len(text) < 12_000


@pytest.mark.parametrize(
    ("kind", "needs", "classes", "words"),
    [
        (Kind.BINARY, PredictionNeed.RANKING, ("no", "yes"), 'only their order counts, higher where "yes" is likelier'),
        (Kind.BINARY, PredictionNeed.PROBABILITY, ("no", "yes"), 'calibrated probabilities of "yes"'),
        (Kind.MULTICLASS, PredictionNeed.LABEL, ("a", "b", "c"), "labels, written as in the training table"),
        (Kind.REGRESSION, PredictionNeed.RANKING, (), "higher for higher targets"),
        (Kind.REGRESSION, PredictionNeed.VALUE, (), "numbers in the target's own units"),
    ],
)
def test_the_form_of_the_answer(kind: Kind, needs: PredictionNeed, classes: tuple[str, ...], words: str) -> None:
    brief = bare("affairs")
    metric = brief.competition.metric.model_copy(update={"needs": needs})
    changed = brief.competition.model_copy(update={"kind": kind, "metric": metric, "classes": classes})
    assert words in competition_block(brief.model_copy(update={"competition": changed}), 6000, 60)


def test_a_column_for_each_class() -> None:
    assert "One column for each class" in competition_block(bare("whose-code"), 6000, 60)


def test_folds_are_those_of_the_search() -> None:
    brief = bare("warm-sea")
    told = competition_block(brief.model_copy(update={"folds": 3}), 6000, 60)
    assert "3 folds, later rows held out" in told
    assert "fold 1 the earliest, each learning from all before" in told
    dated = brief.profile.model_copy(update={"windows": ("1961-09-01 to 1969-03-01", "1969-04-01 to 1976-10-01")})
    told = competition_block(brief.model_copy(update={"profile": dated}), 6000, 60)
    assert "(fold 1 1961-09-01 to 1969-03-01; fold 2 1969-04-01 to 1976-10-01), each learning from" in told
    assert "some 773 each" in competition_block(bare("affairs").model_copy(update={"folds": 5}), 6000, 60)


@pytest.mark.parametrize(
    ("metric", "rows", "words"),
    [
        ("accuracy", 300, "some 60 each (one row is 0.017 of accuracy). Fresh"),
        ("accuracy", 30_000, "some 6000 each. Fresh"),
        ("balanced_accuracy", 300, "some 60 each (one row of the rarest class is 0.083 of balanced_accuracy). Fresh"),
        ("log_loss", 300, "some 60 each. Fresh"),
    ],
)
def test_what_one_row_is_worth_is_said_where_rows_are_few(metric: str, rows: int, words: str) -> None:
    brief = bare("affairs")
    profile = brief.profile.model_copy(update={"n_train": rows, "facts": {"minority_share": 0.1}})
    named = brief.competition.metric.model_copy(update={"name": metric})
    update = {"profile": profile, "competition": brief.competition.model_copy(update={"metric": named}), "folds": 5}
    assert words in competition_block(brief.model_copy(update=update), 6000, 60)


@pytest.mark.parametrize("scheme", Scheme)
def test_every_way_of_validation_is_worded(scheme: Scheme) -> None:
    brief = bare("affairs")
    stated = brief.profile.validation.model_copy(update={"scheme": scheme, "group_column": "g", "time_column": "t"})
    profile = brief.profile.model_copy(update={"validation": stated})
    assert "held out" in competition_block(brief.model_copy(update={"profile": profile}), 6000, 60)


def test_packages_that_are_not_there_are_known() -> None:
    assert {"xgboost", "torch"} <= absent_packages(bare("affairs"))
    assert not {"sklearn", "lightgbm", "numpy"} & absent_packages(bare("affairs"))


def test_where_rows_cannot_be_held_out_the_script_says_its_own_score() -> None:
    brief = bare("affairs")
    stated = brief.profile.validation.model_copy(update={"trust": Trust.REPORTED})
    told = brief.model_copy(update={"profile": brief.profile.model_copy(update={"validation": stated})})
    assert '`{"score": number}` to `validation.json`' in competition_block(told, 6000, 60)
    check_runnable(brief, script())
    with pytest.raises(Unfit, match=r"never writes `validation\.json`"):
        check_runnable(told, script())


def test_dates_say_how_far_they_reach() -> None:
    text = competition_block(bare("warm-sea"), 6000, 60)
    assert '"date": datetime, 612 distinct, train 1941-01-01 to 1991-12-01, test 1992-01-01 to 2001-12-01 | ' in text
