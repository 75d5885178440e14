"""Lines of a PDF become paragraphs, headings, list items and tables, with a box for each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from loaders._document import Block, BlockKind, Box, Location
from loaders._pdf_broken_words import BrokenWords
from loaders._pdf_footnotes import without_footnotes
from loaders._pdf_headings import Headings
from loaders._pdf_layout import layout
from loaders._pdf_lines import Line, PageLines, leading
from loaders._pdf_tables import Table
from loaders._text import joint

_BULLET = re.compile(
    r"(?:[•‣◦▪▫■□●○◆◇・–−➢➤➔→✓✗❖❍❑★☐☑☒⇨]|[-*](?=\s))\s*(?=\S)|\(?\d{1,2}[.)](?=\s)|[a-h][.)](?=\s+\w\w)|[①-⑳]"
)
_ITEM_LETTERS = frozenset("abcdefgh")
_ITEM = re.compile(r"[•‣◦▪–−➢➤✓❖]\s*\S")  # such a line is an item however large it is written
_LABELLED = re.compile(r"(?!\d)[^\s:：]{1,20}(?: [^\s:：]{1,20}){0,2}[:：](?!//)\s*\S")
_LONE_BULLET = re.compile(r"[•‣◦▪▫■□●○◆◇–−➢➤✓*-]|\(?\d{1,2}[.)]")
_CAPTION = re.compile(
    r"(?:(?:figure|fig\.|table|abbildung|tabelle|tableau)\s*\d|[図表写真]{1,2}\s*[\d０-９])", re.IGNORECASE
)
_CAPTION_LETTERS = frozenset("fFtTaA図表写真")
_STOPS = frozenset(".!?:。．！？：")
_CLOSING = "\"'”’」』）)]"
_CONTINUES = re.compile(r"[a-zà-öø-ÿ\u3041-\u3096]")


def blocks(pages: Sequence[PageLines], headings: Headings) -> Iterator[Block]:
    """The document's blocks; a paragraph that goes on in the next column or on the next page is one block.

    The footnotes between its parts come after it.
    """
    paragraph, words = _Paragraph(), BrokenWords(pages)
    notes: list[Block] = []
    for page in pages:
        gap = leading(page.lines)
        items, footnotes = without_footnotes(list(layout(page)), headings.body)
        for item in items:
            if isinstance(item, Table):
                yield from _finished(paragraph.lines, headings, words, True)
                yield from notes
                paragraph, notes = _Paragraph(), []
                yield _table_block(item, words)
                continue
            if paragraph.lines and not _belongs(paragraph, item, gap, headings):
                yield from _finished(paragraph.lines, headings, words, _is_apart(paragraph.lines[-1], item, gap))
                yield from notes
                paragraph, notes = _Paragraph(), []
            paragraph.add(item)
        notes += [_note(lines, words) for lines in footnotes]
    yield from _finished(paragraph.lines, headings, words, True)
    yield from notes


def _note(lines: Sequence[Line], words: BrokenWords) -> Block:
    text, boxes = _joined(lines, words)
    return Block("note", text, location=Location(page=lines[0].page, boxes=tuple(boxes)))


class _Paragraph:
    """Lines so far, with where they begin and end at the utmost, so that this is not asked of all for each."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.begin = self.end = 0.0
        self.bold = True
        self.is_item = False

    def add(self, line: Line) -> None:
        count = len(self.lines)
        if not count:
            self.end = line.end
            self.is_item = line.item or _is_item(line.text)
        elif line.end > self.end:
            self.end = line.end
        # The first line may be indented: it counts while it is alone.
        if count < 2 or line.begin < self.begin:
            self.begin = line.begin
        self.bold = self.bold and line.bold
        self.lines.append(line)


def _is_item(text: str) -> bool:
    """Whether a text begins as an item of a list does; the first comparison answers for most."""
    return (not text[0].isalpha() or text[0] in _ITEM_LETTERS) and _BULLET.match(text) is not None


def _is_decimal(last: Line, line: Line) -> bool:
    """Whether a line begins with the point of a Japanese number: "一・五"."""
    return line.text[0] == "・" and last.text[-1].isnumeric()


def _belongs(paragraph: _Paragraph, line: Line, gap: float, headings: Headings) -> bool:
    """Whether a line goes on with the paragraph before it."""
    last, alone = paragraph.lines[-1], len(paragraph.lines) == 1
    if (same := headings.same_entry(last, line)) is not None:
        return same
    size, step = last.size, line.base - last.base
    if alone and abs(step) < size and _LONE_BULLET.fullmatch(last.text):
        return True
    if abs(line.size - size) > 0.08 * size or line.item or (_is_item(line.text) and not _is_decimal(last, line)):
        return False
    if line.page != last.page or step < -0.5 * size or line.begin > paragraph.end:
        return _goes_on(last, line)
    if step < 0.5 * size:
        return True  # the same line, in pieces
    if line.bold != last.bold and (paragraph.bold or line.bold) and not _ends(last.text):
        return last.bold and len(paragraph.lines) > 2 and _goes_on(last, line)
    if _is_apart(last, line, gap):
        return _goes_on(last, line) and step < 2 * gap
    return not _begins_anew(paragraph, line)


