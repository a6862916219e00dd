"""The first part of a script: constants, reading the files, cleaning, and the target."""

from __future__ import annotations

from pathlib import PurePosixPath

from .recipe import Constants, Recipe
from .script import Script, assign, literal

_READERS = {
    ".csv": "pd.read_csv({path}{dtype})",
    ".tsv": 'pd.read_csv({path}, sep="\\t"{dtype})',
    ".parquet": "pd.read_parquet({path})",
    ".json": "pd.read_json({path}, dtype=False, convert_dates=False)",
    ".jsonl": "pd.read_json({path}, lines=True, dtype=False, convert_dates=False)",
}


def constant_lines(recipe: Recipe, script: Script) -> list[str]:
    constants = recipe.constants
    lines = [f"SEED = {recipe.seed}"]
    if constants.id_column is not None:
        lines.append(assign("ID", constants.id_column))
    if len(constants.targets) == 1:
        lines.append(assign("TARGET", constants.targets[0]))
    else:
        lines.append(assign("TARGETS", list(constants.targets)))
    if constants.classes:
        lines.append(assign("CLASSES", list(constants.classes)))
    for name, columns in (("NUMERIC", constants.numeric), ("CATEGORICAL", constants.categorical)):
        if name in script.groups:
            lines.append(assign(name, list(columns)))
    return lines + script.constants


def reading_lines(recipe: Recipe) -> list[str]:
    """Read train, test and sample; strings are read as they are written, numbers as numbers."""
    constants = recipe.constants
    as_text = as_text_columns(constants)
    lines = []
    tabular = all(suffix(name) in (".csv", ".tsv") for name in (constants.train, constants.test))
    if as_text and tabular:
        lines.append(f"as_text = dict.fromkeys({as_text}, str)  # codes and labels are read as they are written")
    dtype = ", dtype=as_text" if as_text else ""
    for name, file in (("train", constants.train), ("test", constants.test)):
        lines.append(f"{name} = {_READERS[suffix(file)].format(path=literal('input/' + file), dtype=dtype)}")
    sample_dtype = ", dtype={ID: str}" if constants.id_column is not None else ""
    lines.append(f"sample = pd.read_csv({literal('input/' + constants.sample)}{sample_dtype})")
    if constants.missing_target:
        target = "[TARGET]" if len(constants.targets) == 1 else "TARGETS"
        lines.append(f"train = train.dropna(subset={target}).reset_index(drop=True)")
    cleaning = _cleaning(constants, tabular)
    return [*lines, "for frame in (train, test):", *cleaning] if cleaning else lines


def _cleaning(constants: Constants, tabular: bool) -> list[str]:
    lines = []
    if constants.numeric:
        lines.append('    numbers = frame[NUMERIC].apply(pd.to_numeric, errors="coerce").astype(float)')
        lines.append("    frame[NUMERIC] = numbers.replace([np.inf, -np.inf], np.nan)")
    if constants.categorical:
        convert = "" if tabular else '.astype("string")'
        lines.append(f'    frame[CATEGORICAL] = frame[CATEGORICAL]{convert}.astype(object).fillna("missing")')
    return lines


def target_lines(recipe: Recipe, script: Script) -> list[str]:
    """`y` (one target) or `Y` (several): numbers, or positions in CLASSES."""
    constants = recipe.constants
    several = len(constants.targets) > 1
    name, source = ("Y", "train[TARGETS]") if several else ("y", "train[TARGET]")
    if constants.classes:
        lines = ["codes = {label: code for code, label in enumerate(CLASSES)}"]
        mapped = f"{source}.apply(lambda column: column.map(codes))" if several else f"{source}.map(codes)"
        lines.append(f"{name} = {mapped}.astype(int)")
    else:
        lines = [f"{name} = {source}.astype(float)"]
    if several and script.uses_y:
        lines.append("y = Y.mean(axis=1)  # stands for all targets where features are ranked")
    return lines


def suffix(file: str) -> str:
    """The reader's key for a file name; unknown suffixes are read as CSV."""
    found = PurePosixPath(file).suffix.lower()
    return {".ndjson": ".jsonl", ".txt": ".tsv", ".tab": ".tsv", ".pq": ".parquet"}.get(
        found, found if found in _READERS else ".csv"
    )


def as_text_columns(constants: Constants) -> str:
    """A list expression of the columns that must be read as text; empty where there are none."""
    parts = []
    if constants.id_column is not None:
        parts.append("ID")
    if constants.classes and isinstance(constants.classes[0], str):
        parts.append("TARGET" if len(constants.targets) == 1 else "*TARGETS")
    if constants.categorical:
        parts.append("*CATEGORICAL")
    return f"[{', '.join(parts)}]" if parts else ""
