"""OpenDocument texts, presentations and spreadsheets, written as the standard has them."""

from __future__ import annotations

import io
import zipfile

import pytest

from loaders import EncryptedDocument, Location, load

URN = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
SPACES = " ".join(
    f'xmlns:{prefix}="{URN.format(name)}"'
    for prefix, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "presentation": "presentation",
    }.items()
)  # fmt: skip


def document(body: str, kind: str = "text", manifest: str = "<manifest/>") -> bytes:
    inside = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    content = f"<office:document-content {SPACES}>{inside}</office:document-content>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return stream.getvalue()


def read(body: str, kind: str = "text") -> list[tuple[str, str, int]]:
    return [(b.kind, b.text, b.level) for b in load(document(body, kind), "a.odt").blocks]


def test_a_text_is_read_in_its_order_and_notes_come_last() -> None:
    body = """<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>
      <text:h text:outline-level="2">就業規則</text:h>
      <text:p>Two<text:s text:c="3"/>words<text:line-break/>and a line<text:note>
        <text:note-citation>1</text:note-citation>
        <text:note-body><text:p>A footnote.</text:p></text:note-body></text:note>.</text:p>
      <text:list><text:list-item><text:p>first</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item>
      </text:list></text:list-item></text:list>"""
    assert read(body) == [
        ("heading", "就業規則", 2),
        ("paragraph", "Two words\nand a line.", 0),
        ("list", "first", 1),
        ("list", "inner", 2),
        ("note", "A footnote.", 0),
    ]


def test_cells_that_span_and_repeat_keep_rows_and_columns_apart() -> None:
    body = """<table:table><table:table-header-rows><table:table-row>
      <table:table-cell><text:p>City</text:p></table:table-cell><table:table-cell><text:p>Year</text:p></table:table-cell>
      <table:table-cell><text:p>Sales</text:p></table:table-cell></table:table-row></table:table-header-rows>
      <table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>Kobe</text:p></table:table-cell>
      <table:table-cell table:number-columns-repeated="2"><text:p>7</text:p></table:table-cell></table:table-row>
      <table:table-row><table:covered-table-cell/><table:table-cell><text:p>2024</text:p></table:table-cell>
      <table:table-cell><text:p>8 | 9</text:p></table:table-cell></table:table-row></table:table>"""
    ((kind, text, _),) = read(body)
    assert kind == "table"
    assert text.split("\n")[:2] == ["City | Year | Sales", "Kobe | 7 | 7"]
    assert text.split("\n")[2].startswith("Kobe | 2024 | 8")


def test_a_slide_has_its_title_first_and_its_notes_last() -> None:
    body = """<draw:page><draw:frame><draw:text-box><text:p>Body</text:p></draw:text-box></draw:frame>
      <draw:frame presentation:class="title"><draw:text-box><text:p>Title</text:p></draw:text-box></draw:frame>
      <presentation:notes><draw:frame><draw:text-box><text:p>Say hello.</text:p></draw:text-box></draw:frame>
      </presentation:notes></draw:page>"""
    blocks = load(document(body, "presentation"), "a.odp").blocks
    assert [(b.kind, b.text) for b in blocks] == [("heading", "Title"), ("paragraph", "Body"), ("note", "Say hello.")]
    assert {b.location for b in blocks} == {Location(slide=1)}


def test_a_sheet_gives_a_row_each_with_its_number() -> None:
    row = "<table:table-row>{}</table:table-row>"
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = [row.format("".join(cell.format(text) for text in texts)) for texts in (["City", "Sales"], ["Kobe", "12"])]
    empty = '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
    nothing = '<table:table-cell table:number-columns-repeated="16384"/>'
    end = f'<table:table-row table:number-rows-repeated="1048570">{nothing}</table:table-row>'
    body = f'<table:table table:name="North">{empty}{"".join(rows)}{end}</table:table>'
    blocks = load(document(body, "spreadsheet"), "a.ods").blocks
    assert [(b.text, b.location) for b in blocks] == [
        ("North", Location(sheet="North")),
        ("City: Kobe | Sales: 12", Location(sheet="North", row=6)),
    ]


def test_a_flat_file_and_an_encrypted_one() -> None:
    inside = "<office:body><office:text><text:p>Flat.</text:p></office:text></office:body>"
    flat = f'<?xml version="1.0"?><office:document {SPACES}>{inside}</office:document>'
    assert load(flat.encode(), "a.fodt").blocks[0].text == "Flat."
    with pytest.raises(EncryptedDocument):
        load(document("", manifest="<manifest:encryption-data/>"), "a.odt")
