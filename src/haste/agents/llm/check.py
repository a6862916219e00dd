"""A script is read before it costs an execution: does it parse, answer, and keep to `input/`?

This saves time and gives the model a reason at once; it is no boundary. The sandbox is.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .edits import check_syntax
from .unfit import Unfit

ANSWER = "submission.csv"

_NETWORK = frozenset((
    "requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ftplib", "smtplib",
    "telnetlib", "websockets", "paramiko", "boto3", "kaggle", "huggingface_hub", "wget", "gdown", "openai", "anthropic",
))  # fmt: skip
_DOWNLOADS = frozenset((
    "urlopen", "urlretrieve", "snapshot_download", "hf_hub_download", "fetch_openml", "fetch_20newsgroups",
    "fetch_california_housing", "fetch_covtype", "fetch_lfw_people", "fetch_olivetti_faces", "fetch_rcv1",
    "fetch_kddcup99", "fetch_species_distributions",
))  # fmt: skip
_READERS = frozenset((
    "read_csv", "read_table", "read_fwf", "read_parquet", "read_feather", "read_json", "read_excel", "read_pickle",
    "read_hdf", "scan_csv", "scan_parquet", "loadtxt", "genfromtxt", "fromfile", "imread", "load_img", "open", "load",
))  # fmt: skip
_WRITERS = frozenset((
    "to_csv", "to_parquet", "to_feather", "to_json", "to_pickle", "to_excel", "save", "savez", "savez_compressed",
    "savetxt", "savefig", "dump", "mkdir", "makedirs", "copy", "copyfile",
))  # fmt: skip
_PATHS = frozenset(("Path", "PurePath", "join", "joinpath"))
_PLACES = frozenset(("filepath_or_buffer", "path_or_buf", "path", "file", "filename", "fname", "io", "url"))
_DEEPEST = 8  # steps into an expression; names that stand for names could go on for ever
_ABSOLUTE = re.compile(
    r"^(?:~/.*|/[\w.@-]+/[\w./@-]*|/(?:tmp|data|kaggle|home|root|mnt|content|input)|[A-Za-z]:[\\/].+)$"
)
_UPWARDS = re.compile(r"(?:^|[\\/])\.\.[\\/]")
_SCHEME = re.compile(r"^(?:https?|ftp|s3|gs|file)://", re.IGNORECASE)
_FILE = re.compile(r"[\w-]\.(?:csv|tsv|parquet|pq|jsonl?|txt|npy|npz|pkl|joblib|feather|png|jpe?g|wav|pt|pth|bin|h5)$")


def check_script(
    code: str, missing: frozenset[str] = frozenset(), outputs: Sequence[str] = ("submission.csv",)
) -> None:
    """Raise Unfit with every reason why the script should not run: `missing` packages, `outputs` never named, ..."""
    nodes = list(ast.walk(check_syntax(code)))
    texts = _texts(nodes)
    reasons = [*_imports(nodes, missing), *_downloads(nodes), *_paths(nodes), *_reads(nodes, texts)]
    written = {re.split(r"[\\/]", text)[-1] for text in texts}
    reasons += [
        f"it never writes `{name}`, and what it prints is not scored" for name in outputs if name not in written
    ]
    if reasons:
        raise Unfit("; ".join(dict.fromkeys(reasons)))


def _imports(nodes: Sequence[ast.AST], missing: frozenset[str]) -> Iterator[str]:
    guarded = {id(node) for attempt in nodes if isinstance(attempt, ast.Try) for node in ast.walk(attempt)}
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        roots = {name.split(".")[0] for name in names}
        if "haste" in roots:
            yield "it imports haste, which a solution does not have"
        for name in sorted((roots | set(names)) & _NETWORK):
            yield f"it imports {name}, but there is no network"
        for name in sorted(roots & missing) if id(node) not in guarded else ():
            yield f"it imports {name}, which is not installed"


def _downloads(nodes: Sequence[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call) and _called(node) in _DOWNLOADS:
            yield f"it calls {_called(node)}, but there is no network and no other data"


def _paths(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Paths and addresses that are used as such; elsewhere a text that looks like one is data."""
    set_once = _set_once(nodes)
    users = _READERS | _WRITERS | _DOWNLOADS | _PATHS
    for node in nodes:
        if not isinstance(node, ast.Call) or _called(node) not in users:
            continue
        places = [*node.args[:1], *(word.value for word in node.keywords if word.arg in _PLACES)]
        for text in (_told(place, set_once) for place in places):
            if _ABSOLUTE.match(text):
                yield f"it names the absolute path {text!r}, but all paths begin at the script's own folder"
            elif _UPWARDS.search(text):
                yield f"it names {text!r}, outside its folder"
            elif _SCHEME.match(text):
                yield f"it names the address {text!r}, but there is no network"


def _set_once(nodes: Sequence[ast.AST]) -> dict[str, ast.expr]:
    """Names that hold one expression wherever they are used."""
    stored = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and stored[node.targets[0].id] == 1
    }


def _told(node: ast.expr, set_once: Mapping[str, ast.expr], deep: int = _DEEPEST) -> str:
    """The text that an expression comes to, as far as it can be read; "?" stands for the rest."""

    def told(part: ast.expr) -> str:
        return _told(part, set_once, deep - 1) if deep else "?"

    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(told, parts))
        case ast.FormattedValue(value=inner):
            return told(inner)
        case ast.BinOp(left=left, op=ast.Add() | ast.Div() as op, right=right):
            return f"{told(left)}{'/' * isinstance(op, ast.Div)}{told(right)}"
        case ast.Name(id=name) if name in set_once:
            return told(set_once[name])
        case ast.Call(args=parts) if parts and _called(node) in _PATHS:
            return "/".join(map(told, parts))
        case _:
            return "?"


def _reads(nodes: Sequence[ast.AST], texts: Sequence[str]) -> Iterator[str]:
    """Constant names that are opened for reading, lie outside `input/` and are named nowhere else in the script."""
    named = Counter(texts)
    for node in nodes:
        if not isinstance(node, ast.Call) or not node.args or _called(node) not in _READERS:
            continue
        first = node.args[0]
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or not _FILE.search(first.value):
            continue
        path = first.value.removeprefix("./")
        if not path.startswith("input/") and named[first.value] == 1 and not _writes(node):
            yield f"it reads {first.value!r}, which it has not written (what is given lies below `input/`)"


def _writes(node: ast.Call) -> bool:
    """Whether an `open` is for writing."""
    modes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
    return any(isinstance(m, ast.Constant) and isinstance(m.value, str) and set(m.value) & set("wax") for m in modes)


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _texts(nodes: Sequence[ast.AST]) -> list[str]:
    """Constant texts that could be paths: one line, no docstrings."""
    statements = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in statements
        and 0 < len(node.value) < 300
        and "\n" not in node.value
    ]
