"""Texts out of installed packages: doc strings and functions, read as source files and never imported."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("numpy", "scipy", "sklearn", "pandas", "matplotlib", "statsmodels")
_SKIPPED = {
    "tests",
    "testing",
    "_testing",
    "externals",
    "vendored",
    "_vendored_meson",
    "sandbox",
    "__pycache__",
    "conftest.py",
}

Documented = ast.FunctionDef | ast.ClassDef


def root(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        message = f"{package} is not installed; install the extra 'build'"
        raise ModuleNotFoundError(message)
    return Path(spec.origin).parent


def modules(package: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(parts of the dotted path below the package, source text) of every module, in the order of paths."""
    top = root(package)
    for path in sorted(top.rglob("*.py")):
        parts = path.relative_to(top).parts
        if not _SKIPPED.intersection(parts):
            yield (*parts[:-1], path.stem), path.read_text(encoding="utf-8")


def documented(source: str) -> list[Documented]:
    """The functions and classes of a module's source text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd escapes in other people's strings
        tree = ast.parse(source)
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
