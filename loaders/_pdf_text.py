"""The text of a PDF page as PDFium finds it, line by line, with the geometry that the layout is told by."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders import _pdfium_calls as quick
from loaders._pdf_lines import Cell, Line, PageLines
from loaders._pdf_rulings import Grid, Ruling, grids, rulings
from loaders._symbol_fonts import bullet

_HYPHENS = ("\x02", "\ufffe")  # PDFium's marks for a hyphen at the end of a line; the next line follows at once
_NO_CHARACTER = re.compile("[\x01\x03-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx|-w[6-9]|gothicmb101-[dhu]", re.IGNORECASE)
_BOLD_WEIGHT = 600
_BLANK = " \xa0\u3000\0"
_CELL_GAP = 1.4  # times the type size: wider than any space between words
_FINER_GAP = 1.0
_SPREAD = 0.8  # times type size and characters: a line that is wider has gaps in it, be they written as spaces
_MADE_UP = re.compile(
    r"(?<=[\u2014\u2015\u2026\u3000-\u9fff\uff01-\uff9f]) | (?=[\u2014\u2015\u2026\u3000-\u9fff\uff01-\uff9f])"
)  # blanks by PDFium
_DOT, _DOT_GAP = 0.7, 1.8  # times the type size: the largest dot before an item, and the space after it
_NOWHERE = float("-inf")
_MAX_CHARACTERS = 400_000  # of one page
_WORD = re.compile(r"\S+")

Rect = tuple[float, float, float, float]
"""(left, bottom, right, top), in the space of the page as it is shown."""
_Turn = Callable[[float, float], tuple[float, float]]


def page_lines(page: pdfium.PdfPage, number: int) -> PageLines:
    """Reads one page; what is on it but has no text (images, drawings) leaves no trace."""
    width, height = page.get_size()
    reader = _PageReader(page, number)
    try:
        return PageLines(number, width, height, list(reader.lines()), reader.grids())
    finally:
        reader.close()


class _PageReader:
    """Calls PDFium's text interface (fpdf_text.h) directly: the number of calls is what a page costs.

    A handful of calls for each line; what PDFium writes to is made once.
    """

    def __init__(self, page: pdfium.PdfPage, number: int) -> None:
        self._number = number
        self._rotation = page.get_rotation()
        bounds = page.get_bbox()
        self._turn = _turn(self._rotation, bounds)
        # What is read is turned first: all else takes the page as it is shown.
        self._left, self._upper = (0.0, page.get_height()) if self._turn else (bounds[0], bounds[3])
        self._pointers, self._edges = quick.numbers(ctypes.c_double, 4)
        self._matrix_pointers, self._matrix = quick.numbers(ctypes.c_float, 6)
        self._font = ctypes.create_string_buffer(64)
        self._font_size = ctypes.c_ulong(64)
        self._bold: dict[bytes, bool] = {}
        self._vertical, self._horizontal, self._dots = rulings(page)
        if turn := self._turn:
            self._vertical, self._horizontal = _turned(turn, self._vertical, self._horizontal)
            self._dots = [_turned_rect(turn, dot) for dot in self._dots]
        low, high = (ruling[1] for ruling in self._vertical), (ruling[2] for ruling in self._vertical)
        self._ruled = min(low, default=0.0), max(high, default=0.0)
        self._textpage = pdfium_c.FPDFText_LoadPage(page.raw)
        if not self._textpage:
            raise pdfium.PdfiumError("Failed to load the text of a page.")
        self._raw = ctypes.byref(self._textpage.contents)
        self._count = min(pdfium_c.FPDFText_CountChars(self._raw), _MAX_CHARACTERS)

    def close(self) -> None:
        pdfium_c.FPDFText_ClosePage(self._textpage)

    def grids(self) -> tuple[Grid, ...]:
        """The grids of ruled tables."""
        if not (self._vertical and self._horizontal):
            return ()
        x0, y1 = self._left, self._upper
        vertical = [(x - x0, y1 - high, y1 - low) for x, low, high in self._vertical]
        horizontal = [(y1 - y, left - x0, right - x0) for y, left, right in self._horizontal]
        return tuple(grids(vertical, horizontal))

    def lines(self) -> Iterator[Line]:
        page = self._text()
        text = _NO_CHARACTER.sub("\0", page).replace("\t", " ").replace("\r", "\n")  # offsets stay PDFium's
        for mark in _HYPHENS:
            text = text.replace(mark, "\n")
        start = 0
        for piece in text.split("\n"):
            end = start + len(piece)
            if piece and (line := self._line(piece, start, page[end : end + 1] in _HYPHENS)):
                yield line
            start = end + 1

    def _text(self) -> str:
        """One character for each of PDFium's, in one call where it can be told that none is left out."""
        buffer = bytearray(2 * (self._count + 1))
        written = quick.get_text(self._raw, 0, self._count, ctypes.byref(ctypes.c_char.from_buffer(buffer)))
        text = buffer[: 2 * max(written - 1, 0)].decode("utf-16-le", errors="surrogatepass")
        if len(text) == self._count:
            return text
        codes = (quick.unicode_of(self._raw, index) for index in range(self._count))
        return "".join(chr(code) if code < 0x110000 else "\0" for code in codes)

    def _line(self, text: str, start: int, hyphen: bool) -> Line | None:
        text = text.rstrip(_BLANK)
        if text[:1] in _BLANK:
            stripped = text.lstrip(_BLANK)
            start += len(text) - len(stripped)
            text = stripped
        rects = self._rects(start, len(text) + hyphen) if text else None
        if not rects:
            return None
        if "\uf020" <= text[0] <= "\uf0ff":
            quick.font_info(self._raw, start, self._font, self._font_size, None)
            text = bullet(text[0], self._font.value.decode("utf-8", errors="replace")) + text[1:]
        x0, y0, x1, y1 = around = rects[0] if len(rects) == 1 else _around(rects)
        left, top, right, bottom = x0 - self._left, self._upper - y1, x1 - self._left, self._upper - y0
        middle = len(text) // 2
        while text[middle] in _BLANK:  # it may be one that PDFium makes up; such a blank has no type
            middle += 1
        size, bold, turned, y = self._type(start + middle)
        # One or two characters are higher than wide in writing to the right, too.
        if turned or (y1 - y0 > 2 * (x1 - x0) and len(text) > 2):
            text = _MADE_UP.sub("", text)
            cells, finer = (Cell(0, len(text), x0, x1),), ()
            base, begin, finish, vertical = -right, top, bottom, True
        else:
            cells, finer = self._cells(text, start, size, around, rects)
            near = y0 - 0.5 * (y1 - y0) < y < y1
            base = self._upper - y if near else self._base(start, around)
            begin, finish, vertical = left, right, False
        # A letter or two beside a dot name a point of a drawing.
        item = bool(self._dots) and not vertical and len(text) > 2 and self._has_dot(around, size)
        return Line(
            self._number, text, left, top, right, bottom, base, begin, finish, size,
            bold, vertical, hyphen, cells, finer, item,
        )  # fmt: skip

    def _has_dot(self, around: Rect, size: float) -> bool:
        """Whether a dot is drawn just left of a line, at the middle of its height."""
        x0, y0, _, y1 = around
        return any(
            0 < x0 - right < _DOT_GAP * size and y0 < (low + high) / 2 < y1 and right - left < _DOT * size
            for left, low, right, high in self._dots
        )

    def _rects(self, start: int, count: int) -> list[Rect]:
        """Rectangles around runs of characters."""
        raw, edges, (left, top, right, bottom) = self._raw, self._edges, self._pointers
        number = quick.count_rects(raw, start, count)
        if number == 1:  # as most lines have
            quick.get_rect(raw, 0, left, top, right, bottom)
            x0, y1, x1, y0 = edges()
            found = [(x0, y0, x1, y1)] if x1 > x0 and y1 > y0 else []
            return found if self._turn is None else [_turned_rect(self._turn, rect) for rect in found]
        found: list[Rect] = []
        for index in range(number):
            quick.get_rect(raw, index, left, top, right, bottom)
            x0, y1, x1, y0 = edges()
            if x1 > x0 and y1 > y0:
                found.append((x0, y0, x1, y1))
        return found if self._turn is None else [_turned_rect(self._turn, rect) for rect in found]

    def _type(self, index: int) -> tuple[float, bool, bool, float]:
        """A character's size as drawn, in points; whether it is bold, and turned; how far up its text object stands."""
        raw, font = self._raw, self._font
        quick.font_info(raw, index, font, self._font_size, None)
        bold = self._bold.get(font.value)
        if bold is None:
            bold = self._is_bold(index)
        size = quick.font_size(raw, index)
        if not quick.char_matrix(raw, index, self._matrix_pointers[0]):
            return max(size, 1.0), bold, False, _NOWHERE
        a, b, c, d, x, y = self._matrix()
        if self._turn:
            y = self._turn(x, y)[1]
            a, b = (b, a) if self._rotation in (90, 270) else (a, b)
        drawn = size * (abs(d) if c == 0 else (c**2 + d**2) ** 0.5)
        return drawn if drawn > 1.0 else 1.0, bold, abs(b) > 2 * abs(a), y

    def _is_bold(self, index: int) -> bool:
        """By the font's name, which has just been asked for, and its weight; this is asked once for each name."""
        name = self._font.value
        heavy = pdfium_c.FPDFText_GetFontWeight(self._raw, index) >= _BOLD_WEIGHT
        self._bold[name] = heavy or _BOLD.search(name.decode("utf-8", errors="replace")) is not None
        return self._bold[name]

    def _cells(
        self, text: str, start: int, size: float, around: Rect, rects: list[Rect]
    ) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
        """The line cut at gaps that are too wide for spaces, and `Line.finer`; the rectangles of most show none."""
        left, _, right, _ = around
        cuts = self._cuts(around) if self._vertical else ()
        spread = right - left > _SPREAD * size * len(text) and " " in text
        if not (spread or cuts or (len(rects) > 1 and _are_parted(rects, _FINER_GAP * size))):
            return (Cell(0, len(text), left, right),), ()
        words = [
            Cell(match.start(), match.end(), *self._extent(start + match.start(), start + match.end()))
            for match in _WORD.finditer(text)
        ]
        cells, finer = (_joined(words, factor * size, cuts) for factor in (_CELL_GAP, _FINER_GAP))
        return cells, finer if len(finer) > len(cells) else ()

    def _cuts(self, around: Rect) -> Sequence[float]:
        """Where rulings go through a line of text from above to below, as between the cells of a table."""
        left, bottom, right, top = around
        middle = (bottom + top) / 2
        if not self._ruled[0] <= middle <= self._ruled[1]:
            return ()
        return [x for x, low, high in self._vertical if left + 2 < x < right - 2 and low <= middle <= high]

    def _extent(self, start: int, end: int) -> tuple[float, float]:
        rects = self._rects(start, end - start)
        return min((r[0] for r in rects), default=0.0), max((r[2] for r in rects), default=0.0)

    def _base(self, index: int, rect: Rect) -> float:
        """How far down the page a line's letters stand where its text object does not say so: it is vertical."""
        if not quick.char_origin(self._raw, index, *self._pointers[:2]):
            return self._upper - rect[1]
        x, y, _, _ = self._edges()
        return self._upper - (self._turn(x, y)[1] if self._turn else y)


