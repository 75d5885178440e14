"""Figma, YouTube and Google Drive, as servers on loopback that answer as the real ones are documented to."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import docx
import pytest

import loaders
from loaders import EmptyDocument, FetchFailed
from loaders._fetch import fetch, services
from tests.loaders.conftest import SAMPLES
from tests.loaders.internet import Internet, Request, internet

VIDEO = "dQw4w9WgXcQ"
CUES = {
    "wireMagic": "pb3",
    "events": [
        {"tStartMs": 0, "dDurationMs": 2000, "segs": [{"utf8": "The river rises"}]},
        {"tStartMs": 2000, "dDurationMs": 2500, "segs": [{"utf8": "in the "}, {"utf8": "mountains."}]},
    ],
}
FOLDER = "application/vnd.google-apps.folder"
FILES = {
    "folder-0001": {"name": "Project 図面", "mimeType": FOLDER},
    "folder-0002": {"name": "Minutes", "mimeType": FOLDER, "parent": "folder-0001"},
    "pdf-0000001": {"name": "guide.pdf", "mimeType": "application/pdf", "parent": "folder-0001"},
    "form-000001": {"name": "Survey", "mimeType": "application/vnd.google-apps.form", "parent": "folder-0001"},
    "doc-0000001": {"name": "Plan", "mimeType": "application/vnd.google-apps.document", "parent": "folder-0002"},
    "txt-0000001": {"name": "todo.txt", "mimeType": "text/plain", "parent": "folder-0002"},
}


def answer(request: Request) -> None:
    servers = {"api.figma.com": figma, "www.youtube.com": youtube, "www.googleapis.com": drive}
    servers[request.host](request)


def figma(request: Request) -> None:
    if request.headers.get("x-figma-token") != "figd_secret":
        request.send(b'{"status":403,"err":"Invalid token"}', 403, Content_Type="application/json")
        return
    text = {"id": "1:2", "type": "TEXT", "characters": f"Sign in ({request.path})"}
    canvas = {"id": "0:1", "type": "CANVAS", "name": "Screens", "children": [text]}
    file = {"name": "App: v2/final", "document": {"id": "0:0", "type": "DOCUMENT", "children": [canvas]}}
    request.send(json.dumps(file).encode(), Content_Type="application/json; charset=utf-8")


def youtube(request: Request) -> None:
    if request.path == "/api/timedtext":
        wanted = {"v": VIDEO, "lang": "en", "fmt": "json3"}
        gated = request.query.get("exp") == "xpe"
        request.send(b"" if gated or request.query != wanted else json.dumps(CUES).encode())
        return
    video = request.query["v"]
    base = "https://www.youtube.com/api/timedtext?v=" + video
    tracks = [
        {"baseUrl": f"{base}&lang=en&kind=asr", "languageCode": "en", "kind": "asr"},
        {"baseUrl": f"{base}&lang=en" + ("&exp=xpe" * (video != VIDEO)), "languageCode": "en"},
    ]
    player = {
        "playabilityStatus": {"status": "ERROR", "reason": "Video unavailable"}
        if video[0] == "x"
        else {"status": "OK"},
        "videoDetails": {"title": 'Rivers & "lakes" };', "author": "Ana Ruiz"},
        "captions": {"playerCaptionsTracklistRenderer": {"captionTracks": tracks if video[0] != "n" else []}},
    }
    script = f"<script>var ytInitialPlayerResponse = {json.dumps(player)};var meta = 1;</script>"
    request.send(f"<!DOCTYPE html><html>{script}</html>".encode(), Content_Type="text/html; charset=utf-8")


def drive(request: Request) -> None:
    if request.headers.get("authorization") != "Bearer ya29.token":
        request.send(b'{"error":{"code":401}}', 401, Content_Type="application/json")
        return
    parts = request.path.removeprefix("/drive/v3/files").strip("/").split("/")
    if parts == [""]:
        _list(request)
    elif parts[1:] == ["export"]:
        assert request.query["mimeType"].endswith("wordprocessingml.document")
        request.send(word("The plan for Plan"))
    elif request.query.get("alt") == "media":
        body = (SAMPLES / "library-guide.pdf").read_bytes() if parts[0].startswith("pdf") else b"Call the printer."
        request.send(body)
    else:
        owners = {"owners": [{"displayName": "佐藤"}], "modifiedTime": "2026-04-01T09:00:00.000Z"}
        request.send(json.dumps({"id": parts[0], **FILES[parts[0]], **owners}).encode())


def _list(request: Request) -> None:
    """One file a page, as if there were thousands."""
    folder = request.query["q"].split("'")[1]
    assert request.query["q"] == f"'{folder}' in parents and trashed = false"
    children = [{"id": key, **file} for key, file in FILES.items() if file.get("parent") == folder]
    page = int(request.query.get("pageToken", "0"))
    following = {"nextPageToken": str(page + 1)} if page + 1 < len(children) else {}
    request.send(json.dumps({"files": children[page : page + 1], **following}).encode())


def word(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with internet(tmp_path_factory.mktemp("services"), answer) as running:
        yield running


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://www.figma.com/design/AbC123/App?node-id=1-2", "/v1/files/AbC123"),
        ("https://figma.com/file/AbC123", "/v1/files/AbC123"),
        ("https://www.figma.com/design/AbC123/branch/Xyz9/App", "/v1/files/Xyz9"),
    ],
)
def test_a_figma_file(world: Internet, address: str, path: str) -> None:
    found = fetch(address, {"figma": "figd_secret"}, world.web)
    document = loaders.load(found.data, found.name)
    assert (found.name, document.title) == ("App v2 final.json", "App: v2/final")
    assert [block.text for block in document.blocks] == ["Screens", f"Sign in ({path})"]
    assert [block.location.page for block in document.blocks] == [1, 1]
    assert document.report.pages_without_text == ()


def test_figma_without_a_token_or_with_a_wrong_one(world: Internet) -> None:
    with pytest.raises(FetchFailed, match="needs a token"):
        loaders.load("https://www.figma.com/design/AbC123/App")
    with pytest.raises(FetchFailed, match="403"):
        fetch("https://www.figma.com/design/AbC123/App", {"figma": "wrong"}, world.web)


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.youtube.com/watch?v={VIDEO}&t=42s",
        f"https://youtube.com/watch?app=desktop&v={VIDEO}",
        f"https://youtu.be/{VIDEO}?si=x",
        f"https://m.youtube.com/shorts/{VIDEO}",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
    ],
)
def test_a_video_is_its_written_captions(world: Internet, address: str) -> None:
    found = fetch(address, web=world.web)
    document = loaders.load(found.data, found.name)
    assert [block.text for block in document.blocks] == ["[0:00:00] The river rises in the mountains."]
    assert (found.name, found.metadata["author"], found.metadata["captions"]) == (
        "Rivers & lakes };.json3",
        "Ana Ruiz",
        "en (written)",
    )
    assert found.metadata["url"] == f"https://www.youtube.com/watch?v={VIDEO}"


@pytest.mark.parametrize(
    ("video", "error", "message"),
    [
        ("gated567890", EmptyDocument, "its own player only"),
        ("none5678901", EmptyDocument, "no captions"),
        ("xgone678901", FetchFailed, "Video unavailable"),
    ],
)
def test_a_video_without_captions_says_what_to_do(
    world: Internet, video: str, error: type[loaders.LoadError], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        fetch(f"https://www.youtube.com/watch?v={video}", web=world.web)
    assert ".srt" in raised.value.hint


def test_a_document_of_google_comes_as_a_word_document(world: Internet) -> None:
    address = "https://docs.google.com/document/d/doc-0000001/edit#heading=h.1"
    found = fetch(address, {"google_drive": "ya29.token"}, world.web)
    assert found.name == "Plan.docx"
    assert loaders.load(found.data, found.name).blocks[0].text == "The plan for Plan"
    assert (found.metadata["author"], found.metadata["modified"]) == ("佐藤", "2026-04-01")


@pytest.mark.parametrize(
    "address",
    ["https://drive.google.com/file/d/pdf-0000001/view?usp=sharing", "https://drive.google.com/open?id=pdf-0000001"],
)
def test_a_file_of_google_drive_keeps_its_bytes(world: Internet, address: str) -> None:
    found = fetch(address, {"google_drive": "ya29.token"}, world.web)
    assert (found.name, found.data) == ("guide.pdf", (SAMPLES / "library-guide.pdf").read_bytes())


def test_a_folder_of_google_drive_is_an_archive_of_what_is_below_it(world: Internet) -> None:
    found = fetch("https://drive.google.com/drive/folders/folder-0001", {"google_drive": "ya29.token"}, world.web)
    assert found.name == "Project 図面.zip"
    assert zipfile.ZipFile(io.BytesIO(found.data)).namelist() == ["Minutes/Plan.docx", "Minutes/todo.txt", "guide.pdf"]
    children = loaders.load(found.data, found.name).children
    assert {child.name: child.document.blocks[0].text for child in children if child.document}[
        "Minutes/todo.txt"
    ] == "Call the printer."


def test_google_drive_without_a_token_or_with_an_old_one(world: Internet) -> None:
    address = "https://drive.google.com/file/d/pdf-0000001/view"
    with pytest.raises(FetchFailed, match="needs a token"):
        fetch(address, web=world.web)
    with pytest.raises(FetchFailed, match="401"):
        fetch(address, {"google_drive": "old"}, world.web)
    with pytest.raises(FetchFailed, match=r"no file of a form"):
        fetch("https://drive.google.com/open?id=form-000001", {"google_drive": "ya29.token"}, world.web)


def test_other_pages_of_these_services_are_pages() -> None:
    pages = ["https://www.youtube.com/@channel", "https://www.figma.com/pricing", "https://drive.google.com/drive/home"]
    assert not any(service.ADDRESSES.match(page) for page in pages for service in services())
