from __future__ import annotations

import pytest

from haste.agents.llm.check import check_script
from haste.agents.llm.runnable import PROBED
from haste.agents.llm.unfit import Unfit
from haste.executor.probe import PROBE_SCRIPT

from .filling import script

END = 'pd.DataFrame().to_csv("submission.csv")\n'


def of(text: str) -> str:
    return f"import pandas as pd\n{text}\n{END}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = (", "does not parse"),
        ('pd.read_csv("/kaggle/input/train.csv")', "absolute path '/kaggle/input/train.csv'"),
        ('open("/tmp/x", "w")', "absolute path '/tmp/x'"),
        ('open("~/x.csv")', "absolute path"),
        ('open(r"C:\\\\data\\\\x.csv")', "absolute path"),
        ('pd.read_csv("../input/train.csv")', "outside its folder"),
        ('p = "input/../../secret.csv"\npd.read_csv(p)', "outside its folder"),
        ('D = "/kaggle/input"\npd.read_csv(f"{D}/train.csv")', "absolute path '/kaggle/input/train.csv'"),
        ('D = Path("/kaggle") / "input"\npd.read_csv(D / "train.csv")', "absolute path '/kaggle/input/train.csv'"),
        ('pd.read_csv(os.path.join("..", "input", "train.csv"))', "outside its folder"),
        ('pd.DataFrame().to_csv("/kaggle/working/submission.csv")', "absolute path"),
        ('pd.read_csv(filepath_or_buffer="~/x.csv")', "absolute path"),
        ('BASE = "https://example.org/"\npd.read_csv(BASE + "x.csv")', "no network"),
        ('pd.read_csv("train.csv")', "reads 'train.csv'"),
        ('pd.read_csv("./data/train.csv")', "reads './data/train.csv'"),
        ('json.load(open("params.json"))', "reads 'params.json'"),
        ('pd.read_csv("https://example.org/x.csv")', "no network"),
        ("import haste.schema", "imports haste"),
        ("from haste.competition import load", "imports haste"),
        ("import requests", "imports requests"),
        ("from urllib import request", "imports urllib.request"),
        ("from sklearn.datasets import fetch_openml\nfetch_openml('x')", "calls fetch_openml"),
        ("import xgboost as xgb", "xgboost, which is not installed"),
        ("from torch import nn", "torch, which is not installed"),
    ],
)
def test_what_would_fail_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Unfit, match=reason.replace("\\", "\\\\")):
        check_script(of(text), frozenset(("xgboost", "torch")))


def test_a_script_that_only_prints_is_refused() -> None:
    with pytest.raises(Unfit, match="never writes"):
        check_script(
            '"""Writes submission.csv."""\nimport pandas as pd\nprint(pd.read_csv("input/sample_submission.csv"))'
        )


def test_every_reason_is_said_at_once() -> None:
    with pytest.raises(Unfit) as caught:
        check_script('import requests\nopen("/etc/passwd")\n')
    assert str(caught.value).count(";") == 2


@pytest.mark.parametrize(
    "text",
    [
        'pd.read_csv("input/train.csv")',
        'INPUT = "input"\npd.read_csv(f"{INPUT}/train.csv")',
        'from pathlib import Path\nroot = Path("input")\npd.read_csv(root / "train.csv")',
        'import os\npd.read_csv(os.path.join("input", "train.csv"))',
        'import numpy as np\nnp.save("cache.npy", [1])\nnp.load("cache.npy")',
        'open("diagnostics.json", "w").write("{}")',
        'open("diagnostics.json", mode="w", encoding="utf-8").write("{}")',
        "try:\n    import xgboost\nexcept ImportError:\n    xgboost = None",
        'pattern = r"/\\w+/\\d+"\nx = "1/2"\ny = "and/or"\nz = "/"\nw = "%d/%m/%Y"',
        'words = ["..", "...", "a.b"]',
        'd = pd.DataFrame({"x": ["a"]})\nd["link"] = d["x"].str.contains("http://|https://")',
        's = "x".startswith(("https://", "www."))\nt = "x".replace("http://", "")\nu = "s3://" in "x"',
        'subs = ["/r/funny", "/r/aww/top", "~/x"]\nmark = "/n/"\ndots = "a/../b"\nroot = "/home"',
        'sub = "images"\npd.read_csv("input/" + sub + "/a/b.csv")\nopen(sub + "/a/b.csv", "w")',
        'import os\nD = "/kaggle/input" if os.path.exists("/kaggle/input") else "input"\npd.read_csv(D + "/train.csv")',
        'p = "input"\nfor part in ("a", "b"):\n    p = p + "/" + part\nopen(p + "/x.txt")',
        'help = """\n/usr/bin/env and /tmp/x are only told of\n"""',
    ],
)
def test_what_is_sound_passes(text: str) -> None:
    check_script(of(text), frozenset(("xgboost",)))


def test_no_expression_is_too_deep_to_be_read() -> None:
    doubled = "\n".join(f"a{n + 1} = a{n} + a{n}" for n in range(60))
    check_script(of(f"a0 = 'x'\n{doubled}\nopen(a60)\nb = b\nopen(b)\nopen({'+'.join(['x'] * 2000)})"))


def test_the_scripted_model_writes_sound_scripts() -> None:
    check_script(script())


def test_the_packages_that_are_looked_for_are_those_of_the_probe() -> None:
    names = PROBE_SCRIPT.split("PACKAGES = {")[1].split("\n}\n")[0]
    assert {name for name in PROBED if f'"{name}": [' in names} == PROBED
    assert names.count(": [") == len(PROBED)
