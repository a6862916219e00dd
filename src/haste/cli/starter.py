"""`python -m haste.cli.starter STUDY`: the starter inventory of the package, written anew from a `start` study.

`make starter` runs the study first. `python -m haste.cli.starter STUDY STORE` leaves the package as it is and keeps in
STORE all that the starter inventory is chosen from: with learnings and their verdicts, so that a judge can be measured
on it (`haste skills evaluate-promotion --replay STORE`).
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
        place = Path(__file__).parents[1] / STARTER if store is None else Path(scratch) / "starter"
        count = make_starter(place, runs, built_in_judge(), store or Path(scratch) / "store")
    sys.stdout.write(f"{count} skills{'' if store is None else f'; the store they are chosen from is in {store}'}\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
