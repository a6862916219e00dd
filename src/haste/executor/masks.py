"""Package files that hold answers: well-known data sets, fonts, and our own bundled competitions.

Their sources are public and lie on the machine, so a candidate could look held-out rows up. Code is never hidden,
so every package still imports. Docstrings and `unicodedata` cannot be hidden; competitions built from those hide
where a row came from instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE_FOLDERS = (  # below a folder of packages; shown empty
    "haste",
    "sklearn/datasets/data",
    "sklearn/datasets/images",
    "sklearn/datasets/descr",
    "sklearn/datasets/tests/data",
    "matplotlib/mpl-data/sample_data",
    "matplotlib/mpl-data/fonts",
    "nltk_data",
    "torchvision/datasets/data",
)
_PACKAGE_FILES = (  # below a folder of packages: all files but code, shown empty one by one
    "statsmodels/datasets",
    "skimage/data",
    "plotly/package_data/datasets",
    "seaborn/data",
    "vega_datasets/_data",
)
_SYSTEM_FOLDERS = (
    "/usr/lib/R/library/datasets",
    "/usr/share/nltk_data",
    "/usr/lib/nltk_data",
    "/usr/local/lib/nltk_data",
)
_ELSEWHERE = (
    "lib/python3*/site-packages",
    "lib/python3*/dist-packages",
    "python3*/site-packages",
    "python3*/dist-packages",
)
_CODE = frozenset({".py", ".pyi", ".pyc", ".so", ".pyd", ".typed"})


@dataclass(frozen=True)
class Masks:
    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    @property
    def paths(self) -> frozenset[Path]:
        return frozenset((*self.folders, *self.files))


def find_masks(roots: tuple[Path, ...], searched: frozenset[Path]) -> Masks:
    """What to hide below `roots`, given the real folders that the interpreter imports from.

    Folders of packages that lie below the roots but belong to another interpreter are hidden whole: nothing in them
    can be imported, and their data files could be read.
    """
    folders = {Path(folder) for folder in _SYSTEM_FOLDERS if Path(folder).is_dir()}
    files: set[Path] = set()
    for packages in _package_folders(roots, searched):
        if packages not in searched:
            folders.add(packages)
            continue
        folders.update(path for name in _PACKAGE_FOLDERS if (path := packages / name).is_dir())
        files.update(path for name in _PACKAGE_FILES for path in _data_files(packages / name))
    ours = Path(__file__).resolve().parents[1]  # wherever `haste` itself lies
    folders.update(ours for root in roots if root in ours.parents)
    outer = {path for path in folders if not folders.intersection(path.parents)}
    return Masks(tuple(sorted(outer)), tuple(sorted(path for path in files if not outer.intersection(path.parents))))


def _package_folders(roots: Iterable[Path], searched: frozenset[Path]) -> set[Path]:
    found = {path for path in searched if path.name in ("site-packages", "dist-packages")}
    for root in roots:
        for pattern in _ELSEWHERE:
            found.update(path.resolve() for path in root.glob(pattern) if path.is_dir())
    return {path for path in found if any(root == path or root in path.parents for root in roots)}


def _data_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.suffix not in _CODE and path.is_file())
