"""Candidates, honest and hostile, for the executor's contract suite. Each writes what it found to submission.csv."""

SPY = r"""
import ctypes, glob, json, os, socket, subprocess, sys
facts = json.load(open("facts.json"))
libc = ctypes.CDLL(None, use_errno=True)
seen = {}

def attempt(name, action):
    try:
        seen[name] = bool(action())
    except BaseException as error:
        seen[name] = False

def connect(family, kind, address):
    with socket.socket(family, kind) as s:
        s.settimeout(2)
        s.connect(address)
        s.sendall(b"hello")
    return True

def read(path):
    with open(path, "rb") as f:
        return f.read(64)

def write(path, mode="ab"):
    with open(path, mode) as f:
        f.write(b"x")
    return True

attempt("can:scratch", lambda: write("own.txt", "wb"))
attempt("can:temporary", lambda: write(os.environ["TMPDIR"] + "/own.txt", "wb"))
attempt("can:home", lambda: write(os.path.expanduser("~/own.txt"), "wb"))
attempt("can:input", lambda: read("input/train.csv"))
attempt("can:subprocess", lambda: subprocess.run([sys.executable, "-c", "import json"]).returncode == 0)
attempt("can:copy", lambda: __import__("shutil").copy("input/train.csv", "copy.csv"))

attempt("tcp", lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", facts["port"])))
attempt("udp", lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", facts["port"])))
attempt("dns", lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.53", 53)))
attempt("abstract", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + facts["abstract"]))
attempt("socket_file", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, facts["socket"]))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) is not None)

for number, path in enumerate(facts["private"]):
    attempt(f"read:{path}", lambda: read(path))
    attempt(f"read:/proc/1/root{path}", lambda: read("/proc/1/root" + path))
    attempt(f"read:/proc/{facts['pid']}/root{path}", lambda: read(f"/proc/{facts['pid']}/root{path}"))
    attempt(f"read:/proc/{os.getppid()}/root{path}", lambda: read(f"/proc/{os.getppid()}/root{path}"))
for path in facts["folders"]:
    attempt(f"list:{path}", lambda: os.listdir(path))
    attempt(f"write:{path}", lambda: write(path + "/stray", "wb"))
attempt("list:home", lambda: set(os.listdir(facts["home"])) & set(facts["home_names"]))
attempt("list:input/..", lambda: len(os.listdir("input/..")) > 1)
attempt("list:beside", lambda: os.listdir(os.path.realpath("input") + "/../" + facts["sibling"]))

attempt("env:parent", lambda: b"=" in read(f"/proc/{facts['pid']}/environ"))
attempt("env:own", lambda: facts["secret"] in "\n".join(os.environ.values()))

attempt("input:append", lambda: write("input/train.csv"))
attempt("input:truncate", lambda: os.truncate("input/train.csv", 0) is None)
attempt("input:create", lambda: write("input/new.csv", "wb"))
attempt("input:unlink", lambda: os.unlink("input/spare.csv") is None)
attempt("input:rename", lambda: os.rename("input/train.csv", "taken.csv") is None)
def ineffective():
    before = os.stat("input/train.csv").st_mode
    os.chmod("input/train.csv", 0o777)
    return os.stat("input/train.csv").st_mode != before
attempt("input:chmod", ineffective)
attempt("packages:write", lambda: write(os.path.dirname(json.__file__) + "/stray.py", "wb"))
attempt("system:write", lambda: write("/usr/lib/stray", "wb"))

attempt("process:signal_harness", lambda: os.kill(facts["pid"], 28) is None)
attempt("process:signal_parent", lambda: os.kill(os.getppid(), 28) is None)
attempt("process:trace_parent", lambda: libc.ptrace(0x4206, os.getppid(), 0, 0) == 0)
attempt("process:see", lambda: os.path.exists(f"/proc/{facts['pid']}/stat") or os.kill(facts["pid"], 0) is None)
attempt("kernel:userns", lambda: libc.unshare(0x10000000) == 0)
attempt("kernel:mount", lambda: libc.mount(b"none", b"/", b"tmpfs", 0, None) == 0)
attempt("kernel:shm", lambda: libc.shmget(0x1234, 4096, 0o1600) >= 0)

json.dump(seen, open("submission.csv", "w"))
"""

CONTRACT = r"""
import json, os, random, sys
import sibling
import numpy
assert __name__ == "__main__"
print("to stdout"); print("to stderr", file=sys.stderr)
json.dump({"argv": sys.argv, "file": os.path.basename(__file__), "cwd": os.path.dirname(__file__) == os.getcwd(),
    "main": sys.modules["__main__"].__dict__ is globals(), "sibling": sibling.VALUE, "path": sys.path[0] == os.getcwd(),
    "listing": sorted(os.listdir(".")), "input": sorted(os.listdir("input")),
    "threads": os.environ["OMP_NUM_THREADS"], "chance": [random.random(), float(numpy.random.rand())],
    "hash": hash("x"), "stdin": sys.stdin.read(), "environment": sorted(os.environ)}, open("diagnostics.json", "w"))
open("submission.csv", "w").write("id,target\n1,2\n")
open("other.csv", "w").write("not asked for")
"""

