"""What stands at an address becomes a document: fetched when its turn comes, from the public internet only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import KnowledgeBase
from tests.loaders.internet import Internet, Request, internet


def answer(request: Request) -> None:
    if request.path == "/hours.html":
        page = "<title>Opening hours</title><main><p>The library opens at nine.</p></main>"
        request.send(page.encode(), Content_Type="text/html; charset=utf-8")
    else:
        request.send(b"gone", 404)


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Internet]:
    with internet(tmp_path, answer) as running:
        yield running


def reaching(kb: KnowledgeBase, net: Internet) -> KnowledgeBase:
    object.__setattr__(kb._parts.library, "web", net.web)  # its servers are on loopback, which is no public address
    return kb


def test_a_page_is_added_with_where_it_came_from(kb: KnowledgeBase, net: Internet) -> None:
    added = reaching(kb, net).add("http://library.example/hours.html")
    assert (added.status, added.error) == ("added", None)
    (document,) = kb.documents()
    assert document.title == "Opening hours"
    assert document.metadata["url"] == "http://library.example/hours.html"
    assert kb.ask("When does the library open?").text == "The library opens at nine."


def test_a_job_fetches_and_says_what_failed(kb: KnowledgeBase, net: Internet) -> None:
    reaching(kb, net)
    kb.submit_address("http://library.example/hours.html", "web")
    kb.submit_address("http://library.example/missing.html")
    kb.work_off()
    missing, hours = kb.jobs()
    assert (hours.state, missing.state) == ("done", "failed")
    assert (missing.error or {})["code"] == "fetch_failed"
    assert [document.collection for document in kb.documents()] == ["web"]


def test_nothing_inside_the_network_is_reached(kb: KnowledgeBase) -> None:
    for url in ("http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/latest/meta-data"):
        assert (kb.add(url).error or {})["code"] == "forbidden_address"
