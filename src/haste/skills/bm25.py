"""BM25 over skills (name, description and body), built once and deterministic.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the usual k1 = 1.2 and
b = 0.75 and the idf that cannot be negative, log(1 + (N - df + 0.5) / (df + 0.5)). Term weights are computed when the
index is built, so that a query only adds numbers up.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .words import terms

K1, B = 1.2, 0.75
QUERY_TERMS = 24  # the rarest terms of a query; common ones hardly move a rank and cost the most


Posting = tuple["array[int]", "array[float]"]  # positions of texts, and the term's weight in each


@dataclass(frozen=True)
class Index:
    size: int
    mean_length: float
    postings: dict[str, Posting]

    def scores(self, query: str) -> list[float]:
        """The fit of every text to the query, by position; 0 is none."""
        found = [0.0] * self.size
        known = {term for term in terms(query) if term in self.postings}
        rarest = sorted(known, key=lambda term: (len(self.postings[term][0]), term))[:QUERY_TERMS]
        for term in rarest:
            positions, weights = self.postings[term]
            idf = math.log(1 + (self.size - len(positions) + 0.5) / (len(positions) + 0.5))
            for position, weight in zip(positions, weights, strict=True):
                found[position] += idf * weight
        return found

    def extended(self, texts: Sequence[str]) -> Index:
        """The index with more texts at the next positions, weighed by the mean length of the first ones."""
        postings = dict(self.postings)
        for position, text in enumerate(texts, start=self.size):
            words = terms(text)
            for term, count in Counter(words).items():
                positions, weights = postings.get(term, (array("i"), array("f")))
                weight = _weight(count, _norm(len(words), self.mean_length))
                postings[term] = (positions + array("i", [position]), weights + array("f", [weight]))
        return Index(self.size + len(texts), self.mean_length, postings)


def build_index(texts: Sequence[str]) -> Index:
    """Index texts by their position."""
    found: defaultdict[str, list[int]] = defaultdict(list)  # a position for each time that the term stands there
    lengths: list[int] = []
    for position, text in enumerate(texts):
        words = terms(text)
        lengths.append(len(words))
        for word in words:
            found[word].append(position)
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    norms = [_norm(length, mean) for length in lengths]
    once = [_weight(1, norm) for norm in norms]  # most terms stand once in a text
    postings: dict[str, Posting] = {}
    while found:  # emptied on the way, so that lists and arrays are not all held at once
        term, places = found.popitem()
        counts = Counter(places)
        weights = [once[at] if count == 1 else _weight(count, norms[at]) for at, count in counts.items()]
        postings[term] = (array("i", counts), array("f", weights))
    return Index(len(texts), mean, postings)


def _norm(length: int, mean: float) -> float:
    return K1 * (1 - B + B * length / (mean or 1))


def _weight(count: int, norm: float) -> float:
    return count * (K1 + 1) / (count + norm)