CRASH = """
import sys
def inner():
    raise KeyError('the column "price"')
print("before")
inner()
"""

# Two forks, a session of its own, deaf to SIGTERM: writes to its heartbeat until somebody kills it.
ESCAPEE = r"""
import os, signal, sys, time
def escape():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    end = time.time() + 60
    while time.time() < end:
        with open(BEAT, "a") as f:
            f.write("x")
        time.sleep(0.02)
    os._exit(0)
BEAT = os.environ["TMPDIR"] + "/beat"
escape()
while not os.path.exists(BEAT):
    time.sleep(0.01)
"""

SLEEP = "import time\nprint('asleep', flush=True)\ntime.sleep(60)\n"
SPIN = "while True:\n    pass\n"
MEMORY = "x = []\nwhile True:\n    x.append(bytearray(10_000_000))\n"
MEMORY_ERROR = "x = bytearray(100 * 1024**3)\n"
MEMORY_CHILDREN = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        x = b"x" * 120_000_000
        time.sleep(30)
        os._exit(0)
time.sleep(30)
"""
BAD_ALLOC = """
import os, sys
os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\\n  what():  std::bad_alloc\\n")
os.abort()
"""
# Bounded twice, in depth and in time, so that a broken watchdog fails the test and not the machine.
FORK_BOMB = """
import os, time
end = time.time() + 20
for _ in range(7):
    try:
        os.fork()
    except OSError:
        pass
while time.time() < end:
    time.sleep(0.1)
os._exit(0)
"""
HUGE_FILE = """
with open("huge", "wb") as f:
    for _ in range(64):
        f.write(bytes(1_000_000))
"""
MANY_FILES = """
import os, time
os.mkdir("d")
for number in range(40):
    with open(f"d/{number}", "wb") as f:
        f.write(bytes(1_000_000))
time.sleep(30)
"""
FLOOD = """
import os, sys
os.write(1, b"first line\\n")
for _ in range(400):
    os.write(1, b"x" * 65536)
    os.write(2, b"y" * 65536)
os.write(1, b"last line\\n")
"""
SUICIDE = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
TRAITOR = """
import os, signal, time
for pid in (os.getppid(), 1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
open("submission.csv", "w").write("still here")
"""
LINKS = """
import os
os.symlink("/etc/hostname", "submission.csv")
os.mkfifo("diagnostics.json")
os.mkdir("validation.json")
"""
LEAVE_TRACES = """
import glob, json, os, resource
found = []
for folder in (os.getcwd(), os.environ["TMPDIR"], "/tmp", "/dev/shm"):
    try:
        found += glob.glob(folder + "/trace-*") + glob.glob(folder + "/deep/er/trace-*")
    except OSError:
        pass
    try:
        os.makedirs(folder + "/deep/er", exist_ok=True)
        open(folder + "/trace-1", "w").write("x")
        open(folder + "/deep/er/trace-2", "w").write("x")
        os.chmod(folder + "/deep/er", 0)
        os.chmod(folder + "/deep", 0)
    except OSError:
        pass
json.dump(found, open("submission.csv", "w"))
"""
LOOK_UP = """
import importlib, json
found = {}
def attempt(name, action):
    try:
        found[name] = bool(len(action()))
    except BaseException as error:
        found[name] = False
def module(name):
    return importlib.import_module(name)
import sklearn.datasets
for name in ("digits", "breast_cancer", "diabetes", "wine", "iris", "linnerud"):
    attempt(name, lambda: getattr(sklearn.datasets, "load_" + name)().data)
attempt("images", lambda: sklearn.datasets.load_sample_images().images)
try:
    import statsmodels.datasets as theirs
    for name in ("randhie", "co2", "elnino", "sunspots"):
        attempt(name, lambda: getattr(theirs, name).load_pandas().data)
except ImportError:
    pass
try:
    import matplotlib.pyplot, matplotlib.cbook, matplotlib
    import glob, os
    attempt("dem", lambda: matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz")["elevation"])
    fonts = glob.glob(os.path.join(matplotlib.get_data_path(), "fonts/ttf/*.ttf"))
    attempt("fonts", lambda: [open(path, "rb").read(4) for path in fonts])
except ImportError:
    pass
def ours():
    import os
    import haste
    folder = list(haste.__path__)[0]
    return [open(os.path.join(base, name), "rb").read(1) for base, _, names in os.walk(folder) for name in names]
attempt("haste", ours)
import pandas, lightgbm, sklearn.ensemble
json.dump(found, open("submission.csv", "w"))
"""
FIT = """
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
import numpy as np
X = np.random.RandomState(0).rand(300, 5); y = (X[:, 0] + X[:, 1] > 1).astype(int)
a = LGBMClassifier(n_estimators=20, verbose=-1, random_state=0).fit(X, y).predict_proba(X)[:, 1]
b = LogisticRegression().fit(X, y).predict_proba(X)[:, 1]
pd.DataFrame({"a": a, "b": b}).to_csv("submission.csv", index=False)
"""
