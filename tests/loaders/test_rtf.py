"""Rich Text: what people see of it, in any code page; nothing of its machinery."""

from __future__ import annotations

import pytest

from loaders import Skipped, load

STYLES = rb"{\stylesheet{\s1\outlinelevel0 Chapter;}{\s2 heading 2;}{\s7 Normal;}{\s8 Title;}}"
FONTS = rb"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset128 MS Mincho;}{\f2\fcharset204 Arial Cyr;}}"


def read(body: bytes) -> list[tuple[str, str, int]]:
    document = load(rb"{\rtf1\ansi\ansicpg1252\deff0 " + FONTS + STYLES + body + b"}", "a.rtf")
    return [(block.kind, block.text, block.level) for block in document.blocks]


def test_headings_lists_and_paragraphs() -> None:
    body = rb"""{\pard\s8 House\par}{\pard\s1 Rules\par}{\pard\s2 Leave\par}
\pard\s7 Ten {\b days} a\~year\line and more.\par
\pard\ls1 {\listtext 1.\tab}first\par\pard\ls1\ilvl1 {\listtext\f3 \'b7\tab}inner\par\pard Last"""
    assert read(body) == [
        ("heading", "House", 1),
        ("heading", "Rules", 1),
        ("heading", "Leave", 2),
        ("paragraph", "Ten days a year\nand more.", 0),
        ("list", "1. first", 1),
        ("list", "inner", 2),
        ("paragraph", "Last", 0),
    ]


def test_headers_and_footers_are_notes_once_without_page_numbers() -> None:
    body = rb"{\header\pard House rules\par}{\headerf\pard House rules\par}{\footer Page \chpgn\par}\pard Text.\par"
    assert read(body) == [("paragraph", "Text.", 0), ("note", "House rules", 0)]


def test_a_table_keeps_rows_and_columns() -> None:
    body = rb"""\trowd\cellx1\cellx2\pard\intbl City\cell Sales\cell\row
\trowd\pard\intbl Kobe\par\intbl port\cell 12\cell\row\pard After\par"""
    assert read(body) == [("table", "City | Sales\nKobe port | 12", 0), ("paragraph", "After", 0)]


def test_what_stands_in_a_cell_of_several_rows_stands_in_each() -> None:
    body = rb"""\trowd\clvmgf\cellx1\cellx2\pard\intbl Kobe\cell 2024\cell\row
\trowd\clvmrg\cellx1\cellx2\pard\intbl\cell 2025\cell\row
\trowd\cellx1\cellx2\pard\intbl\cell 2026\cell\row"""
    assert read(body) == [("table", "Kobe | 2024\nKobe | 2025\n | 2026", 0)]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"caf\'e9 \u8364? \u-10179?\u-8704?", "café € 😀"),
        (rb"\f1\'90\'7d\'8f\'91\'8a\'d9\f0  ok", "図書館 ok"),
        (b"\\f1 \x8f\x91\x8a\xd9", "書館"),
        (rb"\f2\'cc\'e8\'f0", "Мир"),
        (rb"\uc0\u22259\u26360\u39208", "図書館"),
        (rb"\uc2\u22259\'90\'7d\u26360\'8f\'91.", "図書."),
        (rb"a\{b\}c\\d\endash e", "a{b}c\\d–e"),
        (rb"seen{\v hidden}{\*\unknown nothing}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "seenlink"),
    ],
)
def test_characters(body: bytes, text: str) -> None:
    assert read(body) == [("paragraph", text, 0)]


def test_notes_come_last_and_pictures_are_said() -> None:
    body = rb"Text{\footnote\pard A note.}.{\pict\pngblip 89504e470d0a}\par{\header Page 1}End\par"
    document = load(rb"{\rtf1{\info{\title Titel}{\author Ann}}" + body + b"}", "a.rtf")
    assert [(b.kind, b.text) for b in document.blocks] == [
        ("paragraph", "Text."),
        ("paragraph", "End"),
        ("note", "A note."),
    ]
    assert (document.title, document.metadata["author"]) == ("Titel", "Ann")
    assert document.report.skipped == (Skipped("image", "1"),)


def test_a_cut_or_unbalanced_file_is_read_as_far_as_it_goes() -> None:
    assert [b.text for b in load(rb"{\rtf1 One\par Tw", "a.rtf").blocks] == ["One", "Tw"]
    assert [b.text for b in load(rb"{\rtf1 One}}}\par Two" + b"{" * 5000, "a.rtf").blocks] == ["One", "Two"]


def test_a_table_in_a_cell_is_text_of_the_cell_and_a_table() -> None:
    properties = rb"{\*\nesttableprops\trowd\cellx100\cellx200\nestrow}{\nonesttables\par}"
    inner = rb"\pard\intbl\itap2 e\nestcell f\nestcell" + properties
    data = rb"{\rtf1\ansi\trowd\cellx1000\cellx2000\pard\intbl d\cell above " + inner
    data += rb"\pard\intbl\cell\row\pard end\par}"
    document = load(data, "a.rtf")
    assert [(b.kind, b.text) for b in document.blocks] == [
        ("table", "d | above e f"),
        ("table", "e | f"),
        ("paragraph", "end"),
    ]


def test_text_boxes_are_read_and_what_stands_for_them_in_old_programs_is_not() -> None:
    shape = rb"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\shptxt \pard In the box\par}}{\shprslt In the box}}"
    texts = [block.text for block in load(rb"{\rtf1\ansi Before\par " + shape + rb"After\par}", "a.rtf").blocks]
    assert texts == ["Before", "In the box", "After"]
