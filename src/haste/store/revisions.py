"""A skill store as it was at a revision of the git repository it lies in. Git is asked; nothing is checked out."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from haste.schema.errors import StoreError
from haste.schema.knowledge import Problem, TextFile

from .inventory import Contents
from .inventory_files import LIMIT
from .inventory_walk import SKILL_FILE

WAIT_S = 60.0
TIERS = ("global", "domain", "competition", "retired")


def read_revision(root: Path, revision: str) -> Contents:
    """Every `SKILL.md` below `root` at that revision, and what is not read: links, large files, what is no text.

    Raises StoreError where git knows no such thing.
    """
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
    files: list[TextFile] = []
    problems: list[Problem] = []
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive.getmembers():
            read = _read(archive, member)
            if isinstance(read, TextFile):
                files.append(read)
            elif read is not None:
                problems.append(read)
    return Contents(tuple(files), tuple(problems))


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> TextFile | Problem | None:
    """A skill's text, or why it is set aside; None for what is no skill."""
    name = member.name
    if name.split("/")[0] not in TIERS:
        return None
    if member.issym():
        return Problem(where=name, code="symlink", reason="a link; links are not followed")
    content = archive.extractfile(member) if name.endswith(f"/{SKILL_FILE}") else None
    if content is None:
        return None
    if member.size > LIMIT:
        return Problem(where=name, code="too_large", reason=f"{member.size} bytes; at most {LIMIT} are read")
    text = content.read()
    try:
        return TextFile(name, text.decode())
    except UnicodeDecodeError as fault:
        line = text.count(b"\n", 0, fault.start) + 1
        return Problem(where=name, code="encoding", reason="not UTF-8", line=line)
