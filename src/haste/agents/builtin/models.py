"""The functions of a script that build its models: one per model, and one that combines them."""

from __future__ import annotations

import textwrap

from .family import Family
from .recipe import Model, Recipe
from .script import Pipe, Script, bracket, call, keywords, literal
from .technique import Domain


def model_functions(recipe: Recipe, domain: Domain, script: Script) -> list[str]:
    """Definitions that the pipelines need, then `build(seed)` and one function for each model it combines."""
    parts = [_pipeline(model, recipe, domain, script) for model in recipe.models]
    definitions = list(dict.fromkeys(text for _, pipe in parts for text in pipe.definitions))
    if not recipe.partners:
        return [*definitions, _function("build", "The model.", _wrap(recipe, parts[0][0]))]
    names = [model.family for model in recipe.models]
    functions = [
        _function(name, _sentence(domain.families[name].title), text)
        for name, (text, _) in zip(names, parts, strict=True)
    ]
    return [*definitions, *functions, _function("build", "The models together.", _wrap(recipe, _combined(recipe)))]


def _sentence(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}."


def _function(name: str, summary: str, expression: str) -> str:
    return f'def {name}(seed):\n    """{summary}"""\n' + textwrap.indent(f"return {expression}", "    ")


def _combined(recipe: Recipe) -> str:
    kind = "Regressor" if recipe.constants.task == "regression" else "Classifier"
    members = bracket([f'("{model.family}", {model.family}(seed))' for model in recipe.models])
    if recipe.combine == "stack":
        final = "Ridge(alpha=1.0)" if kind == "Regressor" else "LogisticRegression(C=1.0, max_iter=2000)"
        return call(f"Stacking{kind}", members, final_estimator=final, cv="5")
    return call(f"Voting{kind}", members, **({} if kind == "Regressor" else {"voting": '"soft"'}))


def _wrap(recipe: Recipe, expression: str) -> str:
    """Calibration and the target's transform go around everything else."""
    if recipe.calibrate is not None:
        expression = call("CalibratedClassifierCV", expression, method=literal(recipe.calibrate), cv="5")
    match recipe.target:
        case "log1p":
            return call("TransformedTargetRegressor", expression, func="np.log1p", inverse_func="np.expm1")
        case "sqrt":
            return call("TransformedTargetRegressor", expression, func="np.sqrt", inverse_func="np.square")
        case "power":
            return call("TransformedTargetRegressor", expression, transformer="PowerTransformer()")
        case None:
            return expression


def _pipeline(model: Model, recipe: Recipe, domain: Domain, script: Script) -> tuple[str, Pipe]:
    family = domain.families[model.family]
    pipe = _plain_pipe(family)
    order = list(domain.matrix)
    for step in sorted(model.steps, key=lambda step: order.index(step.name)):
        domain.matrix[step.name](step, recipe, pipe)
    return call("make_pipeline", *pipe.expression(script.groups), _estimator(model, family, recipe, pipe)), pipe


def _plain_pipe(family: Family) -> Pipe:
    """What the family needs at least: imputed and scaled numbers with indicators, or numbers with codes."""
    pipe = Pipe(scaled=family.scaled)
    if not family.missing:
        pipe.numbers["impute"] = 'SimpleImputer(strategy="median", keep_empty_features=True)'
    if family.scaled:
        pipe.numbers["scale"] = "StandardScaler()"
        pipe.categories = [
            'OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=50, sparse_output=False)'
        ]
    else:
        pipe.categories = ['OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)']
    return pipe


def _estimator(model: Model, family: Family, recipe: Recipe, pipe: Pipe) -> str:
    task = recipe.constants.task
    name = family.estimator(task)
    if name is None:
        msg = f"{family.name} cannot learn a {task} target"
        raise ValueError(msg)
    name = pipe.estimator or model.params.get("class", name)
    given = {key: value for key, value in model.params.items() if key != "class"}
    arguments = keywords({**given, **family.fixed})
    if family.seeded:
        arguments["random_state"] = "seed"
    expression = call(name, **arguments)
    if task != "regression" and not family.probabilities:
        return call("CalibratedClassifierCV", expression, cv="3", ensemble="False")
    if task == "regression" and family.scaled_target:
        return call("TransformedTargetRegressor", expression, transformer="StandardScaler()")
    return expression
