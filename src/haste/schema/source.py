"""Reading Python, where several threads may do so at once."""

from __future__ import annotations

import ast

_TRIES = 20


def parse(code: str | bytes) -> ast.Module:
    """As `ast.parse`, without its `SystemError` for what another thread did. Raises SyntaxError, ValueError.

    Before 3.12 CPython counts the depth of trees per interpreter, not per thread (its issue 106905): two threads that
    build trees at the same moment can spoil each other's count. That is rare, and says nothing of the code.
    """
    for _ in range(_TRIES - 1):
        try:
            return ast.parse(code)
        except SystemError:
            continue
    return ast.parse(code)
