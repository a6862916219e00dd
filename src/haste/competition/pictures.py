"""A glimpse of a competition's pictures: greys of border and centre, colour, and a few drawn with characters.

Training pictures only, a few hundred at most. What is no readable picture is passed over.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from .contents import find_contents
from .media import path_of
from .shown import bytes_of
from .sources import find_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from haste.schema.competition import Media

    from .loaded import LoadedCompetition

    Grey = NDArray[np.float64]

_LOOKED_AT = 200
_DRAWN, _SIDE = 4, 14  # pictures, and characters along a side
_LEVELS = " .:-=+*#"  # from dark to bright
_LABEL_LENGTH = 20


def pictures_inside(loaded: LoadedCompetition, classes: Series[Any] | None) -> list[str]:
    """At most 17 lines for the first column of pictures; none where there is none that can be read."""
    if not loaded.competition.image:
        return []
    media = loaded.competition.image[0]
    rows = loaded.train.iloc[:: max(1, len(loaded.train) // _LOOKED_AT)].head(_LOOKED_AT)
    rows = rows[rows[media.column].notna()]
    greys, colours = _read(loaded, media, rows)
    if not greys:
        return []
    import numpy as np

    borders = np.array([_border(grey) for grey in greys.values()])
    centres = np.array([_centre(grey) for grey in greys.values()])
    means = np.array([grey.mean() for grey in greys.values()])
    lines = [
        f"{media.column}, {len(greys)} of them, greys from 0 (black) to 255: mean {means.mean():.0f} "
        f"(sd between pictures {means.std():.0f}), border {borders.mean():.0f}, centre {centres.mean():.0f}; "
        f"{(borders < 128).mean():.0%} have a dark border, {(borders < centres).mean():.0%} one darker than the centre",
    ]
    if colours:
        lines.append(f"  mean red, green, blue: {', '.join(f'{mean:.0f}' for mean in np.mean(colours, axis=0))}")
    return lines + _drawn(greys, classes)


def _read(loaded: LoadedCompetition, media: Media, rows: DataFrame) -> tuple[dict[Any, Grey], list[Grey]]:
    """Row label -> grey picture, and the mean colours of those that have colours."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    settings = loaded.settings
    contents = find_contents(loaded.folder, settings, find_sources(loaded.folder, settings))
    known = contents.data_files()
    paths = {row: path_of(media.train_folder, str(value), media.suffix) for row, value in rows[media.column].items()}
    rows_of = {path: row for row, path in paths.items() if path in known}
    greys: dict[Any, Grey] = {}
    colours: list[Grey] = []
    for path, content in bytes_of(contents, list(rows_of)) if rows_of else ():
        try:
            with Image.open(io.BytesIO(content)) as picture:
                greys[rows_of[path]] = np.asarray(picture.convert("L"), dtype=np.float64)
                if picture.mode in ("RGB", "RGBA", "P"):
                    colours.append(np.asarray(picture.convert("RGB"), dtype=np.float64).mean(axis=(0, 1)))
        except (OSError, UnidentifiedImageError):
            continue
    return greys, colours


def _border(grey: Grey) -> float:
    import numpy as np

    return float(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]).mean())


def _centre(grey: Grey) -> float:
    high, wide = grey.shape
    return float(
        grey[high // 4 : max(high // 4 + 1, high - high // 4), wide // 4 : max(wide // 4 + 1, wide - wide // 4)].mean()
    )


def _drawn(greys: dict[Any, Grey], classes: Series[Any] | None) -> list[str]:
    """The first picture of each of a few classes side by side, stretched to its own greys."""
    chosen = list(greys)[:_DRAWN]
    if classes is not None:
        firsts: dict[str, Any] = {}
        for row in greys:
            firsts.setdefault(str(classes.loc[row]), row)
        chosen = [row for _, row in sorted(firsts.items())][:_DRAWN]
    names = [
        str(classes.loc[row])[:_LABEL_LENGTH] if classes is not None else str(number)
        for number, row in enumerate(chosen, 1)
    ]
    what = "one each of" if classes is not None else "numbers"
    drawn = [_characters(greys[row]) for row in chosen]
    head = (
        f"  {what} {', '.join(names)}, in {_SIDE} x {_SIDE} steps, each from its darkest (blank) to its brightest (#):"
    )
    return [head, *("|".join(parts) for parts in zip(*drawn, strict=True))]


def _characters(grey: Grey) -> Sequence[str]:
    """Means of blocks as characters, `_SIDE` lines of as many."""
    import numpy as np
    from PIL import Image

    small = np.asarray(Image.fromarray(grey.astype("uint8")).resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=float)
    low, high = small.min(), small.max()
    levels = np.zeros(small.shape, dtype=int) if high <= low else ((small - low) / (high - low) * 7.999).astype(int)
    return ["".join(_LEVELS[level] for level in line) for line in levels]
