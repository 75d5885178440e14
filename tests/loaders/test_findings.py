"""What fuzzing and the zoo found, as small as it gets. Each of these once failed in the way that its name says."""

from __future__ import annotations

import io
import json
import struct
import time
import zipfile

import pytest

from loaders import DamagedDocument, DocumentTooLarge, LoadError, load
from loaders._pypdf import Reader


def archive(files: dict[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return target.getvalue()


def break_entry(data: bytes, content: bytes) -> bytes:
    """The content of a stored entry changed, so that its checksum is wrong."""
    assert data.count(content) == 1
    return data.replace(content, bytes(reversed(content)))


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "iso-2022-jp"])
def test_mail_with_raw_bytes_in_its_header_lines_is_read(encoding: str) -> None:
    lines = [
        "Message-ID: <1@example.jp>",
        "MIME-Version: 1.0",
        "From: 山田太郎 <yamada@example.jp>",
        "Subject: 会議の件です",
        f"Content-Type: text/plain; charset={encoding}",
        "",
        "明日の会議は三時からです。",
    ]
    document = load("\r\n".join(lines).encode(encoding), "a.eml")
    assert document.title == "会議の件です"
    assert [b.text for b in document.blocks] == [
        "会議の件です",
        "From: 山田太郎 <yamada@example.jp>",
        "明日の会議は三時からです。",
    ]


def test_mail_with_broken_bytes_in_its_subject_is_read() -> None:
    header = b"Message-ID: <1@x>\r\nMIME-Version: 1.0\r\nSubject: caf\xff\xfe\x81 =?utf-8?q?ok?=\r\n\r\nBody text.\r\n"
    assert load(header, "a.eml").blocks[-1].text == "Body text."


def test_deeply_nested_notes_and_markup_do_not_exhaust_the_stack() -> None:
    note = (
        "<note><title>"
        + "<b>" * 200
        + "Deep"
        + "</b>" * 200
        + "</title><content><![CDATA[<en-note>Text</en-note>]]></content></note>"
    )
    export = f'<?xml version="1.0"?><en-export>{note}</en-export>'.encode()
    assert load(export, "a.enex").blocks[-1].text == "Text"
    for opened in ("<div>", "<ul><li>", "<table><tr><td>", "<b>"):
        page = ("<!doctype html><p>Before.</p>" + opened * 5000 + "inside").encode()
        assert load(page, "a.html").blocks[0].text == "Before."


def test_a_broken_day_of_a_slack_export_leaves_the_others_readable() -> None:
    message = {"type": "message", "user": "U1", "text": "Lunch at noon.", "ts": "1452970000.000100"}
    files = {
        "users.json": json.dumps([{"id": "U1", "name": "ann", "profile": {"real_name": "Ann Lee"}}]),
        "channels.json": json.dumps([{"id": "C1", "name": "general"}]),
        "general/2016-01-16.json": json.dumps([message]),
        "general/2016-01-17.json": "[{broken",
        "general/2016-01-18.json": json.dumps([message | {"ts": "1e300"}]),
    }
    document = load(archive(files), "slack.zip")
    texts = [b.text for b in document.blocks]
    assert texts == [
        "#general",
        "2016-01-16",
        "Ann Lee (18:46): Lunch at noon.",
        "2016-01-18",
        "Ann Lee (?): Lunch at noon.",
    ]
    assert [(s.reason, s.what) for s in document.report.skipped] == [("damaged_member", "general/2016-01-17.json")]


def test_archives_that_hold_themselves_end() -> None:
    name = "Export-d2b14fbf-86de-4508-a1b2-6515ff8d7aab-Part-1.zip"
    page = archive({"Home 2a889dba369b48709ec62508d5020d93.md": "# Home\n\nWelcome."})
    data = archive({name: page})
    assert load(data, "notion.zip").children[0].name == "Home.md"
    for _ in range(5):
        data = archive({name: data})
    with pytest.raises(DocumentTooLarge) as caught:
        load(data, "notion.zip")
    assert "nested" in caught.value.message


def test_a_book_with_a_broken_table_of_contents_is_read() -> None:
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    package = (
        '<package><metadata/><manifest><item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="c"/></spine></package>'
    )
    contents = "<ncx>the table of contents</ncx>"
    book = archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "b.opf": package,
            "toc.ncx": contents,
            "c.xhtml": "<html><body><p>Chapter text.</p></body></html>",
        }
    )
    document = load(break_entry(book, contents.encode()), "a.epub")
    assert [b.text for b in document.blocks] == ["Chapter text."]
    assert [s.what for s in document.report.skipped] == ["table of contents"]


def test_an_archive_with_an_entry_without_a_name_is_read() -> None:
    data = archive({"a.txt": "Some text.", "Q": "nameless"}).replace(b"Q", b"\0")
    assert [child.name for child in load(data, "a.zip").children] == ["a.txt"]


def _ole_entry(name: str, kind: int, child: int, sibling: int = 0xFFFFFFFF) -> bytes:
    """An entry of a directory in an OLE container ([MS-CFB] 2.6)."""
    encoded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBB3I16sIQQIQ", encoded, len(encoded) + 2, kind, 1, 0xFFFFFFFF, sibling, child, b"", 0, 0, 0, 0xFFFFFFFE, 0
    )


def test_an_office_container_inside_itself_is_refused() -> None:
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    fields = (0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6s9I", *fields)
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, end, *[free] * 126)
    # The root, which says that it is a storage, has one child, which has the root as its child.
    directory = _ole_entry("Root Entry", 1, 1) + _ole_entry("A", 1, 0) + bytes(256)
    with pytest.raises(LoadError):
        load(header + table + directory, "a.msg")


def test_the_search_for_the_lost_root_of_a_pdf_ends() -> None:
    data = b"%PDF-1.4\n" + b"% nothing\n" * 50_000 + b"trailer <</Size 1000000 /Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
    start = time.process_time()
    with pytest.raises(DamagedDocument):
        load(data, "a.pdf")
    assert time.process_time() - start < 10


def test_a_pdf_is_not_searched_for_each_of_its_lost_objects() -> None:
    data = (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Count 0/Kids[]>>\nendobj\n"
        b"%" + b"x" * 1_000_000 + b"\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 6>>\n"
    )
    reader = Reader(data + b"startxref\n%d\n%%%%EOF\n" % data.index(b"xref"), None)
    start = time.process_time()
    assert {reader.get_object(number) for number in range(10, 8_000)} == {None}
    assert time.process_time() - start < 2
    assert reader.get_object(2) == {"/Count": 0, "/Kids": []}  # it is not in the list of objects either
