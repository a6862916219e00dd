"""A competition's folder on disk, byte for byte the same whenever it is written from the same draft."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from PIL import Image

from .recipe import Draft, Recipe

_EPOCH = (1980, 1, 1, 0, 0, 0)
LEADERBOARD = "private/leaderboard.csv"


def write(recipe: Recipe, draft: Draft, folder: Path) -> None:
    """Writes everything but the leaderboard, which needs the panel."""
    (folder / "private").mkdir(parents=True, exist_ok=True)
    visible = draft.test.drop(columns=[recipe.target])
    answers = draft.test[[recipe.id_column, recipe.target]]
    tables = {
        "train.csv": draft.train,
        "test.csv": visible,
        "sample_submission.csv": sample(recipe, draft),
        "private/answers.csv": answers,
    }
    for name, table in tables.items():
        (folder / name).write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    (folder / "competition.toml").write_text(settings(recipe), encoding="utf-8")
    (folder / "description.md").write_text(description(recipe, draft), encoding="utf-8")
    if draft.images:
        (folder / "images.zip").write_bytes(packed(draft.images))


def sample(recipe: Recipe, draft: Draft) -> pd.DataFrame:
    """A valid submission that knows nothing: equal probabilities, the first class, or the mean."""
    table = draft.test[[recipe.id_column]].copy()
    if recipe.class_columns:
        classes = recipe.classes(draft)
        for name in classes:
            table[name] = 1 / len(classes)
    elif recipe.metric in ("roc_auc", "log_loss"):
        table[recipe.target] = 0.5
    elif recipe.kind in ("regression", "forecast"):
        table[recipe.target] = round(float(draft.train[recipe.target].mean()), 2)
    else:
        table[recipe.target] = draft.train[recipe.target].min()
    return table


def settings(recipe: Recipe) -> str:
    """The text of `competition.toml`; JSON's strings, numbers and lists are TOML's too."""
    plain: dict[str, object] = {
        "id": recipe.id,
        "title": recipe.title,
        "domain": recipe.domain,
        "kind": recipe.kind,
        "metric": recipe.metric,
        "target": recipe.target,
        "id_column": recipe.id_column,
    }
    tables: dict[str, Mapping[str, object]] = {}
    for key, value in recipe.settings.items():
        if isinstance(value, Mapping):
            tables[key] = value
        else:
            plain[key] = value
    lines = [f"{key} = {json.dumps(value)}" for key, value in plain.items()]
    for key, table in tables.items():
        lines += ["", f"[{key}]", *(f"{name} = {json.dumps(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


def description(recipe: Recipe, draft: Draft) -> str:
    return (
        f"# {recipe.title}\n\n{recipe.description.strip()}\n\n"
        f"Rows: {len(draft.train)} for training, {len(draft.test)} to predict. Metric: `{recipe.metric}`.\n\n"
        f"## Where the data comes from\n\n{recipe.source.strip()}\nLicence: {recipe.licence.strip()}\n\n"
        "The rows are real, but disguised so that they cannot simply be looked up: shuffled, with fresh ids, "
        "columns renamed, numbers brought to other units and slightly blurred, texts cut. What can be learned from "
        "them is left as it was.\n"
    )


def packed(images: Mapping[str, bytes]) -> bytes:
    """A zip without compression or dates (PNG is compressed already): the same bytes on every machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(images):
            archive.writestr(zipfile.ZipInfo(f"images/{name}", _EPOCH), images[name])
    return buffer.getvalue()


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def digest(folder: Path) -> str:
    """SHA-256 over every file a build writes, the leaderboard left out.

    Of images the pixels count and not their compression, which differs between builds of zlib.
    """
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name == LEADERBOARD:
            continue
        content = _pixels(path) if path.suffix == ".zip" else path.read_bytes()
        total.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def _pixels(path: Path) -> bytes:
    parts = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with Image.open(io.BytesIO(archive.read(name))) as image:
                parts.append(f"{name} {image.mode} {image.size}\n".encode() + image.tobytes())
    return b"".join(parts)
