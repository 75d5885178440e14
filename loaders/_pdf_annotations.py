"""What lies on a PDF's pages or hangs on them: values of form fields, typed notes, comments, attached files."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders._content import Member
from loaders._document import Skipped
from loaders._pdf_lines import Cell, Line
from loaders._pdf_order import same_height
from loaders._text import tidy

_MOST = 2000  # annotations of a page, attachments of a file
_LONGEST = 100_000  # characters
_LONGEST_ADDRESS = 2048
_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel):|www\.", re.IGNORECASE)
_WIDGET, _FREE_TEXT = pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT
_COMMENTS = frozenset(
    [
        pdfium_c.FPDF_ANNOT_TEXT, pdfium_c.FPDF_ANNOT_HIGHLIGHT, pdfium_c.FPDF_ANNOT_UNDERLINE,
        pdfium_c.FPDF_ANNOT_SQUIGGLY, pdfium_c.FPDF_ANNOT_STRIKEOUT, pdfium_c.FPDF_ANNOT_CARET,
    ]
)  # fmt: skip
_TYPED = frozenset(
    [pdfium_c.FPDF_FORMFIELD_TEXTFIELD, pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX]
)
_TICKED = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
_HIDDEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW


class Annotations:
    """The annotations of one page."""

    def __init__(self, document: pdfium.PdfDocument, page: pdfium.PdfPage, number: int) -> None:
        """The lines that people have typed on the page, what they have noted beside it, its links and files."""
        self.lines: list[Line] = []
        self.comments: list[str] = []
        self.links: list[tuple[Any, str]] = []  # where on the page, and the address
        self.files: list[pdfium.PdfAttachment] = []
        self._document, self._page, self._number = document, page, number
        for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MOST)):
            annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
            if annotation and not pdfium_c.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                self._read(annotation)
            pdfium_c.FPDFPage_CloseAnnot(annotation)

    def _read(self, annotation: Any) -> None:
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        if kind in (_WIDGET, _FREE_TEXT):
            text = self._field(annotation) if kind == _WIDGET else _said(annotation)
            self.lines += self._typed(annotation, text) if text else []
        elif kind in _COMMENTS and (text := _said(annotation)):
            self.comments.append(text)
        elif kind == pdfium_c.FPDF_ANNOT_LINK and (address := self._address(annotation)):
            edges = pdfium_c.FS_RECTF()
            pdfium_c.FPDFAnnot_GetRect(annotation, edges)
            self.links.append((edges, address))
        elif kind == pdfium_c.FPDF_ANNOT_FILEATTACHMENT:
            attached = pdfium_c.FPDFAnnot_GetFileAttachment(annotation)
            self.files += [pdfium.PdfAttachment(attached, self._document)] if attached else []

    def linked(self, lines: Sequence[Line]) -> list[str]:
        """Addresses that the page leads to and does not show, each after the words that it is behind."""
        shown = "".join("".join(line.text.split()) for line in lines) if self.links else ""
        hidden = [(edges, address) for edges, address in self.links if _bare(address) not in shown]
        if not hidden:
            return []
        textpage = self._page.get_textpage()
        words = [textpage.get_text_bounded(e.left, e.bottom, e.right, e.top) for e, _ in hidden]
        textpage.close()
        texts = (f"{' '.join(text.split())}: {address}" for text, (_, address) in zip(words, hidden, strict=True))
        return list(dict.fromkeys(text.removeprefix(": ") for text in texts))

    def _address(self, annotation: Any) -> str:
        """Where a link leads to in the web, or to whom it writes; "" for one inside the file or to a file beside it."""
        action = pdfium_c.FPDFLink_GetAction(pdfium_c.FPDFAnnot_GetLink(annotation))
        if not action or pdfium_c.FPDFAction_GetType(action) != pdfium_c.PDFACTION_URI:
            return ""
        buffer = ctypes.create_string_buffer(_LONGEST_ADDRESS)
        size = pdfium_c.FPDFAction_GetURIPath(self._document, action, buffer, _LONGEST_ADDRESS)
        address = buffer.value.decode("utf-8", errors="replace").strip() if 1 < size <= _LONGEST_ADDRESS else ""
        return address if _ADDRESS.match(address) else ""

    def _field(self, annotation: Any) -> str:
        """What is filled into a field, or a box that is ticked or not; nothing of buttons and passwords."""
        form = self._document.formenv
        kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation) if form else None
        if kind in _TICKED:
            return "\u2611" if pdfium_c.FPDFAnnot_IsChecked(form, annotation) else "\u2610"
        if kind not in _TYPED:
            return ""
        if pdfium_c.FPDFAnnot_GetFormFieldFlags(form, annotation) & pdfium_c.FPDF_FORMFLAG_TEXT_PASSWORD:
            return ""
        return _string(lambda buffer, size: pdfium_c.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))

    def _typed(self, annotation: Any, text: str) -> Iterator[Line]:
        """The text as lines, one under the other in the annotation's box."""
        edges = pdfium_c.FS_RECTF()
        if self._page.get_rotation() or not pdfium_c.FPDFAnnot_GetRect(annotation, edges):
            return
        x0, _, _, y1 = self._page.get_bbox()
        rows = text.split("\n")
        left, right, top = edges.left - x0, edges.right - x0, y1 - edges.top
        step = (edges.top - edges.bottom) / len(rows)
        for n, row in enumerate(rows):
            if row:
                above, below = top + n * step, top + (n + 1) * step
                size = max(min(0.75 * step, 12.0), 1.0)
                yield Line(
                    self._number, row, left, above, right, below, below - 0.25 * step, left, right, size,
                    False, False, False, (Cell(0, len(row), left, right),),
                )  # fmt: skip


