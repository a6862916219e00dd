"""The index gives what the formula of BM25 gives, worked out text by text, also for texts that came later."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.skills.bm25 import K1, B, build_index

WORDS = ("fold", "leak", "mean", "encode", "target", "x")  # the last is too short for a term
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), max_size=7)


def by_formula(texts: list[str], query: str, mean: float) -> list[float]:
    documents = [[word for word in text.split() if len(word) > 1] for text in texts]
    found = []
    for words in documents:
        score = 0.0
        for term in set(query.split()):
            having = sum(term in other for other in documents)
            idf = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
            count = words.count(term)
            score += idf * count * (K1 + 1) / (count + K1 * (1 - B + B * len(words) / (mean or 1))) if count else 0.0
        found.append(score)
    return found


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_scores_are_those_of_the_formula(first: list[str], later: list[str]) -> None:
    query = "leak target leak unheard x"
    lengths = [sum(len(word) > 1 for word in text.split()) for text in first]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    index = build_index(first)
    assert index.scores(query) == pytest.approx(by_formula(first, query, mean))
    assert index.extended(later).scores(query) == pytest.approx(by_formula([*first, *later], query, mean))
    assert index == build_index(first)
