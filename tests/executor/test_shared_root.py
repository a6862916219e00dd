"""Executors of several processes below one folder leave each other's alone."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from haste.executor.local import LocalExecutor
from haste.executor.plain import Plain

WAITS = """
import os, time
open("began", "w").close()
end = time.monotonic() + 60
while not os.path.exists({signal!r}) and time.monotonic() < end:
    time.sleep(0.01)
open("submission.csv", "w").write(open("input/train.csv").read())
"""
OTHER = """
import os, sys
from pathlib import Path
from haste.executor.local import LocalExecutor
from haste.executor.plain import Plain
from haste.schema.execution import Job, Limits
root, inputs, code = sys.argv[1:]
executor = LocalExecutor(Plain(), python=Path(sys.executable), root=Path(root), warm=False)
if not code:
    os._exit(9)
executor.submit(Job("j", {"solution.py": code.encode()}, Path(inputs), Limits(wall_s=60)))
(done,) = executor.wait(60)
executor.close()
print(done.outcome, dict(done.outputs), done.detail)
"""


def command(tmp_path: Path, code: str) -> list[str]:
    return [sys.executable, "-c", OTHER, str(tmp_path / "root"), str(tmp_path / "view"), code]


def started(root: Path) -> LocalExecutor:
    return LocalExecutor(Plain(), python=Path(sys.executable), root=root, warm=False)


def test_a_second_executor_leaves_the_firsts_running_job_alone(tmp_path: Path) -> None:
    (tmp_path / "view").mkdir()
    (tmp_path / "view" / "train.csv").write_text("the rows")
    code = WAITS.format(signal=str(tmp_path / "go"))
    with subprocess.Popen(command(tmp_path, code), stdout=subprocess.PIPE, text=True) as first:
        deadline = time.monotonic() + 30
        while not any((tmp_path / "root").rglob("began")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        second = started(tmp_path / "root")
        second.close()
        (tmp_path / "go").touch()
        said, _ = first.communicate(timeout=60)
    assert said == "ok {'submission.csv': b'the rows'} \n"
    assert list((tmp_path / "root").iterdir()) == []


def test_two_in_one_process_have_a_folder_each(tmp_path: Path) -> None:
    first, second = started(tmp_path), started(tmp_path)
    mine = set(tmp_path.glob("*/slot0/0/work"))
    assert len(mine) == 2
    second.close()
    assert len(list(tmp_path.glob("*/slot0/0/work"))) == 1
    first.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_process_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "notes").mkdir(parents=True)
    assert subprocess.run(command(tmp_path, ""), check=False).returncode == 9
    assert len(list(root.glob("*/slot0"))) == 1
    third = started(root)
    assert len(list(root.glob("*/slot0"))) == 1
    third.close()
    assert [path.name for path in root.iterdir()] == ["notes"]
