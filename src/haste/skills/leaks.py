"""Whether a text names its competition: its id, title, columns, files or scores. Wider tiers must not.

A name is looked for as a whole word, whatever its case. Names that are ordinary words of the trade (`target`, `text`)
count only where the text marks them as a name: in quotes, in backticks, or beside the word "column".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
a all and any as at be by do for from if in is it no not of on only or out the this to up use with x y z
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_SCORED = re.compile(
    r"\b(?:auc|rmse|rmsle|mae|mape|accuracy|f1|log[ -]?loss|kappa|score[sd]?|map|error|leaderboard|lb|cv|r2|loss)\b"
    r"[^.\n]{0,24}?\d+\.\d{2,}|\b\d+\.\d{2,}\s*(?:auc|rmse|rmsle|mae|accuracy|f1|log ?loss|kappa|points?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d{2,}(?![\w.]*\w)")


class Leak(NamedTuple):
    kind: str  # competition, column, file, score
    what: str
    start: int
    end: int


def find_leaks(text: str, terms: Iterable[CompetitionTerms]) -> Iterator[Leak]:
    """Everything in a text that names one of these competitions, or states a score."""
    for term in terms:
        for name in filter(None, (term.competition, term.title)):
            yield from _matches("competition", name, text, loose=True)
        for column in term.columns:
            yield from _matches("column", column, text)
        for file in term.files:
            yield from _matches("file", file, text)
        known = {f"{abs(score):.{digits}f}" for score in term.scores for digits in range(2, 7)}
        known |= {f"{abs(score):g}" for score in term.scores}
        for match in _NUMBER.finditer(text):
            if match.group().lstrip("-") in known:
                yield Leak("score", match.group(), match.start(), match.end())
    for match in _SCORED.finditer(text):
        yield Leak("score", match.group(), match.start(), match.end())


def _matches(kind: str, name: str, text: str, loose: bool = False) -> Iterator[Leak]:
    lowered = name.lower()
    ordinary = lowered in _ORDINARY or len(name) < 3
    if loose:  # an id may stand there with spaces, hyphens or underscores
        parts = [re.escape(part) for part in re.split(r"[\s_-]+", lowered) if part]
        pattern = r"[\s_-]*".join(parts)
    else:
        pattern = re.escape(lowered)
    for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text.lower()):
        if not ordinary or _marked(text.lower(), match.start(), match.end()):
            yield Leak(kind, text[match.start() : match.end()], match.start(), match.end())


def _marked(text: str, start: int, end: int) -> bool:
    """Whether the text sets this word off as a name."""
    before, after = text[max(0, start - 12) : start], text[end : end + 12]
    quoted = before[-1:] in tuple("`'\"“‘") and after[:1] in tuple("`'\"”’")
    return quoted or bool(re.search(r"\b(?:column|columns|field) $", before) and not after.startswith(" of"))


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
