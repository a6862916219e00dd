"""Writers of matrix steps: what a model sees of its pictures, and how it turns margins into probabilities."""

from __future__ import annotations

from haste.agents.builtin.recipe import Constants, Recipe, Step
from haste.agents.builtin.script import Branch, Pipe, call, literal
from haste.schema.competition import PredictionNeed

_GREY = '''def grey(X):
    """Rows of pixels as rows x height x width, without colours."""
    return np.asarray(X, dtype=np.float32).reshape(-1, *SHAPE).mean(axis=3)'''

_POOL = '''def pool(maps, cells):
    """Means of maps (rows x height x width) over cells x cells parts that run into each other."""
    shares = []
    for size in maps.shape[1:]:
        place = (np.arange(size) + 0.5) * cells / size - 0.5  # 0 is the middle of the first part
        share = np.maximum(0, 1 - np.abs(np.arange(cells)[:, None] - np.clip(place, 0, cells - 1)))
        shares.append((share / share.sum(axis=1, keepdims=True)).astype(np.float32))
    return shares[0] @ maps @ shares[1].T'''

# Dalal and Triggs, Histograms of oriented gradients for human detection, CVPR 2005 (with L2-Hys normalisation).
_HOG = '''def hog(X, cells, bins, signed):
    """Histograms of edge directions in cells x cells parts of a picture, each normalised with its neighbours."""
    down, right = np.gradient(grey(X), axis=(1, 2))
    strength, turn = np.hypot(down, right), np.arctan2(down, right) / (2 * np.pi if signed else np.pi)
    place = turn % 1 * bins  # the direction, as a place on a ring of bins
    histogram = []
    for direction in range(bins):
        away = np.abs(place - direction)
        histogram.append(pool(strength * np.maximum(0, 1 - np.minimum(away, bins - away)), cells))
    histogram = np.stack(histogram, axis=3)  # rows x cells x cells x bins
    corners = [(a, b) for a in (0, 1) for b in (0, 1)]
    blocks = [histogram[:, a : cells - 1 + a, b : cells - 1 + b] for a, b in corners]
    blocks = np.concatenate(blocks, axis=3)
    for _ in range(2):  # scale, cut what stands out, scale again
        blocks = blocks / np.sqrt((blocks**2).sum(axis=3, keepdims=True) + 1e-4)
        blocks = np.minimum(blocks, 0.2)
    return blocks.reshape(len(blocks), -1)'''

_BLOCKS = '''def blocks(X, cells):
    """Mean and spread of each colour in cells x cells parts of a picture."""
    pictures = np.asarray(X, dtype=np.float32).reshape(-1, *SHAPE)
    found = []
    for colour in range(SHAPE[2]):
        mean, square = pool(pictures[..., colour], cells), pool(pictures[..., colour] ** 2, cells)
        found += [mean, np.sqrt(np.maximum(square - mean**2, 0))]
    return np.concatenate([part.reshape(len(part), -1) for part in found], axis=1)'''


# Ojala, Pietikainen and Maenpaa, Multiresolution gray-scale and rotation invariant texture classification, TPAMI 2002.
_TEXTURES = '''def textures(X, cells):
    """Shares of local binary patterns (uniform ones, whichever way they are turned) in cells x cells parts."""
    height, width, _ = SHAPE
    picture = np.pad(grey(X), ((0, 0), (1, 1), (1, 1)), mode="edge")
    ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    centre = picture[:, 1:-1, 1:-1]
    higher = np.stack([picture[:, a : a + height, b : b + width] > centre for a, b in ring])
    changes = (higher != np.roll(higher, 1, axis=0)).sum(axis=0)
    pattern = np.where(changes <= 2, higher.sum(axis=0), 9)
    shares = [pool((pattern == kind).astype(np.float32), cells) for kind in range(10)]
    return np.sqrt(np.stack(shares, axis=3).reshape(len(picture), -1))'''

_PROFILES = '''def profiles(X):
    """Means of the rows and of the columns of each picture."""
    found = grey(X)
    return np.concatenate([found.mean(axis=1), found.mean(axis=2)], axis=1)'''

_SHADES = '''def shades(X, cells, levels):
    """How often each level of each colour occurs in cells x cells parts of a picture."""
    pictures = np.asarray(X, dtype=np.float32).reshape(-1, *SHAPE)
    level = np.minimum((pictures * levels).astype(int), levels - 1)
    pairs = [(colour, number) for colour in range(SHAPE[2]) for number in range(levels)]
    shares = [pool((level[..., colour] == number).astype(np.float32), cells) for colour, number in pairs]
    return np.sqrt(np.stack(shares, axis=3).reshape(len(pictures), -1))'''

