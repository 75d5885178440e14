"""Files that tests hand in, made by the libraries that people's programs use."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas


def pdf(text: str) -> bytes:
    """One page with one line."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(72, 700, text)
    canvas.save()
    return stream.getvalue()


def encrypted_pdf(text: str, password: str) -> bytes:
    """The same, closed with AES-256."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf(text)))
    writer.encrypt(password, algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
