"""What lies on a PDF's pages beside their text: filled forms, comments, attached files; and what it says of itself."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.annotations import FreeText, Highlight, Text
from pypdf.generic import ArrayObject, FloatObject
from reportlab.pdfgen.canvas import Canvas

from loaders import load


def _form() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(600, 800), invariant=1)
    canvas.drawString(50, 700, "Name:")
    canvas.acroForm.textfield(name="name", value="Hanako Tanaka", x=150, y=695, width=200, height=20)
    canvas.drawString(50, 660, "Secret:")
    canvas.acroForm.textfield(name="pin", value="1234", x=150, y=655, width=200, height=20, fieldFlags="password")
    canvas.save()
    return target.getvalue()


def _written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_what_is_filled_into_a_form_stands_beside_its_label_and_a_password_is_left_out() -> None:
    document = load(_form(), "a.pdf")
    text = "\n".join(block.text for block in document.blocks)
    assert text == "Name:\nHanako Tanaka\nSecret:"
    box = next(box for block in document.blocks for box in block.location.boxes if 150 <= box.left < 152)
    assert (round(box.top), round(box.bottom)) == (85, 105)


def test_boxes_that_are_ticked_stand_between_the_words_of_their_line() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(600, 800), invariant=1)
    for height, words in ((700, ("Member", "Guest")), (660, ("cash", "card"))):
        canvas.drawString(80, height, words[0])
        canvas.drawString(200, height, words[1])
    canvas.acroForm.checkbox(name="m", checked=True, x=130, y=695)
    canvas.acroForm.checkbox(name="g", checked=False, x=250, y=695)
    canvas.acroForm.radio(name="pay", value="cash", selected=False, x=55, y=655)
    canvas.acroForm.radio(name="pay", value="card", selected=True, x=175, y=655)
    canvas.save()
    text = " ".join(block.text for block in load(target.getvalue(), "a.pdf").blocks)
    assert text.replace(" |", "").split() == ["Member", "☑", "Guest", "☐", "☐", "cash", "☑", "card"]


def test_comments_are_notes_and_typed_text_is_text(pdf) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf([(50, 700, 12, "The body of the page.")])))
    writer.add_annotation(0, FreeText(text="Typed on top", rect=(50, 600, 250, 620)))
    writer.add_annotation(0, Text(text="請求書を確認してください。", rect=(300, 600, 320, 620)))
    quads = ArrayObject([FloatObject(n) for n in (50, 712, 150, 712, 50, 698, 150, 698)])
    marked = Highlight(rect=(50, 698, 150, 712), quad_points=quads)
    writer.add_annotation(0, marked)
    document = load(_written(writer), "a.pdf")
    assert [(block.kind, block.text, block.location.page) for block in document.blocks] == [
        ("paragraph", "The body of the page.", 1),
        ("paragraph", "Typed on top", 1),
        ("note", "請求書を確認してください。", 1),
    ]


def test_attached_files_are_documents_of_their_own(pdf) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf([(50, 700, 12, "See the attachment.")])))
    writer.add_attachment("figures.csv", "部屋,定員\nA,12\n".encode())
    document = load(_written(writer), "a.pdf")
    assert [child.name for child in document.children] == ["figures.csv"]
    assert document.children[0].document.blocks[0].text.endswith("12")


def test_title_author_date_and_outline_are_read(pdf) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf([(50, 700, 12, "Rules")], [(50, 700, 12, "Leave")])))
    writer.add_metadata({"/Title": "就業規則", "/Author": "Unknown", "/CreationDate": "D:20260401120000+09'00'"})
    above = writer.add_outline_item("Rules", 0)
    writer.add_outline_item("Leave", 1, parent=above)
    document = load(_written(writer), "a.pdf")
    assert (document.title, dict(document.metadata)) == ("就業規則", {"created": "2026-04-01"})
    assert [(b.kind, b.level, b.text) for b in document.blocks] == [("heading", 1, "Rules"), ("heading", 2, "Leave")]


def test_addresses_behind_words_are_notes_and_those_that_are_printed_are_not() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(72, 700, "See the report and www.example.org/b for more.")
    canvas.linkURL("https://example.org/a?x=1", (72, 695, 145, 712))
    canvas.linkURL("https://www.example.org/b/", (170, 695, 300, 712))
    canvas.linkURL("../../sport.html", (305, 695, 340, 712))  # beside a file that nobody has here
    canvas.save()
    notes = [block for block in load(stream.getvalue(), "a.pdf").blocks if block.kind == "note"]
    assert [(note.text, note.location.page) for note in notes] == [("See the report: https://example.org/a?x=1", 1)]
