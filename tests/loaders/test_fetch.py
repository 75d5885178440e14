"""Pages and files by their address, from real servers on loopback; and every address that must not be reached."""

from __future__ import annotations

import gzip
import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import loaders
from loaders import DocumentTooLarge, FetchFailed, ForbiddenAddress
from loaders._fetch import fetch
from loaders._web import Web, is_public
from tests.loaders.conftest import SAMPLES
from tests.loaders.internet import Internet, Request, internet

PAGE = "<!DOCTYPE html><title>図書館</title><main><h1>開館時間</h1><p>月曜日は休館です。</p></main>"
GUIDE = (SAMPLES / "library-guide.pdf").read_bytes()


def answer(request: Request) -> None:
    match request.path:
        case "/page":
            request.send(PAGE.encode(), Content_Type="text/html; charset=utf-8")
        case "/sjis":
            request.send(PAGE.encode("cp932"), Content_Type="text/html; charset=Shift_JIS")
        case "/gzip":
            request.send(gzip.compress(PAGE.encode()), Content_Type="text/html", Content_Encoding="gzip")
        case "/download":
            request.send(GUIDE, Content_Type="application/pdf", Content_Disposition='attachment; filename="Guide.pdf"')
        case "/data":
            request.send("部屋,定員\n会議室A,24\n".encode(), Content_Type="text/csv")
        case "/to":
            request.send(b"", 302, Location=request.query["where"])
        case "/loop":
            request.send(b"", 302, Location="/loop")
        case "/big":
            request.send(bytes(50_000), Content_Type="application/octet-stream")
        case "/bomb":
            request.send(gzip.compress(bytes(50 << 20)), Content_Type="text/plain", Content_Encoding="gzip")
        case "/cut":
            request.send(b"half", Content_Length="1000")
        case "/drip":
            drip(request)
        case _:
            request.send(b"no", int(request.query.get("status", "404")))


def drip(request: Request) -> None:
    """A byte now and then, for ever: until the other side has gone."""
    request.reply.send_response(200)
    request.reply.end_headers()
    pause = threading.Event()
    try:
        while not pause.wait(0.02):
            request.reply.wfile.write(b"x")
    except OSError:
        return


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with internet(tmp_path_factory.mktemp("internet"), answer) as running:
        yield running


@pytest.mark.parametrize(
    "address", ["http://example.test/page#top", "https://example.test/page", "http://example.test/gzip"]
)
def test_a_page(world: Internet, address: str) -> None:
    found = fetch(address, web=world.web)
    document = loaders.load(found.data, found.name)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "開館時間"),
        ("paragraph", "月曜日は休館です。"),
    ]
    assert found.metadata == {"url": address.removesuffix("#top"), "content_type": "text/html"}


def test_the_encoding_that_only_the_header_says(world: Internet) -> None:
    found = fetch("http://example.test/sjis", web=world.web)
    assert loaders.load(found.data, found.name).blocks[1].text == "月曜日は休館です。"


def test_a_file_keeps_its_bytes_and_gets_a_name(world: Internet) -> None:
    found = fetch("https://example.test/download?id=7", web=world.web)
    assert (found.data, found.name) == (GUIDE, "Guide.pdf")
    table = fetch("http://example.test/data?year=8", web=world.web)
    assert table.name == "data.csv"
    assert loaders.load(table.data, table.name).media_type == "text/csv"


def test_an_address_in_japanese(world: Internet) -> None:
    with pytest.raises(FetchFailed, match="404"):
        fetch("http://図書館.test/開館?日=月%20火", web=world.web)
    assert world.asked[-1].host == "図書館.test".encode("idna").decode()
    assert (world.asked[-1].path, world.asked[-1].query) == ("/%E9%96%8B%E9%A4%A8", {"日": "月 火"})


def test_redirects_are_followed_and_the_last_address_is_told(world: Internet) -> None:
    found = fetch("http://example.test/to?where=https://other.test/page", web=world.web)
    assert found.metadata["url"] == "https://other.test/page"
    with pytest.raises(FetchFailed, match="too often"):
        fetch("http://example.test/loop", web=world.web)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_the_server_refuses_is_told(world: Internet, status: int) -> None:
    with pytest.raises(FetchFailed, match=str(status)) as raised:
        fetch(f"http://example.test/?status={status}", web=world.web)
    assert raised.value.hint


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://127.0.0.1:80@127.0.0.1/",
        "http://user:secret@example.com/",
        "http://example.com:22/",
        "https://example.com:8443/",
        "http://example.com:99999/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1\t/",
        "http:///etc/passwd",
        "https://",
    ],
)
def test_addresses_that_are_not_public_are_never_asked(address: str) -> None:
    with pytest.raises(ForbiddenAddress) as raised:
        loaders.load(address)
    assert (raised.value.code, raised.value.file) == ("forbidden_address", address)
    assert "public" in raised.value.hint


