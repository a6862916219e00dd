"""A skill store as it was at a revision of the git repository it lies in. Git is asked; nothing is checked out."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from haste.schema.errors import StoreError
from haste.schema.knowledge import TextFile

from .inventory_files import LIMIT
from .inventory_walk import SKILL_FILE

WAIT_S = 60.0
TIERS = ("global", "domain", "competition", "retired")


def read_revision(root: Path, revision: str) -> tuple[TextFile, ...]:
    """Every `SKILL.md` below `root` at that revision. Raises StoreError where git knows no such thing."""
    if revision.startswith("-"):  # git would take it for an option
        msg = f"no store at {revision!r}: not a revision"
        raise StoreError(msg, where=str(root))
    command = ["git", "-C", str(root), "archive", "--format=tar", revision, "."]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        msg = f"git does not answer: {fault}"
        raise StoreError(msg, where=str(root), hint="install git, or name two folders") from fault
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        msg = f"no store at {revision!r}: {said[-1] if said else 'git failed'}"
        raise StoreError(msg, where=str(root), hint="name two folders, or two revisions of a store that lies in git")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return tuple(
            TextFile(member.name, content.read().decode("utf-8", "replace"))
            for member in archive.getmembers()
            if member.isfile() and member.size <= LIMIT and _is_skill(member.name)
            if (content := archive.extractfile(member)) is not None
        )


def _is_skill(name: str) -> bool:
    parts = name.split("/")
    return parts[-1] == SKILL_FILE and parts[0] in TIERS
