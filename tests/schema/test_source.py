"""Scripts are parsed although another thread parses, too."""

from __future__ import annotations

import ast

import pytest

from haste.schema.source import parse


def failing(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = ast.parse, [times]

    def spoiled(*given: object, **more: object) -> object:
        left[0] -= 1
        if left[0] >= 0:
            msg = "AST constructor recursion depth mismatch (before=45, after=37)"
            raise SystemError(msg)
        return real(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(ast, "parse", spoiled)


def test_a_count_that_another_thread_spoiled_is_no_fault_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(3, monkeypatch)
    assert ast.unparse(parse("x = 1")) == "x = 1"


def test_a_fault_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(10_000, monkeypatch)
    with pytest.raises(SystemError):
        parse("x = 1")


@pytest.mark.parametrize("code", ["x = ", b"\xff", "\0"])
def test_what_is_no_python_is_refused_as_ever(code: str | bytes) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        parse(code)
