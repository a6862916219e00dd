"""BM25 over skills (name, description and body), built once and deterministic.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the usual k1 = 1.2 and
b = 0.75 and the idf that cannot be negative, log(1 + (N - df + 0.5) / (df + 0.5)). An index holds where terms stand;
what they weigh is worked out for the few terms of a query.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .words import terms

K1, B = 1.2, 0.75
QUERY_TERMS = 24  # the rarest terms of a query; common ones hardly move a rank and cost the most


@dataclass(frozen=True)
class Index:
    positions: Mapping[str, array[int]]  # by term: the texts where it stands, each as often as it stands there
    texts: Mapping[str, int]  # by term: in how many texts it stands
    norms: array[float]  # by position: what the text's length comes to
    mean_length: float  # in terms

    @property
    def size(self) -> int:
        return len(self.norms)

    def scores(self, query: str) -> list[float]:
        """The fit of every text to the query, by position; 0 is none."""
        found = [0.0] * self.size
        known = {term for term in terms(query) if term in self.texts}
        for term in sorted(known, key=lambda term: (self.texts[term], term))[:QUERY_TERMS]:
            texts = self.texts[term]
            idf = math.log(1 + (self.size - texts + 0.5) / (texts + 0.5))
            for position, count in Counter(self.positions[term]).items():
                found[position] += idf * (count * (K1 + 1) / (count + self.norms[position]))
        return found

    def extended(self, added: Sequence[str]) -> Index:
        """The index with more texts at the next positions, weighed by the mean length of the first ones."""
        positions, texts, norms = dict(self.positions), dict(self.texts), array("d", self.norms)
        for text in added:
            words = terms(text)
            for term, count in Counter(words).items():
                positions[term] = positions.get(term, array("i")) + array("i", [len(norms)] * count)
                texts[term] = texts.get(term, 0) + 1
            norms.append(_norm(len(words), self.mean_length))
        return Index(positions, texts, norms, self.mean_length)


def build_index(texts: Sequence[str]) -> Index:
    """Index texts by their position."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    holding: Counter[str] = Counter()
    lengths: list[int] = []
    for position, text in enumerate(texts):
        words = terms(text)
        lengths.append(len(words))
        holding.update(set(words))
        for word in words:
            found[word].append(position)
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    norms = array("d", [_norm(length, mean) for length in lengths])
    return Index({term: array("i", places) for term, places in found.items()}, holding, norms, mean)


def _norm(length: int, mean: float) -> float:
    return K1 * (1 - B + B * length / (mean or 1))
