"""Real files, written by the libraries that people write them with."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import pptx
import pytest
from pptx.util import Cm
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
ZOO = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "zoo"


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    """Writes a PDF: each page is a list of (x, y from the bottom, size, text)."""

    def write(*pages: list[tuple[float, float, float, str]], rotation: int = 0, encrypt: str | None = None) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=(600, 800), invariant=1, encrypt=encrypt)
        for texts in pages:
            for x, y, size, text in texts:
                canvas.setFont("Helvetica", size)
                canvas.drawString(x, y, text)
            canvas.showPage()
        canvas.save()
        if not rotation:
            return target.getvalue()
        writer = PdfWriter(clone_from=target)
        for page in writer.pages:
            page.rotate(rotation)
        writer.write(turned := io.BytesIO())
        return turned.getvalue()

    return write


@pytest.fixture
def word() -> Callable[[Callable[[docx.document.Document], None]], bytes]:
    """Writes a Word document that a function has filled."""

    def write(fill: Callable[[docx.document.Document], None]) -> bytes:
        document = docx.Document()
        fill(document)
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()

    return write


@pytest.fixture
def slides() -> bytes:
    """Two slides: bullets of two levels with notes; a table and a group of shapes."""
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Opening hours"
    first.placeholders[1].text = "Weekdays"
    inner = first.placeholders[1].text_frame.add_paragraph()
    inner.text, inner.level = "9:30 to 19:00", 1
    first.notes_slide.notes_text_frame.text = "Mention the summer break."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "会議室"
    table = second.shapes.add_table(2, 2, Cm(1), Cm(4), Cm(8), Cm(3)).table
    for n, text in enumerate(("部屋", "定員", "会議室A", "24名")):
        table.cell(n // 2, n % 2).text = text
    outer = second.shapes.add_group_shape()
    outer.shapes.add_group_shape().shapes.add_textbox(Cm(1), Cm(9), Cm(4), Cm(1)).text_frame.text = "In two groups"
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()
