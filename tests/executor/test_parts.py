"""The executor's parts one by one: filter, captured output, verdicts, scratch folders, masks, choice, fakes, probe."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.executor import choose, landlock, zygote
from haste.executor.bwrap import Bubblewrap
from haste.executor.capture import Capture
from haste.executor.cell import Cell, CellFailed
from haste.executor.fake import FakeExecutor, LosingExecutor
from haste.executor.interpreter import ask_interpreter
from haste.executor.local import LocalExecutor
from haste.executor.masks import find_masks
from haste.executor.outcome import End, judge
from haste.executor.plain import Plain
from haste.executor.probe import PROBE_SCRIPT, read_probe
from haste.executor.scratch import empty, lay_out, prepare_slot, read_outputs, used_bytes
from haste.executor.seccomp import seccomp_program
from haste.executor.watch import Passed
from haste.schema.errors import ExecutorError, SandboxUnavailable
from haste.schema.execution import Finished, Guarantee, Job, Limits, Outcome

ALLOWED, KILLED = 0x7FFF0000, 0x80000000


def decide(program: bytes, number: int, arch: int, argument: int = 0) -> int:
    """Run a filter as the kernel would: the verdict for one system call."""
    data = struct.pack("=IIQQ", number, arch, 0, argument)
    steps = list(struct.iter_unpack("=HBBI", program))
    accumulator = position = 0
    while True:
        operation, yes, no, value = steps[position]
        position += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif operation == 0x06:
            return value
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[operation]
            position += yes if holds else no


@pytest.mark.parametrize(
    ("machine", "arch", "calls"),
    [
        ("x86_64", 0xC000003E, {"read": 0, "socket": 41, "clone": 56, "clone3": 435, "ptrace": 101, "chmod": 90}),
        ("aarch64", 0xC00000B7, {"read": 63, "socket": 198, "clone": 220, "clone3": 435, "ptrace": 117, "chmod": 53}),
    ],
)
def test_the_filter_closes_network_namespaces_and_other_processes(
    machine: str, arch: int, calls: dict[str, int]
) -> None:
    inside = seccomp_program(local_sockets=True, keep_metadata=False, machine=machine)
    alone = seccomp_program(local_sockets=False, keep_metadata=True, machine=machine)
    for program in (inside, alone):
        assert decide(program, calls["read"], arch) == ALLOWED
        assert decide(program, calls["ptrace"], arch) == 0x50001
        assert decide(program, calls["clone3"], arch) == 0x50026
        assert decide(program, calls["clone"], arch, 0x11) == ALLOWED
        assert decide(program, calls["clone"], arch, 0x10000000 | 0x11) == 0x50001
        for family in (2, 10, 16, 17, 40):  # inet, inet6, netlink, packet, vsock
            assert decide(program, calls["socket"], arch, family) == 0x5000D
        assert decide(program, calls["read"], 0x40000003) == KILLED  # a 32-bit call
    assert decide(inside, calls["socket"], arch, 1) == ALLOWED
    assert decide(alone, calls["socket"], arch, 1) == 0x5000D
    assert decide(inside, calls["chmod"], arch) == ALLOWED
    assert decide(alone, calls["chmod"], arch) == 0x50000


def test_the_filter_denies_aliases_of_calls() -> None:
    program = seccomp_program(local_sockets=True, keep_metadata=False, machine="x86_64")
    assert decide(program, 0x40000000 | 41, 0xC000003E, 2) == 0x50026


@given(chunks=st.lists(st.binary(max_size=40), max_size=20), limit=st.integers(2, 60))
@settings(max_examples=60)
def test_output_keeps_head_and_tail(chunks: list[bytes], limit: int) -> None:
    capture = Capture(limit)
    for chunk in chunks:
        capture.add(bytes(byte % 128 for byte in chunk))
    whole = bytes(byte % 128 for byte in b"".join(chunks)).decode()
    half = limit // 2
    if len(whole) <= 2 * half:
        assert capture.text() == whole
    else:
        assert capture.text() == f"{whole[:half]}\n[... {len(whole) - 2 * half} bytes left out ...]\n{whole[-half:]}"


TRACEBACK = 'Traceback (most recent call last):\n  File "solution.py", line 1, in <module>\n    x()\n'


@pytest.mark.parametrize(
    ("end", "stderr", "outcome", "detail"),
    [
        (End(0), "a warning", Outcome.OK, ""),
        (End(1 << 8), TRACEBACK + "ValueError: bad\nsecond line\n", Outcome.CRASHED, "ValueError: bad"),
        (End(1 << 8), TRACEBACK + "A: a\n\nThe above\n\n" + TRACEBACK + "B: b\nlate words", Outcome.CRASHED, "B: b"),
        (End(1 << 8), TRACEBACK + "numpy._core._exceptions._ArrayMemoryError: Unable", Outcome.OUT_OF_MEMORY, None),
        (End(1 << 8), TRACEBACK + "lightgbm.basic.LightGBMError: std::bad_alloc", Outcome.OUT_OF_MEMORY, None),
        (End(1 << 8), "MemoryError\n" + TRACEBACK + "KeyError: 'x'", Outcome.CRASHED, "KeyError: 'x'"),
        (End(3 << 8), "", Outcome.CRASHED, "exit code 3"),
        (End(signal.SIGSEGV), "", Outcome.CRASHED, "killed by SIGSEGV"),
        (End(signal.SIGXCPU), "", Outcome.TIMED_OUT, "stopped: processor-time limit"),
        (End(signal.SIGKILL, cpu_over=True), "", Outcome.TIMED_OUT, "stopped: processor-time limit"),
        (End(signal.SIGKILL, kernel_out_of_memory=True), "", Outcome.OUT_OF_MEMORY, None),
        (End(signal.SIGKILL), "", Outcome.CRASHED, "killed by SIGKILL"),
        (End(9, Passed("wall", "wall-clock limit of 1 s")), "", Outcome.TIMED_OUT, "stopped: wall-clock limit of 1 s"),
        (End(9, Passed("memory", "memory limit")), "", Outcome.OUT_OF_MEMORY, "stopped: memory limit"),
        (End(9, Passed("processes", "more than 2")), "", Outcome.CRASHED, "stopped: more than 2"),
    ],
)
def test_verdicts(end: End, stderr: str, outcome: Outcome, detail: str | None) -> None:
    judged, said, _ = judge(end, stderr)
    assert judged is outcome
    assert detail is None or said == detail


def test_outputs_are_plain_files_within_the_limit(tmp_path: Path) -> None:
    work, *_ = prepare_slot(tmp_path / "slot")
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    lay_out(work, {"solution.py": b"", "deep/er.txt": b"x" * 10}, str(tmp_path))
    (work / "link.csv").symlink_to(secret)
    (work / "folder").symlink_to(tmp_path)
    os.mkfifo(work / "fifo")
    names = ("link.csv", "folder/secret.csv", "input/secret.csv", "fifo", "deep", "deep/er.txt", "absent")
    assert read_outputs(work, names, 10) == {"deep/er.txt": b"x" * 10}
    assert read_outputs(work, names, 9) == {}


def test_scratch_is_emptied_whatever_lies_in_it(tmp_path: Path) -> None:
    work, tmp, _ = prepare_slot(tmp_path / "slot")
    keep = tmp_path / "keep"
    keep.mkdir()
    (keep / "file").write_text("kept")
    (work / "away").symlink_to(keep)
    assert used_bytes(work, tmp) == 4096
    nest = "import os\nfor _ in range(1200):\n    os.mkdir('deep')\n    os.chdir('deep')"
    subprocess.run([sys.executable, "-c", nest], cwd=work, check=True)  # deeper than Python recurses, or a path may be
    (tmp / "closed").mkdir()
    (tmp / "closed" / "file").write_bytes(b"x")
    (tmp / "closed").chmod(0)
    assert used_bytes(work, tmp) == sys.maxsize
    assert empty(work, tmp)
    assert (keep / "file").read_text() == "kept"
    assert used_bytes(work, tmp) == 0


def test_masks_hide_data_and_foreign_packages_but_no_code(tmp_path: Path) -> None:
    ours, other = (tmp_path / f"lib/python3.{minor}/site-packages" for minor in (11, 12))
    for name in ("haste/competition/bundled.csv", "sklearn/datasets/data/iris.csv", "sklearn/base.py",
                 "statsmodels/datasets/co2/co2.csv", "statsmodels/datasets/co2/data.py"):  # fmt: skip
        for packages in (ours, other):
            (packages / name).parent.mkdir(parents=True, exist_ok=True)
            (packages / name).touch()
    masks = find_masks((tmp_path,), frozenset({ours}))
    below = [path for path in masks.paths if tmp_path in path.parents]
    assert sorted(below) == sorted(
        [other, ours / "haste", ours / "sklearn/datasets/data", ours / "statsmodels/datasets/co2/co2.csv"]
    )


def test_a_python_that_does_not_run_is_told(tmp_path: Path) -> None:
    for python in (tmp_path / "none", Path("/bin/false")):
        with pytest.raises(ExecutorError, match="does not run"):
            ask_interpreter(python)


def test_links_on_the_way_to_an_interpreter_are_followed(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    interpreter = ask_interpreter(Path(sys.executable))
    assert any(root in Path(sys.executable).resolve().parents for root in interpreter.roots)
    assert Path.home() not in interpreter.roots
    assert Path("/") not in interpreter.roots


class Broken(Plain):
    """An isolation that cannot start."""

    name = "broken"

    def launch(self, *arguments: object) -> object:  # type: ignore[override]
        raise CellFailed("no such thing here")


def test_required_isolation_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose.choose("off").name == "plain"
    monkeypatch.setattr(choose, "Bubblewrap", Broken)
    monkeypatch.setattr(choose, "Landlock", Broken)
    assert choose.choose("auto").name == "plain"
    with pytest.raises(SandboxUnavailable, match="broken: no such thing here"):
        choose.choose("required")
    assert [found.works for found in choose.available()] == [False, False, True]
    monkeypatch.setattr(choose, "Landlock", Plain)  # it runs, but gives too little
    with pytest.raises(SandboxUnavailable):
        choose.choose("required")


def test_backends_that_are_not_there_promise_nothing() -> None:
    interpreter = ask_interpreter(Path(sys.executable))
    missing = choose._try(Bubblewrap("/nonexistent/bwrap"), interpreter)
    assert not missing.works
    assert "/nonexistent/bwrap" in missing.reason
    assert missing.missing == tuple(Guarantee)
    assert not choose._try(landlock.Landlock(0), interpreter).works
    old = landlock.Landlock(1)
    assert Guarantee.READ_ONLY_INPUT not in old.guarantees()  # truncation came with version 3
    assert not old.can_fork_warm()


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "inputs" / "fold0"
    folder.mkdir(parents=True)
    return folder


def job(name: str, code: str, inputs: Path, **limits: float) -> Job:
    return Job(name, {"solution.py": code.encode()}, inputs, Limits(**({"wall_s": 30.0, "memory_gb": 1.0} | limits)))


def executor(tmp_path: Path, *, warm: bool = False, workers: int = 1) -> LocalExecutor:
    return LocalExecutor(Plain(), python=Path(sys.executable), root=tmp_path / "executor", workers=workers, warm=warm)


def test_a_warm_supervisor_that_fails_is_replaced_by_a_fresh_one(
    tmp_path: Path, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Cell.start
    starts = []

    def flaky(cell: Cell, preload: tuple[str, ...]) -> None:
        starts.append(preload)
        if preload == ("warm",):
            raise CellFailed("out of luck")
        start(cell, preload)

    monkeypatch.setattr(zygote, "PRELOAD", ("warm",))
    monkeypatch.setattr(Cell, "start", flaky)
    local = executor(tmp_path, warm=True)
    for number in range(3):
        local.submit(job(f"j{number}", "open('submission.csv', 'w').write('x')", inputs))
        (done,) = local.wait(60)
        assert (done.outcome, done.detail, dict(done.outputs)) == (Outcome.OK, "", {"submission.csv": b"x"})
    local.close()
    assert starts == [("warm",), ("numpy",), ("warm",), ("numpy",), ("numpy",)]  # twice is enough


def test_a_sandbox_that_cannot_start_loses_the_job(tmp_path: Path, inputs: Path) -> None:
    local = LocalExecutor(Broken(), python=Path(sys.executable), root=tmp_path / "executor", warm=False)
    local.submit(job("j", "pass", inputs))
    (done,) = local.wait(60)
    assert (done.outcome, done.detail) == (Outcome.LOST, "no such thing here")
    local.close()


def test_a_warm_supervisor_is_used_again(tmp_path: Path, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "PRELOAD", ("numpy",))
    monkeypatch.setattr(zygote, "_JOBS_PER_ZYGOTE", 3)
    local = executor(tmp_path, warm=True)
    parents = []
    for number in range(4):
        local.submit(job(f"j{number}", "import os; print(os.getppid())", inputs))
        parents.append(local.wait(60)[0].stdout)
    local.close()
    assert parents[0] == parents[1] == parents[2] != parents[3]


def test_workers_run_side_by_side(tmp_path: Path, inputs: Path) -> None:
    meet = (
        "import os, time\nopen('{root}/' + '{me}', 'w').close()\nend = time.time() + 20\n"
        "while not os.path.exists('{root}/{other}') and time.time() < end:\n    time.sleep(0.01)\n"
        "assert os.path.exists('{root}/{other}')"
    )
    local = executor(tmp_path, workers=2)
    for me, other in (("a", "b"), ("b", "a")):
        local.submit(job(me, meet.format(root=tmp_path, me=me, other=other), inputs))
    done = [*local.wait(60)]
    done += [] if len(done) == 2 else local.wait(60)
    local.close()
    assert [finished.outcome for finished in done] == [Outcome.OK, Outcome.OK]


@pytest.mark.parametrize("name", ["bwrap", "plain"])
def test_a_killed_harness_leaves_nobody(name: str, tmp_path: Path, inputs: Path) -> None:
    isolation = "Plain" if name == "plain" else "Bubblewrap"
    if name == "bwrap" and not choose.available()[0].works:
        pytest.skip("bubblewrap does not work here")
    beat = (
        "import os, time\nwhile True:\n    open(os.environ['TMPDIR'] + '/beat', 'a').write('x')\n    time.sleep(0.01)\n"
    )
    harness = f"""
