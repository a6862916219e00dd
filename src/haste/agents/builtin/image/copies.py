"""The writer that puts learners around a model: changed copies of pictures, quarter turns, test pictures.

What is around a model must see pixels, so the model's views move inside. Copies are made of the rows that a model is
fitted on, never before: rows that are held out have no copies among the fitted ones.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import AFTER_SLOTS, Branch, Pipe, bracket, call, chain

from .matrix import MARGINS

_CHANGES: Mapping[str, tuple[str, ...]] = {
    "shift": tuple(
        f'ndimage.shift(pictures, (0, {down}, {right}, 0), order=1, mode="nearest")'
        for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ),
    "shift_slantwise": tuple(
        f'ndimage.shift(pictures, (0, {down}, {right}, 0), order=1, mode="nearest")'
        for down, right in ((1, 1), (-1, -1))
    ),
    "turn": tuple(
        f'ndimage.rotate(pictures, {angle}, axes=(2, 1), reshape=False, order=1, mode="nearest")' for angle in (-8, 8)
    ),
    "shear": ("sheared(pictures, -0.15)", "sheared(pictures, 0.15)"),
    "mirror": ("pictures[:, :, ::-1]",),
}

_SHEARED = '''def sheared(pictures, slant):
    """Pictures whose columns drift with the rows."""
    matrix = np.eye(4)
    matrix[2, 1] = slant
    offset = (0, 0, -slant * (SHAPE[0] - 1) / 2, 0)
    return ndimage.affine_transform(pictures, matrix, offset, order=1, mode="nearest")'''

_COPIES = '''def copies(X):
    """The rows as they are, and again with changed pictures; what stands beside the pixels is repeated."""
    beside, pixels = np.split(X, [X.shape[1] - len(PIXELS)], axis=1)
    pictures = pixels.reshape(-1, *SHAPE)
    changed = {changed}
    return [X, *(np.hstack([beside, each.reshape(len(X), -1)]) for each in changed)]'''

_WITH_COPIES = '''class WithCopies({mixin}, BaseEstimator):
    """Learns from each picture and from changed copies of it{averaging}."""

    def __init__(self, model):
        self.model = model

    def fit(self, X, y):
        many = {copies}
        self.model_ = clone(self.model).fit(np.concatenate(many), np.tile(y, len(many)))
{methods}'''

_SELF_TAUGHT = '''class SelfTaught(ClassifierMixin, BaseEstimator):
    """Names the test pictures, and learns again with the half that it is surest of. No label of theirs is known."""

    def __init__(self, model):
        self.model = model

    def fit(self, X, y):
        unseen = X_test[PIXELS].to_numpy()
        guess = clone(self.model).fit(X, y)
        share = guess.predict_proba(unseen)
        sure = share.max(axis=1) >= np.median(share.max(axis=1))
        named = guess.classes_[share[sure].argmax(axis=1)]
        self.model_ = clone(self.model).fit(np.concatenate([X, unseen[sure]]), np.concatenate([y, named]))
{methods}'''

_CLASSIFY = """        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X):
        return {expression}"""

_REGRESS = """        return self

    def predict(self, X):
        return {expression}"""

_QUARTER_TURNS = '''def turned(X, quarters):
    """The rows with pictures turned by quarters of a circle."""
    beside, pixels = np.split(X, [X.shape[1] - len(PIXELS)], axis=1)
    turn = np.rot90(pixels.reshape(-1, *SHAPE), quarters, axes=(1, 2))
    return np.hstack([beside, turn.reshape(len(X), -1)])


class QuarterTurns(ClassifierMixin, BaseEstimator):
    """Classes are quarter turns: a turned picture has the next class. Learns from all four and averages over them."""

    def __init__(self, model):
        self.model = model

    def fit(self, X, y):
        y = np.asarray(y)
        guess = clone(self.model).fit(X, y).predict(turned(X, 1))
        self.way_ = 1 if np.sum(guess == (y + 1) % 4) >= np.sum(guess == (y - 1) % 4) else -1  # which way is up
        rows = np.concatenate([turned(X, quarters) for quarters in range(4)])
        self.model_ = clone(self.model).fit(rows, np.concatenate([(y + self.way_ * q) % 4 for q in range(4)]))
        self.classes_ = np.arange(4)
        return self

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def predict_proba(self, X):
        shares = [self.model_.predict_proba(turned(X, quarters)) for quarters in range(4)]
        return np.mean([np.roll(share, -self.way_ * q, axis=1) for q, share in enumerate(shares)], axis=0)'''


def around(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    """`family`, `estimator`: of the model inside. `copies`: kinds of changes. `at_test`: average over them, too.

    `turns`: classes are quarter turns. `self_taught`: learn from test pictures.
    """
    inner = _inner(pipe, step.params["estimator"])
    definitions: list[str] = []
    regression = recipe.constants.task == "regression"
    if step.params.get("copies"):
        definitions += _copies(step, regression)
        inner = call("WithCopies", inner)
    if step.params.get("turns"):
        definitions.append(_QUARTER_TURNS)
        inner = call("QuarterTurns", inner)
    if step.params.get("self_taught"):
        methods = _CLASSIFY.format(expression="self.model_.predict_proba(X)")
        definitions.append(_SELF_TAUGHT.format(methods=methods))
        inner = call("SelfTaught", inner)
    if pipe.estimator == "calibrated_svc":  # outermost, or copies of a picture would stand on both sides of its folds
        definitions.insert(0, MARGINS)
        inner = call("CalibratedClassifierCV", inner, cv="3", ensemble="False")
    name = f"{step.params['family']}_learner"
    body = textwrap.indent(f"return {inner}", "    ")
    definitions.append(
        f'def {name}(seed=SEED, **settings):\n    """The model behind its views of the pictures."""\n{body}'
    )
    pipe.definitions += definitions
    pipe.estimator = name


def _inner(pipe: Pipe, estimator: str) -> str:
    """The model with its views, over arrays whose last columns are the pixels; the pipe keeps only the pixels."""
    entries = [call("", f'"{view.name}"', chain(view.chain), "slice(-len(PIXELS), None)") for view in pipe.extra]
    views = call("ColumnTransformer", bracket(entries), remainder='"passthrough"')
    after = [pipe.after[slot] for slot in AFTER_SLOTS if slot in pipe.after]
    name = "MarginSVC" if pipe.estimator == "calibrated_svc" else pipe.estimator or estimator
    pipe.extra, pipe.after = [Branch("pixels", "PIXELS", [])], {}
    return call("make_pipeline", views, *after, f"{name}(**settings)")


def _copies(step: Step, regression: bool) -> list[str]:
    kinds, at_test = step.params["copies"], bool(step.params.get("at_test"))
    changed = [change for kind in kinds for change in _CHANGES[kind]]
    predict = "predict" if regression else "predict_proba"
    expression = f"self.model_.{predict}(X)"
    if at_test:
        expression = f"np.mean([self.model_.{predict}(copy) for copy in copies(X)], axis=0)"
    text = _WITH_COPIES.format(
        mixin="RegressorMixin" if regression else "ClassifierMixin",
        averaging=", and averages over the copies of a new one" if at_test else "",
        copies="copies(X)",
        methods=(_REGRESS if regression else _CLASSIFY).format(expression=expression),
    )
    needs = [_SHEARED] if "shear" in kinds else []
    return [*needs, _COPIES.format(changed=textwrap.indent(bracket(changed), "    ").strip()), text]
