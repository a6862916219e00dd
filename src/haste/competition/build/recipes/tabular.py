"""Tables: a diagnosis, two surveys, a count of visits, the course of an illness, a landscape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ..disguise import dealt, punctured, relabelled, relevelled, rescaled, scuffed, significant
from ..recipe import Draft, Recipe
from ..secrets import chance


def _cells() -> Draft:
    from sklearn.datasets import load_breast_cancer

    rng = chance("cell-samples")
    source = load_breast_cancer(as_frame=True).frame
    names = {name: f"shape_{number:02d}" for number, name in enumerate(rng.permutation(source.columns[:-1]), 1)}
    frame = pd.DataFrame({new: rescaled(source[old], rng) for old, new in names.items()})
    frame = scuffed(frame, list(frame.columns), rng, 0.01)
    frame["malignant"] = 1 - source["target"]
    return Draft(*dealt(frame, rng, 228))


def _affairs() -> Draft:
    from statsmodels.datasets import fair

    rng = chance("affairs")
    source = fair.load_pandas().data
    numbers = {
        "marriage_rating": "rate_marriage",
        "age": "age",
        "married_for": "yrs_married",
        "children": "children",
        "devoutness": "religious",
        "schooling": "educ",
    }
    frame = pd.DataFrame({new: relevelled(source[old], rng) for new, old in numbers.items()})
    frame["own_work"] = relabelled(source["occupation"], rng)
    frame["partner_work"] = relabelled(source["occupation_husb"], rng)
    frame = scuffed(frame, list(frame.columns), rng)
    frame = punctured(frame, ["married_for", "children", "partner_work"], rng, 0.03)
    frame["affair"] = (source["affairs"] > 0).astype(int)
    return Draft(*dealt(frame, rng, 2500))


def _visits() -> Draft:
    from statsmodels.datasets import randhie

    rng = chance("clinic-visits")
    source = randhie.load_pandas().data
    # Whole families only (rows that agree in every feature), so that the structure of the study is kept.
    family = source.drop(columns=["mdvis"]).apply(tuple, axis=1)
    known = pd.unique(family)
    chosen = {known[position] for position in rng.permutation(len(known))[: int(len(known) * 0.38)]}
    source = source[family.isin(chosen)].reset_index(drop=True)
    numbers = {
        "co_payment": "lncoins",
        "incentive": "lpi",
        "ceiling": "fmde",
        "limits": "physlm",
        "conditions": "disea",
    }
    frame = pd.DataFrame({new: relevelled(source[old], rng) for new, old in numbers.items()})
    frame["own_plan"] = relabelled(source["idp"], rng)
    health = source["hlthg"] + 2 * source["hlthf"] + 3 * source["hlthp"]
    frame["self_rating"] = relabelled(health, rng)
    frame["visits"] = source["mdvis"]
    return Draft(*dealt(frame, rng, int(len(frame) * 0.4)))


def _progression() -> Draft:
    from sklearn.datasets import load_diabetes

    rng = chance("disease-progression")
    source = load_diabetes(as_frame=True, scaled=False).frame
    named = {"age": "age", "bmi": "body_mass", "bp": "blood_pressure"}
    serum = {f"s{number}": f"serum_{letter}" for number, letter in zip(rng.permutation(6) + 1, "abcdef", strict=True)}
    frame = pd.DataFrame({new: rescaled(source[old], rng) for old, new in (named | serum).items()})
    frame.insert(1, "sex", relabelled(source["sex"], rng))
    frame["progression"] = significant(source["target"].to_numpy() * 0.87 + 11 + rng.normal(0, 1, len(source)), 4)
    return Draft(*dealt(frame, rng, 177))


def _terrain() -> Draft:
    import matplotlib

    rng = chance("terrain-height")
    path = Path(matplotlib.get_data_path()) / "sample_data" / "jacksboro_fault_dem.npz"
    with np.load(path) as archive:
        height = archive["elevation"].astype(float)
    cells = rng.choice(height.size, 4100, replace=False)
    row, column = np.unravel_index(cells, height.shape)
    turn = rng.uniform(0, 2 * np.pi)
    across, down = column + rng.normal(0, 0.2, 4100), row + rng.normal(0, 0.2, 4100)
    frame = pd.DataFrame(
        {
            "east": significant((across * np.cos(turn) - down * np.sin(turn)) * 31.7 + 40000, 6),
            "north": significant((across * np.sin(turn) + down * np.cos(turn)) * 31.7 + 70000, 6),
            "height": significant(height[row, column] * 1.13 - 60 + rng.normal(0, 2, 4100), 5),
        }
    )
    return Draft(*dealt(frame, rng, 1600))


def _parties() -> Draft:
    from statsmodels.datasets import anes96

    rng = chance("party-lines")
    source = anes96.load_pandas().data
    numbers = {
        "town_size": "logpopul",
        "news_days": "TVnews",
        "own_stance": "selfLR",
        "first_stance": "ClinLR",
        "second_stance": "DoleLR",
        "age": "age",
        "schooling": "educ",
        "income": "income",
    }
    frame = pd.DataFrame({new: relevelled(source[old], rng) for new, old in numbers.items()})
    frame = scuffed(frame, list(frame.columns), rng)
    frame = punctured(frame, ["income", "town_size"], rng, 0.04)
    frame["leaning"] = source["PID"].astype(int)
    return Draft(*dealt(frame, rng, 344))


RECIPES = (
    Recipe(
        id="cell-samples",
        title="Malignant or benign: samples of breast tissue",
        domain="tabular",
        kind="binary",
        metric="log_loss",
        target="malignant",
        source="Breast Cancer Wisconsin (Diagnostic), Wolberg and others 1993, as shipped with scikit-learn.",
        licence="CC BY 4.0 (UCI Machine Learning Repository).",
        description="""
