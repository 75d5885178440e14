"""OpenDocument texts, presentations and spreadsheets, written as the standard has them."""

from __future__ import annotations

import io
import zipfile

import pytest

from loaders import EncryptedDocument, Location, Skipped, load

URN = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
SPACES = " ".join(
    f'xmlns:{prefix}="{URN.format(name)}"'
    for prefix, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "presentation": "presentation",
        "style": "style", "chart": "chart",
    }.items()
)  # fmt: skip


def document(
    body: str, kind: str = "text", manifest: str = "<manifest/>", styles: str = "", parts: dict[str, str] | None = None
) -> bytes:
    """A file as LibreOffice packs it."""
    inside = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    styles = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content = f"<office:document-content {SPACES}>{styles}{inside}</office:document-content>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
        for name, part in (parts or {}).items():
            archive.writestr(name, part)
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


NUMBERED = """<text:list-style style:name="L1">
  <text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
  <text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2"/>
  <text:list-level-style-bullet text:level="3"/></text:list-style>
  <style:style style:name="P9" style:parent-style-name="Preformatted_20_Text"/>
  <style:style style:name="P8" style:parent-style-name="Caption"/>"""


def test_list_items_have_the_numbers_that_are_shown() -> None:
    def items(*texts: str, style: str = 'text:style-name="L1"') -> str:
        inside = "".join(f"<text:list-item>{text}</text:list-item>" for text in texts)
        return f"<text:list {style}>{inside}</text:list>"

    body = items(
        "<text:p>one</text:p>",
        "<text:p>two</text:p>" + items("<text:p>in</text:p>" + items("<text:p>dot</text:p>", style=""), style=""),
    )
    body += "<text:p>Between</text:p>" + items(
        "<text:p>three</text:p>", style='text:style-name="L1" text:continue-numbering="true"'
    )
    body += items("<text:p>anew</text:p>")
    found = [(b.text, b.level) for b in load(document(body, styles=NUMBERED), "a.odt").blocks]
    assert found == [
        ("1. one", 1), ("2. two", 1), ("2.a) in", 2), ("dot", 3), ("Between", 0), ("3. three", 1), ("1. anew", 1),
    ]  # fmt: skip


def test_code_is_one_block_and_a_caption_is_one() -> None:
    body = """<text:p text:style-name="P8">Table 1</text:p><text:p text:style-name="P9">if x:</text:p>
      <text:p text:style-name="P9"><text:s text:c="4"/>y()</text:p><text:p>End</text:p>"""
    found = [(b.kind, b.text) for b in load(document(body, styles=NUMBERED), "a.odt").blocks]
    assert found == [("caption", "Table 1"), ("code", "if x:\n    y()"), ("paragraph", "End")]


def test_formulas_and_charts_stand_where_they_are_drawn() -> None:
    math = """<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>x</mi><mo>=</mo><mfrac><mrow>
      <mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>2</mn></mfrac></mrow><annotation>x = 2</annotation></semantics>
      </math>"""
    cells = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{v}</text:p></table:table-cell>' for v in row)}"
        "</table:table-row>"
        for row in (("", "Sales"), ("Kobe", "12"))
    )
    chart = f"""<office:document-content {SPACES}><office:body><office:chart><chart:chart><chart:title>
      <text:p>By city</text:p></chart:title><table:table>{cells}</table:table></chart:chart></office:chart>
      </office:body>
      </office:document-content>"""
    link = """<draw:frame><draw:object xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="./{}"><loext:p
      xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"/></draw:object></draw:frame>"""
    body = f"<text:p>So {link.format('Object 1')} holds.</text:p><text:p>{link.format('Object 2')}</text:p>"
    data = document(body, parts={"Object 1/content.xml": math, "Object 2/content.xml": chart})
    assert [(b.kind, b.text) for b in load(data, "a.odt").blocks] == [
        ("paragraph", "So x=(a+1)/2 holds."),
        ("paragraph", "By city"),
        ("table", " | Sales\nKobe | 12"),
    ]


def test_headers_and_footers_are_notes_once_without_page_numbers() -> None:
    page = """<style:master-page><style:header><text:p>House rules</text:p></style:header><style:footer>
      <text:p>Page <text:page-number>1</text:page-number></text:p></style:footer></style:master-page>"""
    styles = f"<office:document-styles {SPACES}>{page}{page}</office:document-styles>"
    blocks = load(document("<text:p>Text.</text:p>", parts={"styles.xml": styles}), "a.odt").blocks
    assert [(b.kind, b.text) for b in blocks] == [("paragraph", "Text."), ("note", "House rules")]


def test_a_hidden_sheet_is_not_read_and_said() -> None:
    rows = """<table:table-row><table:table-cell><text:p>City</text:p></table:table-cell></table:table-row>
      <table:table-row><table:table-cell><text:p>Kobe</text:p></table:table-cell></table:table-row>"""
    shown, hidden = (
        f'<table:table table:name="{name}" table:style-name="ta{name}">{rows}</table:table>' for name in ("A", "B")
    )
    styles = "".join(
        f"""<style:style style:name="ta{name}"><style:table-properties table:display="{seen}"/></style:style>"""
        for name, seen in (("A", "true"), ("B", "false"))
    )
    found = load(document(shown + hidden, "spreadsheet", styles=styles), "a.ods")
    assert {block.location.sheet for block in found.blocks} == {"A"}
    assert found.report.skipped == (Skipped("hidden", "B"),)
