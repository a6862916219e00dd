"""What texts, pictures and series hold is read from training rows, in bounds, and is true."""

from __future__ import annotations

import re

import pytest

from haste.competition.catalogue import bundled, resolve
from haste.competition.inside import inside
from haste.competition.load import load


@pytest.mark.parametrize("name", [one.id for one in bundled()])
def test_what_is_inside_is_bounded(name: str) -> None:
    lines = inside(load(resolve(name)))
    assert sum(map(len, lines)) < 2500
    assert len(lines) <= 40
    assert all("\n" not in line for line in lines)


def test_texts_are_counted_and_their_words_are_of_their_class() -> None:
    loaded = load(resolve("sign-names"))
    lines = inside(loaded)
    assert lines[0].startswith("words: 3 words in the middle (2 to 5), ")
    assert "100% without capitals" in lines[0]
    words = {m[1]: m[2].split(", ") for line in lines[1:] if (m := re.match(r"  words of (\w+): (.*)", line))}
    assert set(words) == set(loaded.train["category"].astype(str))
    rows = loaded.train["words"].str.split().map(set)
    for label, found in words.items():
        mine = loaded.train["category"].astype(str) == label
        for word in found:
            assert rows[mine].map(lambda row, word=word: word in row).mean() > rows.map(lambda r, w=word: w in r).mean()


def test_pictures_say_their_greys_and_are_drawn() -> None:
    head, drawn, *lines = inside(load(resolve("few-digits")))
    border, centre = map(int, re.findall(r"border (\d+), centre (\d+)", head)[0])
    assert border < 40 < 80 < centre  # light strokes on a dark ground
    assert "one each of 0, 1, 2, 3," in drawn
    assert len(lines) == 14
    assert all(len(line) == 4 * 14 + 3 for line in lines)
    zero = [line.split("|")[0] for line in lines]
    assert zero[7][5:7].strip(" .") == ""  # the hole of a nought, between its sides
    assert all(any(c in side for c in "-=+*#") for side in (zero[7][:5], zero[7][7:10]))


def test_series_say_their_years_and_their_end() -> None:
    loaded = load(resolve("factory-turnover"))
    years, latest = inside(loaded)
    assert years.startswith("value, mean by year: 1988 ")
    assert latest.startswith("value, last 12 times: ")
    assert latest.endswith(f"{loaded.train.sort_values('date')['value'].iloc[-1]:.4g}")


def test_tables_have_nothing_inside() -> None:
    assert inside(load(resolve("clinic-visits"))) == ()
