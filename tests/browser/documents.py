"""Files that the browser tests upload, made by the libraries that people's programs use."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

ENGLISH = {
    1: ["Lighthouse keeper's manual", "The lamp is cleaned every morning with a dry linen cloth."],
    2: [
        "In fog",
        "In fog the horn is sounded for five seconds in every minute.",
        "Log each hour of fog in ink.",
    ],
}
JAPANESE = [
    "有給休暇は入社から六か月後に十日付与されます。",
    "通勤手当は月額三万円を上限として支給します。",
    "社員食堂は午前十一時から午後二時まで営業しています。",
]


def pdf() -> bytes:
    """Two pages; the horn is on the second."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for lines in ENGLISH.values():
        for number, line in enumerate(lines):
            canvas.setFont("Helvetica-Bold" if number == 0 else "Helvetica", 18 if number == 0 else 11)
            canvas.drawString(72, 760 - 28 * number, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def docx() -> bytes:
    """A heading and three paragraphs in Japanese."""
    buffer = BytesIO()
    document = Document()
    document.add_heading("就業規則", 1)
    for text in JAPANESE:
        document.add_paragraph(text)
    document.save(buffer)
    return buffer.getvalue()


def upload(name: str, data: bytes) -> dict[str, str | bytes]:
    """A file as Playwright hands it to a file input."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}
