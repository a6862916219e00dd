"""One contract for every executor: the same checks, honest and hostile, over all that work on this machine.

Ids are `implementation:check`. The suite runs as whoever runs pytest; as root,
`tests/executor/test_normal_user.py` runs it again without privileges.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from haste.executor import zygote
from haste.executor.fake import FakeExecutor
from haste.executor.protocol import Executor
from haste.executor.recall import RecallingExecutor
from haste.schema.errors import ExecutorError
from haste.schema.execution import Finished, Guarantee, Outcome

from ..executor import candidates
from ..executor.bench import REAL, Bench, answer, isolation, landlocked, lay_inputs, local, replace_limits


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Bench]]:
    made: dict[str, Bench] = {}
    patch = pytest.MonkeyPatch()
    patch.setenv("HASTE_TEST_SECRET", secrets.token_hex(8))
    # Warm supervisors start anew after every limit; two seconds of imports each would teach nothing here.
    patch.setattr(zygote, "PRELOAD", zygote.FRESH_PRELOAD)

    def make(name: str) -> Bench:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            for fold in ("fold0", "fold1"):
                lay_inputs(folder / "inputs" / fold)
            (folder / "inputs/fold1/labels.csv").write_text("the answers")
            (folder / "journal.jsonl").write_text("the journal")
            kind, _, path = name.partition("-")
            executor = fake(path) if kind == "fake" else local(isolation(kind), folder, warm=path == "warm")
            made[name] = Bench(name, folder, executor, sandboxed=kind in ("bwrap", "landlock"))
        return made[name]

    yield make
    for bench in made.values():
        bench.executor.close()
    patch.undo()


def fake(path: str) -> Executor:
    """Without a machine: plain, or behind a memory that knows nothing or everything."""
    inner = FakeExecutor(answer)
    memories = {"unknown": lambda _job: None, "known": answer}
    return RecallingExecutor(inner, memories[path]) if path else inner


# --- the queue -------------------------------------------------------------------------------------------------------


def names_itself(bench: Bench) -> None:
    assert bench.executor.name == bench.name.split("-")[0]
    assert bench.executor.guarantees() <= frozenset(Guarantee)


def first_come_first_served(bench: Bench) -> None:
    jobs = [bench.job("open('submission.csv', 'w').write('done')") for _ in range(3)]
    for job in jobs:
        bench.executor.submit(job)
    finished: list[Finished] = []
    while len(finished) < 3:
        finished += bench.executor.wait(60)
    assert [done.job_id for done in finished] == [job.id for job in jobs]
    assert all(done.outcome is Outcome.OK for done in finished)


def waiting_for_nothing_returns(bench: Bench) -> None:
    assert list(bench.executor.wait()) == []
    assert list(bench.executor.wait(0.01)) == []


def an_id_is_on_its_way_once(bench: Bench) -> None:
    job = bench.job(candidates.SLEEP)
    bench.executor.submit(job)
    with pytest.raises(ExecutorError, match="on its way"):
        bench.executor.submit(job)
    bench.executor.cancel(job.id)
    assert list(bench.executor.wait(0.05)) == []
    bench.executor.submit(replace(job, files={"solution.py": b"pass"}))
    assert [done.job_id for done in bench.executor.wait(60)] == [job.id]


def cancelled_jobs_are_not_reported(bench: Bench) -> None:
    running, queued, last = (bench.job(code) for code in (candidates.SLEEP, candidates.SLEEP, "pass"))
    for job in (running, queued, last):
        bench.executor.submit(job)
    bench.executor.cancel(running.id)
    bench.executor.cancel(queued.id)
    bench.executor.cancel("never heard of")
    assert [done.job_id for done in bench.executor.wait(60)] == [last.id]


def bad_jobs_are_misuse(bench: Bench) -> None:
    good = bench.job("pass")
    bad = [
        replace(good, files={"other.py": b""}),
        replace(good, files={"solution.py": b"", "../up.py": b""}),
        replace(good, files={"solution.py": b"", "/etc/up.py": b""}),
        replace(good, files={"solution.py": b"", "input/x.csv": b""}),
        replace(good, outputs=("../labels.csv",)),
        replace(good, input_dir=bench.run_folder / "nowhere"),
    ]
    for job in bad:
        with pytest.raises(ExecutorError):
            bench.executor.submit(job)


def closes_twice(bench: Bench) -> None:
    kind, _, path = bench.name.partition("-")
    executor = fake(path) if kind == "fake" else local(isolation(kind), bench.run_folder, warm=path == "warm")
    executor.submit(bench.job(candidates.SLEEP))
    executor.close()
    executor.close()
    assert list(executor.wait(0.01)) == []
    with pytest.raises(ExecutorError):
        executor.submit(bench.job("pass"))


# --- an honest candidate ---------------------------------------------------------------------------------------------


def runs_like_a_script(bench: Bench) -> None:
    done = bench.run(candidates.CONTRACT, sibling__py="VALUE = 41")
    assert (done.outcome, done.exit_code, done.detail) == (Outcome.OK, 0, ""), done
    assert (done.stdout, done.stderr) == ("to stdout\n", "to stderr\n")
    assert dict(done.outputs).keys() == {"submission.csv", "diagnostics.json"}
    told = json.loads(done.outputs["diagnostics.json"])
    assert told["argv"] == ["solution.py"]
    assert told["file"] == "solution.py"
    assert [told["cwd"], told["main"], told["path"]] == [True, True, True]
    assert told["sibling"] == 41
    assert (
        {"input", "sibling.py", "solution.py"}
        <= set(told["listing"])
        <= {"input", "sibling.py", "solution.py", "__pycache__"}
    )
    assert told["input"] == ["spare.csv", "train.csv"]
    assert (told["threads"], told["stdin"]) == ("1", "")
    again = json.loads(bench.run(candidates.CONTRACT, sibling__py="VALUE = 41").outputs["diagnostics.json"])
    assert again == told  # chance, string hashes and all
    assert done.wall_s > 0
    assert 0 <= done.overhead_s <= done.wall_s
    assert done.peak_memory_gb is not None
    assert 0.005 < done.peak_memory_gb < 1


def fits_models(bench: Bench) -> None:
    done = bench.run(candidates.FIT)
    assert done.outcome is Outcome.OK, done.stderr
    assert done.outputs["submission.csv"].startswith(b"a,b\n0.")


def crashes_are_told_in_one_line(bench: Bench) -> None:
    done = bench.run(candidates.CRASH)
    assert (done.outcome, done.exit_code) == (Outcome.CRASHED, 1)
    assert done.detail == "KeyError: 'the column \"price\"'"
    assert done.stdout == "before\n"
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert 'solution.py", line 6, in <module>' in done.stderr
    assert "inside.py" not in done.stderr
    assert "supervisor.py" not in done.stderr
    assert bench.run("import sys; sys.exit(3)").exit_code == 3
    assert bench.run("import sys; sys.exit('no rows')").detail == "no rows"
    assert bench.run("def f(:").detail == "SyntaxError: invalid syntax"
    assert bench.run("import sys; sys.exit(0)").outcome is Outcome.OK
    assert bench.run("import atexit; atexit.register(print, 'bye')").stdout == "bye\n"


def a_killed_candidate_has_crashed(bench: Bench) -> None:
    done = bench.run(candidates.SUICIDE)
    assert (done.outcome, done.exit_code, done.detail) == (Outcome.CRASHED, None, "killed by SIGKILL")


def only_plain_files_come_back(bench: Bench) -> None:
    done = bench.run(candidates.LINKS)
    assert (done.outcome, dict(done.outputs)) == (Outcome.OK, {})


def nothing_stays_for_the_next(bench: Bench) -> None:
    bench.run(candidates.LEAVE_TRACES)
    left = json.loads(bench.run(candidates.LEAVE_TRACES).outputs["submission.csv"])
    shared = ("/tmp/", "/dev/shm/")
    if bench.sandboxed:
        assert left == []
    assert [path for path in left if not path.startswith(shared)] == []
    for folder in shared:  # an unconfined candidate has left them on the machine itself
        shutil.rmtree(f"{folder}deep", ignore_errors=True)
        Path(f"{folder}trace-1").unlink(missing_ok=True)


# --- limits ----------------------------------------------------------------------------------------------------------


def wall_clock(bench: Bench) -> None:
    done = bench.run(candidates.SLEEP, replace_limits(wall_s=0.6))
    assert (done.outcome, done.exit_code) == (Outcome.TIMED_OUT, None)
    assert "wall-clock limit of 0.6 s" in done.detail
    assert done.stdout == "asleep\n"


def processor_time(bench: Bench) -> None:
    done = bench.run(candidates.SPIN, replace_limits(cpu_s=1.0))
    assert done.outcome is Outcome.TIMED_OUT
    assert "processor-time limit" in done.detail


def memory(bench: Bench) -> None:
    done = bench.run(candidates.MEMORY, replace_limits(memory_gb=0.4))
    assert done.outcome is Outcome.OUT_OF_MEMORY, done
    assert done.peak_memory_gb is not None
    assert done.peak_memory_gb < 1.5


def memory_over_children(bench: Bench) -> None:
    done = bench.run(candidates.MEMORY_CHILDREN, replace_limits(memory_gb=0.5))
    assert (done.outcome, done.detail) == (Outcome.OUT_OF_MEMORY, "stopped: memory limit of 0.5 GB")


def memory_errors(bench: Bench) -> None:
    done = bench.run(candidates.MEMORY_ERROR)
    assert (done.outcome, done.detail) == (Outcome.OUT_OF_MEMORY, "MemoryError")
    assert bench.run(candidates.BAD_ALLOC).outcome is Outcome.OUT_OF_MEMORY


def processes(bench: Bench) -> None:
    done = bench.run(candidates.FORK_BOMB)
    assert (done.outcome, done.detail) == (Outcome.CRASHED, "stopped: more than 24 processes")


def file_size(bench: Bench) -> None:
    done = bench.run(candidates.HUGE_FILE)
    assert done.outcome is Outcome.CRASHED
    assert "File too large" in done.detail


def scratch_size(bench: Bench) -> None:
    done = bench.run(candidates.MANY_FILES)
    assert (done.outcome, done.detail) == (Outcome.CRASHED, "stopped: scratch limit of 24 MB")


def output(bench: Bench) -> None:
    done = bench.run(candidates.FLOOD)
    assert done.outcome is Outcome.OK
    assert done.stdout.startswith("first line\n")
    assert done.stdout.endswith("last line\n")
    assert "bytes left out" in done.stdout
    assert max(len(done.stdout), len(done.stderr)) < 64 * 1024 + 100


def escapees_die(bench: Bench) -> None:
    """At the end of a job, at a limit, and when cancelled."""
    slot = next(bench.run_folder.glob("executor-*/*/slot0/*/tmp")) if bench.name != "fake" else None
    assert slot is not None
    assert bench.run(candidates.ESCAPEE).outcome is Outcome.OK
    assert_quiet(slot)
    late = bench.run(candidates.ESCAPEE + candidates.SLEEP, replace_limits(wall_s=0.8))
    assert late.outcome is Outcome.TIMED_OUT
    assert_quiet(slot)
    job = bench.job(candidates.ESCAPEE + candidates.SLEEP)
    bench.executor.submit(job)
    while not (slot / "beat").exists():
        time.sleep(0.01)
    bench.executor.cancel(job.id)
    assert_quiet(slot)


def assert_quiet(slot: Path) -> None:
    """Nobody writes a heartbeat (the folder was emptied, and a living escapee would begin the file anew)."""
    time.sleep(0.15)
    assert not (slot / "beat").exists()


def treason_changes_nothing(bench: Bench) -> None:
    """A candidate that kills its supervisor harms itself at most, and the next job runs."""
    done = bench.run(candidates.TRAITOR)
    assert done.outcome in ((Outcome.OK,) if bench.sandboxed and landlocked(bench) else (Outcome.OK, Outcome.LOST))
    assert bench.run("pass").outcome is Outcome.OK


# --- what is promised about files, network and processes -------------------------------------------------------------


def promised(bench: Bench, guarantee: Guarantee, *kinds: str) -> None:
    """The guarantee is given and every attempt failed; or it is not given, and some attempt shows why."""
    broken = bench.succeeded(*kinds)
    if guarantee in bench.executor.guarantees():
        assert broken == set()
    else:
        assert broken, f"{guarantee} could be promised"


def no_network(bench: Bench) -> None:
    promised(bench, Guarantee.NO_NETWORK, "tcp", "udp", "dns", "abstract", "socket_file", "netlink")


def private_files(bench: Bench) -> None:
    promised(bench, Guarantee.PRIVATE_FILES, "read", "list", "write")


def read_only_input(bench: Bench) -> None:
    promised(bench, Guarantee.READ_ONLY_INPUT, "input", "packages", "system")
    assert bench.broken_input is not bench.sandboxed


def clean_environment(bench: Bench) -> None:
    promised(bench, Guarantee.CLEAN_ENVIRONMENT, "env")
    assert not bench.spy()["env:own"]


def private_processes(bench: Bench) -> None:
    promised(bench, Guarantee.PRIVATE_PROCESSES, "process")
    if bench.sandboxed and landlocked(bench):
        assert bench.succeeded("process") <= {"process:see"}


def masked_datasets(bench: Bench) -> None:
    done = bench.run(candidates.LOOK_UP)
    assert done.outcome is Outcome.OK, done
    found = {name for name, success in json.loads(done.outputs["submission.csv"]).items() if success}
    if Guarantee.MASKED_DATASETS in bench.executor.guarantees():
        assert found == set()
    else:
        assert {"digits", "breast_cancer"} <= found


def the_kernel_is_closed(bench: Bench) -> None:
    broken = bench.succeeded("kernel")
    assert broken == set() if bench.sandboxed else isinstance(broken, set)


def work_goes_on(bench: Bench) -> None:
    """What an honest candidate needs is there in every sandbox."""
    assert {name for name, success in bench.spy().items() if name.startswith("can:") and not success} == set()


QUEUE = (
    names_itself, first_come_first_served, waiting_for_nothing_returns, an_id_is_on_its_way_once,
    cancelled_jobs_are_not_reported, bad_jobs_are_misuse, closes_twice,
)  # fmt: skip
CANDIDATES = (
    runs_like_a_script, fits_models, crashes_are_told_in_one_line, a_killed_candidate_has_crashed,
    only_plain_files_come_back, nothing_stays_for_the_next, wall_clock, processor_time, memory, memory_over_children,
    memory_errors, processes, file_size, scratch_size, output, escapees_die, treason_changes_nothing, no_network,
    private_files, read_only_input, clean_environment, private_processes, masked_datasets, the_kernel_is_closed,
    work_goes_on,
)  # fmt: skip
# Fresh and warm differ in little; where a backend's warm path covers a check, its fresh one waits for the slow suite.
BRISK = (runs_like_a_script, wall_clock, escapees_die, *CANDIDATES[-8:])
HEAVY = (fits_models, masked_datasets)


def cases() -> Iterator[object]:
    for name, check in product(("fake", "fake-unknown", "fake-known"), QUEUE):
        yield pytest.param(name, check, id=f"{name}:{check.__name__}")
    for name in REAL:
        for check in (*QUEUE, *CANDIDATES):
            fresh = name.endswith("-fresh")
            slow = fresh and (check in HEAVY or (name != "bwrap-fresh" and check not in BRISK))
            yield pytest.param(name, check, id=f"{name}:{check.__name__}", marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize(("name", "check"), list(cases()))
def test_contract(name: str, check: Callable[[Bench], None], benches: Callable[[str], Bench]) -> None:
    check(benches(name))


@pytest.mark.parametrize(("name", "check"), [(name, fits_models) for name in REAL if name.endswith("warm")])
@pytest.mark.slow
def test_contract_with_everything_imported_beforehand(
    name: str, check: Callable[[Bench], None], tmp_path: Path
) -> None:
    """What the warm supervisor imports changes no result, and hides nothing that is masked."""
    lay_inputs(tmp_path / "inputs" / "fold0")
    kind = isolation(name.removesuffix("-warm"))
    predictions = set()
    for warm in (True, True, False):
        executor = local(kind, tmp_path, warm=warm)
        bench = Bench(name, tmp_path, executor, sandboxed=kind.name != "plain")
        predictions.add(bench.run(candidates.FIT).outputs["submission.csv"])
        masked_datasets(bench)
        executor.close()
    assert len(predictions) == 1
