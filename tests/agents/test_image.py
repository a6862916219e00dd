"""The image domain: scripts over tiny drawn pictures are rendered, and really run."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from haste.agents.builtin.catalogue import DOMAINS
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.facts import facts_of
from haste.schema.brief import Brief
from haste.schema.competition import Kind, Media
from haste.schema.profile import Role

from .examples import Example
from .scripts import run_all, run_many
from .sweep import changes, check_submission, prototypes, rendered

IMAGE = DOMAINS["image"]


@dataclass(frozen=True)
class Drawn(Example):
    """A made-up competition whose rows name pictures."""

    pictures: dict[str, Image.Image] = field(default_factory=dict)  # path below input/ -> picture
    media: tuple[Media, ...] = (Media(column="picture", train_folder="images", test_folder="images"),)

    def _first(self) -> str:
        return "picture"

    def lay_out(self, folder: Path) -> Path:
        inside = super().lay_out(folder)
        for name, picture in self.pictures.items():
            (inside / name).parent.mkdir(exist_ok=True)
            picture.save(inside / name)
        return inside

    def brief(self, **more: Any) -> Brief:
        brief = super().brief(**more)
        return brief.model_copy(update={"competition": brief.competition.model_copy(update={"image": self.media})})


def bar(kind: int, draw: np.random.Generator, colours: int = 0) -> Image.Image:
    """A noisy bar: flat (0), upright (1), falling (2) or rising (3), a little out of place."""
    pixels = draw.normal(40, 10, (18, 18))
    for step in range(-6, 7):
        down, right = [(0, step), (step, 0), (step, step), (-step, step)][kind]
        row, column = 9 + down + draw.integers(-1, 2), 9 + right
        pixels[row - 1 : row + 1, column - 1 : column + 1] = 210
    grey = np.clip(pixels, 0, 255).astype(np.uint8)
    return Image.fromarray(np.stack([grey, 255 - grey, grey], axis=2)) if colours else Image.fromarray(grey)


def drawn(kind: Kind, metric: str, rows: int = 72, test_rows: int = 16, colours: int = 0, **more: Any) -> Drawn:
    draw = np.random.default_rng(3)
    count = rows + test_rows
    kinds = draw.permutation(np.arange(count) % (2 if kind in (Kind.BINARY, Kind.MULTILABEL) else 4))
    names = [f"p{number:03}.png" for number in draw.permutation(count)]
    pictures = {f"images/{name}": bar(k, draw, colours) for name, k in zip(names, kinds, strict=True)}
    frame = pd.DataFrame({"id": [f"r{number}" for number in range(count)], "picture": names})
    targets: tuple[str, ...] = ("target",)
    classes: tuple[str, ...] = ()
    match kind:
        case Kind.BINARY:
            frame["target"], classes = np.where(kinds == 1, "yes", "no"), ("no", "yes")
        case Kind.MULTICLASS:
            classes = ("fall", "flat", "rise", "up")
            frame["target"] = np.array(["flat", "up", "fall", "rise"])[kinds]
        case Kind.ORDINAL:
            frame["target"], classes = kinds + 1, ("1", "2", "3", "4")
        case Kind.MULTILABEL:
            frame["one"], frame["two"] = kinds, 1 - kinds
            targets, classes = ("one", "two"), ("0", "1")
        case _:
            frame["target"] = kinds + draw.normal(size=count) * 0.1
    train, test = frame.iloc[:rows], frame.iloc[rows:].drop(columns=list(targets)).reset_index(drop=True)
    return Drawn(
        kind=kind, metric=metric, train=train, test=test, targets=targets, classes=classes, domain="image",
        roles={"picture": Role.IMAGE}, pictures=pictures, **more,
    )  # fmt: skip


def with_columns() -> Drawn:
    """Coloured pictures of two columns in folders of their own, names that look like numbers, and plain columns."""
    base = drawn(Kind.MULTICLASS, "log_loss", class_columns=True, colours=3)
    draw = np.random.default_rng(4)
    tables, pictures, number = [], {}, 0
    for side, frame in (("train", base.train), ("test", base.test)):
        numbers = [f"{number + n:05}" for n in range(len(frame))]
        number += len(frame)
        for name, old in zip(numbers, frame["picture"], strict=True):
            pictures[f"{side}/{name}.png"] = base.pictures[f"images/{old}"]
        changed = frame.assign(code=numbers, weight=draw.normal(size=len(frame)), note="some words")
        changed["colour"] = draw.choice(["red", "green", None], len(frame))
        tables.append(changed)
    media = (*base.media, Media(column="code", train_folder="train", test_folder="test", suffix=".png"))
    roles = {"picture": Role.IMAGE, "code": Role.IMAGE, "note": Role.TEXT}
    return Drawn(**{
        **vars(base), "train": tables[0], "test": tables[1], "media": media, "roles": roles,
        "pictures": {**base.pictures, **pictures},
    })  # fmt: skip


def turns() -> Drawn:
    """Pictures with a light top, turned by quarters."""
    draw = np.random.default_rng(6)
    base = drawn(Kind.MULTICLASS, "accuracy")
    pictures, targets = {}, {}
    for number, name in enumerate(base.pictures):
        pixels = draw.normal(60, 12, (16, 16)) + np.linspace(90, 0, 16)[:, None]
        pictures[name] = Image.fromarray(np.rot90(np.clip(pixels, 0, 255).astype(np.uint8), number % 4))
        targets[name.removeprefix("images/")] = number % 4
    train = base.train.drop(columns="target").assign(turns=base.train["picture"].map(targets))
    changed = {"train": train, "targets": ("turns",), "classes": ("0", "1", "2", "3"), "pictures": pictures}
    return Drawn(**{**vars(base), **changed})


def kinds() -> dict[str, Drawn]:
    return {
        "classes label": drawn(Kind.MULTICLASS, "accuracy"),
        "classes probability": with_columns(),
        "binary ranking": drawn(Kind.BINARY, "roc_auc"),
        "several labels": drawn(Kind.MULTILABEL, "roc_auc"),
        "ordinal": drawn(Kind.ORDINAL, "quadratic_weighted_kappa"),
        "regression": drawn(Kind.REGRESSION, "rmse"),
        "turns": turns(),
    }


def drafts(made_up: Drawn, count: int = 3) -> dict[str, str]:
    brief = made_up.brief(order="textbook")
    return {str(draft.technique): draft.code for draft in BuiltinEngineer().draft(brief, count)}


def test_three_different_prototypes_come_first() -> None:
    for name, made_up in kinds().items():
        found = drafts(made_up)
        groups = {IMAGE.families[technique.removeprefix("use_")].group for technique in found}
        assert len(groups) == 3, f"{name}: {list(found)}"


def test_enough_techniques_and_each_applies_somewhere() -> None:
    own = {technique.name for technique in IMAGE.techniques if technique.domain == "image"}
    assert len(own) >= 15
    large = drawn(Kind.MULTICLASS, "f1_macro", rows=240, test_rows=60)
    applied: set[str] = set()
    for made_up in (large, turns(), drawn(Kind.ORDINAL, "quadratic_weighted_kappa"), with_columns()):
        brief = made_up.brief()
        applied |= set(prototypes(brief)) | {name.split(" on ")[0] for name in changes(brief)}
    later = {"average_copies", "whiten_components", "average_picture_seeds"}  # need another one first, or chance
    assert own - applied <= later


@pytest.mark.parametrize("key", ["classes probability", "turns", "regression"])
def test_all_scripts_parse_and_change_something(key: str) -> None:
    brief = kinds()[key].brief()
    texts = rendered(prototypes(brief))
    for name, text in rendered(changes(brief, most=2)).items():
        ast.parse(text)
        assert text != texts[name.split(" on ")[1]], f"{name} changes nothing in the script"
        assert max(map(len, text.splitlines())) <= 120, name


def _piled(made_up: Drawn, *names: str) -> str:
    """The script after several techniques, one upon the other."""
    brief = made_up.brief()
    recipe = prototypes(brief)[names[0]]
    by_name = {technique.name: technique for technique in IMAGE.techniques}
    for name in names[1:]:
        changed = by_name[name].attempt(recipe, facts_of(brief))
        assert changed is not None, name
        recipe = changed
    return rendered({"piled": recipe})["piled"]


def everything() -> dict[str, tuple[Drawn, dict[str, str]]]:
    """All that the default suite runs: made-up competition and its scripts, by a name."""
    known = kinds()
    found = {key: (known[key], drafts(known[key])) for key in ("classes label", "classes probability", "regression")}
    piled = drawn(Kind.MULTICLASS, "accuracy", rows=60, test_rows=50)
    scripts = {
        "copies": _piled(
            piled, "use_hog_svm", "deskew_pictures", "crop_pictures", "sharper_kernel", "shifted_copies",
            "tilted_copies", "average_copies", "learn_from_test_pictures", "blend_with_picture_neighbours",
        ),
        "views": _piled(
            piled, "use_hog_linear", "several_scales", "add_pixels", "whiten_components", "add_textures", "add_waves",
            "radial_features", "sheared_copies", "average_picture_seeds",
        ),
    }  # fmt: skip
    found["piled"] = piled, {**scripts, "again": scripts["views"]}
    found["turns"] = known["turns"], {"turns": _piled(known["turns"], "use_pixel_svm", "quarter_turns")}
    torn = drawn(Kind.REGRESSION, "mae", rows=30, test_rows=6)
    found["torn"] = torn, drafts(torn)
    return found


def tear(made_up: Drawn, inside: Path) -> None:
    """Missing, torn, deep and oddly sized pictures."""
    names = [f"images/{name}" for name in made_up.train["picture"]]
    (inside / names[0]).unlink()
    (inside / names[1]).write_bytes(b"no picture")
    Image.fromarray(np.full((90, 40), 40000, dtype=np.uint16)).save(inside / names[2])
    Image.new("RGBA", (3, 50)).save(inside / names[3])
    Image.new("P", (200, 200)).save(inside / names[4])


Ran = Callable[[str], tuple[Drawn, dict[str, Path]]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Everything, in one fresh process; then key -> its competition and its scripts' folders, checked."""
    scratch, jobs, made = tmp_path_factory.mktemp("pictures"), {}, everything()
    for number, (key, (made_up, scripts)) in enumerate(made.items()):
        laid = made_up.lay_out(scratch / f"made-up{number}")
        if key == "torn":
            tear(made_up, laid)
        jobs |= {f"{key}|{name}": (text, laid) for name, text in scripts.items()}
    results = run_many(jobs, scratch)

    def checked(key: str) -> tuple[Drawn, dict[str, Path]]:
        made_up, scripts = made[key]
        return made_up, {name: _sound(f"{key}|{name}", results, made_up) for name in scripts}

    return checked