def _bare(address: str) -> str:
    """An address as it is printed: without what begins most of them, and the slash at its end."""
    return re.sub(r"^(?:https?://(?:www\.)?|mailto:)|/$", "", address)


def with_typed(lines: Sequence[Line], typed: Sequence[Line]) -> list[Line]:
    """A page's lines with those that were typed on it, each after its label.

    That is what stands before it at its height; where nothing does, it comes before what stands there.
    """
    whole = list(lines)
    for line in typed:
        whole = [part for one in whole for part in (_parted(one, line.left) if same_height(one, line) else (one,))]
        beside = [n for n, one in enumerate(whole) if same_height(one, line)]
        labels = [n for n in beside if whole[n].right <= line.left + line.size]
        above = [n for n, one in enumerate(whole) if one.base <= line.base]
        if beside:
            nearest = max(labels, key=lambda n: whole[n].right) if labels else min(beside)
            line = line._replace(base=whole[nearest].base, size=whole[nearest].size)
            whole.insert(nearest + bool(labels), line)
        else:
            whole.insert(max(above, default=-1) + 1, line)
    return whole


def _parted(line: Line, x: float) -> Sequence[Line]:
    """A line in two where it goes on right of something typed: "Name ___ Date ___"."""
    at = next((n for n, cell in enumerate(line.cells) if cell.left >= x), 0)
    if not at:
        return (line,)
    cut, before, after = line.cells[at].start, line.cells[at - 1].right, line.cells[at].left
    moved = tuple(cell._replace(start=cell.start - cut, end=cell.end - cut) for cell in line.cells[at:])
    return (
        line._replace(
            text=line.text[:cut].rstrip(), right=before, end=before, hyphen=False, cells=line.cells[:at], finer=()
        ),
        line._replace(text=line.text[cut:], left=after, begin=after, cells=moved, finer=()),
    )


def attached(document: pdfium.PdfDocument) -> list[pdfium.PdfAttachment]:
    """The files attached to the whole document."""
    return [document.get_attachment(n) for n in range(min(document.count_attachments(), _MOST))]


def members(files: list[pdfium.PdfAttachment]) -> tuple[list[Member], list[Skipped]]:
    """Attached files as files inside this one, and those that cannot be unpacked."""
    read: list[Member] = []
    skipped: list[Skipped] = []
    for file in files:
        name = file.get_name().replace("\0", "").strip() or "attachment"
        try:
            read.append(Member(name, bytes(file.get_data())))
        except pdfium.PdfiumError:
            skipped.append(Skipped("damaged_member", name))
    return read, skipped


def _said(annotation: Any) -> str:
    key = b"Contents\0"
    return _string(lambda buffer, size: pdfium_c.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _string(get: Callable[[Any, int], int]) -> str:
    """A string of PDFium's, which is asked for twice: how long it is, and what it is."""
    size = get(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    get(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return tidy(buffer.raw[: size - 2].decode("utf-16-le", errors="replace").replace("\r", "\n"))[:_LONGEST]
