"""A disk that is full is the machine's fault, not the candidate's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from haste.executor import zygote
from haste.executor.local import LocalExecutor
from haste.executor.plain import Plain
from haste.executor.scratch import free_bytes
from haste.schema.execution import Finished, Job, Limits, Outcome

FILL = "with open('big', 'wb') as file:\n    for _ in range(64):\n        file.write(bytes(1 << 20))\n"


def run(root: Path, inputs: Path, code: str, **limits: float) -> Finished:
    inputs.mkdir(exist_ok=True)
    executor = LocalExecutor(Plain(), python=Path(sys.executable), root=root, warm=False)
    job = Job("j", {"solution.py": code.encode()}, inputs, Limits(**({"wall_s": 30.0, "memory_gb": 1.0} | limits)))
    executor.submit(job)
    (done,) = executor.wait(60)
    executor.close()
    return done


def test_a_crash_on_a_full_disk_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for free, outcome in ((900_000, Outcome.LOST), (2_000_000, Outcome.CRASHED)):
        monkeypatch.setattr(zygote, "free_bytes", lambda folder, free=free: asked.append(folder) or free)
        done = run(tmp_path / "root", tmp_path / "input", "raise OSError(28, 'No space left on device')")
        assert done.outcome is outcome
        assert done.detail.endswith("OSError: [Errno 28] No space left on device" + ")" * (outcome is Outcome.LOST))
        assert done.detail.startswith("the disk is full: 900000 bytes left") is (outcome is Outcome.LOST)
    assert all(tmp_path / "root" in folder.parents for folder in asked)


@pytest.mark.parametrize(
    ("code", "limits", "outcome"),
    [
        ("open('submission.csv', 'w').write('x')", {}, Outcome.OK),
        ("while True: pass", {"wall_s": 0.3}, Outcome.TIMED_OUT),
        (FILL + "import time; time.sleep(20)", {"scratch_mb": 8.0}, Outcome.CRASHED),
    ],
)
def test_other_ends_stay_what_they_are(
    code: str, limits: dict[str, float], outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit that was passed is the candidate's doing, on a full disk too."""
    monkeypatch.setattr(zygote, "free_bytes", lambda _: 0)
    assert run(tmp_path / "root", tmp_path / "input", code, **limits).outcome is outcome


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.root
def test_a_disk_that_fills_up_loses_the_job(small_disk: Path, tmp_path: Path) -> None:
    assert 3_000_000 < free_bytes(small_disk) <= 4 << 20
    done = run(small_disk / "root", tmp_path / "input", FILL)
    assert done.outcome is Outcome.LOST
    assert "the disk is full" in done.detail
    assert "No space left on device" in done.detail
    assert run(small_disk / "root", tmp_path / "input", "raise KeyError").outcome is Outcome.CRASHED  # it was emptied