def _sound(name: str, results: dict[str, dict[str, object]], made_up: Drawn) -> Path:
    result = results[name]
    assert result["error"] is None, f"{name}:\n{result['error']}"
    check_submission(result["folder"], made_up)
    return Path(str(result["folder"]))


def test_prototypes_learn_what_is_drawn(ran: Ran) -> None:
    made_up, folders = ran("classes label")
    assert len(folders) == 3
    for name, folder in folders.items():
        assert json.loads((folder / "diagnostics.json").read_text())["train_score"] > 0.9, name
        assert _accuracy(made_up, folder) > 0.7, name


def _accuracy(made_up: Drawn, folder: Path) -> float:
    """By the pictures themselves: which way the light pixels run."""
    answers = pd.read_csv(folder / "submission.csv", index_col="id")["target"]
    names = made_up.test.set_index("id")["picture"]
    right = 0
    for row, name in names.items():
        rows, columns = np.nonzero(np.asarray(made_up.pictures[f"images/{name}"]) > 150)
        spread = np.cov(rows, columns)
        truth = "flat" if spread[1, 1] > 3 * spread[0, 0] else "up" if spread[0, 0] > 3 * spread[1, 1] else None
        truth = truth or ("fall" if spread[0, 1] > 0 else "rise")
        right += truth == answers[row]
    return right / len(names)


