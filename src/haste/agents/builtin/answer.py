"""The last part of a script: from predictions to `submission.csv` and `diagnostics.json`."""

from __future__ import annotations

from haste.schema.competition import PredictionNeed

from .fitting import fit_lines
from .recipe import Recipe
from .scoring import codes, score_expression
from .script import literal
from .technique import Domain

_THRESHOLD = [
    "# The threshold that serves the metric best on rows that their model did not see",
    "cuts = np.unique(np.quantile(held_out, np.linspace(0.02, 0.98, 97)))",
    "cut = max(cuts, key=lambda cut: score(y, (held_out >= cut).astype(int)))",
    "prediction = (prediction >= cut).astype(int)",
]
_CLASS_FACTORS = [
    "# Weights of the classes that serve the metric best on rows that their model did not see",
    "factors = np.ones(len(CLASSES))",
    "for number in [*range(len(CLASSES))] * 2:",
    "    options = [np.where(np.arange(len(CLASSES)) == number, f, factors) for f in np.geomspace(0.3, 3, 9)]",
    "    best = max(options, key=lambda option: score(y, (held_out * option).argmax(axis=1)))",
    "    if score(y, (held_out * best).argmax(axis=1)) > score(y, (held_out * factors).argmax(axis=1)):",
    "        factors = best",
    "prediction = (prediction * factors).argmax(axis=1)",
]
_CUTPOINTS = [
    "# Cut points between neighbouring labels that serve the metric best on rows that their model did not see",
    "shares = np.bincount(y, minlength=len(CLASSES)).cumsum()[:-1] / len(y)",
    "def loss(cuts):",
    "    return -score(y, np.digitize(held_out, np.sort(cuts)))",
    'cuts = np.sort(minimize(loss, np.quantile(held_out, shares), method="Nelder-Mead").x)',
    "prediction = np.digitize(prediction, cuts)",
]
_TUNED = {"threshold": _THRESHOLD, "class_factors": _CLASS_FACTORS, "cutpoints": _CUTPOINTS}


def fit_and_finish_lines(recipe: Recipe) -> list[str]:
    """Statements from `X` to predictions in the form that the metric asks for; one round for each target."""
    one = [*fit_lines(recipe), *_finish(recipe)]
    seen = "held_out" if recipe.folds else "fitted"
    if len(recipe.constants.targets) == 1:
        return one
    lines = ["predictions, scores = {}, []", "for target in TARGETS:", "    y = Y[target]"]
    if recipe.constants.task != "regression":
        lines += [
            "    if y.nunique() < 2:  # nothing to learn",
            "        predictions[target] = np.full(len(test), y.iloc[0])",
            "        continue",
        ]
    keep = [f"scores.append(score(y, {codes(recipe, seen)}))"] if score_expression(recipe) else []
    return [*lines, *("    " + line for line in [*one, *keep, "predictions[target] = prediction"])]


def _finish(recipe: Recipe) -> list[str]:
    lines: list[str] = []
    for step in recipe.finish:
        if step.name in _TUNED:
            return [*lines, *_TUNED[step.name]]
        if step.name == "clip":
            low = step.params.get("low")
            bounds = "y.min(), y.max()" if low is None else f"{literal(low)}, None"
            lines.append(f"prediction = np.clip(prediction, {bounds})")
        if step.name == "round":
            lines.append("prediction = np.rint(prediction)")
    if recipe.constants.need is PredictionNeed.LABEL and recipe.constants.classes:
        lines.append(f"prediction = {codes(recipe, 'prediction')}")
    return lines


def answer_lines(recipe: Recipe) -> list[str]:
    """Build the submission from the sample's ids, in its order of rows and columns."""
    constants = recipe.constants
    lines = [f"answer = pd.DataFrame({_answer(recipe)})"]
    if constants.id_column is not None:
        lines.append("answer.index = test[ID].astype(str)")
        lines.append("submission = answer.reindex(sample[ID]).reset_index()[list(sample.columns)]")
    else:
        lines.append(
            "submission = pd.concat([sample.drop(columns=answer.columns), answer], axis=1)[list(sample.columns)]"
        )
    return [*lines, 'submission.to_csv("submission.csv", index=False)']


def _answer(recipe: Recipe) -> str:
    constants = recipe.constants
    labels = constants.need is PredictionNeed.LABEL and bool(constants.classes)
    if len(constants.targets) > 1:
        columns = "predictions"
        if labels:
            columns = "{target: np.array(CLASSES)[codes] for target, codes in predictions.items()}"
        return columns
    if constants.class_columns:
        values = "np.column_stack([1 - prediction, prediction])" if constants.task == "binary" else "prediction"
        if labels:
            values = "np.eye(len(CLASSES))[prediction]"
        return f"{values}, columns={literal(list(constants.columns))}"
    name = "TARGET" if constants.columns == constants.targets else literal(constants.columns[0])
    return f"{{{name}: {'np.array(CLASSES)[prediction]' if labels else 'prediction'}}}"


def diagnostics_lines(recipe: Recipe, domain: Domain) -> list[str]:
    """Hints for whoever improves the script: how well it fits its own rows, and what it looks at."""
    several = len(recipe.constants.targets) > 1
    name = "valid_like" if recipe.folds else "train_score"
    seen = "held_out" if recipe.folds else "fitted"
    entries = []
    if score_expression(recipe):
        value = "np.mean(scores)" if several else f"score(y, {codes(recipe, seen)})"
        entries.append(f'"{name}": float({value})')
        if not recipe.folds and not several and any(step.name in _TUNED for step in recipe.finish):
            entries.append(f'"valid_like": float(score(y, {codes(recipe, "held_out")}))')
    lines = []
    importances = domain.families[recipe.model.family].importances
    plain = not (several or recipe.partners or recipe.folds or recipe.target or recipe.calibrate or recipe.seeds > 1)
    if importances and plain and not any(step.params.get("hides_names") for step in recipe.model.steps):
        values = "model[-1].feature_importances_"
        if importances == "coef_":
            values = "np.abs(np.atleast_2d(model[-1].coef_)).mean(axis=0)"
        lines.append("names = model[:-1].get_feature_names_out()")
        lines.append(f"importance = pd.Series({values}, index=names).nlargest(20)")
        entries.append('"feature_importance": {name: float(value) for name, value in importance.items()}')
    if not entries:
        return []
    lines.append("diagnostics = {" + ", ".join(entries) + "}")
    if len(lines[-1]) > 110:
        lines[-1] = "diagnostics = {\n" + "".join(f"    {entry},\n" for entry in entries) + "}"
    return [*lines, 'with open("diagnostics.json", "w", encoding="utf-8") as file:', "    json.dump(diagnostics, file)"]
