"""Whether a script may cost an execution of this competition: what is installed, and what it must write."""

from __future__ import annotations

from haste.schema.brief import Brief
from haste.schema.competition import Trust

from .check import ANSWER, check_script

_DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "skimage": "scikit-image"}
PROBED = frozenset((
    "numpy", "pandas", "scipy", "sklearn", "lightgbm", "xgboost", "catboost", "torch", "transformers", "statsmodels",
    "PIL", "skimage", "librosa", "optuna", "pyarrow", "polars",
))  # import names that a run's probe looks for  # fmt: skip
NEEDED = frozenset(("numpy", "pandas"))  # a run does not begin without them


def missing(name: str, packages: dict[str, str]) -> bool:
    """Whether an import is known to fail: it was looked for, by import name or distribution, and not found."""
    return name in PROBED and name not in packages and _DISTRIBUTIONS.get(name, name) not in packages


def absent_packages(brief: Brief) -> frozenset[str]:
    """Import names that are known not to be there; none where nothing is known. What engineers need was checked."""
    packages = brief.profile.resources.packages
    return frozenset(name for name in PROBED - NEEDED if missing(name, packages)) if packages else frozenset()


def check_runnable(brief: Brief, script: str) -> None:
    """Raise Unfit with every reason against running it."""
    reported = brief.profile.validation.trust is Trust.REPORTED
    outputs = (ANSWER, "validation.json") if reported else (ANSWER,)
    check_script(script, absent_packages(brief), outputs)
