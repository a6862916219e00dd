"""`python -m haste.cli.starter STUDY`: the starter inventory of the package, made anew from a `start` study.

`make starter` runs the study first.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main(study: Path) -> None:
    from haste.campaign.study.starter import make_starter

    from .skills_wiring import STARTER
    from .study_wiring import StudyBench, read_study
    from .wiring import built_in_judge

    config, bench = read_study(study), StudyBench(study)
    stores = (bench.store(key) for group in config.keys(warm=False) for key in group)
    runs = ([entry.event for entry in store.read()] for store in stores if store is not None)
    with tempfile.TemporaryDirectory(prefix="haste-") as scratch:
        count = make_starter(Path(__file__).parents[1] / STARTER, runs, built_in_judge(), Path(scratch) / "store")
    sys.stdout.write(f"{count} skills\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
