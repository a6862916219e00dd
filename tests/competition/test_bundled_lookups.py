"""What a cheat would try first: to find the hidden rows in the packages they came from.

Each look-up is first shown to work on rows that are no secret.
"""

from __future__ import annotations

import io
import re
import string
import sys
import unicodedata
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from haste.competition.build.make import BUNDLED
from haste.competition.build.recipes.sources import PACKAGES, modules

pytest.importorskip("statsmodels", reason="needs the extra 'build'")
pytest.importorskip("matplotlib", reason="needs the extra 'build'")


def _test_table(name: str) -> pd.DataFrame:
    table = pd.read_csv(BUNDLED / name / "test.csv", dtype={"id": str})
    return table.merge(pd.read_csv(BUNDLED / name / "private" / "answers.csv", dtype={"id": str}), on="id")


def _source(name: str) -> pd.DataFrame:
    from sklearn.datasets import load_breast_cancer, load_diabetes
    from statsmodels.datasets import anes96, co2, elnino, fair, randhie
    from statsmodels.datasets.elec_equip import data

    loaders = {
        "cell-samples": lambda: load_breast_cancer(as_frame=True).frame.drop(columns="target"),
        "disease-progression": lambda: load_diabetes(as_frame=True, scaled=False).frame,
        "disease-progression scaled": lambda: load_diabetes(as_frame=True).frame,
        "affairs": lambda: fair.load_pandas().data,
        "clinic-visits": lambda: randhie.load_pandas().data,
        "party-lines": lambda: anes96.load_pandas().data,
        "island-air": lambda: co2.load_pandas().data,
        "warm-sea": lambda: elnino.load_pandas().data.drop(columns="YEAR"),
        "factory-turnover": lambda: data.load_pandas().data,
    }
    return loaders[name]().select_dtypes("number")


def _found_share(rows: pd.DataFrame, source: pd.DataFrame) -> float:
    """The share of rows all of whose numbers occur in the source: no exact join on all numbers can find more."""
    numbers = rows.select_dtypes("number")
    known = np.unique(source.to_numpy(dtype=float).ravel())
    return float(np.isin(numbers.to_numpy(dtype=float), known).all(axis=1).mean())


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("cell-samples", ["malignant"]),
        ("disease-progression", []),
        ("disease-progression scaled", []),
        ("affairs", ["affair"]),
        ("clinic-visits", ["visits"]),
        ("party-lines", ["leaning"]),
        ("island-air", []),
        ("warm-sea", []),
        ("factory-turnover", []),
    ],
)
def test_no_table_joins_its_source(name: str, targets: list[str]) -> None:
    source = _source(name)
    assert _found_share(source.dropna(), source) == 1
    rows = _test_table(name.split()[0]).drop(columns=targets)
    assert _found_share(rows, source) < 0.02


def test_terrain_does_not_join_the_elevation_model() -> None:
    import matplotlib

    with np.load(f"{matplotlib.get_data_path()}/sample_data/jacksboro_fault_dem.npz") as archive:
        heights = archive["elevation"].astype(float)
    source = pd.DataFrame({"height": heights.ravel()})
    assert _found_share(source.head(100), source) == 1
    assert _found_share(_test_table("terrain-height"), source) == 0


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def library() -> str:
    return _flat("\n".join(text for package in PACKAGES for _, text in modules(package)))


@pytest.mark.parametrize(("name", "column"), [("manual-topics", "text"), ("whose-code", "code")])
def test_no_half_of_a_text_is_a_piece_of_an_installed_file(name: str, column: str, library: str) -> None:
    planted = _flat("Compute the arithmetic mean along the specified axis.")
    assert planted in library
    texts = [_flat(text) for text in _test_table(name)[column].head(30)]
    assert not any(text[: len(text) // 2] in library for text in texts)


def test_no_sign_is_found_by_its_name() -> None:
    words = _test_table("sign-names")["words"]
    found = 0
    for name in words:
        try:
            unicodedata.lookup(name.upper())
        except KeyError:
            continue
        found += 1
    assert found < 0.02 * len(words)


def test_no_sign_is_found_by_the_bag_of_its_words() -> None:
    names = (unicodedata.ucd_3_2_0.name(chr(code), "") for code in range(sys.maxunicode + 1))
    bags: dict[tuple[str, ...], set[str]] = {}
    for code, name in enumerate(names):
        if name and "IDEOGRAPH" not in name:
            bag = tuple(sorted(re.split(r"[ -]", name.lower())))
            bags.setdefault(bag, set()).add(unicodedata.ucd_3_2_0.category(chr(code)))
    assert ("a", "capital", "latin", "letter") in bags
    words = _test_table("sign-names")["words"]
    assert sum(tuple(sorted(str(name).split())) in bags for name in words) < 0.1 * len(words)


def _pictures(name: str) -> list[np.ndarray]:
    table = _test_table(name)
    with zipfile.ZipFile(BUNDLED / name / "images.zip") as archive:
        return [np.asarray(Image.open(io.BytesIO(archive.read(f"images/{file}")))) for file in table["image"]]


def test_no_digit_is_found_by_its_pixels() -> None:
    from sklearn.datasets import load_digits

    known = {np.rint(image).astype(int).tobytes() for image in load_digits().images}

    def found(picture: np.ndarray) -> bool:
        small = Image.fromarray(picture).resize((8, 8), Image.Resampling.BOX)
        return np.rint(np.asarray(small, dtype=float) * 16 / 255).astype(int).tobytes() in known

    planted = np.kron(load_digits().images[0] * 255 / 16, np.ones((3, 3))).round().astype(np.uint8)
    assert found(planted)
    assert not any(found(picture) for picture in _pictures("few-digits"))


@pytest.mark.parametrize("name", ["font-letters", "which-typeface"])
def test_no_letter_is_found_by_drawing_it(name: str) -> None:
    import matplotlib
    from PIL import ImageDraw, ImageFont

    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSerif.ttf", 16)

    def drawn(character: str) -> bytes:
        canvas = Image.new("L", (24, 24), 0)
        ImageDraw.Draw(canvas).text((12, 12), character, fill=255, font=font, anchor="mm")
        return canvas.tobytes()

    known = {drawn(character) for character in string.ascii_letters + string.digits}
    assert len(known) == 62
    assert not any(picture.tobytes() in known for picture in _pictures(name))
