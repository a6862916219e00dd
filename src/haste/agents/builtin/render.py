"""From a recipe to the text of `solution.py`: the whole script, in the order in which a person would read it.

Pure and total: equal recipes give equal text. What a script holds beyond this frame comes from the domain's
writers; how models are fitted, finished and written is in `fitting` and `answer`.
"""

from __future__ import annotations

import textwrap

from .answer import answer_lines, diagnostics_lines, fit_and_finish_lines
from .fitting import predict_function
from .imports import imports_for
from .models import model_functions
from .reading import constant_lines, reading_lines, target_lines
from .recipe import Recipe
from .scoring import score_function
from .script import WIDTH, Script, one_line
from .technique import Domain


def render(recipe: Recipe, domain: Domain) -> str:
    """The script of `recipe`, whose steps and families are those of `domain`."""
    script = Script()
    for name, columns in (("NUMERIC", recipe.constants.numeric), ("CATEGORICAL", recipe.constants.categorical)):
        if columns:
            script.group(name)
    order = list(domain.features)
    for step in sorted(recipe.features, key=lambda step: order.index(step.name)):
        domain.features[step.name](step, recipe, script)
    functions = model_functions(recipe, domain, script)
    body = _join(
        "\n".join(constant_lines(recipe, script)),
        "\n".join(reading_lines(recipe)),
        "\n".join(target_lines(recipe, script)),
        *script.blocks,
        _matrices(script),
        gap=1,
    )
    tail = _join(
        "\n".join(fit_and_finish_lines(recipe)),
        "\n".join(answer_lines(recipe)),
        "\n".join(diagnostics_lines(recipe, domain)),
        gap=1,
    )
    code = _join(body, *functions, predict_function(recipe), score_function(recipe), tail, gap=2)
    return f"{_docstring(recipe, domain, script)}\n\n{imports_for(code)}\n\n{code}\n"


def _matrices(script: Script) -> str:
    if not script.groups:
        return "X, X_test = train.index.to_frame(), test.index.to_frame()  # there are no columns to learn from"
    columns = " + ".join(script.groups)
    return f"X, X_test = train[{columns}], test[{columns}]"


def _join(*parts: str, gap: int) -> str:
    return ("\n" * (gap + 1)).join(part for part in parts if part)


def _docstring(recipe: Recipe, domain: Domain, script: Script) -> str:
    names = [domain.families[model.family].title for model in recipe.models]
    how = {"blend": "the average of", "stack": "a stack of"}[recipe.combine] + " " if len(names) > 1 else ""
    title = f"{one_line(recipe.constants.title)}: {how}{' and '.join(names)}."
    notes = [f"- {one_line(note)}" for note in script.notes]
    wrapped = textwrap.wrap(title[0].upper() + title[1:], WIDTH - 3)
    footer = ["", "Reads input/, writes submission.csv (and diagnostics.json, hints only).", '"""']
    return "\n".join(['"""' + wrapped[0], *wrapped[1:], *([""] if notes else []), *notes, *footer])
