"""Making the bundled competitions out of data that ships inside installed packages. Needs the extra `build`.

`build` writes folders, leaderboards included; `check` makes the data anew elsewhere and compares digests with those on
record. What is made depends on the secret constant, on these recipes, and on the versions of the packages that hold the
sources (`digests.json` names them). Importing this package loads none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

Progress = Callable[[str], None]


def build(ids: Sequence[str], out: Path, progress: Progress, *, work: Path, panel: bool = True) -> list[str]:
    """Writes the folders of `ids` (none named: all) into `out`; returns their digests in the same order.

    With `panel`, the leaderboards are made too, and `work` keeps the panel's answers, so that an interrupted run goes
    on. Raises CompetitionError for an unknown id or a missing package.
    """
    from .make import build_all

    return build_all(ids, out, progress, work=work, panel=panel)


def check(ids: Sequence[str], progress: Progress) -> list[str]:
    """One sentence for each of `ids` (none named: all) that comes out, or lies in the package, not as recorded."""
    from .make import check_all

    return check_all(ids, progress)
