"""Fonts that hide their characters, and cells of several rows: PDFs that are written here object by object."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import reportlab
from fontTools.ttLib import TTFont
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

from loaders import _ocr, load

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
BAD_MAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def
1 begincodespacerange <00><FF> endcodespacerange 2 beginbfrange <21><21><0000> <22><22><21b5> endbfrange endcmap"""


def _name(text: str) -> NameObject:
    return NameObject(f"/{text}")


def _page(writer: PdfWriter, fonts: dict[str, DictionaryObject], content: bytes) -> None:
    page = writer.add_blank_page(400, 200)
    stream = DecodedStreamObject()
    stream.set_data(content)
    page[_name("Contents")] = writer._add_object(stream)
    named = DictionaryObject({_name(key): writer._add_object(font) for key, font in fonts.items()})
    page[_name("Resources")] = DictionaryObject({_name("Font"): named})


def _written(writer: PdfWriter) -> bytes:
    writer.write(target := io.BytesIO())
    return target.getvalue()


def _glyph_font(writer: PdfWriter, data: bytes) -> DictionaryObject:
    """A composite font whose codes are glyph numbers, without a map to Unicode."""
    stream = DecodedStreamObject()
    stream.set_data(data)
    box = ArrayObject(NumberObject(n) for n in (-200, -300, 1300, 1000))
    descriptor = DictionaryObject({
        _name("Type"): _name("FontDescriptor"), _name("FontName"): _name("ABCDEF+Vera"),
        _name("Flags"): NumberObject(4), _name("FontBBox"): box, _name("ItalicAngle"): NumberObject(0),
        _name("Ascent"): NumberObject(900), _name("Descent"): NumberObject(-200),
        _name("CapHeight"): NumberObject(700), _name("StemV"): NumberObject(80),
        _name("FontFile2"): writer._add_object(stream),
    })  # fmt: skip
    system = DictionaryObject({
        _name("Registry"): TextStringObject("Adobe"), _name("Ordering"): TextStringObject("Identity"),
        _name("Supplement"): NumberObject(0),
    })  # fmt: skip
    descendant = DictionaryObject({
        _name("Type"): _name("Font"), _name("Subtype"): _name("CIDFontType2"), _name("DW"): FloatObject(600),
        _name("BaseFont"): _name("ABCDEF+Vera"), _name("CIDSystemInfo"): system,
        _name("FontDescriptor"): writer._add_object(descriptor), _name("CIDToGIDMap"): _name("Identity"),
    })  # fmt: skip
    return DictionaryObject({
        _name("Type"): _name("Font"), _name("Subtype"): _name("Type0"), _name("BaseFont"): _name("ABCDEF+Vera"),
        _name("Encoding"): _name("Identity-H"),
        _name("DescendantFonts"): ArrayObject([writer._add_object(descendant)]),
    })  # fmt: skip


def _in_glyphs(text: str, data: bytes) -> str:
    font = TTFont(io.BytesIO(data))
    names = font.getBestCmap()
    return "".join(f"{font.getGlyphID(names[ord(character)]):04x}" for character in text)


def test_glyph_numbers_are_read_by_the_map_in_the_font_file() -> None:
    writer, data = PdfWriter(), VERA.read_bytes()
    text = "Größe and 12 más\tx".replace("\t", " ")
    content = f"BT /F1 12 Tf 40 100 Td <{_in_glyphs(text, data)}> Tj ET".encode()
    _page(writer, {"F1": _glyph_font(writer, data)}, content)
    document = load(_written(writer), "a.pdf")
    assert [block.text for block in document.blocks] == [text]
    (box,) = document.blocks[0].location.boxes
    assert (box.left, box.page) == (pytest.approx(40, abs=2), 1)


def test_glyphs_that_nothing_names_are_left_to_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ocr, "available", lambda: False)
    font = TTFont(VERA)
    del font["cmap"]
    font.save(target := io.BytesIO())
    writer, whole = PdfWriter(), VERA.read_bytes()
    content = f"BT /F1 12 Tf 40 100 Td <{_in_glyphs('what is it all about then', whole)}> Tj ET".encode()
    _page(writer, {"F1": _glyph_font(writer, target.getvalue())}, content)
    document = load(_written(writer), "a.pdf")
    assert [(one.reason, one.what) for one in document.report.skipped] == [("no_ocr", "1")]


