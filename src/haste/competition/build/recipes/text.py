"""Texts: documentation by topic, code by project, names of characters by category."""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..disguise import dealt, holed, masked, thinned
from ..recipe import Draft, Recipe
from ..secrets import chance
from .sources import PACKAGES, documented, modules

_TOPICS = {
    "scipy.stats": "statistics",
    "scipy.signal": "signals",
    "scipy.optimize": "optimisation",
    "scipy.sparse": "sparse",
    "scipy.interpolate": "interpolation",
    "scipy.linalg": "matrices",
    "scipy.special": "functions",
    "scipy.spatial": "geometry",
    "scipy.ndimage": "filters",
    "scipy.integrate": "integration",
    "numpy.polynomial": "polynomials",
    "numpy.ma": "gaps",
    "sklearn.metrics": "measures",
    "sklearn.linear_model": "linear",
    "sklearn.ensemble": "committees",
    "sklearn.preprocessing": "preparation",
    "sklearn.cluster": "groups",
    "sklearn.decomposition": "components",
    "sklearn.model_selection": "selection",
    "statsmodels.tsa": "series",
    "statsmodels.genmod": "links",
    "statsmodels.distributions": "distributions",
    "pandas.io": "files",
    "matplotlib.axes": "drawing",
}
_IDENTIFIER = re.compile(r"\S*(?:[A-Za-z]_|_[A-Za-z]|[a-z]\.[a-z]|[a-z][A-Z]|`)\S*")
_PER_TOPIC, _WORDS = 130, 40


def _topic_texts() -> Iterator[tuple[str, str]]:
    """(topic, masked words of one doc string), every doc string once."""
    seen: set[str] = set()
    for package in PACKAGES:
        for parts, source in modules(package):
            topic = _TOPICS.get(f"{package}.{parts[0]}")
            for node in documented(source) if topic else ():
                text = ast.get_docstring(node) or ""
                if topic and len(text) > 300 and text not in seen:
                    seen.add(text)
                    hidden = masked(_IDENTIFIER.sub("_", text), (package, *parts, node.name, *PACKAGES))
                    yield topic, hidden


def _window(words: list[str], rng: np.random.Generator, length: int) -> list[str]:
    start = int(rng.integers(0, max(1, len(words) - length + 1)))
    return words[start : start + length]


def _capped(rows: Iterator[tuple[str, str]], rng: np.random.Generator, most: int) -> dict[str, list[str]]:
    """At most so many random texts per label, labels in order."""
    groups: dict[str, list[str]] = {}
    for label, text in rows:
        groups.setdefault(label, []).append(text)
    return {label: [groups[label][i] for i in rng.permutation(len(groups[label]))[:most]] for label in sorted(groups)}


def _documentation() -> Draft:
    rng = chance("manual-topics")
    rows = []
    for topic, texts in _capped(_topic_texts(), rng, _PER_TOPIC).items():
        for text in texts:
            words = _window(text.split(), rng, _WORDS)
            rows.append((" ".join(words[place] for place in holed(words, rng)), topic))
    frame = pd.DataFrame(rows, columns=["text", "topic"]).drop_duplicates("text")
    return Draft(*dealt(frame, rng, int(len(frame) * 0.4)))


_ALIASES = re.compile(r"\b(?:np|sp|pd|plt|mpl|sm|nx|xp|lib|core)\b")
_LINES, _LEAST_WORDS = 9, 20


def _bodies() -> Iterator[tuple[str, str]]:
    """(project, code of one function without its head and doc string), masked."""
    for package in PACKAGES:
        for parts, source in modules(package):
            lines = source.splitlines()
            for node in documented(source):
                if not isinstance(node, ast.FunctionDef) or node.end_lineno is None:
                    continue
                first = node.body[min(bool(ast.get_docstring(node)), len(node.body) - 1)].lineno
                body = [line.strip() for line in lines[first - 1 : node.end_lineno] if line.strip()]
                if len(body) >= _LINES + 1:
                    names = (*PACKAGES, "scikit", "matplot", parts[-1])
                    yield package, _ALIASES.sub("_", masked("\n".join(body), names))


def _holed_lines(lines: list[str], rng: np.random.Generator) -> str:
    """Lines without about every seventh word; those that are left empty go."""
    words = [(row, word) for row, line in enumerate(lines) for word in line.split()]
    left: dict[int, list[str]] = {}
    for place in holed([word for _, word in words], rng):
        row, word = words[place]
        left.setdefault(row, []).append(word)
    return "\n".join(" ".join(row) for row in left.values())


