"""The agent's tools: exact, bounded, and shut to what is not permitted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from loaders import Web
from rag import KnowledgeBase
from rag.agent._bench import Bench, ToolFailed
from rag.agent._react import StepInvalid, read_step
from rag.agent._toolbox import call, offered
from rag.agent.tools.calculator import evaluate
from rag.settings import Settings
from rag.tables.store import TableStore
from rag.types import AskOptions


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", "0.3"),
        ("(1,200 - 850) × 1.1", "385"),
        ("２＋３", "5"),
        ("7 // 2 + 7 % 4", "6"),
        ("-7 // 2", "-4"),
        ("2 ** 10", "1024"),
        ("15% * 200", "30"),
        ("round(10 / 3, 2)", "3.33"),
        ("max(1, 2, 3) + min(4, 5) + abs(-6) + sum(1, 2)", "16"),
        ("sqrt(2) * sqrt(2)", "2"),
        ("123456789 * 987654321", "121932631112635269"),
        ("1e3 + 1", "1001"),
        ("100", "100"),
    ],
)
def test_arithmetic_is_exact(expression: str, value: str) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "(1).__class__",
        "open('/etc/passwd')",
        "[x for x in (1,)]",
        "'a' * 9",
        "lambda: 1",
        "1 if 1 else 2",
        "True + 1",
        "1 / 0",
        "9 ** 9 ** 9",
        "10 ** 1000 ** 1",
        "sqrt(-1)",
        "round(1, 2, 3)",
        "1 +",
        "",
        "x",
        "max(*[1])",
        "1j",
        "+".join(["1"] * 290),
        "(" * 250 + "1" + ")" * 250,
    ],
)
def test_what_is_no_arithmetic_or_too_much_is_refused_at_once(expression: str) -> None:
    begin = time.monotonic()
    if expression == "10 ** 1000 ** 1":
        assert evaluate(expression) == "1e+1000"
    else:
        with pytest.raises(ToolFailed):
            evaluate(expression)
    assert time.monotonic() - begin < 1


@pytest.fixture
def bench(kb: KnowledgeBase) -> Bench:
    kb.add(b"# Hours\n\nThe library opens at nine in the morning.\n", "hours.md", "open")
    kb.add(b"# Secret\n\nThe safe opens with 1234.\n", "secret.md", "closed")
    parts = kb._parts
    options = AskOptions(collections=frozenset(["open"]))
    return Bench(kb.settings, parts.catalog, parts.retriever, TableStore(parts.catalog), Web(), options, "en")


def use(bench: Bench, tool: str, **arguments: Any) -> str:
    return call(offered(bench.settings), tool, arguments, bench)


def test_tools_read_only_what_the_question_may(bench: Bench) -> None:
    assert "1234" not in use(bench, "search", query="safe opens with")
    with pytest.raises(ToolFailed, match=r"There is no document called secret.md. Documents: hours.md."):
        use(bench, "read_page", document="secret.md")
    assert "[1] hours.md" in use(bench, "read_page", document="hours")
    with pytest.raises(ToolFailed, match="has no page 7; it has 1"):
        use(bench, "read_page", document="hours.md", page=7)
    with pytest.raises(ToolFailed, match="no table"):
        use(bench, "table_query", document="hours.md", sql="SELECT 1")


def test_tables_are_queried_under_guard(bench: Bench, kb: KnowledgeBase) -> None:
    kb.add(b"Shop,City,Sales\nHarbour,Kobe,1200\nStation,Osaka,850\n", "shops.csv", "open")
    assert 'TABLE "shops" ("Shop" VARCHAR' in use(bench, "table_query", document="shops.csv")
    assert "- 850 " in use(bench, "table_query", document="shops.csv", sql='SELECT min("Sales") FROM shops;') + " "
    for sql in ("SELECT * FROM read_csv('/etc/passwd')", "DROP TABLE shops", "SELECT 1; SELECT 2"):
        with pytest.raises(ToolFailed):
            use(bench, "table_query", document="shops.csv", sql=sql)


def test_today_is_today(bench: Bench) -> None:
    assert use(bench, "today").startswith(f"{datetime.now().astimezone():%Y-%m-%d}")


def test_the_web_is_shut_until_the_admin_opens_it() -> None:
    names = set(offered(Settings()))
    assert names == {"search", "read_page", "calculator", "table_query", "today"}
    opened = Settings(agent_hosts="api.example.org", web_search_url="http://127.0.0.1:1/search?q={query}&format=json")
    assert set(offered(opened)) == names | {"http_get", "web_search"}
    for url in ("ftp://x/{query}", "http://x/", "file:///{query}"):
        with pytest.raises(ValueError, match="web_search_url"):
            Settings(web_search_url=url)


@pytest.fixture
def site() -> Iterator[tuple[str, int]]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            moved = self.path == "/moved"
            self.send_response(302 if moved else 200)
            if moved:
                self.send_header("Location", "http://other.example/")
            html = self.path == "/page"
            found = {"results": [{"title": "T", "url": "https://t.example", "content": self.path}]}
            body = b"<p>Rain <b>today</b></p><script>x()</script>" if html else json.dumps(found).encode()
            self.send_header("Content-Type", "text/html" if html else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    server.server_close()


def test_only_the_listed_hosts_are_asked_wherever_they_redirect_to(bench: Bench, site: tuple[str, int]) -> None:
    bench.settings = Settings(agent_hosts="api.example.org, other.example.org")
    bench.web = Web(is_allowed=lambda _: True, resolve=lambda host, port: [site])
    assert '"title": "T"' in use(bench, "http_get", url="http://api.example.org/v1")
    assert "Rain" in use(bench, "http_get", url="http://api.example.org/page")
    for url in (
        "http://evil.example/",
        "http://api.example.org.evil.example/",
        "http://api.example.org@evil.example/",
        "file:///etc/passwd",
        "http://[::1/",
    ):
        with pytest.raises(ToolFailed, match="Only these hosts"):
            use(bench, "http_get", url=url)
    with pytest.raises(ToolFailed, match="Only these hosts"):
        use(bench, "http_get", url="http://api.example.org/moved")


def test_a_listed_host_that_is_not_public_is_refused(bench: Bench, site: tuple[str, int]) -> None:
    bench.settings = Settings(agent_hosts="intern.example.org")
    bench.web = Web(resolve=lambda host, port: [("127.0.0.1", site[1])])
    with pytest.raises(ToolFailed, match="not on the public internet"):
        use(bench, "http_get", url="http://intern.example.org/")


def test_the_search_server_is_asked_for_the_query_and_nothing_else(bench: Bench, site: tuple[str, int]) -> None:
    bench.settings = Settings(web_search_url=f"http://{site[0]}:{site[1]}/search?q={{query}}&format=json")
    result = use(bench, "web_search", query="rain & x=1#/../")
    assert result == "T (https://t.example)\n/search?q=rain%20%26%20x%3D1%23%2F..%2F&format=json"
    bench.settings = Settings(web_search_url=f"http://{site[0]}:{site[1]}/moved?{{query}}")
    assert "T (" in use(bench, "web_search", query="x")
    bench.settings = Settings(web_search_url="http://127.0.0.1:9/{query}")
    with pytest.raises(ToolFailed, match="failed"):
        use(bench, "web_search", query="x")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("hello", "neither"),
        ("Final Answer:", "nothing after"),
        ("Action: search", "no Action Input"),
        ("Action: search\nAction Input: {'query': 1}", "no JSON"),
        ("Action: search\nAction Input: [1]", "one JSON object"),
        ("Action: a\nAction Input: {}\nAction: b\nAction Input: {}", "more than one"),
    ],
)
def test_a_step_is_read_strictly(written: str, problem: str) -> None:
    with pytest.raises(StepInvalid, match=problem):
        read_step(written)


def test_what_is_read_of_a_step() -> None:
    step = read_step(
        'Thought: look\nAction: `search`\nAction Input:\n```json\n{"query": "a"}\n```\nObservation: made up'
    )
    assert (step.thought, step.tool, step.arguments, step.answer) == ("look", "search", {"query": "a"}, "")
    assert "made up" not in step.text
    assert read_step("考えました。\n最終回答：九時です。[1]").answer == "九時です。[1]"
