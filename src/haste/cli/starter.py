"""`python -m haste.cli.starter STUDY [STORE]`: the starter inventory of the package, made anew from a `start` study.

`make starter` runs the study first. STORE keeps the whole store that it was chosen from: with learnings and their
verdicts, so that a judge can be measured on it (`haste skills evaluate-promotion --replay STORE`).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main(study: Path, store: Path | None = None) -> None:
    from haste.campaign.study.starter import make_starter

    from .skills_wiring import STARTER
    from .study_wiring import StudyBench, read_study
    from .wiring import built_in_judge

    config, bench = read_study(study), StudyBench(study)
    stores = (bench.store(key) for group in config.keys(warm=False) for key in group)
    runs = ([entry.event for entry in store.read()] for store in stores if store is not None)
    with tempfile.TemporaryDirectory(prefix="haste-") as scratch:
        kept = store or Path(scratch) / "store"
        count = make_starter(Path(__file__).parents[1] / STARTER, runs, built_in_judge(), kept)
    sys.stdout.write(f"{count} skills\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
