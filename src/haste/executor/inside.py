"""The supervisor: the program that runs on the candidate's side, and the candidate's first steps.

It stands alone: standard library only, any Python from 3.9 on, started as a script by the candidate's own
interpreter (inside bubblewrap where there is one). It imports what it is told to, then takes one job after the other
from a socket: fork, confine, run `solution.py`, reap, kill whatever is left. A fresh process and a warm one differ only
in what is imported before the fork and in how many jobs follow.

It knows nothing of competitions, limits on whole trees, or outcomes: it obeys a plan and reports what it saw.
Messages are lines of JSON; a job's message carries two file descriptors, for stdout and stderr.
"""

# Plain os calls where pathlib would do, because it starts with every job.
# ruff: noqa: PTH100, PTH108, PTH109, PTH112, PTH123, PTH208

from __future__ import annotations

import atexit
import builtins
import ctypes
import gc
import importlib
import json
import os
import random
import resource
import select
import shutil
import signal
import socket
import sys
import threading
import time
import types
from typing import Any

PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_CAPBSET_DROP = 36, 38, 22, 24
LANDLOCK_CREATE, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
FILE_BITS = 0b1 | 0b10 | 0b100 | 1 << 14 | 1 << 15  # execute, write, read, truncate, ioctl: all that fits a plain file


# --- processes -------------------------------------------------------------------------------------------------------


def descendants(pid: int) -> list[int]:
    """Every living process below `pid`, nearest first. Empty where there is no /proc."""
    found, pending = [], [pid]
    while pending:
        children = _children(pending.pop())
        found += children
        pending += children
    return found


def _children(pid: int) -> list[int]:
    folder = f"/proc/{pid}/task"
    try:
        threads = os.listdir(folder)
    except OSError:
        return []
    found = []
    for thread in threads:
        try:
            with open(f"{folder}/{thread}/children", "rb") as file:
                found += [int(word) for word in file.read().split()]
        except OSError:
            continue
    return found


def _is_dead(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return True


def kill_descendants(pid: int, patience_s: float = 10.0) -> bool:
    """Stop, then kill everything below `pid`; whether nothing of it is left.

    Stopping first keeps a fork bomb from outrunning the search.
    """
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        alive = [child for child in descendants(pid) if not _is_dead(child)]
        if not alive:
            return True
        _signal_all(alive, signal.SIGSTOP)
        _signal_all([*alive, *descendants(pid)], signal.SIGKILL)
        if pid == os.getpid():
            _reap()
        time.sleep(0.001)
    return False


def _signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:
            continue


def _reap() -> dict[int, tuple[int, Any]]:
    """Collect every child that has ended: pid -> (wait status, resource usage)."""
    ended: dict[int, tuple[int, Any]] = {}
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = (status, usage)


# --- the supervisor --------------------------------------------------------------------------------------------------


class Control:
    """The socket to the harness."""

    def __init__(self, descriptor: int) -> None:
        self.socket = socket.socket(fileno=descriptor)
        self.rest = b""

    def send(self, **message: Any) -> None:
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> tuple[dict[str, Any], list[int]] | None:
        """The next message and its descriptors; None when the harness is gone."""
        descriptors: list[int] = []
        while b"\n" not in self.rest:
            data, more, _, _ = socket.recv_fds(self.socket, 1 << 16, 4)
            descriptors += more
            if not data:
                return None
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line), descriptors


def serve(control: Control) -> None:
    """Prepare once, then run jobs until the harness hangs up."""
    begin = control.receive()
    if begin is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for name in begin[0]["preload"]:
        try:
            importlib.import_module(name)
        except Exception:
            continue  # not installed, or broken: the candidate will find out by itself
    gc.collect()
    gc.freeze()
    wake, wake_in = os.pipe()
    os.set_blocking(wake_in, False)
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
    control.send(ready=True)
    while (job := control.receive()) is not None:
        plan, streams = job
        ended = _run_job(control, plan, streams, wake)
        if ended is None:
            return
        control.send(**ended)


