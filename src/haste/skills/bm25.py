"""BM25 over skills (name, description and body), built once and deterministic.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the usual k1 = 1.2 and
b = 0.75 and the idf that cannot be negative, log(1 + (N - df + 0.5) / (df + 0.5)). Term weights are computed when the
index is built, so that a query only adds numbers up.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .words import terms

K1, B = 1.2, 0.75
QUERY_TERMS = 24  # the rarest terms of a query; common ones hardly move a rank and cost the most


@dataclass(frozen=True)
class Index:
    size: int
    postings: dict[str, tuple[array[int], array[float]]]  # term -> positions of texts, and its weight in each

    def scores(self, query: str) -> list[float]:
        """The fit of every text to the query, by position; 0 is none."""
        found = [0.0] * self.size
        known = {term for term in terms(query) if term in self.postings}
        rarest = sorted(known, key=lambda term: (len(self.postings[term][0]), term))[:QUERY_TERMS]
        for term in rarest:
            positions, weights = self.postings[term]
            for position, weight in zip(positions, weights, strict=True):
                found[position] += weight
        return found


def build_index(texts: Sequence[str]) -> Index:
    """Index texts by their position."""
    counts: dict[str, tuple[array[int], array[float]]] = {}
    lengths = array("d")
    for position, text in enumerate(texts):
        words = terms(text)
        lengths.append(len(words))
        for term, count in Counter(words).items():
            if (posting := counts.get(term)) is None:
                posting = counts[term] = (array("i"), array("f"))
            posting[0].append(position)
            posting[1].append(count)
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    norms = [K1 * (1 - B + B * length / mean) if mean else K1 for length in lengths]
    for positions, weights in counts.values():
        df = len(positions)
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for i, position in enumerate(positions):
            weights[i] = idf * weights[i] * (K1 + 1) / (weights[i] + norms[position])
    return Index(len(texts), counts)
