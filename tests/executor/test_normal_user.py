"""The executor's contract suite once more, without privileges."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="runs as a normal user already")
@pytest.mark.parametrize(
    "checks",
    [
        "bwrap-fresh and (private or network or escapees or read_only)",
        pytest.param("test_contract", marks=pytest.mark.slow),
    ],
)
def test_as_a_normal_user(checks: str) -> None:
    """The same suite without privileges, by an interpreter that such a user can reach (HASTE_NORMAL_USER_PYTHON)."""
    python = os.environ.get("HASTE_NORMAL_USER_PYTHON", sys.executable)
    repository = Path(__file__).parents[2]
    become = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "-i", "PATH=/usr/bin:/bin"]
    become += ["HOME=/nonexistent", "PYTHONDONTWRITEBYTECODE=1", f"PYTHONPATH={repository / 'src'}", python]
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv here")
    reachable = subprocess.run([*become, "-c", "import haste, numpy, pytest, psutil"], capture_output=True, cwd="/")
    if reachable.returncode:
        pytest.skip(f"a normal user cannot run {python} with the packages; name one in HASTE_NORMAL_USER_PYTHON")
    command = [
        *become,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow",
        "-k",
        checks,
        str(repository / "tests/contracts/test_executor.py"),
    ]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
