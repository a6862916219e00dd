"""Really running rendered scripts: many in one fresh process, to pay the imports once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_RUNNER = """
import json, os, runpy, sys, time, traceback, warnings
import numpy, pandas, sklearn.ensemble, lightgbm
warnings.simplefilter("ignore")
for folder in sys.argv[1:]:
    os.chdir(folder)
    began = time.perf_counter()
    try:
        runpy.run_path("solution.py", run_name="__main__")
        result = {"error": None}
    except BaseException:
        result = {"error": traceback.format_exc()[-3000:]}
    result["seconds"] = time.perf_counter() - began
    with open("result.json", "w") as file:
        json.dump(result, file)
"""


def run_all(scripts: Mapping[str, str], input_dir: Path, scratch: Path) -> dict[str, dict[str, object]]:
    """Run each script over the same `input/`; name -> {"error", "seconds", "folder"}."""
    return run_many({name: (code, input_dir) for name, code in scripts.items()}, scratch)


def run_many(jobs: Mapping[str, tuple[str, Path]], scratch: Path) -> dict[str, dict[str, object]]:
    """Run each script over the `input/` beside it; as `run_all`."""
    folders = {}
    for number, (name, (code, input_dir)) in enumerate(jobs.items()):
        folder = scratch / f"run{number}"
        folder.mkdir(parents=True)
        (folder / "solution.py").write_text(code, encoding="utf-8")
        (folder / "input").symlink_to(input_dir, target_is_directory=True)
        folders[name] = folder
    environment = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", _RUNNER, *map(str, folders.values())]
    done = subprocess.run(command, env=environment, cwd=scratch, capture_output=True, text=True, timeout=1800)
    results = {}
    for name, folder in folders.items():
        path = folder / "result.json"
        if not path.exists():
            raise AssertionError(f"{name}: the process died\n{done.stderr[-2000:]}")
        results[name] = {**json.loads(path.read_text()), "folder": folder}
    return results
