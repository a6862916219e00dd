"""What the harness adds to each call of a model in a whole run, by the run's own record.

    python bench/run_overhead.py [--iterations 20]

A toy competition is solved with a server on this machine that fills in any form at once. Each reply's record holds the
harness's own wall time with the call: rendering the request, keeping it, keeping and recording the reply.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e.answering import answering
from tests.runner.toys import write_toy

from haste.schema.events import ModelReplied
from haste.store.files import FileStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iterations", type=int, default=20)
    iterations = parser.parse_args().iterations
    with tempfile.TemporaryDirectory() as scratch, answering() as server:
        folder = Path(scratch)
        toy = write_toy(folder / "toy")
        words = [
            "run",
            toy,
            "--model",
            "openai:x",
            "--base-url",
            server.url,
            "--start",
            "cold",
            "--iterations",
            iterations,
        ]
        own = {"OPENAI_API_KEY": "none-is-needed", "XDG_DATA_HOME": str(folder / "data")}
        subprocess.run(
            [sys.executable, "-m", "haste.cli.main", *map(str, words), "--out", folder / "runs", "--json"],
            check=True,
            capture_output=True,
            env=os.environ | own,
        )
        (run,) = (folder / "runs").iterdir()
        spent = [
            1000 * entry.event.overhead_s for entry in FileStore(run).read() if isinstance(entry.event, ModelReplied)
        ]
    sys.stdout.write(
        f"{len(spent)} calls: median {median(spent):.1f} ms, mean {mean(spent):.1f} ms, at most {max(spent):.1f} ms\n"
    )


if __name__ == "__main__":
    main()
