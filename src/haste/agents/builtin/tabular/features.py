"""Writers of feature steps: blocks of code on the frames `train` and `test`, before any model.

What is fitted here is fitted on `train` only. A block may read `y` (set `script.uses_y`); it must not give a row
knowledge of its own target.
"""

from __future__ import annotations

from haste.agents.builtin.dates import day_first
from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Script, assign


def elapsed_days(_step: Step, recipe: Recipe, script: Script) -> None:
    script.constants.append(assign("DATES", list(recipe.constants.dates)))
    script.group("NUMERIC")
    order = day_first(script, recipe, "column")
    script.block(
        "Dates as days since 2000",
        f"""
        for frame in (train, test):
            for column in DATES:
                moment = pd.to_datetime(frame[column], errors="coerce", format="mixed", utc=True{order})
                frame[f"{{column}} days"] = (moment - pd.Timestamp("2000-01-01", tz="UTC")) / pd.Timedelta(days=1)
        NUMERIC += [f"{{column}} days" for column in DATES]
        """,
    )


def date_parts(_step: Step, recipe: Recipe, script: Script) -> None:
    script.group("NUMERIC")
    order = day_first(script, recipe, "column")
    script.block(
        "Parts of the calendar that repeat",
        f"""
        for frame in (train, test):
            for column in DATES:
                moment = pd.to_datetime(frame[column], errors="coerce", format="mixed", utc=True{order}).dt
                for part in ("month", "day", "dayofweek", "hour"):
                    frame[f"{{column}} {{part}}"] = getattr(moment, part).astype(float)
        NUMERIC += [f"{{column}} {{part}}" for column in DATES for part in ("month", "day", "dayofweek", "hour")]
        """,
    )


def text_lengths(_step: Step, recipe: Recipe, script: Script) -> None:
    script.constants.append(assign("TEXT", list(recipe.constants.text)))
    script.group("NUMERIC")
    script.block(
        "Texts as lengths",
        """
        for frame in (train, test):
            for column in TEXT:
                text = frame[column].astype(object).fillna("").astype(str)
                frame[f"{column} length"] = text.str.len()
                frame[f"{column} words"] = text.str.count(r"\\s+")
        NUMERIC += [f"{column} {part}" for column in TEXT for part in ("length", "words")]
        """,
    )


def winsorise(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "Pull the outermost values in to the 1st and 99th percentile",
        """
        low, high = train[NUMERIC].quantile(0.01), train[NUMERIC].quantile(0.99)
        for frame in (train, test):
            frame[NUMERIC] = frame[NUMERIC].clip(low, high, axis=1)
        """,
    )


def log_skewed(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "Logarithms of long-tailed columns, with the sign kept",
        """
        SKEWED = [column for column in NUMERIC if abs(train[column].skew()) > 2]
        for frame in (train, test):
            frame[SKEWED] = np.sign(frame[SKEWED]) * np.log1p(frame[SKEWED].abs())
        """,
    )


def missing_flags(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "Which values are missing, and how many in a row",
        """
        GAPS = [column for column in NUMERIC if train[column].isna().any()]
        for frame in (train, test):
            frame["missing values"] = frame[NUMERIC].isna().sum(axis=1)
            frame[[f"{column} missing" for column in GAPS]] = frame[GAPS].isna().astype(float).to_numpy()
        NUMERIC += ["missing values", *(f"{column} missing" for column in GAPS)]
        """,
    )