def _ends(text: str) -> bool:
    """Whether a sentence ends with a line."""
    return text[-1:] in _STOPS or text.rstrip(_CLOSING)[-1:] in _STOPS


def _goes_on(last: Line, line: Line) -> bool:
    """Whether a sentence runs from one line into another that is not under it."""
    return last.hyphen or (not _ends(last.text) and _CONTINUES.match(line.text) is not None and len(last.text) > 8)


def _is_apart(last: Line, line: Line, gap: float) -> bool:
    """Whether there is more space between two lines than within a paragraph."""
    size, step = last.size, line.base - last.base
    usual = gap or 1.2 * size
    if size > 1.5 * usual:
        usual = 1.3 * size
    elif usual < 1.05 * size:
        usual = 1.05 * size
    return line.page != last.page or step < 0 or step > 1.25 * usual + 0.5


def _begins_anew(paragraph: _Paragraph, line: Line) -> bool:
    """Whether a line is a new paragraph without space above: it is indented, or a sentence ended early before it."""
    first, last = paragraph.lines[0], paragraph.lines[-1]
    if (":" in last.text or "：" in last.text) and _are_labelled(last, line):
        return True
    if last.text[-1:].isdigit() and "....." in last.text:
        return True  # a table of contents: each entry ends with its page
    if paragraph.is_item:
        return line.begin < first.begin - 0.5 * line.size
    if not _ends(last.text):
        return False
    full = max(paragraph.end, line.end)
    indented = line.begin - paragraph.begin > 0.8 * line.size
    return indented or last.end < full - 0.2 * (full - paragraph.begin) - line.size


def _are_labelled(last: Line, line: Line) -> bool:
    """Whether both lines are a label with its value, as in the head of a letter."""
    aligned = abs(line.begin - last.begin) < 0.5 * line.size
    return aligned and _LABELLED.match(last.text) is not None and _LABELLED.match(line.text) is not None


def _finished(paragraph: list[Line], headings: Headings, words: BrokenWords, apart: bool) -> Iterator[Block]:
    if not paragraph:
        return
    text, boxes = _joined(paragraph, words)
    if not text.strip():
        return
    where = Location(page=paragraph[0].page, boxes=tuple(boxes))
    item = paragraph[0].item or _is_item(text)
    large = item and (paragraph[0].item or _ITEM.match(text)) and not headings.outlined(paragraph[0])
    level = 0 if large else headings.level(paragraph, apart)
    kind: BlockKind = "heading" if level else "paragraph"
    if not level and item:
        kind = "list"
    elif not level and len(paragraph) < 4 and text[0] in _CAPTION_LETTERS and _CAPTION.match(text):
        kind = "caption"
    yield Block(kind, text, level or int(kind == "list"), where)


def _joined(lines: Sequence[Line], words: BrokenWords) -> tuple[str, list[Box]]:
    """The text of a paragraph's lines and a box for each: broken words are made whole."""
    text, broken = "", False
    boxes: list[Box] = []
    for line in lines:
        piece = line.text.replace("\0", "")
        if boxes:
            text += _between(text, piece, broken, words)
        start, text, broken = len(text), text + piece, line.hyphen
        boxes.append(_box(line, line.left, line.right, start, len(text)))
    return text + "-" if broken else text, boxes


def _between(before: str, after: str, broken: bool, words: BrokenWords) -> str:
    """What goes between two lines of one text; `broken`: the first ends with a hyphen, which it lacks here."""
    if broken:
        return "-" if words.keeps_hyphen(before, after) else ""
    return joint(before, after)


def _table_block(table: Table, words: BrokenWords) -> Block:
    text, broken = "", False
    boxes: list[Box] = []
    for row in table.rows:
        text += "\n" if text else ""
        for n, pieces in enumerate(row):
            text += " | " if n else ""
            start = len(text)
            for line, cell in pieces:
                piece = line.text[cell.start : cell.end].replace("\0", "")
                if len(text) > start:
                    text += _between(text, piece, broken, words)
                boxes.append(_box(line, cell.left, cell.right, len(text), len(text) + len(piece)))
                text, broken = text + piece, line.hyphen and cell.end == len(line.text)
            text += "-" if broken else ""
            broken = False
    return Block("table", text, location=Location(page=boxes[0].page, boxes=tuple(boxes)))


def _box(line: Line, left: float, right: float, start: int, end: int) -> Box:
    # To a tenth of a point; round(x, 1) takes three times as long.
    return Box(
        line.page, round(left * 10) / 10, round(line.top * 10) / 10, round(right * 10) / 10,
        round(line.bottom * 10) / 10, start, end,
    )  # fmt: skip
