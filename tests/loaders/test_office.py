"""What is read of Word documents and presentations."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx import Presentation
from pptx.util import Inches

from loaders import DamagedDocument, DocumentTooLarge, load
from tests.loaders.conftest import SAMPLES


def test_word_keeps_headings_lists_and_tables_in_order(word) -> None:
    def fill(document: docx.document.Document) -> None:
        document.add_heading("規則", 1)
        document.add_paragraph("最初の段落です。")
        document.add_table(1, 2).rows[0].cells[0].text = "部屋"
        document.tables[0].rows[0].cells[1].text = "定員"
        document.add_heading("細則", 2)
        document.add_paragraph("一つ目", style="List Bullet")
        document.add_paragraph("内側", style="List Number 2")
        document.sections[0].header.paragraphs[0].text = "社外秘"
        document.sections[0].footer.paragraphs[0].text = "2026年"

    document = load(word(fill), "a.docx")
    assert [(b.kind, b.level, b.text) for b in document.blocks] == [
        ("heading", 1, "規則"),
        ("paragraph", 0, "最初の段落です。"),
        ("table", 0, "部屋 | 定員"),
        ("heading", 2, "細則"),
        ("list", 1, "一つ目"),
        ("list", 1, "1. 内側"),
        ("note", 0, "社外秘"),
        ("note", 0, "2026年"),
    ]
    assert (document.language, document.title) == ("ja", "規則")


def test_merged_and_nested_cells_are_laid_out(word) -> None:
    def fill(document: docx.document.Document) -> None:
        table = document.add_table(3, 3)
        for r in range(3):
            for c in range(3):
                table.cell(r, c).text = f"{r}{c}"
        table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
        table.cell(1, 0).merge(table.cell(2, 0)).text = "tall"
        nested = table.cell(2, 2).add_table(1, 2)
        nested.cell(0, 0).text, nested.cell(0, 1).text = "in", "side"

    tables = [block.text for block in load(word(fill), "a.docx").blocks]
    assert tables == ["wide |  | 02\ntall | 11 | 12\ntall | 21 | 22 in side", "in | side"]


def test_deleted_text_is_out_and_inserted_text_and_text_boxes_are_in(word) -> None:
    def fill(document: docx.document.Document) -> None:
        ns = nsdecls("w")
        document.element.body.insert(
            0,
            parse_xml(
                f"<w:p {ns}><w:r><w:t>The fee is </w:t></w:r>"
                "<w:del w:id='1' w:author='a'><w:r><w:delText>500</w:delText></w:r></w:del>"
                "<w:ins w:id='2' w:author='a'><w:r><w:t>300</w:t></w:r></w:ins>"
                "<w:r><w:t xml:space='preserve'> yen.</w:t></w:r>"
                "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
                "</w:p>"
            ),
        )

    assert [block.text for block in load(word(fill), "a.docx").blocks] == ["The fee is 300 yen.", "In a box"]


def test_a_truncated_word_document_is_damaged(word) -> None:
    data = word(lambda document: document.add_paragraph("Text" * 100))
    for size in (len(data) - 30, len(data) // 2, 100):
        with pytest.raises(DamagedDocument) as error:
            load(data[:size], "a.docx")
        assert error.value.code == "damaged"


def test_entities_are_not_expanded(word) -> None:
    data = _with_document(
        word,
        "<!DOCTYPE x [<!ENTITY a 'lollol'><!ENTITY b '&a;&a;&a;'><!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
        "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r>"
        "<w:t>before</w:t></w:r><w:r><w:t>&b;&f;</w:t></w:r><w:r><w:t>after</w:t></w:r></w:p></w:body></w:document>",
    )
    assert load(data, "a.docx").blocks[0].text == "beforeafter"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(word) -> None:
    with pytest.raises(DocumentTooLarge) as error:
        load(_with_document(word, "<a>" + " " * 170_000_000 + "</a>"), "a.docx")
    assert error.value.code == "too_large"


def _with_document(word, xml: str) -> bytes:
    """A Word package whose document part is this XML."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(lambda _: None))) as source, zipfile.ZipFile(target, "w", 8) as out:
        for name in source.namelist():
            out.writestr(name, xml if name == "word/document.xml" else source.read(name))
    return target.getvalue()


def test_slides_give_titles_levels_tables_groups_and_notes(slides) -> None:
    document = load(slides, "a.pptx")
    assert [(b.kind, b.level, b.text, b.location.slide) for b in document.blocks] == [
        ("heading", 1, "Opening hours", 1),
        ("list", 1, "Weekdays", 1),
        ("list", 2, "9:30 to 19:00", 1),
        ("note", 0, "Mention the summer break.", 1),
        ("heading", 1, "会議室", 2),
        ("table", 0, "部屋 | 定員\n会議室A | 24名", 2),
        ("paragraph", 0, "In two groups", 2),
    ]
    assert (document.title, document.pages) == ("Opening hours", 2)


def test_a_cell_of_several_rows_of_a_slide_stands_in_each() -> None:
    deck = Presentation()
    table = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_table(3, 2, 0, 0, Inches(4), Inches(1)).table
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 0).merge(table.cell(2, 0))
    for row, column, text in ((0, 0, "Wide"), (1, 0, "Tall"), (1, 1, "x"), (2, 1, "y")):
        table.cell(row, column).text = text
    deck.save(stream := io.BytesIO())
    assert [block.text for block in load(stream.getvalue(), "a.pptx").blocks] == ["Wide | \nTall | x\nTall | y"]


def test_the_word_sample_is_found_whole() -> None:
    document = load(SAMPLES / "annual-plan-ja.docx")
    assert (document.title, document.language) == ("令和8年度 事業計画", "ja")
    table = next(block for block in document.blocks if block.kind == "table")
    assert table.text.splitlines()[1] == "来館者数 | 61,480人 | 65,000人"
    assert document.blocks[-1].text == "星野町立図書館 令和8年3月18日 図書館協議会承認"