def _code() -> Draft:
    rng = chance("whose-code")
    rows = []
    for project, texts in _capped(_bodies(), rng, 480).items():
        for text in texts:
            lines = _window(text.split("\n"), rng, _LINES)
            if sum(len(line.split()) for line in lines) >= _LEAST_WORDS:
                rows.append((_holed_lines(lines, rng), project))
    frame = pd.DataFrame(rows, columns=["code", "project"]).drop_duplicates("code")
    labels = dict(zip(PACKAGES, rng.permutation(["ash", "birch", "cedar", "elm", "fir", "oak"]), strict=True))
    frame["project"] = frame["project"].map(labels)
    return Draft(*dealt(frame, rng, int(len(frame) * 0.4)))


_CATEGORIES = {
    "Lu": "capital",
    "Ll": "small",
    "Lo": "letter",
    "Lm": "modifier",
    "Mn": "mark",
    "Mc": "spacing_mark",
    "Nd": "digit",
    "Nl": "letter_number",
    "No": "number",
    "Ps": "opening",
    "Pe": "closing",
    "Po": "punctuation",
    "Sm": "mathematics",
    "Sk": "accent",
    "So": "symbol",
    "Cf": "control",
    "Zs": "space",
    "Sc": "currency",
}


def _character_names() -> Iterator[tuple[str, str]]:
    standard = unicodedata.ucd_3_2_0  # frozen: the same in every version of Python
    for code in range(sys.maxunicode + 1):
        name = standard.name(chr(code), "")
        category = _CATEGORIES.get(standard.category(chr(code)))
        if category and len(name.split()) >= 3 and "IDEOGRAPH" not in name and "SYLLABLE" not in name:
            yield category, name


def _scrambled(name: str, rng: np.random.Generator) -> str:
    words = re.split(r"[ -]", name)
    kept = thinned(words, rng, 0.25)
    return " ".join(word.lower() for word in rng.permutation(kept))


def _characters() -> Draft:
    rng = chance("sign-names")
    groups = {label: names for label, names in _capped(_character_names(), rng, 400).items() if len(names) >= 40}
    rows = [(_scrambled(name, rng), label) for label, names in groups.items() for name in names]
    frame = pd.DataFrame(rows, columns=["words", "category"])
    return Draft(*dealt(frame, rng, int(len(frame) * 0.4)))


_CODE_LICENCES = "BSD-3-Clause (NumPy, SciPy, scikit-learn, pandas, statsmodels) and the Matplotlib licence (PSF-like)."

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        id="manual-topics",
        title="Which chapter of the manual is this from",
        domain="text",
        kind="multiclass",
        metric="f1_macro",
        target="topic",
        source="Doc strings of NumPy, SciPy, scikit-learn, pandas, statsmodels and Matplotlib, as installed.",
        licence=_CODE_LICENCES,
        description="""
Forty words in a row were taken from the reference manual of a scientific library. Predict the chapter (`topic`)
they come from. Every chapter counts the same, large or small: the metric is the F1 score, averaged over the
topics.

Columns: `text`. Names of modules and functions, and everything else that looks like an identifier, was replaced
by `_`, and about every seventh word was dropped.
""",
        make=_documentation,
        settings={"text": ["text"]},
    ),
    Recipe(
        id="whose-code",
        title="Which project wrote this code",
        domain="text",
        kind="multiclass",
        metric="log_loss",
        target="project",
        source="Functions of NumPy, SciPy, scikit-learn, pandas, statsmodels and Matplotlib, as installed.",
        licence=_CODE_LICENCES,
        description="""
Six projects write Python for scientists, each with habits of its own. Predict for nine lines of code the
probability that each project wrote them. A submission has one column per project (`ash`, `birch`, `cedar`, `elm`,
`fir`, `oak`); rows sum to one.

Columns: `code`, several lines without indentation. Names of packages and their usual abbreviations were replaced
by `_`, and about every seventh word was dropped.
""",
        make=_code,
        settings={"text": ["code"]},
        class_columns=True,
    ),
    Recipe(
        id="sign-names",
        title="What kind of sign has this name",
        domain="text",
        kind="multiclass",
        metric="accuracy",
        target="category",
        source="Names and general categories of the Unicode Character Database 3.2.0, as shipped with Python.",
        licence="Unicode License v3.",
        description="""
Every sign that computers can write has an official English name, such as "latin small letter e with acute".
Predict its category (`category`: capital or small letter, digit, mark, punctuation, currency and so on) from the
words of the name.

Columns: `words`. The words of a name stand in random order, and about one in four was dropped. Many names are
short, of languages you have never heard of, and the kind of sign is often not said.
""",
        make=_characters,
        settings={"text": ["words"]},
    ),
)
