"""Models and techniques for texts: really run on small made-up texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from haste.agents.builtin.catalogue import DOMAINS
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.render import render
from haste.schema.brief import Brief
from haste.schema.competition import Kind, PredictionNeed
from haste.schema.profile import Role

from .examples import Example
from .scripts import run_many
from .sweep import changes, check_submission, prototypes

TEXT = DOMAINS["text"]
COMMON = ["the", "of", "and", "to", "in", "is", "that", "it", "for", "on", "with", "as", "by", "at", "from", "this"]
TOPICS = (
    ["boat", "sail", "harbour", "tide", "anchor", "wave", "deck"],
    ["flour", "oven", "bread", "yeast", "dough", "butter", "crust"],
    ["court", "judge", "law", "trial", "witness", "verdict", "appeal"],
)


def texts(rows: int = 180, **more: Any) -> pd.DataFrame:
    """Texts of three topics with a number, a category, a short second text, gaps, odd marks and hostile names."""
    draw = np.random.default_rng(4)
    topic = draw.integers(0, 3, rows)
    said = [" ".join(draw.choice([*COMMON, *TOPICS[t]], draw.integers(8, 25))) for t in topic]
    frame = pd.DataFrame({"id": [f"t{n}" for n in draw.permutation(rows)], 'the "text"': said})
    frame['the "text"'] += np.where(draw.random(rows) < 0.3, "! <br>\n12 EUR, naïve", ".")
    frame["title"] = [f"{draw.choice(TOPICS[t])} no {draw.integers(99)}".title() for t in topic]
    frame["number"], frame["colour"] = draw.normal(size=rows), draw.choice(["red", "blue"], rows)
    frame.loc[draw.random(rows) < 0.05, 'the "text"'] = None
    frame.loc[draw.random(rows) < 0.05, "number"] = np.nan
    frame["topic"] = topic
    return frame.assign(**more)


def made(kind: Kind, metric: str, rows: int = 180, **more: Any) -> Example:
    frame = texts(rows)
    topic = frame.pop("topic")
    targets, classes = ("target",), ()
    match kind:
        case Kind.BINARY:
            frame["target"], classes = np.where(topic == 1, "food", "other"), ("food", "other")
        case Kind.MULTICLASS:
            frame["target"], classes = topic.map({0: "sea", 1: "food", 2: "law"}), ("food", "law", "sea")
        case Kind.ORDINAL:
            frame["target"], classes = topic + 1, ("1", "2", "3")
        case Kind.MULTILABEL:
            frame["one"], frame["two"] = (topic == 0).astype(int), (topic != 2).astype(int)
            targets, classes = ("one", "two"), ("0", "1")
        case _:
            frame["target"] = 10.0 + topic**2 + np.random.default_rng(0).normal(size=rows) * 0.2
    train, test = frame.iloc[: rows - 40], frame.iloc[rows - 40 :].drop(columns=list(targets)).reset_index(drop=True)
    roles = {'the "text"': Role.TEXT, "title": Role.TEXT}
    return Example(
        kind=kind, metric=metric, train=train, test=test, targets=targets, classes=classes, roles=roles,
        domain="text", **more,
    )  # fmt: skip


def examples() -> dict[str, Example]:
    return {
        "binary": made(Kind.BINARY, "roc_auc", rows=350),
        "probabilities": made(Kind.MULTICLASS, "log_loss", class_columns=True),
        "labels": made(Kind.MULTICLASS, "f1_macro", rows=250),
        "ordinal": made(Kind.ORDINAL, "quadratic_weighted_kappa"),
        "several": made(Kind.MULTILABEL, "roc_auc"),
        "numbers": made(Kind.REGRESSION, "rmse"),
    }


def brief_of(made_up: Example, **more: Any) -> Brief:
    """With the one fact of texts that the made-up profile lacks."""
    brief = made_up.brief(**more)
    length = {"mean_text_length": 120.0}
    return brief.model_copy(update={"profile": brief.profile.model_copy(update={"facts": length})})


def run(recipes: dict[tuple[str, str], Recipe], folder: Path) -> dict[tuple[str, str], Path]:
    known = examples()
    inputs = {key: known[key].lay_out(folder / key) for key in dict.fromkeys(key for key, _ in recipes)}
    jobs = {f"{key}: {name}": (render(recipe, TEXT), inputs[key]) for (key, name), recipe in recipes.items()}
    ran = run_many(jobs, folder)
    for key, name in recipes:
        result = ran[f"{key}: {name}"]
        assert result["error"] is None, f"{key}: {name}:\n{result['error']}"
        check_submission(result["folder"], known[key])
    return {(key, name): Path(str(ran[f"{key}: {name}"]["folder"])) for key, name in recipes}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """All prototypes of two kinds, and each technique once on two classes, in one process."""
    known = examples()
    recipes = {
        (key, name): recipe
        for key in ("labels", "numbers")
        for name, recipe in prototypes(brief_of(known[key])).items()
    }
    recipes |= {("binary", name): recipe for name, recipe in changes(brief_of(known["binary"]), most=1).items()}
    recipes["labels", "weighed"] = weighed()
    return run(recipes, tmp_path_factory.mktemp("texts"))


def share_right(folder: Path) -> float:
    """Of the test rows, by the words of their topic."""
    submission = pd.read_csv(folder / "submission.csv", dtype=str).set_index("id")["target"]
    frame = texts(250).iloc[-40:]
    actual = frame["topic"].map({0: "sea", 1: "food", 2: "law"})
    return float((submission.reindex(frame["id"]).to_numpy() == actual.to_numpy()).mean())


def test_prototypes_learn_topics(ran: dict[tuple[str, str], Path]) -> None:
    shares = {name: share_right(folder) for (key, name), folder in ran.items() if key == "labels"}
    for technique in TEXT.techniques:
        if technique.family is not None:
            assert shares[technique.name] > 0.8, technique.name


def test_techniques_leave_a_sound_ranking(ran: dict[tuple[str, str], Path]) -> None:
    frame = texts(350).iloc[-40:]
    folders = {name: folder for (key, name), folder in ran.items() if key == "binary"}
    assert len(folders) >= 35
    for name, folder in folders.items():
        guess = pd.read_csv(folder / "submission.csv").set_index("id")["target"].reindex(frame["id"])
        ranks = guess.rank().to_numpy()
        is_other = (frame["topic"] != 1).to_numpy()
        above = (ranks[is_other].sum() - is_other.sum() * (is_other.sum() + 1) / 2) / is_other.sum() / (~is_other).sum()
        assert above > 0.8, f"{name}: area under the curve {above:.2f}"


def test_prototypes_learn_numbers(ran: dict[tuple[str, str], Path]) -> None:
    frame = texts().iloc[-40:]
    actual = 10.0 + frame["topic"].to_numpy() ** 2
    folders = {name: folder for (key, name), folder in ran.items() if key == "numbers"}
    assert len(folders) >= 5
    for name, folder in folders.items():
        guess = pd.read_csv(folder / "submission.csv").set_index("id")["target"].reindex(frame["id"]).to_numpy()
        assert np.corrcoef(guess, actual)[0, 1] > 0.8, name


def test_drafts_are_of_different_kinds() -> None:
    for made_up in examples().values():
        drafts = BuiltinEngineer().draft(brief_of(made_up, order="textbook"), 3)
        recipes = [Recipe.model_validate(draft.recipe) for draft in drafts]
        assert len({TEXT.families[recipe.model.family].group for recipe in recipes}) == 3
        assert [render(recipe, TEXT) for recipe in recipes] == [draft.code for draft in drafts]


def test_every_technique_applies_somewhere() -> None:
    applied: set[str] = set()
    for made_up in examples().values():
        brief = brief_of(made_up)
        applied |= set(prototypes(brief)) | {name.split(" on ")[0] for name in changes(brief)}
    from_tables = {technique.name for technique in TEXT.techniques if technique.domain != "text"}
    second_steps = {"weigh_characters_less", "weigh_characters_more"}  # only after both views are there
    assert {technique.name for technique in TEXT.techniques} - applied - from_tables == second_steps


def weighed() -> Recipe:
    """Both views, and then one of them less."""
    facts: dict[str, Any] = {"text_columns": 2, "rows": 210}
    by_name = {technique.name: technique for technique in TEXT.techniques}
    both = by_name["add_character_view"].attempt(prototypes(brief_of(examples()["labels"]))["use_word_linear"], facts)
    assert both is not None
    found = by_name["weigh_characters_less"].attempt(both, facts)
    assert found is not None
    return found


def test_views_can_be_weighed_once_both_are_there(ran: dict[tuple[str, str], Path]) -> None:
    assert share_right(ran["labels", "weighed"]) > 0.8


def test_models_without_probabilities_need_rows_of_every_class() -> None:
    made_up = examples()["labels"]
    brief = brief_of(made_up)
    rare = brief.profile.model_copy(update={"facts": {"rarest_class_rows": 4}})
    assert "use_char_svm" in prototypes(brief)
    assert "use_char_svm" not in prototypes(brief.model_copy(update={"profile": rare}))
    assert brief.competition.metric.needs is PredictionNeed.LABEL


@pytest.mark.slow
@pytest.mark.parametrize("key", list(examples()))
def test_every_technique_runs_on_every_kind(key: str, tmp_path: Path) -> None:
    brief = brief_of(examples()[key])
    run({(key, name): recipe for name, recipe in {**prototypes(brief), **changes(brief, most=2)}.items()}, tmp_path)
