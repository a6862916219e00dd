"""The sheet that writers of steps write on, and the few rules of layout that keep a script readable.

A `Script` is the part outside the models (constants, feature blocks); a `Pipe` is one model's preparation of the
columns. Both live for one call of `render`. Code is plain text; imports are found from the names that it uses.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

WIDTH = 110


@dataclass
class Script:
    """What feature writers add to. Blocks run in order, after `train`, `test` and `y` exist and before `X` does."""

    constants: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)  # names of the column lists that feed the models, in order
    notes: list[str] = field(default_factory=list)  # one line each for the script's docstring
    uses_y: bool = False  # a block reads `y`

    def group(self, name: str) -> None:
        """Say that the column list `name` (for example NUMERIC) holds something."""
        if name not in self.groups:
            self.groups.append(name)

    def block(self, comment: str, code: str) -> None:
        """Add a paragraph of code under a comment."""
        lines = textwrap.wrap(one_line(comment), WIDTH - 2)
        self.blocks.append("\n".join(f"# {line}" for line in lines) + "\n" + textwrap.dedent(code).strip("\n"))


@dataclass
class Branch:
    """One entry of the ColumnTransformer: a chain of transformers over a list of columns (an expression)."""

    name: str
    columns: str
    chain: list[str]


NUMBER_SLOTS = ("clip", "impute", "reshape", "scale", "spread")
AFTER_SLOTS = ("expand", "union", "scale", "select")


@dataclass
class Pipe:
    """A model's preparation. Slots run in the order of `NUMBER_SLOTS` and `AFTER_SLOTS`; later writers replace."""

    scaled: bool  # the model wants scaled numbers and indicators
    numbers: dict[str, str] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    extra: list[Branch] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)  # classes and functions that the expressions use
    estimator: str | None = None  # a class of the script's own in place of the family's
    dense: bool = True  # False: some branch is sparse, and so is the result

    def branches(self, groups: Iterable[str]) -> list[Branch]:
        """The entries for the column lists that are not empty."""
        groups = list(groups)
        numbers = [self.numbers[slot] for slot in NUMBER_SLOTS if slot in self.numbers]
        found = [Branch("numbers", "NUMERIC", numbers)] if "NUMERIC" in groups else []
        if "CATEGORICAL" in groups:
            found.append(Branch("categories", "CATEGORICAL", self.categories))
        return found + self.extra

    def expression(self, groups: Iterable[str]) -> list[str]:
        """The transformers before the estimator, as expressions."""
        entries = [
            call("", f'"{branch.name}"', chain(branch.chain), branch.columns) for branch in self.branches(groups)
        ]
        keywords = {} if self.dense else {"sparse_threshold": "1.0"}
        first = call("ColumnTransformer", bracket(entries), **keywords)
        return [first, *(self.after[slot] for slot in AFTER_SLOTS if slot in self.after)]


def chain(steps: list[str]) -> str:
    if not steps:
        return '"passthrough"'
    return steps[0] if len(steps) == 1 else call("make_pipeline", *steps)


def call(function: str, *arguments: str, **keywords: str) -> str:
    """A call on one line where it fits, else one argument a line."""
    parts = [*arguments, *(f"{name}={value}" for name, value in keywords.items())]
    line = f"{function}({', '.join(parts)})"
    if len(line) <= WIDTH - 20 and "\n" not in line:
        return line
    if len(parts) == 1 and parts[0].startswith("["):
        return f"{function}({parts[0]})"
    return f"{function}(\n" + "".join(textwrap.indent(part, "    ") + ",\n" for part in parts) + ")"


def bracket(items: list[str]) -> str:
    """A list on one line where it fits, else one item a line."""
    line = f"[{', '.join(items)}]"
    if len(line) <= WIDTH - 20 and "\n" not in line:
        return line
    return "[\n" + "".join(textwrap.indent(item, "    ") + ",\n" for item in items) + "]"


def literal(value: Any) -> str:
    """A Python literal with double quotes; quotes and control characters in names are escaped."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return re.sub(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\u200b-\u200f\u202a-\u202e]", _escape, text)
    if isinstance(value, Mapping) and set(value) == {"code"}:
        return str(value["code"])
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(literal(item) for item in value) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def code(text: str) -> dict[str, str]:
    """A parameter's value that is an expression and not a literal."""
    return {"code": text}


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def assign(name: str, value: Any) -> str:
    """`name = value`; a long list is filled over several lines."""
    line = f"{name} = {literal(value)}"
    if len(line) <= WIDTH or not isinstance(value, list | tuple):
        return line
    filled: list[str] = []
    for item in map(literal, value):
        if filled and len(filled[-1]) + len(item) + 6 <= WIDTH:
            filled[-1] += f" {item},"
        else:
            filled.append(f"{item},")
    opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")")
    return f"{name} = {opening}\n" + "".join(f"    {row}\n" for row in filled) + closing


def keywords(params: Mapping[str, Any]) -> dict[str, str]:
    """Keyword arguments as code."""
    return {name: literal(value) for name, value in params.items()}


def one_line(text: str) -> str:
    """Text that may stand in a comment or docstring: one line, no quotes that could end it, no backslashes."""
    return re.sub(r"[^\S ]+|[\x00-\x1f\x7f\\]", " ", text).replace('"""', "'''").strip()
