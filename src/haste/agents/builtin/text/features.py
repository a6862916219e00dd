"""Writers of feature steps for text columns: cleaning, joining, and numbers read off a text.

They leave TEXT, the list of columns that the views of `matrix` read.
"""

from __future__ import annotations

from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Script, assign


def texts(_step: Step, recipe: Recipe, script: Script) -> None:
    script.constants.append(assign("TEXT", list(recipe.constants.text)))
    script.group("TEXT")
    script.block(
        "Missing texts are empty ones",
        """
        for frame in (train, test):
            frame[TEXT] = frame[TEXT].astype(object).fillna("").astype(str)
        """,
    )


def text_statistics(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.group("NUMERIC")
    script.block(
        "How a text is written: its length, its words, and the shares of kinds of characters",
        r"""
        KINDS = {"capitals": r"[A-Z]", "digits": r"\d", "punctuation": r"[^\w\s]", "spaces": r"\s"}
        for frame in (train, test):
            for column in TEXT:
                text, length = frame[column], frame[column].str.len().clip(lower=1)
                words = text.str.split()
                frame[f"{column} length"], frame[f"{column} words"] = np.log1p(length), np.log1p(words.str.len())
                frame[f"{column} word length"] = length / words.str.len().clip(lower=1)
                frame[f"{column} repeated"] = 1 - words.map(lambda found: len(set(found)) / max(len(found), 1))
                frame[f"{column} lines"] = text.str.count("\n")
                for kind, pattern in KINDS.items():
                    frame[f"{column} {kind}"] = text.str.count(pattern) / length
        PARTS = ["length", "words", "word length", "repeated", "lines", *KINDS]
        NUMERIC += [f"{column} {part}" for column in TEXT for part in PARTS]
        """,
    )


def mask_digits(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "All digits look alike, so that numbers of one shape are one word",
        r"""
        for frame in (train, test):
            for column in TEXT:
                frame[column] = frame[column].str.replace(r"\d", "0", regex=True)
        """,
    )


def strip_markup(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "Without tags, addresses of web pages and entities",
        r"""
        for frame in (train, test):
            for column in TEXT:
                frame[column] = frame[column].str.replace(r"<[^<>]{1,200}>|https?://\S+|&\w+;", " ", regex=True)
        """,
    )


def join_texts(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "One more text: all texts of a row, one after the other",
        r"""
        for frame in (train, test):
            frame["all texts"] = frame[TEXT].agg("\n".join, axis=1)
        TEXT.append("all texts")
        """,
    )
