"""The bundled competitions are whole, graded by a real panel, made as recorded, and not to be looked up."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from haste.competition.build.folder import digest
from haste.competition.build.make import BUNDLED, RECORD, make
from haste.competition.build.recipe import Draft
from haste.competition.build.recipes import recipes
from haste.competition.catalogue import bundled
from haste.competition.dummy import dummy_submission
from haste.competition.heldout import grade
from haste.competition.load import load
from haste.schema.competition import Direction, Medal

IDS = list(recipes())
SMALL = (
    "cell-samples",
    "disease-progression",
    "party-lines",
    "sign-names",
    "few-digits",
    "warm-sea",
    "factory-turnover",
)
_record = json.loads(RECORD.read_text())


def _recorded_versions() -> bool:
    try:
        return all(version(name) == wanted for name, wanted in _record["packages"].items())
    except PackageNotFoundError:
        return False


as_recorded = pytest.mark.skipif(not _recorded_versions(), reason="other package versions than those on record")


def test_there_are_enough_of_every_domain() -> None:
    domains = Counter(entry.domain for entry in bundled())
    assert set(IDS) == {entry.id for entry in bundled()}
    assert set(domains) == {"tabular", "text", "image", "timeseries"}
    assert min(domains.values()) >= 2


def test_the_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) < 8_000_000


@pytest.mark.parametrize("name", IDS)
def test_a_folder_loads_as_its_recipe_says(name: str) -> None:
    recipe, loaded = recipes()[name], load(BUNDLED / name)
    competition = loaded.competition
    assert (competition.id, competition.domain, competition.kind) == (name, recipe.domain, recipe.kind)
    assert (competition.metric.name, competition.targets) == (recipe.metric, (recipe.target,))
    assert 190 <= len(loaded.train) <= 5000
    assert recipe.target not in loaded.test
    answers = pd.read_csv(BUNDLED / name / "private" / "answers.csv", dtype=str)
    assert list(answers["id"]) == list(loaded.test["id"]) == list(loaded.sample["id"])
    assert not set(loaded.train["id"]) & set(loaded.test["id"])
    assert recipe.source.strip() in competition.description
    assert recipe.licence.strip() in competition.description


@pytest.mark.parametrize("name", IDS)
def test_the_leaderboard_is_a_real_spread(name: str) -> None:
    loaded = load(BUNDLED / name)
    board = pd.read_csv(BUNDLED / name / "private" / "leaderboard.csv")
    assert list(board.columns) == ["rank", "team", "score"]
    assert len(board) >= 110
    assert board["team"].is_unique
    assert all(math.isfinite(score) for score in board["score"])
    upward = loaded.competition.metric.direction is Direction.MINIMIZE
    assert list(board["score"]) == sorted(board["score"], reverse=not upward)
    assert list(board["rank"]) == list(board["score"].rank(method="min", ascending=upward))
    dummy = grade(loaded, dummy_submission(loaded, None))
    gain = loaded.competition.metric.gain
    bars = [dummy.gold, dummy.silver, dummy.bronze, dummy.median]
    assert None not in bars
    assert gain(float(dummy.gold or 0), float(dummy.median or 0)) > 0
    assert gain(float(dummy.median or 0), dummy.score) > 0
    assert dummy.medal is Medal.NONE


@pytest.mark.parametrize("name", IDS)
def test_the_sample_submission_can_be_graded(name: str) -> None:
    loaded = load(BUNDLED / name)
    assert grade(loaded, (BUNDLED / name / "sample_submission.csv").read_bytes()).rank is not None


@pytest.mark.parametrize("name", IDS)
def test_a_folder_is_the_recorded_one(name: str) -> None:
    assert digest(BUNDLED / name) == _record["digests"][name]


@as_recorded
@pytest.mark.parametrize("name", SMALL)
def test_small_ones_are_made_again_to_the_byte(name: str, tmp_path: Path) -> None:
    assert make(recipes()[name], tmp_path) == _record["digests"][name]


@as_recorded
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(set(IDS) - set(SMALL)))
def test_all_are_made_again_to_the_byte(name: str, tmp_path: Path) -> None:
    assert make(recipes()[name], tmp_path) == _record["digests"][name]


def test_a_digest_sees_a_changed_pixel_and_no_other_compression(tmp_path: Path) -> None:
    recipe, draft = _pictured()
    from haste.competition.build.folder import write

    write(recipe, draft, tmp_path / "a")
    first = digest(tmp_path / "a")
    _repack(tmp_path / "a" / "images.zip", change=0)
    assert digest(tmp_path / "a") == first
    _repack(tmp_path / "a" / "images.zip", change=1)
    assert digest(tmp_path / "a") != first


def _pictured():  # type: ignore[no-untyped-def]
    recipe = recipes()["few-digits"]
    buffer = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, format="PNG")
    train = pd.DataFrame({"id": ["a"], "image": ["x.png"], "digit": [3]})
    return recipe, Draft(train, train.assign(id="b"), {"x.png": buffer.getvalue()})


def _repack(path: Path, change: int) -> None:
    with zipfile.ZipFile(path) as archive:
        pixels = np.array(Image.open(io.BytesIO(archive.read("images/x.png"))))
    pixels[2, 2] += change
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=1)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images/x.png", buffer.getvalue())


def test_the_page_is_fresh() -> None:
    from haste.competition.build.page import page

    docs = Path(__file__).parents[2] / "docs" / "bundled.md"
    assert docs.read_text(encoding="utf-8") == page(), "run python -m haste.competition.build.page > docs/bundled.md"


@pytest.mark.parametrize("name", IDS)
def test_no_file_is_shared_by_train_and_test(name: str) -> None:
    """Pictures and texts; rows of a survey may be equal by nature."""
    folder, loaded = BUNDLED / name, load(BUNDLED / name)
    for column in (*loaded.competition.text, *(media.column for media in loaded.competition.image)):
        if name == "sign-names":
            continue  # few words, many signs: equal remains are no leak
        sides = [list(table[column]) for table in (loaded.train, loaded.test)]
        if loaded.competition.image:
            with zipfile.ZipFile(folder / "images.zip") as archive:
                sides = [[archive.read(f"images/{file}") for file in side] for side in sides]
        assert not set(sides[0]) & set(sides[1])