def test_ligatures_go_by_the_names_in_the_encoding_where_the_map_is_wrong() -> None:
    writer = PdfWriter()
    map_ = DecodedStreamObject()
    map_.set_data(BAD_MAP)
    names = ArrayObject([NumberObject(33), _name("fi"), _name("fl")])
    ligatures = DictionaryObject({
        _name("Type"): _name("Font"), _name("Subtype"): _name("Type1"), _name("BaseFont"): _name("Times-Roman"),
        _name("Encoding"): DictionaryObject({_name("Type"): _name("Encoding"), _name("Differences"): names}),
        _name("FirstChar"): NumberObject(33), _name("LastChar"): NumberObject(34),
        _name("Widths"): ArrayObject([NumberObject(800), NumberObject(550)]),
        _name("ToUnicode"): writer._add_object(map_),
    })  # fmt: skip
    letters = DictionaryObject({
        _name("Type"): _name("Font"), _name("Subtype"): _name("Type1"), _name("BaseFont"): _name("Times-Roman"),
    })  # fmt: skip
    words = b'/L 12 Tf (of) Tj /F 12 Tf (!) Tj /L 12 Tf (ces re) Tj /F 12 Tf (") Tj /L 12 Tf (ect) Tj'
    content = b"BT 40 100 Td " + words + b" ET"
    _page(writer, {"L": letters, "F": ligatures}, content)
    (block,) = load(_written(writer), "a.pdf").blocks
    assert block.text == "offices reflect"


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [("ABCDEF+SymbolMT", "f0b7", "•"), ("OpenSymbol", "f0b7", "•"), ("Wingdings-Regular", "f0a7", "▪")],
)
def test_bullets_of_symbol_fonts_are_items_of_a_list(font: str, code: str, shown: str) -> None:
    writer = PdfWriter()
    map_ = DecodedStreamObject()
    map_.set_data(BAD_MAP.replace(b"<21><21><0000>", f"<21><21><{code}>".encode()))
    bullets = DictionaryObject({
        _name("Type"): _name("Font"), _name("Subtype"): _name("TrueType"), _name("BaseFont"): _name(font),
        _name("FirstChar"): NumberObject(33), _name("LastChar"): NumberObject(34),
        _name("Widths"): ArrayObject([NumberObject(460), NumberObject(460)]),
        _name("ToUnicode"): writer._add_object(map_),
    })  # fmt: skip
    letters = DictionaryObject({
        _name("Type"): _name("Font"), _name("Subtype"): _name("Type1"), _name("BaseFont"): _name("Times-Roman"),
    })  # fmt: skip
    items = "".join(
        f"1 0 0 1 40 {y} Tm /B 12 Tf (!) Tj 1 0 0 1 58 {y} Tm /L 12 Tf ({text}) Tj "
        for y, text in ((100, "Hire two engineers"), (86, "Open the office"))
    )
    _page(writer, {"L": letters, "B": bullets}, f"BT {items} ET".encode())
    blocks = load(_written(writer), "a.pdf").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("list", f"{shown} Hire two engineers"),
        ("list", f"{shown} Open the office"),
    ]


def test_a_cell_of_several_rows_stands_in_each() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(400, 300), invariant=1)
    canvas.setFont("Helvetica", 10)
    for y in (250, 190, 160, 130):
        canvas.line(50, y, 350, y)
    canvas.line(150, 220, 350, 220)  # not under the first column
    for x in (50, 150, 350):
        canvas.line(x, 130, x, 250)
    canvas.line(250, 130, 250, 220)  # "Results" stands over two columns
    cells = [(155, 231, "Results"), (60, 221, "Category"), (60, 209, "of disability"), (155, 201, "Accuracy")]
    cells += [(255, 201, "Time"), (60, 171, "Blind"), (155, 171, "34.5%"), (255, 171, "1199 sec")]
    cells += [(60, 141, "Mobility"), (155, 141, "95.4%"), (255, 141, "1416 sec")]
    for x, y, text in cells:
        canvas.drawString(x, y, text)
    canvas.save()
    (table,) = load(target.getvalue(), "a.pdf").blocks
    assert table.text.split("\n") == [
        "Category of disability | Results | ",
        "Category of disability | Accuracy | Time",
        "Blind | 34.5% | 1199 sec",
        "Mobility | 95.4% | 1416 sec",
    ]
