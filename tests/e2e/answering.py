"""A server on this machine that speaks OpenAI's protocol and fills in any form the engineer asks for, always alike."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.runner.toys import linear

LOOK = "import os\nprint(sorted(os.environ.items()))\n"  # what a script could see
SCRIPTS = tuple(LOOK + linear(column) for column in "abc")
CHANGES = ('columns = ["a", "b"]', 'columns = ["a", "b", "c"]', 'columns = ["b", "c"]')


def fill(form: str, asked: int) -> dict[str, Any]:
    """What a form is filled in with, at its so many-th asking (from 0)."""
    if "classify" in form:
        return {"reason": "numbers in columns", "domain": "tabular"}
    if "prototypes" in form:
        made = [
            {"rationale": "a start", "title": f"line {n}", "technique": f"linear_{n}", "script": script}
            for n, script in enumerate(SCRIPTS)
        ]
        return {"prototypes": made}
    if "learn" in form:
        one = {"statement": "More columns help a linear fit.", "tier": "domain", "situation": "any",
               "action": "columns", "polarity": "+", "supports": ["c4"], "conditions": []}  # fmt: skip
        return {"learnings": [one, one | {"statement": "One column is too little for a linear fit."}]}
    change = CHANGES[asked % len(CHANGES)]
    whole = LOOK + linear("a").replace("columns = ['a']", change)
    if "repair" in form:
        return {"cause": "unclear", "title": "repair", "script": whole}
    return {
        "diagnosis": "feature_gap", "rationale": "more columns", "title": f"change {asked}", "technique": "columns",
        "script": f"# {asked}\n{whole}",
    }  # fmt: skip


@dataclass
class Answering:
    """`spoil` may answer in the server's place: a status and a body for the so many-th request (from 1), or None."""

    port: int
    spoil: Callable[[int], tuple[int, dict[str, Any]] | None] = lambda _n: None
    sent: int = 3000  # tokens, as it tells them
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, request: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        self.requests.append(request)
        self.keys.append(key)
        spoilt = self.spoil(len(self.requests))
        if spoilt is not None:
            return spoilt
        form = request["tools"][0]["function"]["name"]
        arguments = json.dumps(fill(form, self.forms.count(form)))
        self.forms.append(form)
        call = {"id": "call_1", "type": "function", "function": {"name": form, "arguments": arguments}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        usage = {"prompt_tokens": self.sent, "completion_tokens": 200, "total_tokens": self.sent + 200,
                 "prompt_tokens_details": {"cached_tokens": 2000}}  # fmt: skip
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        head = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        return 200, head | {"choices": [choice], "usage": usage}


@contextmanager
def answering() -> Iterator[Answering]:
    box: list[Answering] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = box[0].answer(request, self.headers.get("Authorization", ""))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    box.append(Answering(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield box[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