def _run_job(control: Control, plan: dict[str, Any], streams: list[int], wake: int) -> dict[str, Any] | None:
    report, report_in = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_candidate(plan, streams, report_in)
    for descriptor in (*streams, report_in):
        os.close(descriptor)
    said = b""
    while chunk := os.read(report, 4096):
        said += chunk
    os.close(report)
    begun = time.monotonic()
    mine: tuple[int, Any] | None = None
    while mine is None:
        readable, _, _ = select.select([control.socket.fileno(), wake], [], [], 1.0)
        if control.socket.fileno() in readable:  # the harness is gone: it says nothing in the meantime
            kill_descendants(os.getpid())
            return None
        _drain(wake)
        mine = _reap().get(pid)
    took = time.monotonic() - begun
    clean = kill_descendants(os.getpid())
    _reap()
    for folder in plan["wipe"]:
        clean = _wipe(folder) and clean
    peak = mine[1].ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    failed = "" if said == b"ok" else said.decode(errors="replace") or "the candidate's process did not start"
    return {"status": mine[0], "script_s": took, "peak": peak, "clean": clean, "failed": failed}


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 512):
            pass
    except BlockingIOError:
        return


def _wipe(folder: str) -> bool:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            try:
                shutil.rmtree(entry.path, ignore_errors=True)
            except RecursionError:
                return False
        else:
            os.unlink(entry.path)
    return not os.listdir(folder)


# --- the candidate ---------------------------------------------------------------------------------------------------


def _become_candidate(plan: dict[str, Any], streams: list[int], report: int) -> None:
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(streams[0], 1)
        os.dup2(streams[1], 2)
        report = os.dup2(report, 3, inheritable=False)
        os.closerange(4, max(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096))
        os.chdir(plan["cwd"])
        _seed(plan["seed"])
        _confine(plan)
    except BaseException as error:
        os.write(report, f"{type(error).__name__}: {error}"[:2000].encode(errors="replace"))
        os._exit(70)
    os.write(report, b"ok")
    os.close(report)
    _leave(_run_script("solution.py"))


def _seed(seed: int) -> None:
    """Chance that a script does not seed itself is the same in every attempt."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)


def _confine(plan: dict[str, Any]) -> None:
    for name, value in plan["rlimits"].items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # one second between the CPU signal and the kill, so that the end says which limit it was
        resource.setrlimit(number, (ceiling, ceiling + 1 if name == "RLIMIT_CPU" and hard < 0 else ceiling))
    if plan["landlock"] is None and plan["seccomp"] is None:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    if plan["drop_capabilities"]:
        _drop_capabilities(libc)
    if plan["landlock"] is not None:
        _landlock(libc, plan["landlock"])
    if plan["seccomp"] is not None:
        _seccomp(libc, bytes.fromhex(plan["seccomp"]))


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _drop_capabilities(libc: Any) -> None:
    """Root without capabilities is an ordinary user that owns root's files."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _landlock(libc: Any, domain: dict[str, Any]) -> None:
    """Enter a Landlock domain: everything in `handled` is denied but what `rules` allow below their paths."""
    attributes = (ctypes.c_uint64 * 3)(domain["fs"], domain["net"], domain["scoped"])
    size = domain["size"]
    ruleset = _checked(libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0), "landlock")
    for path, bits in domain["rules"]:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # not on this machine: nothing to allow
        if not os.path.isdir(path):
            bits &= FILE_BITS
        bits &= domain["fs"]
        if not bits:
            os.close(parent)
            continue  # listing a plain file means nothing
        rule = bits.to_bytes(8, sys.byteorder) + parent.to_bytes(4, sys.byteorder)
        _checked(libc.syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0), f"landlock {path}")
        os.close(parent)
    _checked(libc.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock restrict")
    os.close(ruleset)


def _seccomp(libc: Any, program: bytes) -> None:
    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    _checked(libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(Filter(len(program) // 8, program)), 0, 0), "seccomp")


def _run_script(name: str) -> int:
    """Run `name` in the current folder as `python name` would; its exit code. The traceback shows its frames only."""
    path = os.path.abspath(name)
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=builtins)
    sys.modules["__main__"] = module
    sys.argv = [name]
    sys.path.insert(0, os.getcwd())
    try:
        with open(path, "rb") as file:
            source = file.read()
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    except SystemExit as end:
        return _exit_code(end)
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


def _exit_code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    print(end.code, file=sys.stderr)  # noqa: T201  # what the interpreter does, too
    return 1


def _leave(code: int) -> None:
    """Do what an interpreter does at its end that a script may count on, then end without the slow teardown."""
    for step in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]
        try:
            step()
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            code = code or 120  # as the interpreter does
    os._exit(code)


if __name__ == "__main__":
    del sys.path[0]  # our own folder: the names in it must not stand before the candidate's
    serve(Control(int(sys.argv[1])))
