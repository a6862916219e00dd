"""What to do about a candidate that failed: a cheaper, sturdier or simpler recipe; None where nothing makes sense."""

from __future__ import annotations

import re

from haste.schema.brief import Brief, Failure
from haste.schema.execution import Outcome
from haste.schema.solution import Operator, Scale

from .recipe import Model, Recipe, Step
from .technique import Domain, Facts

_SIZES = ("n_estimators", "max_iter")
_COSTLY = ("neighbour_target", "principal_components", "polynomial", "impute_neighbours", "select")
_DEFINING = ("clock", "surface", "calendar")  # what the rest of the script uses is defined in these


def repair(recipe: Recipe, brief: Brief, domain: Domain, facts: Facts) -> tuple[Recipe, str] | None:
    """The repaired recipe and what was done, in words."""
    failure = brief.failure
    assert failure is not None
    match failure.outcome:
        case Outcome.TIMED_OUT | Outcome.OUT_OF_MEMORY:
            return cheaper(recipe)
        case Outcome.CRASHED:
            return _after_crash(recipe, failure, brief, domain, facts)
        case Outcome.INVALID_SUBMISSION if recipe.constants.task == "regression" and not recipe.finish:
            return recipe.put_finish("clip"), "keep predictions within the seen range"
        case _:
            return None


def cheaper(recipe: Recipe) -> tuple[Recipe, str] | None:
    """Averages go first, then costly steps, then two thirds of the trees or rounds."""
    if recipe.folds or recipe.seeds > 1:
        return recipe.change(folds=0, seeds=1), "fit one model instead of several"
    if recipe.partners:
        return recipe.change(partners=(), combine="blend"), "keep the first model only"
    if recipe.calibrate:
        return recipe.change(calibrate=None), "leave the calibration out"
    for step in reversed(recipe.model.steps):
        if step.name in _COSTLY:
            return recipe.change(model=recipe.model.drop(step.name)), f"leave out {step.name.replace('_', ' ')}"
    for name in _SIZES:
        size = recipe.model.params.get(name)
        if isinstance(size, int) and size >= 60:
            return recipe.change(model=recipe.model.set(**{name: size // 3})), f"a third of {name.replace('_', ' ')}"
    return None


def _after_crash(
    recipe: Recipe, failure: Failure, brief: Brief, domain: Domain, facts: Facts
) -> tuple[Recipe, str] | None:
    missing = re.search(r"No module named '([\w.]+)'", failure.stderr + failure.detail)
    if missing:
        return _without(missing.group(1), recipe, domain, facts)
    tried = next((a for a in brief.history if a.candidate == failure.candidate), None)
    alone = tried is None or tried.operator is Operator.DRAFT or tried.scale is Scale.APPROACH
    if not alone:
        return None  # without the new step it would be its parent, whose score is known
    if (step := _newest(recipe.model.steps)) is not None:
        return recipe.change(model=recipe.model.drop(step.name)), f"leave out {step.name.replace('_', ' ')}"
    if recipe.target is not None:
        return recipe.change(target=None), "learn the target as it is"
    if (step := _newest(recipe.features)) is not None:
        return recipe.drop(step.name), f"leave out {step.name.replace('_', ' ')}"
    return None


def _newest(steps: tuple[Step, ...]) -> Step | None:
    """The last step that a script can do without."""
    return next((step for step in reversed(steps) if step.name not in _DEFINING), None)


def _without(package: str, recipe: Recipe, domain: Domain, facts: Facts) -> tuple[Recipe, str] | None:
    """Another family that holds here and does not need the package."""
    root = package.split(".")[0]
    if root != "lightgbm":
        return None
    bare = recipe.change(model=Model(family="constant"), partners=())
    for technique in sorted(domain.techniques, key=lambda technique: technique.rank):
        if technique.family is None or technique.family in ("lightgbm", recipe.model.family):
            continue
        moved = technique.attempt(bare, facts)
        if moved is not None:
            return moved, f"{root} is not installed: {technique.title[0].lower() + technique.title[1:]}"
    return None
