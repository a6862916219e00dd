"""What the client adds to a model call: wall time of one call against a server on this machine that answers at once.

    python bench/model_calls.py [--calls 50] [--kilobytes 60] [--json FILE]

The server is a process of its own. Beside each figure stands the same exchange by `http.client`, with nothing
around it. Wall times show a busy machine, `cpu_ms` (of the client, per call) hardly. `first_ms` holds the import
of the provider's library.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from haste.llm.endpoint import find
from haste.llm.provider import ProviderModel
from haste.schema.model import Message, ModelRequest, ReplyForm, Role, Stage

FILLED = {"reason": "x" * 500, "edits": [{"search": "a" * 300, "replace": "b" * 400}] * 3}
CALL = {"id": "c", "type": "function", "function": {"name": "refinement", "arguments": json.dumps(FILLED)}}
ANSWERS: dict[str, dict[str, Any]] = {
    "openai": {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [CALL]}}
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    },
    "anthropic": {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "stop_reason": "tool_use",
        "content": [{"type": "tool_use", "id": "t", "name": "refinement", "input": FILLED}],
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    "google": {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"functionCall": {"name": "refinement", "args": FILLED}}]},
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1},
    },
}
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "google": "/v1beta/models/m:generateContent"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        protocol = next(name for name, path in PATHS.items() if self.path.startswith(path))
        data = json.dumps(ANSWERS[protocol]).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)

    def log_message(self, *args: object) -> None:
        pass


def serve(pipe: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


def request(kilobytes: int) -> ModelRequest:
    line = "Edge directions under a radial kernel are the strongest partner that most models find.\n"
    stable = line * (kilobytes * 1000 // len(line) // 3)
    schema = {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]}
    return ModelRequest(
        role=Role.SPECIALIST,
        stage=Stage.REFINE,
        stable=(stable, stable, stable),
        messages=(Message(author="user", text=line * 100),),
        form=ReplyForm(name="refinement", description="One change.", parameters=schema),
        max_output_tokens=4000,
    )


def measure(protocol: str, port: int, asked: ModelRequest, calls: int) -> dict[str, float]:
    model = ProviderModel(find(f"{protocol}:m", f"http://127.0.0.1:{port}", {}))
    first = _timed(lambda: model.complete(asked))
    busy = time.process_time()
    client = statistics.median(_timed(lambda: model.complete(asked)) for _ in range(calls))
    busy = (time.process_time() - busy) * 1000 / calls
    body = json.dumps({"system": asked.stable, "messages": [asked.messages[0].text]})
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def bare() -> None:
        connection.request("POST", PATHS[protocol], body, {"Content-Type": "application/json"})
        json.loads(connection.getresponse().read())

    bare()
    alone = statistics.median(_timed(bare) for _ in range(calls))
    model.close()
    return {"first_ms": first, "median_ms": client, "bare_ms": alone, "added_ms": client - alone, "cpu_ms": busy}


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--kilobytes", type=int, default=60, help="of stable prefix")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    found = {protocol: measure(protocol, port, request(args.kilobytes), args.calls) for protocol in ANSWERS}
    server.terminate()
    for protocol, row in found.items():
        sys.stdout.write(f"{protocol:<10}" + "".join(f"  {name} {value:8.1f}" for name, value in row.items()) + "\n")
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