def test_other_schemes_are_no_addresses(tmp_path: Path) -> None:
    for address in ("ftp://example.com/a", "file:///etc/passwd", "gopher://127.0.0.1/"):
        with pytest.raises(ForbiddenAddress, match="http"):
            Web().get(address)
        with pytest.raises(OSError, match="No such file"):
            loaders.load(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "target",
    [
        "http://inside.test/page",
        "http://127.0.0.2/page",
        "https://u:p@example.test/",
        "file:///etc/passwd",
        "http://[::1]/",
    ],
)
def test_a_redirect_leads_to_no_other_place_either(world: Internet, target: str) -> None:
    world.names |= {"inside.test": ["127.0.0.2"], "127.0.0.2": ["127.0.0.2"], "::1": ["::1"]}
    before = len(world.asked)
    with pytest.raises(ForbiddenAddress):
        fetch(f"http://example.test/to?where={target}", web=world.web)
    assert len(world.asked) == before + 1


def test_a_name_that_also_stands_for_a_private_address_is_refused(world: Internet) -> None:
    world.names["both.test"] = ["127.0.0.1", "10.0.0.1"]
    with pytest.raises(ForbiddenAddress):
        fetch("http://both.test/page", web=world.web)


def test_a_name_is_resolved_once_and_the_connection_goes_where_it_was_checked(world: Internet) -> None:
    """A name server that answers differently the second time (DNS rebinding) is not asked a second time."""
    world.resolved.clear()
    world.names["rebound.test"] = ["127.0.0.1"]

    def once(host: str, port: int) -> list[tuple[str, int]]:
        found = world.resolve(host, port)
        world.names["rebound.test"] = ["10.0.0.1"]
        return found

    found = fetch("http://rebound.test/page", web=replace(world.web, resolve=once))
    assert PAGE.encode() == found.data
    assert (world.resolved, world.asked[-1].host) == (["rebound.test"], "rebound.test")


def test_a_certificate_must_be_for_the_host(world: Internet) -> None:
    with pytest.raises(FetchFailed, match="certificate"):
        fetch("https://impostor.test/page", web=world.web)


def test_a_token_stays_with_its_host(world: Internet) -> None:
    world.web.get("https://example.test/to?where=https://other.test/page", {"Authorization": "Bearer secret"})
    first, second = world.asked[-2:]
    assert (first.host, first.headers.get("authorization")) == ("example.test", "Bearer secret")
    assert (second.host, second.headers.get("authorization")) == ("other.test", None)
    world.web.get("https://example.test/to?where=/page", {"Authorization": "Bearer secret"})
    assert world.asked[-1].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("path", ["big", "bomb", "drip"])
def test_more_than_the_limit_is_cut_off(world: Internet, path: str) -> None:
    with pytest.raises(DocumentTooLarge, match="more than 0 MB"):
        fetch(f"http://example.test/{path}", web=replace(world.web, max_bytes=20 if path == "drip" else 40_000))


def test_a_server_that_drips_is_cut_off(world: Internet) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(FetchFailed, match="longer than"):
            fetch(f"{scheme}://example.test/drip", web=replace(world.web, max_seconds=0.3))


def test_half_an_answer_is_no_answer(world: Internet) -> None:
    with pytest.raises(FetchFailed, match="IncompleteRead"):
        fetch("http://example.test/cut", web=world.web)


def test_an_unknown_name_and_a_dead_server(world: Internet) -> None:
    def unknown(host: str, port: int) -> list[tuple[str, int]]:
        raise OSError(f"{host} is not known")

    with pytest.raises(FetchFailed, match=r"No server called nowhere\.test"):
        fetch("http://nowhere.test/", web=replace(world.web, resolve=unknown))
    with pytest.raises(FetchFailed, match="does not answer"):
        fetch("http://example.test/", web=replace(world.web, resolve=lambda host, port: [("127.0.0.1", 1)]))