def _turn(rotation: int, bounds: Rect) -> _Turn | None:
    """From the space of a turned page to that of the page as it is shown; the origin of both is at the bottom left."""
    x0, y0, x1, y1 = bounds
    turns: dict[int, _Turn] = {
        90: lambda x, y: (y - y0, x1 - x),
        180: lambda x, y: (x1 - x, y1 - y),
        270: lambda x, y: (y1 - y, x - x0),
    }
    return turns.get(rotation)


def _turned_rect(turn: _Turn, rect: Rect) -> Rect:
    (u, v), (s, t) = turn(*rect[:2]), turn(*rect[2:])
    return min(u, s), min(v, t), max(u, s), max(v, t)


def _turned(turn: _Turn, vertical: Sequence[Ruling], horizontal: Sequence[Ruling]) -> tuple[list[Ruling], list[Ruling]]:
    """Vertical and horizontal rulings of a turned page as they are shown."""
    rects = [(x, low, x, high) for x, low, high in vertical] + [(left, y, right, y) for y, left, right in horizontal]
    shown = [_turned_rect(turn, rect) for rect in rects]
    upright = [(left, low, high) for left, low, right, high in shown if right - left < high - low]
    return upright, [(low, left, right) for left, low, right, high in shown if right - left >= high - low]


def _joined(words: list[Cell], gap: float, cuts: Sequence[float]) -> tuple[Cell, ...]:
    """Words put together to cells, between which there is more than the gap, or a ruling."""
    cells: list[Cell] = []
    for word in words:
        parted = cells and any(cells[-1].left < cut and cells[-1].right - 2 < cut < word.left + 2 for cut in cuts)
        if cells and word.left - cells[-1].right < gap and not parted:
            cells[-1] = Cell(cells[-1].start, word.end, cells[-1].left, max(word.right, cells[-1].right))
        else:
            cells.append(word)
    return tuple(cells)


def _are_parted(rects: list[Rect], gap: float) -> bool:
    """Whether there is that much space between two of them, from left to right."""
    ordered = sorted(rects)
    until = ordered[0][2]
    for left, _, right, _ in ordered:
        if left - until >= gap:
            return True
        if right > until:
            until = right
    return False


def _around(rects: list[Rect]) -> Rect:
    left, bottom, right, top = rects[0]
    for x0, y0, x1, y1 in rects:
        left = x0 if x0 < left else left
        bottom = y0 if y0 < bottom else bottom
        right = x1 if x1 > right else right
        top = y1 if y1 > top else top
    return left, bottom, right, top
