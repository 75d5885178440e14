"""An OpenAI-compatible server on loopback that does as it is told: what real ones do only now and then."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Flag

Body = dict[str, object]
Act = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request to write: its body, how many came before it, and what can be done about it."""

    body: Body
    number: int
    handler: BaseHTTPRequestHandler

    def refuse(self, status: int, message: str) -> None:
        """Answers with an error as OpenAI's servers write it."""
        self._head(status, "application/json")
        self.handler.wfile.write(json.dumps({"error": {"message": message}}).encode())

    def begin(self) -> None:
        """Begins a stream."""
        self._head(200, "text/event-stream")

    def send(self, text: str) -> None:
        """A piece of text; raises OSError where nobody reads any more."""
        self.chunk({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})

    def chunk(self, chunk: Body) -> None:
        """Anything as a chunk of the stream."""
        whole = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", **chunk}
        self.handler.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())
        self.handler.wfile.flush()

    def end(self, prompt: int = 0, answer: int = 0) -> None:
        """Ends the stream, with a count of tokens if one is given."""
        if prompt or answer:
            usage = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
            self.chunk({"choices": [], "usage": usage})
        self.handler.wfile.write(b"data: [DONE]\n\n")

    def _head(self, status: int, kind: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()


@dataclass
class Loopback:
    """The server's address, the bodies of the requests it got, and a flag that it sets when a reader has gone."""

    url: str = ""
    got: list[Body] = field(default_factory=list)
    left: Flag = field(default_factory=Flag)


@contextmanager
def loopback(act: Act, models: tuple[Body, ...] = ({"id": "m", "object": "model"},)) -> Iterator[Loopback]:
    """A server that does `act` for every request to write, and lists these models."""
    state = Loopback()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = json.dumps({"object": "list", "data": models}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            state.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            try:
                act(Exchange(state.got[-1], len(state.got) - 1, self))
            except OSError:
                state.left.set()

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        try:
            yield state
        finally:
            server.shutdown()
