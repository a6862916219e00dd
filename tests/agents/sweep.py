"""Scripts of every technique on every model family that it takes, for one made-up competition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from haste.agents.builtin.catalogue import domain_of
from haste.agents.builtin.constants import constants_of
from haste.agents.builtin.facts import facts_of
from haste.agents.builtin.recipe import Model, Recipe
from haste.agents.builtin.render import render
from haste.schema.brief import Brief
from haste.schema.competition import PredictionNeed

from .examples import Example


def prototypes(brief: Brief) -> dict[str, Recipe]:
    """One recipe for each family that holds here."""
    domain, facts = domain_of(brief.competition.domain), facts_of(brief)
    constants = constants_of(brief)
    bare = Recipe(
        domain=domain.name, constants=constants, model=Model(family="constant"), features=domain.start(constants, facts)
    )
    found = {}
    for technique in domain.techniques:
        if technique.family is not None:
            recipe = technique.attempt(bare, facts)
            if recipe is not None:
                found[technique.name] = recipe
    return found


def changes(brief: Brief, most: int = 100) -> dict[str, Recipe]:
    """`technique on prototype` -> recipe; at most `most` prototypes for each technique."""
    domain, facts = domain_of(brief.competition.domain), facts_of(brief)
    begun = prototypes(brief)
    found: dict[str, Recipe] = {}
    for technique in domain.techniques:
        if technique.family is not None:
            continue
        fits = 0
        for name, recipe in begun.items():
            changed = technique.attempt(recipe, facts) if fits < most else None
            if changed is not None:
                fits += 1
                found[f"{technique.name} on {name}"] = changed
    return found


def rendered(recipes: dict[str, Recipe]) -> dict[str, str]:
    return {name: render(recipe, domain_of(recipe.domain)) for name, recipe in recipes.items()}


def check_submission(folder: object, made_up: Example) -> None:
    """The submission has the sample's ids, rows and columns, and the form that the metric asks for."""
    need = made_up.brief().competition.metric.needs
    as_text = dict.fromkeys([made_up.id_column, *(made_up.columns if need is PredictionNeed.LABEL else ())], str)
    submission = pd.read_csv(f"{folder}/submission.csv", dtype=as_text)
    sample = made_up.sample
    assert list(submission.columns) == list(sample.columns)
    assert len(submission) == len(sample)
    if made_up.id_column:
        assert list(submission[made_up.id_column]) == list(sample[made_up.id_column].astype(str))
    answers = submission[list(made_up.columns)]
    assert not answers.isna().any().any()
    if need is PredictionNeed.LABEL:
        assert set(answers.astype(str).to_numpy().ravel()) <= set(made_up.classes)
        return
    assert np.isfinite(answers.to_numpy(dtype=float)).all()
    if need is PredictionNeed.PROBABILITY:
        assert ((answers >= 0) & (answers <= 1)).all().all()
        if made_up.class_columns:
            assert np.allclose(answers.sum(axis=1), 1, atol=1e-6)