def category_counts(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.group("NUMERIC")
    script.block(
        "How often each category occurs",
        """
        for column in CATEGORICAL:
            counts = train[column].value_counts()
            for frame in (train, test):
                frame[f"{column} count"] = frame[column].map(counts).fillna(0).astype(float)
        NUMERIC += [f"{column} count" for column in CATEGORICAL]
        """,
    )


def row_statistics(_step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "Each row as a whole, with columns on one scale",
        """
        centre, spread = train[NUMERIC].mean(), train[NUMERIC].std().replace(0, 1)
        for frame in (train, test):
            scaled = (frame[NUMERIC] - centre) / spread
            frame["row mean"], frame["row sd"] = scaled.mean(axis=1), scaled.std(axis=1)
            frame["row minimum"], frame["row maximum"] = scaled.min(axis=1), scaled.max(axis=1)
        NUMERIC += ["row mean", "row sd", "row minimum", "row maximum"]
        """,
    )


def strongest(script: Script, recipe: Recipe) -> None:
    """Leave STRONG, the numeric columns that tell most about the target; written once however many steps ask."""
    if any("STRONG = " in block for block in script.blocks):
        return
    script.uses_y = True
    kind = "Regressor" if recipe.constants.task == "regression" or len(recipe.constants.targets) > 1 else "Classifier"
    script.block(
        "The numeric columns that tell most, by a small forest",
        f"""
        probe = ExtraTrees{kind}(100, min_samples_leaf=5, random_state=SEED, n_jobs=1)
        probe.fit(train[NUMERIC].fillna(train[NUMERIC].median()).fillna(0), y)
        STRONG = [NUMERIC[position] for position in np.argsort(-probe.feature_importances_)]
        """,
    )


def ratios(step: Step, recipe: Recipe, script: Script) -> None:
    strongest(script, recipe)
    script.block(
        "Ratios of the strongest columns",
        f"""
        best = STRONG[:{step.params["count"]}]
        for a, b in [(a, b) for a in best for b in best if a != b]:
            for frame in (train, test):
                frame[f"{{a}} / {{b}}"] = (frame[a] / frame[b].replace(0, np.nan)).clip(-1e6, 1e6)
            NUMERIC.append(f"{{a}} / {{b}}")
        """,
    )


def products(step: Step, recipe: Recipe, script: Script) -> None:
    strongest(script, recipe)
    script.block(
        "Products and differences of the strongest columns, on one scale",
        f"""
        centre, spread = train[STRONG].mean(), train[STRONG].std().replace(0, 1)
        best = STRONG[:{step.params["count"]}]
        for a, b in [(a, b) for a in best for b in best if a < b]:
            for frame in (train, test):
                left, right = (frame[a] - centre[a]) / spread[a], (frame[b] - centre[b]) / spread[b]
                frame[f"{{a}} * {{b}}"], frame[f"{{a}} - {{b}}"] = left * right, left - right
            NUMERIC += [f"{{a}} * {{b}}", f"{{a}} - {{b}}"]
        """,
    )


def group_statistics(step: Step, recipe: Recipe, script: Script) -> None:
    strongest(script, recipe)
    script.block(
        "The strongest columns against their category's mean",
        f"""
        for key in sorted(CATEGORICAL, key=lambda column: train[column].nunique())[:{step.params["keys"]}]:
            for column in STRONG[:{step.params["columns"]}]:
                means = train.groupby(key)[column].mean()
                for frame in (train, test):
                    mean = frame[key].map(means).astype(float).fillna(train[column].mean())
                    frame[f"{{column}} mean in {{key}}"] = mean
                    frame[f"{{column}} against {{key}}"] = frame[column] - mean
                NUMERIC += [f"{{column}} mean in {{key}}", f"{{column}} against {{key}}"]
        """,
    )


def rotations(_step: Step, recipe: Recipe, script: Script) -> None:
    strongest(script, recipe)
    script.block(
        "The two strongest columns as a plane, turned: trees then cut along slants too",
        """
        for angle in (15, 30, 45, 60, 75):
            turn = np.deg2rad(angle)
            for frame in (train, test):
                a, b = [(frame[column] - train[column].mean()) / (train[column].std() or 1) for column in STRONG[:2]]
                frame[f"turned {angle}"] = np.cos(turn) * a + np.sin(turn) * b
                frame[f"turned {angle + 90}"] = np.cos(turn) * b - np.sin(turn) * a
            NUMERIC += [f"turned {angle}", f"turned {angle + 90}"]
        """,
    )


def clusters(step: Step, _recipe: Recipe, script: Script) -> None:
    script.block(
        "Distances to the centres of groups of similar rows",
        f"""
        groups = make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            StandardScaler(),
            KMeans(min({step.params["count"]}, len(train)), n_init=3, random_state=SEED),
        ).fit(train[NUMERIC])
        DISTANCES = [f"distance to group {{number}}" for number in range(groups[-1].n_clusters)]
        for frame in (train, test):
            frame[DISTANCES] = groups.transform(frame[NUMERIC])
        NUMERIC += DISTANCES
        """,
    )


def row_keys(_step: Step, _recipe: Recipe, script: Script) -> None:
    groups = [name for name in ("NUMERIC", "CATEGORICAL") if name in script.groups]
    script.block(
        "A key that identical rows share",
        f"""
        KEY = {" + ".join(groups)}
        for frame in (train, test):
            frame["row key"] = pd.util.hash_pandas_object(frame[KEY].astype(str), index=False).astype(str)
        """,
    )
    script.constants.append('ROW_KEY = ["row key"]')
    script.group("ROW_KEY")


def unique_rows(_step: Step, recipe: Recipe, script: Script) -> None:
    targets = "[TARGET]" if len(recipe.constants.targets) == 1 else "TARGETS"
    name = "y" if len(recipe.constants.targets) == 1 else "Y"
    columns = " + ".join([*script.groups, targets])
    script.block(
        "Keep one of each set of identical training rows",
        f"""
        first = ~train.duplicated(subset={columns})
        train, {name} = train[first].reset_index(drop=True), {name}[first].reset_index(drop=True)
        """,
    )