Cells from a fine needle aspirate were photographed and measured. Predict the probability that the mass is
malignant (`malignant` = 1).

Columns: `shape_01` to `shape_30` are real numbers that describe size, outline and texture of the cell nuclei
(means, standard errors and worst values of ten properties), each in a unit of its own. The submission holds one
probability per id. There are few rows: a confident mistake is expensive.
""",
        make=_cells,
    ),
    Recipe(
        id="affairs",
        title="Who had an affair: a magazine's survey",
        domain="tabular",
        kind="binary",
        metric="roc_auc",
        target="affair",
        source="R. Fair, A Theory of Extramarital Affairs, J. Political Economy 1978, as shipped with statsmodels.",
        licence="Included in statsmodels (BSD-3-Clause) with permission of the author.",
        description="""
Readers of a magazine answered questions about their marriage in 1974. Predict how likely it is that a reader ever
had an affair (`affair` = 1); only the order of the predictions counts.

Columns: `marriage_rating` (higher is happier), `age`, `married_for` (time), `children` (number), `devoutness`,
`schooling`: ordered answers on rescaled scales. `own_work` and `partner_work`: groups of occupations as letters.
Some cells are missing.
""",
        make=_affairs,
        settings={"categorical": ["own_work", "partner_work"]},
    ),
    Recipe(
        id="clinic-visits",
        title="How often does a person see a doctor",
        domain="tabular",
        kind="regression",
        metric="mean_poisson_deviance",
        target="visits",
        source="RAND Health Insurance Experiment, after Cameron and Trivedi 2005, as shipped with statsmodels.",
        licence="Public domain.",
        description="""
Families were put on insurance plans at random and followed for some years. Each row is one person in one year.
Predict the expected number of outpatient visits to a physician (`visits`, a count from 0 up, very skewed).
Predictions must be positive.

Columns: `co_payment`, `incentive` and `ceiling` describe the plan, `own_plan` whether a person-specific
deductible applies, `limits` a physical limitation, `conditions` the number of chronic diseases, `self_rating` the
person's own judgement of health (letters). Scales are hidden.
""",
        make=_visits,
        settings={"categorical": ["own_plan", "self_rating"]},
    ),
    Recipe(
        id="disease-progression",
        title="The course of diabetes after a year",
        domain="tabular",
        kind="regression",
        metric="rmse",
        target="progression",
        source="Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, 2004, as shipped with scikit-learn.",
        licence="Shipped with scikit-learn (BSD-3-Clause); freely available from the authors.",
        description="""
Ten measurements were taken of diabetes patients. Predict a quantitative measure of how far the disease had gone
one year later (`progression`).

Columns: `age`, `sex` (letters), `body_mass`, `blood_pressure` and six blood serum measurements `serum_a` to
`serum_f`, each in a unit of its own. Few rows and much noise: simple models do well.
""",
        make=_progression,
        settings={"categorical": ["sex"]},
    ),
    Recipe(
        id="terrain-height",
        title="Fill in a landscape from scattered heights",
        domain="tabular",
        kind="regression",
        metric="rmse",
        target="height",
        source="National Elevation Dataset of the U.S. Geological Survey, as shipped with matplotlib.",
        licence="Public domain.",
        description="""
The height of a piece of hilly country was surveyed at scattered points. Predict the height at other points of the
same country.

Columns: `east` and `north`, the position of the point; `height`, its height. All three are in units of length
with an unknown offset, and the axes are turned against the compass. Ridges and valleys do not follow the axes.
""",
        make=_terrain,
    ),
    Recipe(
        id="party-lines",
        title="Which party does a voter lean to",
        domain="tabular",
        kind="ordinal",
        metric="quadratic_weighted_kappa",
        target="leaning",
        source="American National Election Study 1996, as shipped with statsmodels.",
        licence="Public domain.",
        description="""
Voters were asked where they stand between two parties, from 0 (strongly with the first) to 6 (strongly with the
second). Predict this whole number (`leaning`). Agreement is measured by the quadratic weighted kappa: far misses
cost most.

Columns: `town_size`, `news_days` (days of the week with television news), `own_stance` (from left to right),
`first_stance` and `second_stance` (where the person puts each party's candidate), `age`, `schooling`, `income`.
Ordered answers on rescaled scales; some cells are missing.
""",
        make=_parties,
    ),
)
