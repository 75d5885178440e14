"""Lines of text on a PDF page, with where they are drawn and in what type."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders._pdf_rulings import Grid, grids, rulings

_HYPHENS = "\x02\ufffe"  # PDFium's marks for a hyphen at the end of a line; the next line follows at once
_BREAK = re.compile(rf"[\n\r{_HYPHENS}]")
# What is no character becomes a NUL, so that offsets stay PDFium's.
_NO_CHARACTERS = dict.fromkeys((*range(32), *range(55296, 57344)), "\x00") | {9: " "}
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx|-w[6-9]|gothicmb101-[dhu]", re.IGNORECASE)
_BLANK = " \xa0\u3000\0"
_CELL_GAP = 1.4  # times the type size: wider than any space between words
_SPREAD = 0.8  # times type size and characters: a line that is wider has gaps in it, be they written as spaces
_MAX_CHARACTERS = 400_000  # of one page


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of a line's text without a wide gap in it: characters `start:end`, drawn from `left` to `right`."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line as PDFium finds it, in points from the top left of the page as it is shown.

    `begin`, `end` (along the line) and `base` (growing from line to line) are the same for horizontal text, and
    turned for vertical writing, so that paragraphs are found in both alike. `hyphen`: it ends in a broken word.
    `text` has a NUL for each glyph that stands for no character.
    """

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    begin: float
    end: float
    size: float
    bold: bool
    vertical: bool
    hyphen: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's lines in the order of the file, and the page's size in points as it is shown."""

    number: int
    width: float
    height: float
    lines: list[Line]
    grids: tuple[Grid, ...] = ()


def page_lines(page: pdfium.PdfPage, number: int) -> PageLines:
    """Reads one page; what is on it but has no text (images, drawings) leaves no trace."""
    width, height = page.get_size()
    reader = _PageReader(page, number)
    try:
        return PageLines(number, width, height, list(reader.lines()), reader.grids())
    finally:
        reader.close()


class _PageReader:
    """Calls PDFium's text interface (fpdf_text.h) directly: a call per character is what costs here."""

    def __init__(self, page: pdfium.PdfPage, number: int) -> None:
        self._page = page
        self._number = number
        self._textpage = page.get_textpage()
        self._raw = self._textpage.raw
        self._count = min(pdfium_c.FPDFText_CountChars(self._raw), _MAX_CHARACTERS)
        self._rotation = page.get_rotation()
        self._bounds = page.get_bbox()
        self._edges = [ctypes.c_double() for _ in range(4)]
        # A page that lies on its side keeps its words; its tables are told by their columns alone.
        self._vertical, self._horizontal = rulings(page) if self._rotation == 0 else ([], [])

    def close(self) -> None:
        self._textpage.close()

    def grids(self) -> tuple[Grid, ...]:
        """The grids of ruled tables."""
        x0, _, _, y1 = self._bounds
        vertical = [(x - x0, y1 - high, y1 - low) for x, low, high in self._vertical]
        horizontal = [(y1 - y, left - x0, right - x0) for y, left, right in self._horizontal]
        return tuple(grids(vertical, horizontal))

    def lines(self) -> Iterator[Line]:
        page, start = self._text(), 0
        for match in _BREAK.finditer(page):
            if start < match.start():
                yield from self._line(page, start, match.start(), match.group() in _HYPHENS)
            start = match.end()
        yield from self._line(page, start, len(page), False)

    def _text(self) -> str:
        """One character for each of PDFium's, in one call where it can be told that none is left out."""
        buffer = (ctypes.c_ushort * (self._count + 1))()
        written = pdfium_c.FPDFText_GetText(self._raw, 0, self._count, buffer)
        text = bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", errors="surrogatepass")
        if len(text) == self._count:
            return text
        unicode_of, raw = pdfium_c.FPDFText_GetUnicode, self._raw
        codes = (unicode_of(raw, index) for index in range(self._count))
        return "".join(chr(code) if code < 0x110000 else "\0" for code in codes)

    def _line(self, page: str, start: int, end: int, hyphen: bool) -> Iterator[Line]:
        text = page[start:end].translate(_NO_CHARACTERS)
        stripped = text.lstrip(_BLANK)
        start += len(text) - len(stripped)
        text = stripped.rstrip(_BLANK)
        end = start + len(text)
        if not text:
            return
        rects = self._rects(start, end - start + hyphen)
        if not rects:
            return
        left, bottom = min(r[0] for r in rects), min(r[1] for r in rects)
        right, top = max(r[2] for r in rects), max(r[3] for r in rects)
        # A blank may be one that PDFium makes up; it has no type.
        middle = next(n for n in range(len(text) // 2, len(text)) if text[n] not in _BLANK) + start
        size, direction = self._type(middle)
        box = self._shown(left, bottom, right, top)
        vertical = self._is_vertical(start, end, direction, right - left, top - bottom)
        cells = (Cell(0, len(text), left, right),) if vertical else self._cells(text, start, size, rects)
        base, begin, finish = self._flow(start, box, vertical)
        yield Line(
            self._number, text, *box, base, begin, finish, size,
            self._is_bold(middle), vertical, hyphen, cells,
        )  # fmt: skip

    def _rects(self, start: int, count: int) -> list[tuple[float, float, float, float]]:
        """Rectangles around runs of characters as (left, bottom, right, top) in the page's own space."""
        left, top, right, bottom = self._edges
        found: list[tuple[float, float, float, float]] = []
        for index in range(pdfium_c.FPDFText_CountRects(self._raw, start, count)):
            pdfium_c.FPDFText_GetRect(self._raw, index, left, top, right, bottom)
            if right.value > left.value and top.value > bottom.value:
                found.append((left.value, bottom.value, right.value, top.value))
        return found

    def _type(self, index: int) -> tuple[float, tuple[float, float]]:
        """The type size as drawn, in points, and the direction of writing as (x, y)."""
        matrix = pdfium_c.FS_MATRIX()
        size = pdfium_c.FPDFText_GetFontSize(self._raw, index)
        if not pdfium_c.FPDFText_GetMatrix(self._raw, index, matrix):
            return max(size, 1.0), (1.0, 0.0)
        return max(size * (matrix.c**2 + matrix.d**2) ** 0.5, 1.0), (matrix.a, matrix.b)

    def _is_bold(self, index: int) -> bool:
        if pdfium_c.FPDFText_GetFontWeight(self._raw, index) >= 600:
            return True
        flags = ctypes.c_int()
        name = ctypes.create_string_buffer(64)
        pdfium_c.FPDFText_GetFontInfo(self._raw, index, name, 64, flags)
        return _BOLD.search(name.value.decode("utf-8", errors="replace")) is not None

    def _is_vertical(self, start: int, end: int, direction: tuple[float, float], width: float, height: float) -> bool:
        """Whether the line runs down the page as shown: vertical writing, or text turned against the page."""
        turned = abs(direction[1]) > 2 * abs(direction[0])
        if not turned and end - start > 2 and height > 2 * width:
            turned = True
        return turned != (self._rotation in (90, 270))

    def _cells(
        self, text: str, start: int, size: float, rects: list[tuple[float, float, float, float]]
    ) -> tuple[Cell, ...]:
        """The line cut at gaps that are too wide for spaces; most lines have none, which their rectangles show."""
        ordered = sorted((r[0], r[2]) for r in rects)
        gap = _CELL_GAP * size
        cuts = self._cuts(rects)
        spread = ordered[-1][1] - ordered[0][0] > _SPREAD * size * len(text) and " " in text
        if not cuts and not spread and all(after[0] - before[1] < gap for before, after in pairwise(ordered)):
            return (Cell(0, len(text), ordered[0][0], ordered[-1][1]),)
        cells: list[Cell] = []
        for match in re.finditer(r"\S+", text):
            left, right = self._extent(start + match.start(), start + match.end())
            parted = cells and any(cells[-1].left < cut and cells[-1].right - 2 < cut < left + 2 for cut in cuts)
            if cells and left - cells[-1].right < gap and not parted:
                cells[-1] = Cell(cells[-1].start, match.end(), cells[-1].left, max(right, cells[-1].right))
            else:
                cells.append(Cell(match.start(), match.end(), left, right))
        return tuple(cells)

    def _cuts(self, rects: list[tuple[float, float, float, float]]) -> list[float]:
        """Where rulings go through a line of text from above to below, as between the cells of a table."""
        left, right = min(r[0] for r in rects), max(r[2] for r in rects)
        middle = (min(r[1] for r in rects) + max(r[3] for r in rects)) / 2
        return [x for x, low, high in self._vertical if left + 2 < x < right - 2 and low <= middle <= high]

    def _extent(self, start: int, end: int) -> tuple[float, float]:
        rects = self._rects(start, end - start)
        return min((r[0] for r in rects), default=0.0), max((r[2] for r in rects), default=0.0)

    def _flow(self, index: int, box: tuple[float, float, float, float], vertical: bool) -> tuple[float, float, float]:
        if vertical:
            return -box[2], box[1], box[3]
        x, y = ctypes.c_double(), ctypes.c_double()
        if not pdfium_c.FPDFText_GetCharOrigin(self._raw, index, x, y):
            return box[3], box[0], box[2]
        origin = self._shown(x.value, y.value, x.value, y.value)
        return origin[1], box[0], box[2]

    def _shown(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) on the page as it is shown: cropped, turned, from its top left."""
        x0, y0, x1, y1 = self._bounds
        width, height = x1 - x0, y1 - y0
        left, right, bottom, top = left - x0, right - x0, bottom - y0, top - y0
        if self._rotation == 90:
            return bottom, left, top, right
        if self._rotation == 180:
            return width - right, bottom, width - left, top
        if self._rotation == 270:
            return height - top, width - right, height - bottom, width - left
        return left, height - top, right, height - bottom


def leading(lines: list[Line]) -> float:
    """The usual distance between the bases of neighbouring lines, in points; 0 where there are no neighbours."""
    steps = [after.base - before.base for before, after in pairwise(lines)]
    usual = [step for step, line in zip(steps, lines, strict=False) if 0.5 * line.size < step < 2.2 * line.size]
    return median(usual) if usual else 0.0
