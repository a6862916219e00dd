"""Which files of a folder are the train, test, sample and label tables, by the names that Kaggle's folders use."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .faults import fault
from .tables import ARCHIVES, SUFFIXES, table_members, table_suffix

if TYPE_CHECKING:
    from .settings import Settings

# File names without suffixes, lower case, without "_", "-" and spaces; the first that is there is taken.
NAMES = {
    "train": ("train", "training", "traindata", "trainingdata", "trainset"),
    "test": ("test", "testdata", "testing", "testset"),
    "labels": ("trainlabels", "traininglabels", "labels", "traintargets", "targets", "ytrain"),
    "sample": ("samplesubmission", "samplesubmissionnull", "samplesub", "submissionsample", "sampleentry"),
}


@dataclass(frozen=True)
class Sources:
    """File names below the competition's folder. No `train`: the labels are the train table, or rows are not split."""

    sample: str
    train: str | None
    test: str | None
    labels: str | None


def find_sources(folder: Path, settings: Settings) -> Sources:
    """Find the tables, those named in `competition.toml` first. Raises CompetitionError naming what is missing."""
    if not folder.is_dir():
        raise fault(str(folder), "is no folder", "give a bundled competition's name or the path of a folder")
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    if not names:
        raise fault(str(folder), "is empty", "put train, test and sample_submission tables into it")
    sample = _stated(folder, settings.sample_submission) or _find(folder, names, "sample") or _like_sample(names)
    if sample is None:
        hint = "name it sample_submission.csv, or name it in competition.toml as `sample_submission`"
        raise fault(str(folder), "has no sample submission", hint)
    train = _stated(folder, settings.train) or _find(folder, names, "train")
    test = _stated(folder, settings.test) or _find(folder, names, "test")
    labels = _stated(folder, settings.labels) or _find(folder, names, "labels")
    if train is None and labels is None and settings.validation.trust != "reported":
        hint = "name it train.csv (.tsv, .parquet, .json, .jsonl; zipped or not), or set `train` in competition.toml"
        raise fault(str(folder), "has no train table", hint)
    return Sources(sample, train, test, labels)


def stem(name: str) -> str:
    """The name that is looked up: "Sample_Submission.csv.zip" is "samplesubmission"."""
    parts = Path(name).name.lower().split(".")
    while len(parts) > 1 and parts[-1] in (*ARCHIVES, *SUFFIXES, "ndjson", "tab", "pq"):
        parts.pop()
    return ".".join(parts).replace("_", "").replace("-", "").replace(" ", "")


def is_known(name: str) -> bool:
    """Whether a file's name says that it is one of the tables that are found by name, chosen or not."""
    found = stem(name)
    return any(found in stems for stems in NAMES.values()) or "submission" in found


def is_table(path: Path) -> bool:
    """Whether a file holds one table: by its suffix, or for a .zip by what is in it."""
    if path.suffix.lower() != ".zip":
        return table_suffix(path.name) is not None
    if table_suffix(path.name):
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            files = [n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX")]
    except (zipfile.BadZipFile, OSError):
        return False
    return len(files) == 1 and len(table_members(files)) == 1


def _stated(folder: Path, name: str | None) -> str | None:
    if name is None:
        return None
    if not (folder / name).is_file():
        raise fault(str(folder), f"has no file {name!r}, which competition.toml names", "correct the name")
    return name


def _find(folder: Path, names: list[str], role: str) -> str | None:
    for wanted in NAMES[role]:
        found = [name for name in names if stem(name) == wanted and is_table(folder / name)]
        if found:
            return min(found, key=_preference)
    return None


def _like_sample(names: list[str]) -> str | None:
    """A last try for names such as `en_sample_submission_2.csv.zip` and `gender_submission.csv`."""
    tables = [name for name in names if table_suffix(name)]
    likely = [n for n in tables if "samplesub" in stem(n)] or [n for n in tables if stem(n).endswith("submission")]
    return likely[0] if len(likely) == 1 else None


def _preference(name: str) -> tuple[bool, int, str]:
    """Unzipped before zipped, then in the order of the formats."""
    suffix = table_suffix(name)
    return name.lower().endswith(ARCHIVES), SUFFIXES.index(suffix) if suffix else len(SUFFIXES), name
