"""HASTE against what a person would pick instead, on the bundled competitions with equal time and cores.

    python bench/peers/compare.py --seconds 60 --cores 2 --out results/peers.json

Peers live in environments of their own below .peers/ (made on the first call). Each system sees what a candidate sees;
the hidden answers grade its submission afterwards and nothing else. Systems take turns on each competition, so that a
busy machine is busy for all of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean

from haste.competition.catalogue import bundled
from haste.competition.heldout import grade
from haste.competition.load import load
from haste.schema.errors import SubmissionError

HERE = Path(__file__).resolve().parent
PAGE, MARK = Path("docs/benchmarks.md"), "<!-- peers -->"
PEERS = ("autogluon", "flaml")


def python_of(peer: str) -> Path:
    """The peer's own interpreter; its environment is made when it is missing."""
    home = Path(".peers") / peer
    if not (home / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        requirements = str(HERE / f"requirements-{peer}.txt")
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", "-r", requirements], check=True)
    return (home / "bin" / "python").absolute()


def run_haste(folder: Path, submission: Path, seconds: int, cores: int) -> None:
    command = [sys.executable, "-m", "haste.cli.main", "run", folder.name, "--time-limit", f"{seconds}s"]
    command += ["--workers", str(cores), "--out", str(submission.parent / "runs"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    submission.write_bytes(Path(json.loads(done.stdout.splitlines()[-1])["submission"]).read_bytes())


def run_peer(peer: str, folder: Path, submission: Path, seconds: int, cores: int) -> None:
    command = [
        str(python_of(peer)),
        str(HERE / f"{peer}_peer.py"),
        str(folder),
        str(submission),
        str(seconds),
        str(cores),
    ]
    subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds * 10 + 300)


def measure(system: str, folder: Path, seconds: int, cores: int) -> dict[str, object]:
    loaded = load(folder)
    with tempfile.TemporaryDirectory() as scratch:
        submission, begun = Path(scratch) / "submission.csv", time.monotonic()
        try:
            if system == "haste":
                run_haste(folder, submission, seconds, cores)
            else:
                run_peer(system, folder, submission, seconds, cores)
            found = grade(loaded, submission.read_bytes())
        except (subprocess.SubprocessError, SubmissionError, OSError) as fault:
            tail = (getattr(fault, "stderr", "") or str(fault))[-300:]
            return {"score": None, "normalised": None, "medal": None, "wall_s": time.monotonic() - begun, "fault": tail}
        wall = time.monotonic() - begun
    return {"score": found.score, "normalised": found.normalised, "medal": found.medal, "wall_s": round(wall, 1)}


def page(told: dict) -> str:
    """The table of docs/benchmarks.md out of the stored figures."""
    systems = [s for s in ("haste", *PEERS) if s in told["mean_normalised"]]
    lines = [
        f"`python bench/peers/compare.py --seconds {told['seconds']} --cores {told['cores']}`: held-out score and, in "
        "brackets, the normalised score (0: dummy, 1: gold threshold); seed 0, one run each.",
        "",
        "| competition | metric | " + " | ".join(systems) + " |",
        "|---|---|" + "---|" * len(systems),
    ]
    for name, row in sorted(told["competitions"].items()):
        cells = []
        for system in systems:
            found = row.get(system) or {"score": None}
            medal = f", {found['medal']}" if found.get("medal") not in (None, "none") else ""
            cells.append(
                "failed" if found["score"] is None else f"{found['score']:.5g} ({found['normalised']:.3f}{medal})"
            )
        lines.append(f"| {name} | {row['metric']} | " + " | ".join(cells) + " |")
    means = " | ".join(f"**{told['mean_normalised'][s]:.3f}**" for s in systems)
    medals = {
        s: sum(r.get(s, {}).get("medal") not in (None, "none") for r in told["competitions"].values()) for s in systems
    }
    lines.append(f"| mean normalised | | {means} |")
    lines.append("| medals | | " + " | ".join(f"{medals[s]} of {len(told['competitions'])}" for s in systems) + " |")
    return "\n".join(lines)


def publish(told: dict) -> None:
    """Put the table between its marks."""
    text = PAGE.read_text() if PAGE.exists() else "# Benchmarks\n"
    head, _, rest = text.partition(MARK)
    PAGE.write_text(f"{head}{MARK}\n{page(told)}\n{MARK}{rest.partition(MARK)[2]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("results/peers.json"))
    parser.add_argument("--only", nargs="*", default=[], help="these competitions")
    parser.add_argument("--systems", nargs="*", default=["haste", *PEERS])
    parser.add_argument("--publish", action="store_true", help="only write the table of --out into docs/benchmarks.md")
    args = parser.parse_args()
    if args.publish:
        publish(json.loads(args.out.read_text()))
        return
    table = json.loads(args.out.read_text())["competitions"] if args.out.exists() else {}
    for entry in bundled():
        if args.only and entry.id not in args.only:
            continue
        row = table.setdefault(entry.id, {"metric": entry.metric})
        for system in args.systems:
            row[system] = measure(system, entry.folder, args.seconds, args.cores)
            print(entry.id, system, row[system], flush=True)  # noqa: T201
        means = {
            s: fmean(v)
            for s in ("haste", *PEERS)
            if (v := [max(r[s]["normalised"] or 0.0, -1.0) for r in table.values() if s in r])
        }
        args.out.parent.mkdir(parents=True, exist_ok=True)
        told = {"seconds": args.seconds, "cores": args.cores, "mean_normalised": means, "competitions": table}
        args.out.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
