"""Whole scripts as a person would read them. `HASTE_UPDATE_SNAPSHOTS=1` writes them anew; look at the difference."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haste.agents.builtin.catalogue import domain_of
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.facts import facts_of
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.render import render

from .examples import matrix

FOLDER = Path(__file__).parent / "snapshots"
CASES = {
    "boosting": ("binary ranking", 0, ()),
    "linear_classes": ("classes probability", 1, ("calibrate_probabilities",)),
    "engineered": (
        "regression",
        0,
        ("log_skewed_columns", "ratios", "target_encoding", "blend_with_linear", "average_folds"),
    ),
    "ordinal": ("ordinal", 2, ("ordinal_regression",)),
    "several_labels": ("several labels", 1, ("missing_indicators",)),
}


@pytest.mark.parametrize("name", list(CASES))
def test_scripts_read_as_before(name: str) -> None:
    key, place, changes = CASES[name]
    brief = matrix()[key].brief(order="textbook")
    recipe = Recipe.model_validate(BuiltinEngineer().draft(brief, 3)[place].recipe)
    domain = domain_of("tabular")
    by_name = {technique.name: technique for technique in domain.techniques}
    for change in changes:
        changed = by_name[change].attempt(recipe, facts_of(brief))
        assert changed is not None, change
        recipe = changed
    text = render(recipe, domain)
    path = FOLDER / f"{name}.py.txt"
    if os.environ.get("HASTE_UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
