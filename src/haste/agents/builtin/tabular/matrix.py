"""Writers of matrix steps: preparation inside a model's pipeline, fitted on the rows that the model is fitted on."""

from __future__ import annotations

from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Branch, Pipe, call, literal

_IMPUTE = 'SimpleImputer(strategy="median", keep_empty_features=True)'


_INDICATORS = 'OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=50, sparse_output=False)'


def _target_encoder(recipe: Recipe) -> str:
    kind = {"regression": "continuous", "binary": "binary", "multiclass": "multiclass"}[recipe.constants.task]
    return call("TargetEncoder", target_type=literal(kind), random_state="seed")


def _spread(pipe: Pipe, expression: str) -> None:
    """Add an expansion of the numbers behind those that are there."""
    before = pipe.numbers.get("spread")
    pipe.numbers["spread"] = expression if before is None else call("make_pipeline", before, expression)


def encode(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    """`method`: target, onehot, ordinal or frequent."""
    match step.params["method"]:
        case "target":
            pipe.categories = [_target_encoder(recipe), *(["StandardScaler()"] if pipe.scaled else [])]
        case "onehot":
            pipe.categories = [_INDICATORS]
        case "frequent":
            pipe.categories = [
                call(
                    "OneHotEncoder",
                    handle_unknown='"infrequent_if_exist"',
                    min_frequency="10",
                    max_categories="20",
                    sparse_output="False",
                )
            ]
        case "ordinal":
            pipe.categories = ['OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)']


def key_target(_step: Step, recipe: Recipe, pipe: Pipe) -> None:
    pipe.extra.append(
        Branch("row_key", "ROW_KEY", [_target_encoder(recipe), *(["StandardScaler()"] if pipe.scaled else [])])
    )


def impute_neighbours(_step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    """Steps with it carry `hides_names`: this imputer leaves empty columns out of its names but not of its output."""
    pipe.numbers["impute"] = "make_pipeline(StandardScaler(), KNNImputer(n_neighbors=10, keep_empty_features=True))"


def reshape(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    """`method`: normal (rank-gauss), power (Yeo-Johnson), bins or splines."""
    pipe.numbers.setdefault("impute", _IMPUTE)
    match step.params["method"]:
        case "normal":
            quantiles = max(10, min(1000, recipe.constants.rows // 2))
            pipe.numbers["reshape"] = call(
                "QuantileTransformer", n_quantiles=str(quantiles), output_distribution='"normal"', random_state="seed"
            )
        case "power":
            pipe.numbers["reshape"] = "PowerTransformer()"
            pipe.numbers.pop("scale", None)
        case "bins":
            pipe.numbers["reshape"] = call(
                "KBinsDiscretizer",
                n_bins=str(step.params.get("count", 8)),
                encode='"onehot-dense"',
                strategy='"quantile"',
            )
            pipe.numbers.pop("scale", None)
        case "splines":
            count = str(step.params.get("count", 6))
            _spread(pipe, call("SplineTransformer", n_knots=count, knots='"quantile"', extrapolation='"linear"'))


def polynomial(step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    pipe.numbers.setdefault("impute", _IMPUTE)
    expansion = f"PolynomialFeatures(degree={step.params['degree']}, include_bias=False)"
    _spread(pipe, call("make_pipeline", expansion, "StandardScaler()"))


def principal_components(step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    """Components beside the numbers themselves; with `only`, in their place."""
    pipe.numbers.setdefault("impute", _IMPUTE)
    components = call("PCA", literal(step.params["count"]), random_state="seed")
    scaled = components if pipe.scaled else call("make_pipeline", "StandardScaler()", components)
    _spread(pipe, scaled if step.params.get("only") else call("make_union", '"passthrough"', scaled))


def select(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    kind = "Regressor" if recipe.constants.task == "regression" else "Classifier"
    if not pipe.scaled:
        pipe.numbers.setdefault("impute", _IMPUTE)
    forest = f"ExtraTrees{kind}(100, min_samples_leaf=3, random_state=seed, n_jobs=1)"
    pipe.after["select"] = call("SelectFromModel", forest, threshold=literal(step.params["threshold"]))


_NEIGHBOUR_TARGET = '''class NeighbourTarget(TransformerMixin, BaseEstimator):
    """Adds what the target is among the nearest training rows; training rows see neighbours of other folds only."""

    def fit(self, X, y):
        self.model_ = make_pipeline(StandardScaler(), {model}).fit(X, y)
        return self

    def transform(self, X):
        return np.column_stack([X, {whole}])

    def get_feature_names_out(self, names):
        return [*names, *(f"neighbours {{number}}" for number in range(self.width_ - len(names)))]

    def fit_transform(self, X, y):
        known = cross_val_predict(clone(self.fit(X, y).model_), X, y, cv=5{method})
        both = np.column_stack([X, {part}])
        self.width_ = both.shape[1]
        return both'''


def neighbour_target(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    pipe.numbers.setdefault("impute", _IMPUTE)
    count = step.params["count"]
    if recipe.constants.task == "regression":
        values = {"model": "KNeighborsRegressor", "whole": "self.model_.predict(X)", "method": "", "part": "known"}
    else:
        values = {
            "model": "KNeighborsClassifier",
            "whole": "self.model_.predict_proba(X)[:, 1:]",
            "method": ', method="predict_proba"',
            "part": "known[:, 1:]",
        }
    values["model"] += f'({count}, weights="distance", n_jobs=1)'
    pipe.definitions.append(_NEIGHBOUR_TARGET.format(**values))
    pipe.after["union"] = "NeighbourTarget()"


_STOPPED = '''class Stopped{name}({name}):
    """Sets 15 % of its rows aside and stops adding trees when they are no longer predicted better."""

    def fit(self, X, y):
        X, y = np.asarray(X), np.asarray(y)
        fit, held = train_test_split(np.arange(len(y)), test_size=0.15, random_state=self.random_state{stratify})
        stop = early_stopping(50, verbose=False)
        return super().fit(X[fit], y[fit], eval_set=[(X[held], y[held])], callbacks=[stop])'''


def stop_early(_step: Step, recipe: Recipe, pipe: Pipe) -> None:
    regression = recipe.constants.task == "regression"
    name = "LGBMRegressor" if regression else "LGBMClassifier"
    pipe.definitions.append(_STOPPED.format(name=name, stratify="" if regression else ", stratify=y"))
    pipe.estimator = f"Stopped{name}"


_SURFACE = '''class Surface(RegressorMixin, BaseEstimator):
    """A thin plate bent through the nearest training points; smoothing lets it pass beside noisy ones."""

    def __init__(self, neighbors=50, smoothing=0.0):
        self.neighbors, self.smoothing = neighbors, smoothing

    def fit(self, X, y):
        points, place = np.unique(X, axis=0, return_inverse=True)  # repeated points are averaged
        values = np.bincount(place.ravel(), np.asarray(y)) / np.bincount(place.ravel())
        rank = np.linalg.matrix_rank(X - np.mean(X, axis=0))  # columns made of others leave a plate no hold
        kernel = "thin_plate_spline" if rank == X.shape[1] <= 6 else "linear"
        near = min(self.neighbors, len(points))
        self.surface_ = RBFInterpolator(points, values, near, smoothing=self.smoothing, kernel=kernel)
        return self

    def predict(self, X):
        return self.surface_(np.asarray(X))'''


def surface(_step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    pipe.definitions.append(_SURFACE)
    pipe.estimator = "Surface"
