"""A model for tests that fills in every form sensibly, from nothing but the request."""

from __future__ import annotations

import json
import re
from typing import Any

from haste.schema.model import ModelReply, ModelRequest, Stage, Usage

SCRIPT = '''"""{title}."""

import pandas as pd

SEED = 0
WEIGHT = {weight}

train = pd.read_csv("input/train.csv")
sample = pd.read_csv("input/sample_submission.csv", dtype=str)
sample[sample.columns[-1]] = WEIGHT
sample.to_csv("submission.csv", index=False)
'''
FAMILIES = ("use_linear", "use_lightgbm", "use_neighbours", "use_kernel")


def fill(request: ModelRequest) -> ModelReply:
    return said(_FILL[request.stage](request), request.form.name)


def said(arguments: Any, form: str | None = "any", **more: Any) -> ModelReply:
    """A reply with a form filled in; `arguments` is text or what becomes JSON."""
    text = arguments if isinstance(arguments, str) or arguments is None else json.dumps(arguments)
    return ModelReply(arguments=text, form=form, model="test:filling", usage=Usage(input=1, output=1), **more)


def written(text: str, **more: Any) -> ModelReply:
    """A reply in prose."""
    return ModelReply(text=text, model="test:filling", **more)


def script(weight: float = 0.5, title: str = "a constant") -> str:
    return SCRIPT.format(weight=weight, title=title)


def prototype(number: int, **changes: Any) -> dict[str, Any]:
    family = FAMILIES[number]
    return {
        "rationale": "it suits",
        "title": f"Prototype {family}",
        "technique": family,
        "script": script(number / 10, family),
    } | changes


def refinement(**changes: Any) -> dict[str, Any]:
    return {
        "diagnosis": "overfitting",
        "rationale": "train is far above validation",
        "title": "Another weight",
        "technique": "other_weight",
        "expected": "a little",
        "cites": [],
        "edits": [],
        "script": "",
    } | changes


def _draft(request: ModelRequest) -> dict[str, Any]:
    wanted = int(re.search(r"Write (\d+) complete", request.messages[0].text)[1])  # type: ignore[index]
    return {"prototypes": [prototype(number) for number in range(wanted)]}


def _last_script(text: str) -> str:
    return re.findall(r"```python\n(.*?)\n```", text, re.DOTALL)[-1]


def _edit(code: str) -> dict[str, str]:
    """An edit of the first line that occurs once and can be followed by another."""
    line = next(line for line in code.splitlines() if line.startswith("SEED") and code.count(line) == 1)
    return {"search": line, "replace": f"{line}\nEXTRA = 1"}


def _refine(request: ModelRequest) -> dict[str, Any]:
    mine = next(block for block in reversed(request.stable) if block.startswith("# The incumbent's script"))
    return refinement(edits=[_edit(_last_script(mine))])


def _debug(request: ModelRequest) -> dict[str, Any]:
    code = _last_script(request.messages[0].text)
    return {"cause": "a slip", "title": "Mend it", "edits": [_edit(code)], "script": ""}


def _reflect(request: ModelRequest) -> dict[str, Any]:
    name, candidate = re.search(r"```history\n(\w+) \(.*?\): (\w+) ", request.messages[0].text).groups()  # type: ignore[union-attr]
    learning = {
        "supports": [candidate],
        "statement": "This helps where rows are few.",
        "tier": "domain",
        "action": name,
        "polarity": "+",
        "conditions": [],
    }
    return {"learnings": [learning, learning | {"statement": "Nothing else was tried.", "action": "anything_else"}]}


_FILL = {
    Stage.DRAFT: _draft,
    Stage.REFINE: _refine,
    Stage.DEBUG: _debug,
    Stage.REFLECT: _reflect,
    Stage.CLASSIFY: lambda _: {"reason": "numbers", "domain": "tabular"},
    Stage.PROMOTE: lambda _: {
        "reason": "only here",
        "verdict": "competition",
        "statement": "It helps.",
        "conditions": [],
    },
    Stage.INFER: lambda _: {"reason": "stated", "toml": 'metric = "roc_auc"'},
}
