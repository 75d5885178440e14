"""A real HTTP server on loopback that speaks OpenAI's chat API and says given things."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = str | list[tuple[str, dict[str, Any]]]
"""A text, or tools that are called, as (name, arguments)."""
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


class Script:
    """What the server says, one reply a request, and the requests that it got; `refuses_tools` as old servers do."""

    def __init__(self, replies: Sequence[Reply], refuses_tools: bool = False) -> None:
        self.replies = list(replies)
        self.refuses_tools = refuses_tools
        self.requests: list[dict[str, Any]] = []
        self.url = ""


@contextmanager
def saying(script: Script) -> Iterator[Script]:
    """Serves the script while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if asked.get("tools") and script.refuses_tools:
                self._send(400, {"error": {"message": "tools are not supported"}})
                return
            script.requests.append(asked)
            reply = script.replies.pop(0)
            self._stream(reply) if asked.get("stream") else self._whole(reply)

        def _whole(self, reply: Reply) -> None:
            message: dict[str, Any] = {"role": "assistant", "content": reply if isinstance(reply, str) else None}
            if not isinstance(reply, str):
                message["tool_calls"] = [
                    {"id": f"call-{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
                    for n, (name, given) in enumerate(reply)
                ]
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._send(200, {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE})

        def _stream(self, reply: Reply) -> None:
            assert isinstance(reply, str)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for piece in (reply[: len(reply) // 2], reply[len(reply) // 2 :]):
                choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
                chunk = {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_HEAD = {"id": "chatcmpl-1", "created": 0, "model": "scripted"}
