"""Writers of the feature steps that read pictures and hand their pixels on as columns.

They leave `pictures` and `test_pictures` (rows x height x width x colours, float32 from 0 to 1), SHAPE (of one picture)
and PIXELS, the list of columns that the views of `matrix` read. Sizes and colours are found when the script runs: the
harness does not look into pictures.
"""

from __future__ import annotations

from haste.agents.builtin.reading import suffix
from haste.agents.builtin.recipe import Constants, Recipe, Step
from haste.agents.builtin.script import Script, assign, literal
from haste.schema.competition import Media

_READ = '''
def open_picture(path):
    """A picture in three colours; a black one where the file is missing or torn."""
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (2 * MOST, 2 * MOST))  # large JPEG files need not be unpacked whole
            if picture.mode[0] in "IF":  # more than eight bits: scaled to the picture's own range
                values = np.asarray(picture, dtype=float)
                picture = Image.fromarray(np.uint8(255 * (values - values.min()) / max(np.ptp(values), 1e-9)))
            return picture.convert("RGB")
    except OSError:
        return Image.new("RGB", (LEAST, LEAST))


def load(frame, places):
    """Rows x height x width x colours; several pictures of a row stand side by side."""
    sides = []
    for column, folder, suffix in places:
        found = [open_picture(Path("input", folder, f"{name}{suffix}")) for name in frame[column]]
        sides.append([np.asarray(picture.resize(SIZE, Image.Resampling.BILINEAR)) for picture in found])
    return np.concatenate([np.array(side, dtype=np.float32) / 255 for side in sides], axis=2)


column, folder, suffix = IMAGES[0]
sizes = [open_picture(Path("input", folder, f"{name}{suffix}")).size for name in train[column].head(50)]
zoom = min(1, MOST / np.median(sizes, axis=0).max())
SIZE = tuple(max(LEAST, round(side * zoom)) for side in np.median(sizes, axis=0))
SQUAREpictures, test_pictures = load(train, IMAGES), load(test, TEST_IMAGES)
if all((part == part[..., :1]).all() for part in (pictures, test_pictures)):
    pictures, test_pictures = pictures[..., :1], test_pictures[..., :1]  # none has colours
SHAPE = pictures.shape[1:]
'''
_SQUARE = "SIZE = (max(SIZE), max(SIZE))\n"


def pictures(step: Step, recipe: Recipe, script: Script) -> None:
    """`most`, `least`: bounds of a side in pixels. `square`: as wide as high."""
    images = recipe.constants.image
    for name, folders in (
        ("IMAGES", [m.train_folder for m in images]),
        ("TEST_IMAGES", [m.test_folder for m in images]),
    ):
        places = [(media.column, folder, media.suffix) for media, folder in zip(images, folders, strict=True)]
        script.constants.append(assign(name, places))
    script.constants.append(f"MOST, LEAST = {step.params.get('most', 32)}, {step.params.get('least', 16)}")
    names = [line for media in images for line in _as_written(media, recipe.constants)]
    square = _SQUARE if step.params.get("square") else ""
    script.block(
        "Pictures of one size, grey where none has colours, numbers from 0 (black) to 1 (white)",
        "\n".join(names) + _READ.replace("SQUARE", square),
    )
    script.notes.append(f"Pictures are shrunk to at most {step.params.get('most', 32)} pixels a side.")


def _as_written(media: Media, constants: Constants) -> list[str]:
    """File names that may look like numbers ("0012") are read again as text."""
    if not media.suffix or media.column == constants.id_column:
        return []
    column, lines = literal(media.column), []
    for frame, file in (("train", constants.train), ("test", constants.test)):
        if suffix(file) not in (".csv", ".tsv"):
            continue
        separator = ', sep="\\t"' if suffix(file) == ".tsv" else ""
        read = f"pd.read_csv({literal('input/' + file)}, dtype=str{separator})"
        if frame == "train" and constants.missing_target:
            targets = "[TARGET]" if len(constants.targets) == 1 else "TARGETS"
            read += f".dropna(subset={targets})"
        lines.append(f"{frame}[{column}] = {read}[{column}].to_numpy()")
    return lines


def pixel_columns(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.group("PIXELS")
    script.block(
        "One column for each pixel and colour",
        """
        PIXELS = [f"pixel {number}" for number in range(np.prod(SHAPE))]
        train = pd.concat([train, pd.DataFrame(pictures.reshape(len(train), -1), columns=PIXELS)], axis=1)
        test = pd.concat([test, pd.DataFrame(test_pictures.reshape(len(test), -1), columns=PIXELS)], axis=1)
        """,
    )
