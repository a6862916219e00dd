"""The candidates' interpreter: where it lies, what of the machine it needs, and what of that must be hidden.

It is asked, not guessed at, because `--python PATH` may name another one than ours. How an isolation shows or hides a
folder is not its business.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from haste.schema.errors import ExecutorError

from .masks import Masks, find_masks

_QUESTION = """
import json, sys, sysconfig
print(json.dumps({"version": sys.version.split()[0], "prefix": sys.prefix, "base": sys.base_prefix,
    "executable": sys.executable, "path": sys.path, "paths": sysconfig.get_paths()}))
"""
_PARTS = ("bin", "lib", "lib32", "lib64")  # of a Python installation; a home folder may lie beside them
SYSTEM = (
    "/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local/bin", "/usr/local/lib",
    "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/alternatives",
)  # fmt: skip


@dataclass(frozen=True)
class Interpreter:
    executable: Path
    version: str
    roots: tuple[Path, ...]  # real files and folders to be seen read-only, system included
    links: tuple[tuple[Path, str], ...]  # symbolic links on the way to them: where, and their text
    masks: Masks

    @property
    def search_path(self) -> str:
        return f"{self.executable.parent}:/usr/local/bin:/usr/bin:/bin"


def ask_interpreter(python: Path) -> Interpreter:
    """What `python` says of itself. Raises ExecutorError if it does not run."""
    executable = python.absolute()
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONNOUSERSITE": "1"}
    try:
        answer = subprocess.run(  # isolated from our environment and folder, but not from its own site-packages
            [str(executable), "-c", _QUESTION], env=environment, cwd="/", capture_output=True, text=True, timeout=60
        )
        if answer.returncode:
            raise OSError(answer.stderr.strip().splitlines()[-1] if answer.stderr.strip() else "it exits with an error")
        told = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        message = f"this Python does not run: {error}"
        raise ExecutorError(message, where=str(python), hint="name a working interpreter with --python") from error
    prefix, base = Path(told["prefix"]), Path(told["base"])
    wanted = [Path(part) for part in SYSTEM]
    wanted += [prefix] if prefix != base else []  # a virtual environment holds nothing but itself
    wanted += [base / part for part in _PARTS]
    wanted += [Path(told["paths"][key]) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    links: dict[Path, str] = {}
    real = [_resolve(path, links) for path in (*wanted, executable, Path("/bin"), Path("/lib"), Path("/lib64"))]
    roots = _outermost(path for path in real if path.exists())
    inner = tuple((where, text) for where, text in links.items() if not _covered(where, roots))
    searched = frozenset(Path(entry).resolve() for entry in told["path"] if entry)
    return Interpreter(executable, told["version"], roots, inner, find_masks(roots, searched))


def _resolve(path: Path, links: dict[Path, str], depth: int = 0) -> Path:
    """Follow every symbolic link on the way to `path`, noting each one."""
    reached = Path("/")
    for index, part in enumerate(path.parts[1:], start=2):
        step = reached / part
        if step.is_symlink() and depth < 40:
            links[step] = str(step.readlink())
            return _resolve(
                Path(os.path.normpath(step.parent / step.readlink())).joinpath(*path.parts[index:]), links, depth + 1
            )
        reached = step
    return reached


def _covered(path: Path, roots: tuple[Path, ...]) -> bool:
    return any(path == root or root in path.parents for root in roots)


def _outermost(paths: object) -> tuple[Path, ...]:
    kept: list[Path] = []
    for path in sorted(set(paths), key=lambda p: len(p.parts)):  # type: ignore[call-overload]
        if not _covered(path, tuple(kept)):
            kept.append(path)
    return tuple(sorted(kept))
