"""From recipes to folders, and the record of digests that tells whether they still come out the same."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from haste.schema.errors import CompetitionError

from .folder import LEADERBOARD, digest, write
from .recipe import Recipe
from .recipes import recipes

BUNDLED = Path(__file__).parent.parent / "bundled"
RECORD = Path(__file__).parent / "digests.json"
PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "matplotlib", "statsmodels", "pillow", "lightgbm")

Progress = Callable[[str], None]


def build_all(ids: Sequence[str], out: Path, progress: Progress, *, work: Path, panel: bool) -> list[str]:
    from .panel import run_panel

    digests = {}
    for recipe in _chosen(ids):
        progress(f"{recipe.id}: making the data")
        digests[recipe.id] = make(recipe, out)
        if panel:
            run_panel(out / recipe.id, work, progress)
    if out.resolve() == BUNDLED.resolve():
        _record(digests)
    return list(digests.values())


def make(recipe: Recipe, out: Path) -> str:
    """Writes one folder without its leaderboard, and returns the digest. A leaderboard for the same rows is kept."""
    folder = out / recipe.id
    before = digest(folder) if folder.exists() else None
    try:
        draft = recipe.make()
    except ModuleNotFoundError as error:
        message = f"the source of {recipe.id} is not installed: {error.name or error}"
        raise CompetitionError(message, hint="pip install 'haste-ml[build]'") from error
    write(recipe, draft, folder)
    after = digest(folder)
    if before != after:
        (folder / LEADERBOARD).unlink(missing_ok=True)
    return after


def check_all(ids: Sequence[str], progress: Progress) -> list[str]:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    wrong = []
    place = Path(tempfile.mkdtemp(prefix="haste-check-"))
    try:
        for recipe in _chosen(ids):
            progress(f"{recipe.id}: making it anew")
            wrong += _differences(recipe, make(recipe, place), record)
    finally:
        shutil.rmtree(place)
    return wrong


def _differences(recipe: Recipe, made: str, record: dict[str, dict[str, str]]) -> list[str]:
    wanted, here, found = record["digests"].get(recipe.id), BUNDLED / recipe.id, []
    if not here.exists() or digest(here) != wanted:
        found.append(f"{recipe.id}: the folder in the package is not the recorded one")
    elif not (here / LEADERBOARD).exists():
        found.append(f"{recipe.id}: the leaderboard is missing")
    if made != wanted:
        found.append(f"{recipe.id}: it comes out differently{_versions(record['packages'])}")
    return found


def _versions(recorded: dict[str, str]) -> str:
    changed = [f"{name} {old}, here {version(name)}" for name, old in recorded.items() if version(name) != old]
    return f" (recorded with {'; '.join(changed)})" if changed else ""


def _record(digests: dict[str, str]) -> None:
    old = json.loads(RECORD.read_text(encoding="utf-8"))["digests"] if RECORD.exists() else {}
    record = {
        "packages": {name: version(name) for name in PACKAGES},
        "digests": dict(sorted({**old, **digests}.items())),
    }
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _chosen(ids: Sequence[str]) -> list[Recipe]:
    known = recipes()
    unknown = sorted(set(ids) - set(known))
    if unknown:
        message = f"there is no recipe for {', '.join(unknown)}"
        raise CompetitionError(message, hint=f"there are {', '.join(known)}")
    return [recipe for name, recipe in known.items() if not ids or name in ids]
