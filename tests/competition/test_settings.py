from __future__ import annotations

from pathlib import Path

import pytest

from haste.competition.settings import Settings, read_settings
from haste.schema.errors import ConfigError

EVERY_KEY = """
id = "x"
title = "X"
metric = "rmse"
target = "y"
id_column = "id"
kind = "forecast"
domain = "timeseries"
train = "a.csv"
test = "b.csv"
sample_submission = "c.csv"
labels = "d.csv"
answers = "secret/a.csv"
leaderboard = "secret/l.csv"
text = ["t"]
image = "i"
audio = []
categorical = ["c", "d"]
drop = ["e"]
tables = ["more.csv"]
[validation]
scheme = "time"
folds = 3
group_column = "g"
time_column = "t"
trust = "harness"
"""


def read(folder: Path, text: str) -> Settings:
    (folder / "competition.toml").write_text(text)
    return read_settings(folder)


def test_every_key(tmp_path: Path) -> None:
    found = read(tmp_path, EVERY_KEY)
    assert found.target == ("y",)
    assert found.image == ("i",)
    assert found.categorical == ("c", "d")
    assert found.audio == ()
    assert found.validation.folds == 3
    stated = set(found.model_fields_set) | {f"validation.{k}" for k in found.validation.model_fields_set}
    assert len(stated) == len(EVERY_KEY.split("=")) - 1 + 1  # the table itself is one more


def test_none_is_all_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    assert read(tmp_path, "") == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('metrc = "rmse"', "unknown key `metrc` (did you mean `metric`?)"),
        ("[validation]\nfold = 3", "unknown key `validation.fold` (did you mean `folds`?)"),
        ("folds = 3", "unknown key `folds` (`folds` belongs below [validation])"),
        ("zzz = 1", "known keys: id, title"),
        ('[validation]\nfolds = "3"', "`validation.folds` is '3'"),
        ("[validation]\nfolds = 1", "`validation.folds` is 1"),
        ("metric = 3", "`metric` is 3"),
        ("text = 3", "`text` is 3; it must be a name or a list of names"),
        ("text = [1]", "it must be a name or a list of names"),
        ('kind = "classification"', "`kind` is 'classification'"),
        ('id = "../x"', "`id` is '../x'"),
        (f'id = "{"x" * 65}"', "at most 64 characters"),
        ("validation = 3", "`validation` is 3"),
        ("a = ", "is not TOML"),
    ],
)
def test_faults_name_the_key(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert caught.value.where == str(tmp_path / "competition.toml")
