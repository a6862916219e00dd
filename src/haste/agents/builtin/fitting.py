"""The middle of a script: fit on the training rows, predict the test rows, in one of three ways.

One model on all rows, several seeds averaged, or one model per fold averaged. Predictions of rows that the model
did not see (`held_out`) are made only where something uses them.
"""

from __future__ import annotations

import textwrap

from haste.schema.competition import Scheme

from .recipe import Recipe
from .script import literal


def predict_function(recipe: Recipe) -> str:
    match recipe.constants.task:
        case "binary":
            head, body = "The probability of the second class.", "return model.predict_proba(X)[:, 1]"
        case "multiclass":
            head = "One column of probabilities for each of CLASSES; a class without training rows gets 0."
            body = (
                "probability = np.zeros((len(X), len(CLASSES)))\n"
                "probability[:, model.classes_] = model.predict_proba(X)\n"
                "return probability"
            )
        case "regression":
            head, body = "One number for each row.", "return model.predict(X)"
    function = f'def predict(model, X):\n    """{head}"""\n' + textwrap.indent(body, "    ")
    return function + "\n\n\n" + _splits(recipe) + "\n\n\n" + _OUT_OF_FOLD if needs_held_out(recipe) else function


def needs_held_out(recipe: Recipe) -> bool:
    """Whether the script predicts its training rows by models that did not see them."""
    return recipe.folds > 0 or any(step.name in ("threshold", "cutpoints", "class_factors") for step in recipe.finish)


_OUT_OF_FOLD = '''def out_of_fold(X, y):
    """Models of all folds, and for each training row the prediction of the one that did not see it."""
    models, held_out = [], None
    for fit, held in splits(X, y):
        model = build(SEED + len(models)).fit(X.iloc[fit], y.iloc[fit])
        part = predict(model, X.iloc[held])
        held_out = np.zeros((len(X), *part.shape[1:])) if held_out is None else held_out
        held_out[held] = part
        models.append(model)
    return models, held_out'''


def _splits(recipe: Recipe) -> str:
    constants = recipe.constants
    count = recipe.folds or 5
    if constants.scheme is Scheme.GROUP and constants.group is not None:
        summary = "Folds that keep the rows of a group together."
        body = f"return GroupKFold({count}).split(X, y, train.loc[X.index, {literal(constants.group)}])"
    elif constants.scheme is Scheme.TIME:
        summary, body = "Folds of neighbouring rows.", f"return KFold({count}).split(X)"
    elif constants.task == "regression":
        summary = "Random folds."
        body = f"return KFold({count}, shuffle=True, random_state=SEED).split(X)"
    else:
        summary = "Random folds with equal shares of the classes."
        body = f"return StratifiedKFold({count}, shuffle=True, random_state=SEED).split(X, y)"
    return f'def splits(X, y):\n    """{summary}"""\n    {body}'


def fit_lines(recipe: Recipe) -> list[str]:
    """Statements that leave `prediction` (test rows), and `fitted` or `held_out` (training rows)."""
    if recipe.folds:
        return [
            "models, held_out = out_of_fold(X, y)",
            "prediction = np.mean([predict(model, X_test) for model in models], axis=0)",
        ]
    if recipe.seeds > 1:
        lines = [
            f"models = [build(SEED + number).fit(X, y) for number in range({recipe.seeds})]",
            "fitted = np.mean([predict(model, X) for model in models], axis=0)",
            "prediction = np.mean([predict(model, X_test) for model in models], axis=0)",
        ]
    else:
        lines = ["model = build(SEED).fit(X, y)", "fitted, prediction = predict(model, X), predict(model, X_test)"]
    if needs_held_out(recipe):
        lines.append("_, held_out = out_of_fold(X, y)")
    return lines
