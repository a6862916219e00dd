"""Imports of a script from the names that it uses, so that writers of code need not keep books."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping

from haste.schema.source import parse

MODULES: Mapping[str, str] = {"np": "import numpy as np", "pd": "import pandas as pd", "json": "import json"}

_BY_MODULE: Mapping[str, str] = {
    "datetime": "timedelta",
    "lightgbm": "LGBMClassifier LGBMRegressor early_stopping",
    "pathlib": "Path",
    "PIL": "Image ImageFilter ImageOps",
    "scipy": "ndimage sparse",
    "scipy.interpolate": "RBFInterpolator",
    "scipy.optimize": "minimize",
    "scipy.stats": "rankdata",
    "sklearn.base": "BaseEstimator ClassifierMixin RegressorMixin TransformerMixin clone",
    "sklearn.calibration": "CalibratedClassifierCV",
    "sklearn.cluster": "KMeans MiniBatchKMeans",
    "sklearn.compose": "ColumnTransformer TransformedTargetRegressor",
    "sklearn.decomposition": "PCA TruncatedSVD NMF LatentDirichletAllocation",
    "sklearn.discriminant_analysis": "LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis",
    "sklearn.dummy": "DummyClassifier DummyRegressor",
    "sklearn.ensemble": "ExtraTreesClassifier ExtraTreesRegressor HistGradientBoostingClassifier "
    "HistGradientBoostingRegressor RandomForestClassifier RandomForestRegressor StackingClassifier StackingRegressor "
    "VotingClassifier VotingRegressor BaggingClassifier BaggingRegressor",
    "sklearn.feature_extraction.text": "CountVectorizer HashingVectorizer TfidfTransformer TfidfVectorizer",
    "sklearn.feature_selection": "SelectFromModel SelectKBest SelectPercentile VarianceThreshold chi2 f_classif "
    "f_regression "
    "mutual_info_classif mutual_info_regression",
    "sklearn.gaussian_process": "GaussianProcessClassifier GaussianProcessRegressor",
    "sklearn.gaussian_process.kernels": "RBF ConstantKernel ExpSineSquared Matern RationalQuadratic WhiteKernel",
    "sklearn.impute": "MissingIndicator SimpleImputer KNNImputer",
    "sklearn.kernel_approximation": "Nystroem RBFSampler",
    "sklearn.kernel_ridge": "KernelRidge",
    "sklearn.linear_model": "BayesianRidge ElasticNet ElasticNetCV HuberRegressor Lasso LassoCV LinearRegression "
    "LogisticRegression LogisticRegressionCV PoissonRegressor Ridge RidgeClassifier RidgeCV SGDClassifier SGDRegressor "
    "TweedieRegressor",
    "sklearn.metrics": "accuracy_score average_precision_score balanced_accuracy_score brier_score_loss "
    "cohen_kappa_score "
    "f1_score jaccard_score log_loss matthews_corrcoef mean_absolute_error mean_absolute_percentage_error "
    "mean_poisson_deviance "
    "mean_squared_error mean_squared_log_error median_absolute_error precision_score r2_score recall_score "
    "roc_auc_score",
    "sklearn.model_selection": "GroupKFold KFold StratifiedKFold TimeSeriesSplit cross_val_predict train_test_split",
    "sklearn.multiclass": "OneVsRestClassifier",
    "sklearn.naive_bayes": "BernoulliNB ComplementNB GaussianNB MultinomialNB",
    "sklearn.neighbors": "KNeighborsClassifier KNeighborsRegressor NearestNeighbors NearestCentroid",
    "sklearn.neural_network": "MLPClassifier MLPRegressor",
    "sklearn.pipeline": "FeatureUnion Pipeline make_pipeline make_union",
    "sklearn.preprocessing": "FunctionTransformer KBinsDiscretizer MaxAbsScaler MinMaxScaler Normalizer OneHotEncoder "
    "OrdinalEncoder PolynomialFeatures PowerTransformer QuantileTransformer RobustScaler SplineTransformer "
    "StandardScaler "
    "TargetEncoder",
    "sklearn.svm": "LinearSVC LinearSVR SVC SVR",
    "sklearn.tree": "DecisionTreeClassifier DecisionTreeRegressor",
}

KNOWN: Mapping[str, str] = {name: module for module, names in _BY_MODULE.items() for name in names.split()}


def imports_for(code: str) -> str:
    """The import statements that `code` needs, sorted as isort would. Raises NameError on a name from nowhere."""
    free = _free_names(parse(code))
    unknown = sorted(name for name in free if name not in KNOWN and name not in MODULES)
    if unknown:
        msg = f"the script uses names that nothing defines: {', '.join(unknown)}"
        raise NameError(msg)
    by_module: dict[str, list[str]] = {}
    for name in sorted(free & KNOWN.keys()):
        by_module.setdefault(KNOWN[name], []).append(name)
    plain = [MODULES[name] for name in ("json", "np", "pd") if name in free]
    standard = [line for line in plain if line == "import json"]
    standard += [_line(module, names) for module, names in by_module.items() if module in ("pathlib", "datetime")]
    other = [line for line in plain if line != "import json"]
    other += [
        _line(module, by_module[module])
        for module in sorted(by_module, key=str.lower)
        if module not in ("pathlib", "datetime")
    ]
    return "\n\n".join("\n".join(block) for block in (standard, other) if block)


def _line(module: str, names: Iterable[str]) -> str:
    line = f"from {module} import {', '.join(sorted(names, key=str.lower))}"
    if len(line) <= 100:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in sorted(names, key=str.lower)) + ")"


def _free_names(tree: ast.Module) -> set[str]:
    """Names that are read somewhere and bound nowhere. Scopes are ignored: our scripts shadow nothing on purpose."""
    read: set[str] = set()
    bound: set[str] = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return read - bound