@pytest.mark.parametrize("key", ["classes probability", "regression"])
def test_prototypes_run_on_every_kind(key: str, ran: Ran) -> None:
    assert len(ran(key)[1]) == 3


def test_techniques_may_be_piled_up(ran: Ran) -> None:
    made_up, folders = ran("piled")
    for name, folder in folders.items():
        assert _accuracy(made_up, folder) > 0.5, name
    same = [(folders[name] / "submission.csv").read_bytes() for name in ("views", "again")]
    assert same[0] == same[1]


def test_quarter_turns_learn_from_turned_pictures(ran: Ran) -> None:
    made_up, folders = ran("turns")
    answers = pd.read_csv(folders["turns"] / "submission.csv", index_col="id")["turns"]
    for row, name in made_up.test.set_index("id")["picture"].items():
        pixels = np.asarray(made_up.pictures[f"images/{name}"], dtype=float)
        edges = [pixels[0], pixels[:, 0], pixels[-1], pixels[:, -1]]  # where the light top has gone, against the clock
        assert answers[row] == int(np.argmax([edge.mean() for edge in edges]))


def test_quarter_turns_are_only_for_targets_that_speak_of_turning() -> None:
    assert any(name.startswith("quarter_turns") for name in changes(turns().brief()))
    for key in ("classes label", "ordinal", "binary ranking"):
        assert not any(name.startswith("quarter_turns") for name in changes(kinds()[key].brief()))


def test_missing_torn_deep_and_oddly_sized_pictures_are_read(ran: Ran) -> None:
    assert len(ran("torn")[1]) == 3


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("key", list(kinds()))
def test_every_technique_runs_on_every_kind(key: str, tmp_path: Path) -> None:
    made_up = kinds()[key]
    brief = made_up.brief()
    scripts = rendered({**prototypes(brief), **changes(brief, most=2)})
    results = run_all(scripts, made_up.lay_out(tmp_path), tmp_path)
    for name in scripts:
        _sound(name, results, made_up)
