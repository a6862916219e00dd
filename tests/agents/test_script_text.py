from __future__ import annotations

import ast
import io
import tokenize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.agents.builtin.imports import KNOWN, imports_for
from haste.agents.builtin.script import assign, call, code, literal, one_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_literals_read_back_as_they_were(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value
    assert literal(value).isprintable() or isinstance(value, str | list | dict)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(), max_size=40))
def test_a_long_list_reads_back_as_it_was(names: list[str]) -> None:
    scope: dict[str, object] = {}
    exec(assign("NAMES", names), scope)
    assert scope["NAMES"] == names


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_a_title_never_ends_its_docstring(text: str) -> None:
    source = f'"""A {one_line(text)}: x."""\nx = 1\n'
    source.encode("utf-8", errors="replace")
    tree = ast.parse(source.encode("utf-8", errors="replace"))
    assert len(tree.body) == 2
    list(tokenize.tokenize(io.BytesIO(source.encode("utf-8", errors="replace")).readline))


def test_expressions_are_no_strings() -> None:
    assert literal(code("np.logspace(-2, 4, 25)")) == "np.logspace(-2, 4, 25)"


def test_long_calls_are_broken_and_short_ones_are_not() -> None:
    assert call("f", "1", a="2") == "f(1, a=2)"
    broken = call("f", *["x" * 30] * 4)
    assert broken.count("\n") == 5
    ast.parse(broken)


def test_imports_are_those_that_the_code_uses() -> None:
    text = imports_for(
        "import os\nmodel = Ridge()\nx = np.zeros(3)\nopen('a')\n\ndef f(seed):\n    return json.dumps(seed)\n"
    )
    assert text == "import json\n\nimport numpy as np\nfrom sklearn.linear_model import Ridge"


def test_a_name_from_nowhere_is_an_error() -> None:
    with pytest.raises(NameError, match="Rigde"):
        imports_for("model = Rigde()")


def test_every_known_name_can_be_imported() -> None:
    import importlib

    optional = {"scipy", "PIL"}
    for name, module in KNOWN.items():
        found = importlib.import_module(module)
        assert hasattr(found, name) or (module in optional and importlib.import_module(f"{module}.{name}")), (
            module,
            name,
        )
