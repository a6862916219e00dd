"""Small grey pictures: few digits, letters in unseen typefaces, typefaces of unseen letters."""

from __future__ import annotations

import string
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from ..disguise import dealt, fresh_ids
from ..folder import png
from ..recipe import Draft, Recipe
from ..secrets import chance

Pixels = np.ndarray  # (height, width) floats, 0 to 255


def _encoded(pixels: Pixels, levels: int) -> bytes:
    """Grey PNG with few levels: noise compresses badly, and no learner needs 256."""
    step = 255 / (levels - 1)
    return png(Image.fromarray((np.round(np.clip(pixels, 0, 255) / step) * step).astype(np.uint8)))


def _pictured(frame: pd.DataFrame, pictures: list[bytes], rng: np.random.Generator, test_rows: int) -> Draft:
    """Rows and their pictures, in the same order, dealt; file names are as random as the ids."""
    names = [f"{name}.png" for name in fresh_ids(rng, len(frame))]
    frame = frame.copy()
    frame.insert(0, "image", names)
    return Draft(*dealt(frame, rng, test_rows), images=dict(zip(names, pictures, strict=True)))


def _digits() -> Draft:
    from sklearn.datasets import load_digits

    rng = chance("few-digits")
    source = load_digits()
    chosen = rng.permutation(len(source.images))[:1000]
    pictures = []
    for pixels in source.images[chosen]:
        large = ndimage.zoom(np.pad(pixels, 2) * 255 / 16, 20 / 12, order=1)
        turned = ndimage.rotate(large, rng.uniform(-16, 16), reshape=False, order=1)
        moved = ndimage.shift(turned, rng.uniform(-1.5, 1.5, 2), order=1) * rng.uniform(0.7, 1)
        pictures.append(_encoded(moved + rng.normal(0, 15, moved.shape) + 10, 16))
    frame = pd.DataFrame({"digit": source.target[chosen]})
    return _pictured(frame, pictures, rng, 700)


_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_TRAIN_FONTS = (  # typefaces of one family share their fate, Computer Modern and STIX aside
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "STIXGeneral", "STIXGeneralBol", "STIXGeneralBolIta", "cmss10", "cmb10"),
)
_TEST_FONTS = (
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "STIXGeneralItalic", "cmr10", "cmti10", "cmtt10"),
)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf", size)


def _glyph(font: ImageFont.FreeTypeFont, character: str, rng: np.random.Generator, wear: float = 1) -> Pixels:
    tilt = 18 * wear
    canvas = Image.new("L", (72, 72), 0)
    ImageDraw.Draw(canvas).text((36, 36), character, fill=255, font=font, anchor="mm")
    pixels = np.asarray(canvas, dtype=float)
    pixels = ndimage.rotate(pixels, rng.uniform(-tilt, tilt), reshape=False, order=1)
    shear = np.array([[1, rng.uniform(-tilt, tilt) / 90], [rng.uniform(-tilt, tilt) / 180, 1]])
    pixels = ndimage.affine_transform(
        pixels, shear, offset=36 - shear @ np.array([36, 36]) + rng.uniform(-6, 6, 2) * wear, order=1
    )
    small = ndimage.zoom(ndimage.gaussian_filter(pixels, rng.uniform(1, 1 + 2 * wear)), 1 / 3, order=1)
    ground, ink = rng.uniform(0, 60), rng.uniform(150, 245)
    if rng.random() < 0.3:
        ground, ink = ink, ground
    return np.asarray(ground + (ink - ground) * small / 255 + rng.normal(0, 11 * wear, small.shape))


def _letters() -> Draft:
    rng = chance("font-letters")
    sides = {}
    pictures: dict[str, bytes] = {}
    typefaces = iter(fresh_ids(rng, 40))
    for side, fonts in (("train", _TRAIN_FONTS), ("test", _TEST_FONTS)):
        rows = []
        for name in fonts:
            typeface = f"t{next(typefaces)[:4]}"
            for character in _CHARACTERS:
                for _ in range(4):
                    font = _font(name, int(rng.integers(40, 58)))
                    rows.append((typeface, character, _encoded(_glyph(font, character, rng), 16)))
        frame = pd.DataFrame([row[:2] for row in rows], columns=["typeface", "character"])
        draft = _pictured(frame, [row[2] for row in rows], rng, 0)
        sides[side], pictures = draft.train, pictures | dict(draft.images)
    return Draft(sides["train"], sides["test"], pictures)


