"""What a person types: `haste` as a process of its own, and what its runs decided."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from haste.search.evolve import fold
from haste.store.files import FileStore


def haste(*words: object, check: bool = True, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "haste.cli.main", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert not check or done.returncode == 0, done.stderr
    return done


def tree(folder: Path):
    state = fold(FileStore(folder).read())
    return [
        (n.candidate, n.decision, {k: (r.outcome, r.score, r.submission) for k, r in n.results.items()})
        for n in state.nodes.values()
    ], (state.ensemble, state.chosen, state.finished)