import sys
from pathlib import Path
from haste.executor.{name} import {isolation}
from haste.executor.local import LocalExecutor
from haste.schema.execution import Job, Limits
local = LocalExecutor({isolation}(), python=Path(sys.executable), root=Path({str(tmp_path / "executor")!r}), warm=False)
local.submit(Job("j", {{"solution.py": {beat!r}.encode()}}, Path({str(inputs)!r}), Limits(wall_s=60)))
local.wait()
"""
    process = subprocess.Popen([sys.executable, "-c", harness])
    try:
        until(lambda: any(tmp_path.glob("executor/*/slot0/*/tmp/beat")))
    finally:
        process.kill()
        process.wait()
    beats = next(tmp_path.glob("executor/*/slot0/*/tmp/beat"))
    until(lambda: is_still(beats))


def is_still(file: Path) -> bool:
    before = file.stat().st_size
    time.sleep(0.1)
    return file.stat().st_size == before


def until(condition: object, patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_losses_follow_from_the_seed(inputs: Path) -> None:
    def lost(seed: int) -> list[bool]:
        losing = LosingExecutor(FakeExecutor(lambda job: Finished(job.id, Outcome.OK)), share=0.5, seed=seed)
        for number in range(40):
            losing.submit(job(f"j{number}", "pass", inputs))
        return [losing.wait()[0].outcome is Outcome.LOST for _ in range(40)]

    assert lost(1) == lost(1) != lost(2)
    assert 8 < sum(lost(1)) < 32


def test_a_lost_job_may_succeed_when_tried_again(inputs: Path) -> None:
    losing = LosingExecutor(FakeExecutor(lambda job: Finished(job.id, Outcome.OK)), share=0.5)
    outcomes = set()
    for _ in range(20):
        losing.submit(job("the same", "pass", inputs))
        outcomes.add(losing.wait()[0].outcome)
    assert outcomes == {Outcome.OK, Outcome.LOST}


def test_the_probe_tells_what_is_there(tmp_path: Path, inputs: Path) -> None:
    local = executor(tmp_path)
    local.submit(job("probe", PROBE_SCRIPT, inputs, memory_gb=2.0))
    (done,) = local.wait(60)
    local.close()
    assert done.outcome is Outcome.OK, done
    resources = read_probe(done.outputs["diagnostics.json"])
    assert resources.python == sys.version.split()[0]
    assert resources.cores >= 1
    assert resources.memory_gb > 0.5
    assert {"numpy", "pandas", "scikit-learn"} <= resources.packages.keys()
    assert "No such package" not in resources.packages
    with pytest.raises(ExecutorError):
        read_probe(b"{}")
    with pytest.raises(ExecutorError):
        read_probe(json.dumps([1]).encode())
