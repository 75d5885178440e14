"""PDFs of which only a part arrived."""

from __future__ import annotations

import io
import zlib

import pytest
from reportlab.pdfgen.canvas import Canvas

from loaders import DamagedDocument, Skipped, load


def _pages(*texts: str) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    for text in texts:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def test_the_pages_that_are_left_are_read_and_the_loss_is_told() -> None:
    data = _pages("The first page.", "The second page.")
    document = load(data[: data.rindex(b"endstream") - 20], "a.pdf")
    assert document.blocks[0].text == "The first page."
    assert document.report.skipped == (Skipped("damaged_end", "after page 2"),)


def test_pages_in_object_streams_are_unpacked() -> None:
    """As newer programs write them (ISO 32000-1, 7.5.7)."""
    content = b"BT /F1 12 Tf 72 700 Td (Packed but found.) Tj ET"
    objects = [
        b"<</Type/Page/MediaBox[0 0 600 800]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    head = b"3 0 4 %d " % len(objects[0])
    packed = zlib.compress(head + b"".join(objects))
    data = (
        b"%%PDF-1.7\n5 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(content), content)
        + b"6 0 obj\n<</Type/ObjStm/N 2/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n7 0 ob"
        % (len(head), len(packed), packed)
    )
    assert [block.text for block in load(data, "a.pdf").blocks] == ["Packed but found."]


def test_without_any_page_it_is_damaged() -> None:
    with pytest.raises(DamagedDocument):
        load(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<</Len", "a.pdf")