_WAVES = '''def waves(X):
    """Strength of the slow waves in each picture, wherever they stand."""
    strength = np.log1p(np.abs(np.fft.fft2(grey(X) - grey(X).mean(axis=(1, 2), keepdims=True))))
    return np.concatenate([strength[:, :7, :7], strength[:, -6:, :7]], axis=1).reshape(len(X), -1) / 7'''


def has_columns(constants: Constants) -> bool:
    """Whether there is anything beside the pictures."""
    return bool(constants.numeric or constants.categorical or constants.dates or constants.text)


def _see(step: Step, recipe: Recipe, pipe: Pipe, view: str, *definitions: str) -> None:
    """Add a view (an expression, or nothing for pixels) of the pixels, with the step's principal components."""
    pipe.definitions.extend(definitions)
    chain = [view] if view else []
    if step.params.get("components"):
        whiten = {"whiten": "True"} if step.params.get("whiten") else {}
        chain.append(call("PCA", literal(step.params["components"]), random_state="seed", **whiten))
    if pipe.scaled and has_columns(recipe.constants):
        chain.append("StandardScaler()")  # as large as the numbers beside the pictures
    pipe.extra.append(Branch(step.name, "PIXELS", chain))


def _function(name: str, **settings: object) -> str:
    return call("FunctionTransformer", name, kw_args=literal(settings))


def pixels(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    _see(step, recipe, pipe, "")


def hog(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    """`cells`: parts a side, one or several sizes. `bins`: directions. `signed`: dark to light is not light to dark."""
    names = [
        _function("hog", cells=cells, bins=step.params["bins"], signed=step.params.get("signed", False))
        for cells in step.params["cells"]
    ]
    view = names[0] if len(names) == 1 else call("make_union", *names)
    _see(step, recipe, pipe, view, _GREY, _POOL, _HOG)


def blocks(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    _see(step, recipe, pipe, _function("blocks", cells=step.params["cells"]), _POOL, _BLOCKS)


def textures(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    _see(step, recipe, pipe, _function("textures", cells=step.params["cells"]), _GREY, _POOL, _TEXTURES)


def profiles(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    _see(step, recipe, pipe, "FunctionTransformer(profiles)", _GREY, _PROFILES)


def shades(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    view = _function("shades", cells=step.params["cells"], levels=step.params["levels"])
    _see(step, recipe, pipe, view, _POOL, _SHADES)


def waves(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    _see(step, recipe, pipe, "FunctionTransformer(waves)", _GREY, _WAVES)


_UNIT_SPREAD = '''class UnitSpread(TransformerMixin, BaseEstimator):
    """Divides by the spread of all columns together, so that a kernel's width does not depend on the view."""

    def fit(self, X, y=None):
        self.spread_ = max(np.sqrt(np.var(X, axis=0).sum()), 1e-9)
        return self

    def transform(self, X):
        return X / self.spread_'''


def unit_spread(_step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    pipe.definitions.append(_UNIT_SPREAD)
    pipe.after["scale"] = "UnitSpread()"


def radial(step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    """Radial basis functions for a linear model (Nystroem): a support vector machine's reach at a linear price."""
    nystroem = call("Nystroem", n_components=literal(step.params["count"]), random_state="seed")
    pipe.after["expand"] = call("make_pipeline", "StandardScaler()", nystroem)


MARGINS = '''class MarginSVC(SVC):
    """A support vector machine whose margins stand for probabilities: enough to choose a class."""

    def predict_proba(self, X):
        margin = self.decision_function(X)
        margin = np.column_stack([-margin, margin]) if margin.ndim == 1 else margin
        share = np.exp(2 * (margin - margin.max(axis=1, keepdims=True)))
        return share / share.sum(axis=1, keepdims=True)'''

_CALIBRATED = '''def calibrated_svc(**settings):
    """A support vector machine with probabilities learned from held-out margins."""
    return CalibratedClassifierCV(SVC(**settings), cv=3, ensemble=False)'''


def margins(_step: Step, recipe: Recipe, pipe: Pipe) -> None:
    """Probabilities for a support vector machine; calibrated ones cost four fits, so only where they are asked."""
    if recipe.constants.task == "regression":
        return
    if recipe.constants.need is PredictionNeed.LABEL:
        pipe.definitions.append(MARGINS)
        pipe.estimator = "MarginSVC"
    else:
        pipe.definitions.append(_CALIBRATED)
        pipe.estimator = "calibrated_svc"
