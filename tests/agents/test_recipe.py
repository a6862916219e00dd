from __future__ import annotations

import json

import pytest

from haste.agents.builtin.constants import constants_of, file_name
from haste.agents.builtin.recipe import Model, Recipe, Step
from haste.schema.competition import Kind

from .examples import example


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(
        domain="tabular", constants=constants_of(example(Kind.BINARY, "roc_auc").brief()), model=Model(family="linear")
    )


def test_survives_a_journal(recipe: Recipe) -> None:
    changed = recipe.put("ratios", count=4).change(
        model=recipe.model.set(C=0.5, kernel={"code": "RBF()"}).put("encode", method="target")
    )
    again = Recipe.model_validate(json.loads(json.dumps(changed.model_dump(mode="json"))))
    assert again.model_dump() == changed.model_dump()


def test_putting_a_step_again_replaces_it_in_place(recipe: Recipe) -> None:
    changed = recipe.put("ratios", count=4).put("winsorise").put("ratios", count=2)
    assert changed.features == (Step(name="ratios", params={"count": 2}), Step(name="winsorise"))
    assert recipe.features == ()
    assert changed.drop("ratios").features == (Step(name="winsorise"),)


@pytest.mark.parametrize(
    ("found", "name"),
    [("train.csv", "train.csv"), ("sub/train.csv.zip", "train.csv"), ("Train.TSV", "train.tsv"), ("train", "train.csv"),
     ("data.v2.parquet", "train.parquet"), ("train.csv.gz", "train.csv")],
)  # fmt: skip
def test_files_have_the_sides_name_and_their_own_suffix(found: str, name: str) -> None:
    assert file_name("train", found) == name


@pytest.mark.parametrize(
    ("written", "read"),
    [(("0", "1"), (0, 1)), (("0.5", "1.5"), (0.5, 1.5)), (("False", "True"), (False, True)),
     (("01", "02"), ("01", "02")),
     (("no", "yes"), ("no", "yes")), (("1", "x"), ("1", "x"))],
)  # fmt: skip
def test_classes_are_what_pandas_reads(written: tuple[str, str], read: tuple[object, object]) -> None:
    brief = example(Kind.BINARY, "f1").brief()
    brief = brief.model_copy(update={"competition": brief.competition.model_copy(update={"classes": written})})
    classes = constants_of(brief).classes
    assert classes == read
    assert [type(label) for label in classes] == [type(label) for label in read]


def test_classes_follow_the_order_of_the_submissions_columns() -> None:
    brief = example(Kind.MULTICLASS, "log_loss", class_columns=True).brief()
    turned = brief.competition.model_copy(update={"submission_columns": ("top", "low", "mid")})
    assert constants_of(brief.model_copy(update={"competition": turned})).classes == ("top", "low", "mid")


def test_ordered_numbers_without_named_classes_are_known_by_their_range() -> None:
    brief = example(Kind.ORDINAL, "quadratic_weighted_kappa").brief()
    bare = brief.competition.model_copy(update={"classes": ()})
    target = brief.profile.targets[0].model_copy(update={"shares": {}, "minimum": 1.0, "maximum": 4.0})
    profile = brief.profile.model_copy(update={"targets": (target,)})
    constants = constants_of(brief.model_copy(update={"competition": bare, "profile": profile}))
    assert (constants.task, constants.classes) == ("multiclass", (1, 2, 3, 4))
