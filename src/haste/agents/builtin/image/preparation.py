"""Writers of feature steps that change all pictures before any model sees them.

Each adds a function from pictures to pictures (rows x height x width x colours) and applies it to both sides, row by
row: nothing is learned from one picture for another.
"""

from __future__ import annotations

import textwrap

from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Script

_INK = '''
def ink(pictures):
    """How far each pixel is from the ground (the median of the border); faint ones count as ground."""
    grey = pictures.mean(axis=3)
    border = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    away = np.abs(grey - np.median(border, axis=1)[:, None, None])
    return np.maximum(0, away - 0.4 * away.max(axis=(1, 2), keepdims=True)) + 1e-9
'''
_REDRAW = '''
def redrawn(picture, matrix, middle):
    """The picture with its centre taken from `middle`, and steps from there by `matrix` (rows, columns)."""
    matrix = np.asarray(matrix)
    offset = np.asarray(middle) - matrix @ ((np.array(SHAPE[:2]) - 1) / 2)
    colours = np.moveaxis(picture, 2, 0)
    drawn = [ndimage.affine_transform(colour, matrix, offset, order=1, mode="nearest") for colour in colours]
    return np.stack(drawn, axis=2)
'''


def _change(script: Script, comment: str, name: str, code: str, *needs: str) -> None:
    """A paragraph that defines the function `name` (and what it needs, unless it stands there) and applies it."""
    present = "\n".join(script.blocks)
    parts = [need.strip() for need in needs if need.strip().splitlines()[0] not in present]
    parts.append(textwrap.dedent(code).strip())
    parts.append(f"pictures, test_pictures = {name}(pictures), {name}(test_pictures)")
    script.block(comment, "\n\n\n".join(parts))


def same_polarity(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "Light on dark everywhere", "light_on_dark", '''
        def light_on_dark(pictures):
            """Pictures whose border is lighter than the whole are turned into their negatives."""
            border = [pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]]
            light = np.concatenate(border, axis=1).mean(axis=(1, 2)) > pictures.mean(axis=(1, 2, 3))
            return np.where(light[:, None, None, None], 1 - pictures, pictures)
        ''')  # fmt: skip


def even_contrast(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "The same contrast everywhere", "stretched", '''
        def stretched(pictures):
            """Each picture reaches from black to white, but for the outermost hundredth of its pixels."""
            low, high = np.quantile(pictures, [0.01, 0.99], axis=(1, 2, 3), keepdims=True).astype(np.float32)
            return np.clip((pictures - low) / np.maximum(high - low, 0.05), 0, 1)
        ''')  # fmt: skip


def even_lighting(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "Without shadows and slow changes of light", "evenly_lit", '''
        def evenly_lit(pictures):
            """Each pixel compared with the mean of its wider surroundings."""
            height, width, _ = SHAPE
            around = ndimage.uniform_filter(pictures, (0, height // 2, width // 2, 0), mode="nearest")
            return np.clip(0.5 + (pictures - around), 0, 1)
        ''')  # fmt: skip


def remove_specks(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "Without specks", "without_specks", '''
        def without_specks(pictures):
            """Each pixel becomes the median of itself and its eight neighbours."""
            return ndimage.median_filter(pictures, (1, 3, 3, 1), mode="nearest")
        ''')  # fmt: skip


def blur(step: Step, _recipe: Recipe, script: Script) -> None:
    spread = float(step.params["spread"])
    _change(script, "Blurred a little: noise goes, shapes stay", "blurred", f'''
        def blurred(pictures):
            """A Gaussian blur of {spread:g} pixels."""
            return ndimage.gaussian_filter(pictures, (0, {spread:g}, {spread:g}, 0), mode="nearest")
        ''')  # fmt: skip


def centre(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "What is drawn stands in the middle", "centred", '''
        def centred(pictures):
            """Each picture moved so that the centre of gravity of its ink is in the middle."""
            middles = [ndimage.center_of_mass(drawn) for drawn in ink(pictures)]
            return np.stack([redrawn(*both) for both in zip(pictures, [np.eye(2)] * len(pictures), middles)])
        ''', _INK, _REDRAW)  # fmt: skip


def crop(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "Cut to what is drawn", "cropped", '''
        def cropped(pictures):
            """The box that holds the ink (but for a fiftieth on each side), with a margin, fills the picture."""
            result = []
            for picture, drawn in zip(pictures, ink(pictures)):
                low, high = [], []
                for axis in (1, 0):
                    share = drawn.sum(axis=axis).cumsum() / drawn.sum()
                    low.append(np.searchsorted(share, 0.02))
                    high.append(np.searchsorted(share, 0.98))
                low, high = np.array(low), np.array(high)
                zoom = np.maximum(high - low + 4, 6) / SHAPE[:2]
                result.append(redrawn(picture, np.diag(zoom), (low + high) / 2))
            return np.stack(result)
        ''', _INK, _REDRAW)  # fmt: skip


def deskew(_step: Step, _recipe: Recipe, script: Script) -> None:
    _change(script, "Slanted strokes are set upright", "upright", '''
        def upright(pictures):
            """Each picture sheared so that columns of its ink no longer drift with the rows (second moments)."""
            result = []
            rows, columns = np.indices(SHAPE[:2])
            for picture, drawn in zip(pictures, ink(pictures)):
                weight, middle = drawn / drawn.sum(), ndimage.center_of_mass(drawn)
                down, right = rows - middle[0], columns - middle[1]
                slant = (weight * down * right).sum() / ((weight * down**2).sum() + 1e-6)
                result.append(redrawn(picture, [[1, 0], [np.clip(slant, -1, 1), 1]], middle))
            return np.stack(result)
        ''', _INK, _REDRAW)  # fmt: skip
