"""The page `docs/bundled.md`: what the bundled competitions are, where they come from, and how high the bars lie."""

from __future__ import annotations

import sys

import pandas as pd

from haste.competition.dummy import dummy_submission
from haste.competition.heldout import grade
from haste.competition.load import load

from .folder import LEADERBOARD
from .make import BUNDLED
from .recipe import Recipe
from .recipes import recipes

_HEAD = """# Bundled competitions

Written by `python -m haste.competition.build.page > docs/bundled.md`; a test fails when this page is stale.

Fifteen small competitions come with HASTE, made from real data that ships inside Python packages. `haste competitions
build` makes them anew, `haste competitions build --check` compares what comes out with the digests on record
(`src/haste/competition/build/digests.json`). Both need the extra `build`; running competitions does not.

**Disguise.** The sources are public. So rows are shuffled and get fresh ids, columns get other names and units, numbers
are blurred by about one hundredth of their spread, pictures are turned and made noisy, texts are cut, thinned and
stripped of identifiers, dates are shifted. A test shows that the obvious look-ups find nothing. A person who owns
the source could undo it, so the sandbox shows a candidate neither the data files of the sources nor this package. Known
holes: `manual-topics` and `whose-code` come partly from libraries that a candidate needs to run, and a search for runs
of a few words in the installed files would find many of them; `sign-names` could be matched, by names that contain
all the words left, with the character database inside Python. No sandbox can hide these.

**Leaderboards.** A fixed panel of ordinary pipelines (`src/haste/competition/build/panels`), from a constant to
what a practitioner would try in the first hours, was trained on what a candidate sees and graded on the hidden
answers. It is the same for all competitions of a domain, and no setting was chosen by its score. Not all was
decided blind, though: after first scores were seen, the tables' panel was widened to over 110 entries and the
series' panel by choices through back-tests; the pictures of `few-digits` and `which-typeface` were made less noisy;
a competition in which nobody beat chance was replaced; and `factory-turnover` asks for 36 months, since with 60 a
constant would have won a medal. Medals follow Kaggle's rule for so many teams. It is a panel of pipelines, not of
people: a medal says that a solution is among the best of what is usual, no more. Best and gold are high order
statistics of many tries on the same hidden rows, so on small competitions a part of the distance to them is luck.

**Reproducible.** The data is the same byte for byte (pictures: pixel for pixel) with the versions of packages on
record; the two competitions made from source code and doc strings depend on them most. Leaderboards were made with
one thread and fixed seeds; another processor may change their last digits, so they are not part of the digests.

"""


def page() -> str:
    known = recipes()
    lines = [
        "| id | domain | kind | metric | train | test | dummy | median | bronze | gold | best | teams |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *(_scores(recipe) for recipe in known.values()),
        "",
        "## Sources",
        "",
        "| id | source | licence |",
        "|---|---|---|",
        *(f"| {recipe.id} | {recipe.source} | {recipe.licence} |" for recipe in known.values()),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _scores(recipe: Recipe) -> str:
    loaded = load(BUNDLED / recipe.id)
    dummy = grade(loaded, dummy_submission(loaded, None))
    best = float(pd.read_csv(BUNDLED / recipe.id / LEADERBOARD)["score"].iloc[0])
    bars = (dummy.score, dummy.median, dummy.bronze, dummy.gold, best)
    cells = [
        recipe.id,
        recipe.domain,
        recipe.kind,
        recipe.metric,
        str(len(loaded.train)),
        str(len(loaded.test)),
        *("-" if bar is None else f"{bar:.4g}" for bar in bars),
        str(dummy.teams),
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
