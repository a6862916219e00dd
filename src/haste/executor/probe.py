"""What the candidates' interpreter offers: a script that is run like any candidate, and how to read what it wrote."""

from __future__ import annotations

import json

from haste.schema.errors import ExecutorError
from haste.schema.profile import Resources

PROBE_SCRIPT = '''\
"""Write diagnostics.json: interpreter, cores, memory, GPU and the packages that can be imported here."""

import glob
import importlib
import importlib.metadata
import importlib.util
import json
import os
import sys

# import name -> distributions that bring it
PACKAGES = {
    "numpy": ["numpy"], "pandas": ["pandas"], "scipy": ["scipy"], "sklearn": ["scikit-learn"],
    "lightgbm": ["lightgbm"], "xgboost": ["xgboost", "xgboost-cpu"], "catboost": ["catboost"], "torch": ["torch"],
    "transformers": ["transformers"], "statsmodels": ["statsmodels"], "PIL": ["pillow", "Pillow"],
    "skimage": ["scikit-image"], "librosa": ["librosa"], "optuna": ["optuna"], "pyarrow": ["pyarrow"],
    "polars": ["polars"],
}


def version(module, distributions):
    """The version, or None where an import would fail."""
    if importlib.util.find_spec(module) is None:
        return None
    if module == "lightgbm":  # the wheel needs the system's libgomp, which may be missing
        try:
            importlib.import_module(module)
        except (ImportError, OSError):
            return None
    for distribution in distributions:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "unknown"


def cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_gb():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def gpu():
    cards = [path for path in glob.glob("/dev/nvidia[0-9]*")]
    if not cards:
        return None
    try:
        import torch

        return torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    except (ImportError, OSError, RuntimeError):
        return f"{len(cards)} NVIDIA"


found = {names[0]: version(module, names) for module, names in PACKAGES.items()}
with open("diagnostics.json", "w") as file:
    json.dump({
        "python": sys.version.split()[0],
        "cores": cores(),
        "memory_gb": round(memory_gb(), 1),
        "gpu": gpu(),
        "packages": {name: text for name, text in found.items() if text is not None},
    }, file)
'''


def read_probe(content: bytes) -> Resources:
    """Read the probe's diagnostics.json. Raises ExecutorError if it is none."""
    try:
        return Resources.model_validate(json.loads(content))
    except ValueError as error:
        message = f"the resource probe's answer cannot be read: {error}"
        raise ExecutorError(message, where="diagnostics.json") from error
