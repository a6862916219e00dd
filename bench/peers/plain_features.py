"""Any bundled competition as one plain table, for peers that take no text, no images and no series.

Text becomes 100 latent components of its words, an image its pixels on at most 16 x 16 cells, a date its calendar parts
and its place in time. Runs in the peers' own environments: pandas, scikit-learn and pillow only. Sees what a candidate
sees: train, test and sample submission.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer


@dataclass
class Plain:
    """`x_train` and `x_test` share their columns; `y` is the target as it is written."""

    settings: dict
    x_train: pd.DataFrame
    x_test: pd.DataFrame
    y: pd.Series
    sample: pd.DataFrame


def read(folder: Path, *, keep_text: bool = False) -> Plain:
    settings = tomllib.loads((folder / "competition.toml").read_text())
    id_column, target = settings["id_column"], settings["target"]
    train, test = (
        pd.read_csv(folder / f"{name}.csv", dtype={id_column: str}, keep_default_na=True) for name in ("train", "test")
    )
    sample = pd.read_csv(folder / "sample_submission.csv", dtype={id_column: str})
    y = train[target]
    both = pd.concat([train.drop(columns=[target]), test], ignore_index=True)
    both = both.drop(columns=[id_column, *settings.get("drop", [])])
    for column in settings.get("text", []):
        if not keep_text:
            both = pd.concat([both.drop(columns=[column]), _latent(both[column], len(train))], axis=1)
    for column in settings.get("image", []):
        both = pd.concat([both.drop(columns=[column]), _pixels(both[column], folder)], axis=1)
    time_column = settings.get("validation", {}).get("time_column")
    if time_column:
        both = pd.concat([both.drop(columns=[time_column]), _calendar(both[time_column])], axis=1)
    both.columns = [str(column) for column in both.columns]
    return Plain(settings, both.iloc[: len(train)], both.iloc[len(train) :].reset_index(drop=True), y, sample)


def _latent(texts: pd.Series, rows: int) -> pd.DataFrame:
    words = TfidfVectorizer(min_df=2, sublinear_tf=True).fit(texts[:rows].fillna(""))
    matrix = words.transform(texts.fillna(""))
    reduce = TruncatedSVD(min(100, matrix.shape[1] - 1), random_state=0).fit(matrix[:rows])
    table = pd.DataFrame(reduce.transform(matrix), index=texts.index).add_prefix(f"{texts.name}_")
    return table.assign(**{f"{texts.name}_length": texts.fillna("").str.len()})


def _pixels(names: pd.Series, folder: Path) -> pd.DataFrame:
    with zipfile.ZipFile(folder / "images.zip") as archive:
        places = {Path(name).name: name for name in archive.namelist()}
        rows = []
        for name in names:
            image = Image.open(io.BytesIO(archive.read(places[name]))).convert("L")
            if max(image.size) > 16:
                image = image.resize((16, 16))
            rows.append(np.asarray(image, dtype=np.float32).ravel())
    return pd.DataFrame(np.stack(rows), index=names.index).add_prefix("pixel_")


def _calendar(dates: pd.Series) -> pd.DataFrame:
    when = pd.to_datetime(dates)
    return pd.DataFrame(
        {
            "days": (when - when.min()).dt.days,
            "year": when.dt.year,
            "month": when.dt.month,
            "week": when.dt.isocalendar().week.astype(int),
            "day_of_year": when.dt.dayofyear,
        }
    )


def write(plain: Plain, prediction: pd.DataFrame | np.ndarray, path: Path) -> None:
    """`prediction` holds the submission's columns, in the sample's order of rows."""
    columns = [column for column in plain.sample.columns if column != plain.settings["id_column"]]
    plain.sample[columns] = np.asarray(prediction).reshape(len(plain.sample), len(columns))
    plain.sample.to_csv(path, index=False)
