"""Whether a text names its competition: its id, title, columns, files or scores. Wider tiers must not.

A name is looked for as a whole, whatever its case, and as people write it: `CabinDeck` also as "cabin deck",
`room_service` as "room-service" or "roomServices", `deck_plan.csv` as "deck plan". Names that are ordinary words of the
trade (`target`, `text`) count only where the text marks them as a name: in quotes, in backticks, or beside the word
"column".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from haste.schema.competition import Competition
from haste.schema.knowledge import CompetitionTerms
from haste.schema.profile import Profile

_ORDINARY_WORDS = """
id ids index row rows column columns feature features target targets label labels class classes value values
text texts title titles image images audio file files path name names date dates time times datetime timestamp
year month day hour week group groups category categories type types count counts number score scores weight
weights fold folds test train split order rank mean median mode sum min max std var rate ratio level levels size
length width height source status state region city country code codes key keys user item items price sales
comment comments message messages word words sentence question answer description content body
train.csv test.csv sample_submission.csv submission.csv description.md sample submission input output data
competition competition.toml
a all and any as at be by do for from if in is it no not of on only or out the this to up use with x y z
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_SCORED = re.compile(
    r"\b(?:auc|rmse|rmsle|mae|mape|accuracy|f1|log[ -]?loss|kappa|score[sd]?|map|error|leaderboard|lb|cv|r2|loss)\b"
    r"[^.\n]{0,24}?\d+\.\d{2,}|\b\d+\.\d{2,}\s*(?:auc|rmse|rmsle|mae|accuracy|f1|log ?loss|kappa|points?)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"-[0-9a-f]{6}$")
_SUFFIX = re.compile(r"(?:\.[a-z0-9]{1,7}){1,2}/?$|/$", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d{2,}(?![\w.]*\w)")


class Leak(NamedTuple):
    kind: str  # competition, column, file, score
    what: str
    start: int
    end: int


def find_leaks(text: str, terms: Iterable[CompetitionTerms], others: Iterable[CompetitionTerms] = ()) -> Iterator[Leak]:
    """Everything in a text that names one of these competitions, or states a score.

    `others` are competitions that the text was not made on: their columns of a single word (`age`, `character`) count
    only where the text marks them as names, as it is mostly chance that it has them.
    """
    terms, others = tuple(terms), tuple(others)
    yield from find_names(text, terms, others)
    for term in (*terms, *others):
        known = {f"{abs(score):.{digits}f}" for score in term.scores for digits in range(2, 7)}
        known |= {f"{abs(score):g}" for score in term.scores}
        for match in _NUMBER.finditer(text):
            if match.group().lstrip("-") in known:
                yield Leak("score", match.group(), match.start(), match.end())
    for match in _SCORED.finditer(text):
        yield Leak("score", match.group(), match.start(), match.end())


def find_names(text: str, terms: Iterable[CompetitionTerms], others: Iterable[CompetitionTerms] = ()) -> Iterator[Leak]:
    """Everything in a text that names one of these competitions, its columns or its files."""
    lowered = text.lower()
    for term, strange in (*((term, False) for term in terms), *((term, True) for term in others)):
        # An id that was made from a folder's name ends in digits of its data; nobody writes them.
        ids = dict.fromkeys((term.competition, _DIGITS.sub("", term.competition), term.title))
        named = [("competition", name) for name in ids if name]
        named += [("column", name) for name in term.columns]
        named += [("file", name) for name in term.files]
        for kind, name in named:
            for start, end in _found(kind, name, lowered, strange=strange):
                yield Leak(kind, text[start:end], start, end)


def _found(kind: str, name: str, text: str, *, strange: bool) -> Iterator[tuple[int, int]]:
    """Where a name stands in a lower-case text, first as it is spelled, then in other spellings."""
    spelled = _spelling(kind, name)
    ordinary = spelled.exact in _ORDINARY or len(spelled.exact) < 3
    ordinary = ordinary or (strange and kind == "column" and spelled.exact.isalpha() and name[1:].islower())
    if ordinary or kind != "competition":  # an id or title has no spelling of its own
        for match in _whole(re.escape(spelled.exact), text) if spelled.exact in text else ():
            if not ordinary or _marked(text, match, short=spelled.exact not in _ORDINARY):
                yield match.span()
    if not ordinary and spelled.others and spelled.first in text:
        for match in _whole(spelled.others, text):
            if kind == "competition" or match.group() != spelled.exact:
                yield match.span()


class _Spelling(NamedTuple):
    exact: str
    first: str  # a word that all other spellings have
    others: str  # a pattern of the other spellings; empty where there are none


@lru_cache(maxsize=4096)  # of a name alone, and asked for again with every text
def _spelling(kind: str, name: str) -> _Spelling:
    words = _words_of(_SUFFIX.sub("", name) if kind == "file" else name)
    alone = len(words) == 1
    if not words or (kind != "competition" and not _telling(words)):
        return _Spelling(name.lower(), "", "")
    # One word's plural is mostly a word of the trade: "topics" beside a column `topic`.
    plural = "(?:e?s)?" if len(words[-1]) > 3 and not alone else ""
    beside = r"(?=[`'\"]? (?:table|file)s?\b)" if alone and kind == "file" else ""
    pattern = r"[\s_-]*".join(map(re.escape, words)) + plural + (rf"(?!\w){beside}" if beside else "")
    return _Spelling(name.lower(), words[0], pattern)


def _telling(words: Sequence[str]) -> bool:
    """Whether these words, one after the other, are hardly there by chance."""
    return not all(word in _ORDINARY for word in words) and (len(words) == 1 or sum(map(len, words)) >= 5)


def _whole(pattern: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<!\w){pattern}(?!\w)", text)


def _words_of(name: str) -> list[str]:
    """`CabinDeck`, `cabin_deck` and `cabin-deck` are two words each."""
    return [part.lower() for part in re.split(r"[\s_-]+|(?<=[a-z0-9])(?=[A-Z])", name) if part]


def _marked(text: str, match: re.Match[str], *, short: bool) -> bool:
    """Whether the text sets this word off as a name. A short one may also stand before the word "feature"."""
    start, end = match.span()
    before, after = text[max(0, start - 12) : start], text[end : end + 12]
    quoted = before[-1:] in tuple("`'\"“‘") and after[:1] in tuple("`'\"”’")
    beside = re.search(r"\b(?:column|columns|field) $", before) and not after.startswith(" of")
    return quoted or bool(beside) or (short and re.match(r" (?:features?|variables?|columns?)\b", after) is not None)


def competition_terms(
    competition: Competition, profile: Profile | None = None, scores: Iterable[float] = ()
) -> CompetitionTerms:
    """What identifies a competition: its id and title, all columns and files, and the scores a run reached."""
    columns = [column.name for column in profile.columns] if profile else []
    columns += [*competition.targets, *competition.submission_columns, *filter(None, (competition.id_column,))]
    columns += [*competition.text, *competition.categorical, *competition.drop]
    columns += [media.column for media in (*competition.image, *competition.audio)]
    files = (competition.train, competition.test, competition.sample_submission, *competition.digests)
    return CompetitionTerms(
        competition=competition.id,
        title=competition.title,
        columns=tuple(dict.fromkeys(columns)),
        files=tuple(dict.fromkeys(files)),
        scores=tuple(scores),
    )
