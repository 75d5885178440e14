"""Files embedded in Office documents, pictures, and what else stands beside the text."""

from __future__ import annotations

import io
import zipfile

from docx import Document as Word
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from loaders import Skipped, load


def saved(document: object) -> bytes:
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(name, part)
    return stream.getvalue()


def test_files_in_a_word_document_are_read_and_pictures_are_said() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    word = Word()
    word.add_paragraph("See the figures.")
    word.add_picture(picture)
    data = with_part(saved(word), "word/embeddings/sales.csv", b"city,sales\nKobe,12\n")
    data = with_part(with_part(data, "word/embeddings/oleObject1.bin", b"x"), "word/vbaProject.bin", b"x")
    document = load(data, "a.docx")
    assert [(child.name, child.document.blocks[0].text if child.document else "") for child in document.children] == [
        ("sales.csv", "city: Kobe | sales: 12")
    ]
    assert set(document.report.skipped) == {
        Skipped("embedded_object", "oleObject1.bin"),
        Skipped("macro", "vbaProject.bin"),
        Skipped("image", "1"),
    }


def test_a_charts_own_workbook_is_no_file_of_its_own() -> None:
    deck = Presentation()
    for _ in range(2):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
    numbers = CategoryChartData()
    numbers.categories = ["North", "South"]
    numbers.add_series("Sales", (4.5, 7))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), numbers)
    document = load(saved(deck), "a.pptx")
    assert document.children == ()
    assert document.pages == 2
    assert document.report.pages_without_text == (1,)
    assert any("North" in block.text and "4.5" in block.text for block in document.blocks)
