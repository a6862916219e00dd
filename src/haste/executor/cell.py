"""One supervisor in its isolation: start it, run a job in it, see that nothing survives.

It knows limits and processes. It does not know whether it is used once (fresh) or many times (warm).
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from haste.schema.execution import Job

from .capture import Capture
from .inside import descendants, kill_descendants
from .interpreter import Interpreter
from .isolation import Isolation, Launch, Place, rlimits
from .outcome import End
from .scratch import lay_out, link_tree
from .watch import POLL_S, Passed, Watchdog

_START_PATIENCE_S = 120.0  # for the imports of a warm supervisor on a loaded machine
_CHUNK = 1 << 16


class CellFailed(Exception):
    """The sandbox or its supervisor failed: the machine's fault, not the candidate's."""


@dataclass(frozen=True)
class Run:
    end: End
    stdout: str
    stderr: str
    script_s: float  # from the script's first line to the end of its process
    peak_bytes: int
    reusable: bool


class Cell:
    def __init__(self, isolation: Isolation, place: Place, interpreter: Interpreter, threads: int) -> None:
        self._isolation, self.place, self._interpreter, self.threads = isolation, place, interpreter, threads
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._said = b""
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # what the sandbox says when it cannot start
        self._supervisor = 0
        self.jobs_done = 0

    def start(self, preload: tuple[str, ...]) -> None:
        """Start the supervisor and let it import `preload`. Raises CellFailed."""
        launch = self._isolation.launch(self.place, self._interpreter, self.threads)
        ours, theirs = socket.socketpair()
        blobs = {word: _readable(content) for word, content in launch.blobs.items()}
        arguments = [str(blobs.get(word, word)) for word in launch.arguments]
        try:
            self._process = subprocess.Popen(
                [*arguments, str(theirs.fileno())],
                env=launch.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=(theirs.fileno(), *blobs.values()),
                start_new_session=True,  # Ctrl-C at the terminal is for the harness, not for candidates
            )
        except OSError as error:
            ours.close()
            raise CellFailed(str(error)) from error
        finally:
            theirs.close()
            for descriptor in blobs.values():
                os.close(descriptor)
        self._socket = ours
        self._send({"preload": preload}, ())
        deadline = time.monotonic() + _START_PATIENCE_S
        while self._receive(0.5) is None:
            if time.monotonic() > deadline:
                raise CellFailed("the sandbox's supervisor does not answer")  # noqa: EM101
        self._supervisor = self._find_supervisor(launch)

    def _find_supervisor(self, launch: Launch) -> int:
        assert self._process is not None
        pid = self._process.pid
        for _ in range(launch.parents):
            below = descendants(pid)
            if not below:
                raise CellFailed("the sandbox's supervisor is gone")  # noqa: EM101
            pid = below[0]
        return pid

    def run(self, job: Job, cancelled: Callable[[], bool]) -> Run | None:
        """Lay the job out in `place` and run it; None if it was cancelled. Raises CellFailed."""
        plan = self._isolation.confine(self.place, self._interpreter, job.limits)
        message = asdict(plan) | {"rlimits": rlimits(job.limits, plan.process_limit), "seed": job.seed}
        link_tree(job.input_dir, self.place.input)
        lay_out(self.place.work, job.files, plan.input)
        stdout, stdout_in = os.pipe()
        stderr, stderr_in = os.pipe()
        keep = int(job.limits.output_kb * 1024)
        captures = {stdout: Capture(keep), stderr: Capture(keep)}
        try:
            try:
                self._send(message, (stdout_in, stderr_in))
            finally:
                os.close(stdout_in)
                os.close(stderr_in)
            return self._follow(job, captures, cancelled)
        finally:
            self.jobs_done += 1
            for descriptor in captures:
                os.close(descriptor)

    def _follow(self, job: Job, captures: dict[int, Capture], cancelled: Callable[[], bool]) -> Run | None:
        kills_before = _kernel_kills()
        watchdog = Watchdog(self._supervisor, job.limits, (self.place.work, self.place.tmp))
        begun = time.monotonic()
        seen = self._watch(watchdog, captures, cancelled)
        if seen is None:
            self.kill()
            return None
        ended, passed = seen
        if ended is not None and ended["failed"]:
            raise CellFailed(ended["failed"])
        script_s = ended["script_s"] if ended else time.monotonic() - begun
        cpu_over = watchdog.cpu_s([]) >= job.limits.cpu_s
        clean = ended is not None and ended["clean"]
        if not clean:
            self.kill()
        watchdog.kill_survivors()
        for descriptor, capture in captures.items():
            os.set_blocking(descriptor, False)
            for _ in range(64):  # more than a pipe holds
                if not _pump(descriptor, capture):
                    break
        stdout, stderr = (capture.text() for capture in captures.values())
        peak = max(watchdog.peak_bytes, ended["peak"] if ended else 0)
        end = End(ended["status"] if ended else signal.SIGKILL, passed, _kernel_kills() > kills_before, cpu_over)
        return Run(end, stdout, stderr, script_s, peak, clean)

    def _watch(
        self, watchdog: Watchdog, captures: dict[int, Capture], cancelled: Callable[[], bool]
    ) -> tuple[dict[str, Any] | None, Passed | None] | None:
        """Until the supervisor reports the end, or a limit is passed, or (None) the job is cancelled."""
        assert self._socket is not None
        with selectors.DefaultSelector() as selector:
            for descriptor in (*captures, self._socket.fileno()):
                selector.register(descriptor, selectors.EVENT_READ)
            next_check = time.monotonic()
            while True:
                for key, _ in selector.select(POLL_S):
                    if key.fd in captures:
                        if not _pump(key.fd, captures[key.fd]):
                            selector.unregister(key.fd)
                    elif (message := self._receive(0.0)) is not None:
                        return message, None
                if time.monotonic() >= next_check:
                    if cancelled():
                        return None
                    if (passed := watchdog.check()) is not None:
                        return None, passed
                    next_check = time.monotonic() + POLL_S

    def kill(self) -> None:
        """End the supervisor and everything below it. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            kill_descendants(process.pid)
            process.kill()
            process.wait()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._complaints.close()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _send(self, message: dict[str, Any], descriptors: tuple[int, ...]) -> None:
        assert self._socket is not None
        data = json.dumps(message).encode() + b"\n"
        try:
            sent = socket.send_fds(self._socket, [data], descriptors)
            self._socket.sendall(data[sent:])
        except OSError as error:
            raise CellFailed(self._complaint()) from error

    def _receive(self, patience_s: float) -> dict[str, Any] | None:
        """The next message; None when there is none yet. Raises CellFailed when the supervisor is gone."""
        assert self._socket is not None
        self._socket.settimeout(max(patience_s, 0.001))
        while b"\n" not in self._said:
            try:
                data = self._socket.recv(_CHUNK)
            except TimeoutError:
                return None
            except OSError:
                data = b""
            if not data:
                raise CellFailed(self._complaint())
            self._said += data
        line, self._said = self._said.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def _complaint(self) -> str:
        with contextlib.suppress(ValueError):
            self._complaints.seek(0)
            lines = self._complaints.read(_CHUNK).decode(errors="replace").strip().splitlines()
            if lines:
                return lines[-1][:300]
        return "the sandbox's supervisor died"


def _readable(content: bytes) -> int:
    """A descriptor from which `content` can be read (a pipe holds 64 KiB, enough for a filter)."""
    out, into = os.pipe()
    os.write(into, content)
    os.close(into)
    return out


def _pump(descriptor: int, capture: Capture) -> bool:
    """Read once; whether there may be more."""
    try:
        data = os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return False
    capture.add(data)
    return bool(data)


def _kernel_kills() -> int:
    """How often the kernel has killed for want of memory since the machine started."""
    try:
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
