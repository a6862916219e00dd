"""`haste doctor`: what this machine offers, what is missing, and what to do about it."""

from __future__ import annotations

import json as js
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="print one object")]


def doctor(
    python: Annotated[Path | None, typer.Option(help="the interpreter that would run candidates")] = None,
    json: Json = False,
) -> None:
    """Say which sandbox works here, which guarantees it lacks, and which packages candidates will find."""
    found = _examine(python)
    if json:
        typer.echo(js.dumps(found))
        return
    for line in _lines(found):
        typer.echo(line)


def _examine(python: Path | None) -> dict[str, Any]:
    from haste import __version__

    from .wiring import try_machine

    machine = try_machine(python)
    return {
        "haste": __version__,
        "python": sys.version.split()[0],
        "chosen": machine.chosen.name,
        "warm": machine.chosen.warm,
        "sandboxes": [
            {"name": s.name, "works": s.works, "reason": s.reason, "missing": [m.value for m in s.missing]}
            for s in machine.sandboxes
        ],
        "candidates": machine.resources.model_dump() if machine.resources else None,
        "candidates_fault": machine.fault,
        "disk_free_gb": round(shutil.disk_usage(Path.cwd()).free / 1e9, 1),
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"HASTE {found['haste']} on Python {found['python']}", "", "sandboxes, best first:"]
    for sandbox in found["sandboxes"]:
        chosen = "  <- used by --sandbox auto" if sandbox["name"] == found["chosen"] else ""
        lines.append(f"  {sandbox['name']:<9} {'works' if sandbox['works'] else 'does not work'}{chosen}")
        if sandbox["reason"]:
            lines.append(f"            {sandbox['reason']}")
        if sandbox["works"] and sandbox["missing"]:
            lines.append(f"            does not promise: {', '.join(sandbox['missing'])}")
    if found["chosen"] == "plain":
        lines.append("  Candidates would NOT be isolated here. `apt-get install bubblewrap` gives the best sandbox.")
    lines.append(f"  start of a candidate: {'warm (forked, tenths of a second)' if found['warm'] else 'fresh process'}")
    candidates = found["candidates"]
    lines += ["", "what candidates find:"]
    if candidates is None:
        lines.append(f"  nothing: the interpreter does not run in the sandbox: {found['candidates_fault']}")
        return lines
    gpu = candidates["gpu"] or "none visible"
    lines.append(
        f"  Python {candidates['python']}, {candidates['cores']} cores, {candidates['memory_gb']:.0f} GB, GPU: {gpu}"
    )
    lines.append("  " + ", ".join(f"{name} {version}" for name, version in sorted(candidates["packages"].items())))
    if "lightgbm" not in candidates["packages"]:
        lines.append("  LightGBM does not import: `apt-get install libgomp1`; scikit-learn's trees stand in until then")
    lines += ["", f"disk: {found['disk_free_gb']} GB free here"]
    return lines