_TYPEFACES = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Bold"),
    *("STIXGeneral", "STIXGeneralItalic", "cmr10", "cmtt10"),
)


def _typefaces() -> Draft:
    rng = chance("which-typeface")
    names = rng.permutation(["adder", "bison", "crane", "dingo", "eagle", "finch", "gecko", "heron", "ibis", "jackal"])
    signs = rng.permutation(list(string.ascii_letters))
    anonymous = dict(zip(signs, (f"s{name[:4]}" for name in fresh_ids(rng, len(signs))), strict=True))
    sides: list[pd.DataFrame] = []
    pictures: dict[str, bytes] = {}
    for chosen in (signs[:32], signs[32:]):
        rows = []
        for name, character, variant in product(_TYPEFACES, chosen, range(4)):
            font = _font(name, int(rng.integers(44, 52)) + variant)
            picture = _encoded(_glyph(font, character, rng, wear=0.3), 16)
            rows.append((anonymous[character], names[_TYPEFACES.index(name)], picture))
        frame = pd.DataFrame([row[:2] for row in rows], columns=["sign", "typeface"])
        draft = _pictured(frame, [row[2] for row in rows], rng, 0)
        sides.append(draft.train)
        pictures |= draft.images
    return Draft(sides[0], sides[1], pictures)


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        id="few-digits",
        title="Read handwritten digits after seeing only a few",
        domain="image",
        kind="multiclass",
        metric="accuracy",
        target="digit",
        source="Optical Recognition of Handwritten Digits, Alpaydin and Kaynak 1998, as shipped with scikit-learn.",
        licence="CC BY 4.0 (UCI Machine Learning Repository).",
        description="""
Thirty pictures per digit, and more than twice as many to read. Predict which digit (`digit`, 0 to 9) was written.

Columns: `image`, the name of a grey picture of 20 x 20 pixels in `images/`. The pictures are slightly turned,
shifted and noisy. The pictures without labels may be looked at, too.
""",
        make=_digits,
        settings={"image": ["image"]},
    ),
    Recipe(
        id="font-letters",
        title="Read letters in typefaces never seen before",
        domain="image",
        kind="multiclass",
        metric="accuracy",
        target="character",
        source="Glyphs of the DejaVu, STIX and Computer Modern typefaces, as shipped with Matplotlib.",
        licence="Bitstream Vera and DejaVu licence, SIL OFL 1.1 (STIX), BaKoMa licence (Computer Modern).",
        description="""
Capital letters and digits were printed in several typefaces, then turned, sheared, blurred and made noisy; some
are light on dark. Predict which of the 32 characters (`character`) a picture shows.

Columns: `image`, the name of a grey picture of 24 x 24 pixels in `images/`; `typeface`, an anonymous name of the
typeface. None of the typefaces to predict occurs in the training rows, so validate on typefaces that were left
out.
""",
        make=_letters,
        settings={
            "image": ["image"],
            "drop": ["typeface"],
            "validation": {"scheme": "group", "group_column": "typeface"},
        },
    ),
    Recipe(
        id="which-typeface",
        title="Tell the typeface from letters never seen before",
        domain="image",
        kind="multiclass",
        metric="accuracy",
        target="typeface",
        source="Glyphs of the DejaVu, STIX and Computer Modern typefaces, as shipped with Matplotlib.",
        licence="Bitstream Vera and DejaVu licence, SIL OFL 1.1 (STIX), BaKoMa licence (Computer Modern).",
        description="""
Single letters were printed in ten typefaces, then slightly turned, sheared, blurred and made noisy; some are light on
dark. Predict the typeface (`typeface`, under an invented name) of each picture.

Columns: `image`, the name of a grey picture of 24 x 24 pixels in `images/`; `sign`, an anonymous name of the letter.
None of the letters to predict occurs in the training rows: slant, weight and the ends of strokes must tell. Validate on
letters that were left out.
""",
        make=_typefaces,
        settings={"image": ["image"], "drop": ["sign"], "validation": {"scheme": "group", "group_column": "sign"}},
    ),
)
