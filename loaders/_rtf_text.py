"""RTF (Microsoft's specification 1.9.1) as text: tokens, groups, encodings; and its paragraphs as blocks."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from loaders._content import Content
from loaders._document import Block, Skipped
from loaders._text import cell, rows_text, tidy

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE
)
# \fcharsetN of a font, as Windows numbers its character sets, and the code page of each.
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437",
}  # fmt: skip
_SPECIAL = {
    "tab": "\t", "line": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ", "qmspace": " ", "softline": "\n", "page": "\n",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "-": "", "|": "", ":": "", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
_SILENT = frozenset(
    [
        *("fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "generator", "pict"),
        *("object", "themedata", "colorschememapping", "datastore", "latentstyles", "xmlnstbl", "filetbl", "revtbl"),
        *("fldinst", "bkmkstart", "bkmkend", "nonshppict", "shpinst", "fontemb", "ftnsep", "ftnsepc", "ftncn"),
        *("shprslt", "nonesttables"),
    ]
)
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|見出し)\s*([1-9])|(?:title|表題)\s*;?$", re.IGNORECASE)
_ON_EACH_PAGE = frozenset(["header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"])
_NOTES = frozenset(["footnote", "annotation"]) | _ON_EACH_PAGE
_LABELS = frozenset(["listtext", "pntext"])
_NUMBER = re.compile(r"[(\[（]?(?:[\w.]*\d[\w.]*|\w{1,8}(?=[.)\]）、．:]))[.)\]）、．:]*|[\u2460-\u249b]")  # no bullet
_PAGE_NUMBER = re.compile(r"\W*(page|seite|p\.|ページ)?\W*\d*\W*((of|von|/)\W*\d*)?\W*", re.IGNORECASE)
_INFO = frozenset(["title", "author", "subject", "keywords", "doccomm"])
_MAX_DEPTH = 1000


@dataclass(slots=True)
class _State:
    """What a group inherits: where its text goes ("" is the body), and how its bytes are decoded."""

    target: str = ""
    encoding: str = "cp1252"
    skip: int = 1
    font: int = 0
    hidden: bool = False
    starred: bool = False


@dataclass(slots=True)
class _Paragraph:
    """What `\\pard` resets: the outline level (0 is body text), whether it is in a table, in a list."""

    outline: int = 0
    in_table: bool = False
    in_list: bool = False
    level: int = 1


@dataclass(slots=True)
class _InnerTable:
    """A table in a cell of another: its text stands in that cell, too. `start` is where in it the next cell begins."""

    start: int = 0
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def end(self, word: str, text: list[str]) -> None:
        """A cell or a row ends."""
        if word == "nestrow":
            self.rows.append(self.cells)
            self.cells = []
            return
        self.cells.append(cell("".join(text[self.start :])))
        text.append(" ")
        self.start = len(text)


@dataclass(slots=True)
class Reader:
    """Follows the control words; text is gathered into paragraphs, cells and rows."""

    blocks: list[Block] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    info: dict[str, str] = field(default_factory=dict)
    pictures: int = 0
    _states: list[_State] = field(default_factory=lambda: [_State()])
    _fonts: dict[int, str] = field(default_factory=dict)
    _paragraph: _Paragraph = field(default_factory=_Paragraph)
    _text: list[str] = field(default_factory=list)
    _note: list[str] = field(default_factory=list)
    _label: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _merged: list[bool] = field(default_factory=list)  # cells of the row that go on with those above
    _is_merged: bool = False
    _inner: _InnerTable = field(default_factory=_InnerTable)
    _bytes: bytearray = field(default_factory=bytearray)
    _pending_skip: int = 0
    _code_page: str = "cp1252"
    _surrogate: int = 0
    _style: int = 0
    _outlines: dict[int, int] = field(default_factory=dict)

    def read(self, data: bytes) -> Content:
        """The document's blocks, its notes last."""
        for match in _TOKEN.finditer(data):
            word, number, byte, symbol, brace, plain = match.groups()
            if byte:
                self._byte(int(byte, 16))
            elif plain:
                self._plain(plain)
            else:
                self._flush_bytes()
                if brace:
                    self._brace(brace)
                elif symbol:
                    self._symbol(symbol.decode("latin-1"))
                elif word:
                    self._word(word.decode().lower(), int(number) if number else None)
        self._flush_bytes()
        self._end_paragraph()
        self._end_table()
        skipped = [Skipped("image", str(self.pictures))] if self.pictures else []
        title = self.info.pop("title", "")
        return Content([*self.blocks, *self.notes], title, self.info, encoding=self._code_page, skipped=skipped)

    # -- tokens --------------------------------------------------------------------------------------------

    @property
    def _state(self) -> _State:
        return self._states[-1]

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            if len(self._states) < _MAX_DEPTH:
                self._states.append(replace(self._state, starred=False))
            return
        if len(self._states) > 1:
            closed = self._states.pop()
            if closed.target in _NOTES and self._state.target not in _NOTES:
                self._end_note(closed.target)
            elif closed.target in _LABELS and self._state.target not in _LABELS:
                label, self._label = "".join(self._label).strip(), []
                if _NUMBER.fullmatch(label):
                    self._emit(f"{label} ")

    def _end_note(self, target: str) -> None:
        """Headers and footers are notes too, each once, without their page numbers."""
        note = Block("note", tidy("".join(self._note)))
        self._note = []
        again = target in _ON_EACH_PAGE and (note in self.notes or _PAGE_NUMBER.fullmatch(note.text))
        if note.text and not again:
            self.notes.append(note)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._state.starred = True
        elif symbol in _SYMBOLS:
            self._emit(_SYMBOLS[symbol])

    def _byte(self, value: int) -> None:
        if self._pending_skip:
            self._pending_skip -= 1
        else:
            self._bytes.append(value)

    def _plain(self, text: bytes) -> None:
        skipped = min(self._pending_skip, len(text))
        self._pending_skip -= skipped
        self._bytes += text[skipped:]

    def _flush_bytes(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._state.encoding, errors="replace")
            self._bytes.clear()
            self._emit(text)

    def _word(self, word: str, number: int | None) -> None:
        state = self._state
        if word == "u" and number is not None:
            self._unicode(number & 0xFFFF)
        elif word == "uc":
            state.skip = number or 0
        elif word == "ansicpg" and number:
            self._code_page = state.encoding = _codec(f"cp{number}")
        elif word == "mac":
            self._code_page = state.encoding = "mac_roman"
        elif word == "f" and number is not None:
            state.font = number
            state.encoding = self._fonts.get(number, self._code_page)
        elif word == "fcharset" and number is not None:
            self._fonts[state.font] = _CHARSETS.get(number, self._code_page) if number else self._code_page
        elif word == "plain":
            state.hidden = False
            state.encoding = self._code_page
        elif word in ("v", "deleted"):
            state.hidden = number != 0
        elif word == "pict":
            self.pictures += 1
            state.target = "pict"
        elif word in _SILENT or word in _NOTES or word in _INFO or word in _LABELS:
            state.target = word
        elif word == "shptxt":
            state.target = ""  # a text box; what else is in its shape is silent
        elif state.target == "stylesheet" and word == "s":
            self._style = number or 0
        elif state.target == "stylesheet" and word == "outlinelevel" and number is not None:
            self._outlines[self._style] = number + 1
        elif state.starred and word not in ("shppict", "falt", "nesttableprops"):
            state.target = "unknown"
        elif word in _SPECIAL:
            self._emit(_SPECIAL[word])
        elif not state.target:
            self._layout(word, number)
        elif word == "par":
            self._emit("\n")
        state.starred = False

    def _unicode(self, unit: int) -> None:
        if 0xD800 <= unit < 0xDC00:
            self._surrogate = unit
        elif 0xDC00 <= unit < 0xE000:
            if self._surrogate:
                self._emit(chr(0x10000 + ((self._surrogate - 0xD800) << 10) + unit - 0xDC00))
            self._surrogate = 0
        else:
            self._emit(chr(unit))
        self._pending_skip = self._state.skip

    def _emit(self, text: str) -> None:
        state = self._state
        if state.hidden:
            return
        if not state.target:
            self._text.append(text)
        elif state.target in _NOTES:
            self._note.append(text)
        elif state.target in _LABELS:
            self._label.append(text)
        elif state.target == "stylesheet":
            if heading := _HEADING.match(text.strip()):
                self._outlines[self._style] = int(heading[1] or 1)
        elif state.target in _INFO:
            self.info[state.target] = self.info.get(state.target, "") + text

    # -- paragraphs and tables -----------------------------------------------------------------------------

    def _layout(self, word: str, number: int | None) -> None:
        if word in ("par", "sect"):
            if self._paragraph.in_table:
                self._text.append("\n")
            else:
                self._end_paragraph()
        elif word == "pard":
            self._paragraph = _Paragraph()
        elif word == "intbl":
            self._paragraph.in_table = True
        elif word == "s":
            self._paragraph.outline = self._outlines.get(number or 0, 0)
        elif word == "outlinelevel" and number is not None:
            self._paragraph.outline = number + 1
        elif word in ("ls", "pnlvlblt", "pnlvlbody"):
            self._paragraph.in_list = True
        elif word == "ilvl":
            self._paragraph.level = min(max(number or 0, 0), 8) + 1
        elif word == "itap":
            if (number or 0) > 1 and not self._inner.cells:
                self._inner.start = len(self._text)
        elif word in ("nestcell", "nestrow"):
            self._inner.end(word, self._text)
        elif word == "cell":
            self._cells.append(cell("".join(self._text)))
            self._inner.start = 0
            self._text = []
        elif word == "row":
            self._end_row()
        elif word == "trowd":
            self._merged, self._is_merged = [], False
        elif word == "clvmrg":
            self._is_merged = True
        elif word == "cellx":
            self._merged.append(self._is_merged)
            self._is_merged = False

    def _end_paragraph(self) -> None:
        text = tidy("".join(self._text))
        self._text = []
        if not text:
            return
        self._end_table()
        if 0 < self._paragraph.outline < 10:
            self.blocks.append(Block("heading", text.replace("\n", " "), self._paragraph.outline))
        elif self._paragraph.in_list:
            self.blocks.append(Block("list", text, self._paragraph.level))
        else:
            self.blocks.append(Block("paragraph", text))

    def _end_row(self) -> None:
        """What stands in a cell of several rows stands in each of them."""
        above = self._rows[-1] if self._rows else []
        for column, merged in enumerate(self._merged[: min(len(self._cells), len(above))]):
            if merged and not self._cells[column]:
                self._cells[column] = above[column]
        self._rows.append(self._cells)
        self._cells = []

    def _end_table(self) -> None:
        rows = [*self._rows, *([self._cells] if any(self._cells) else [])]
        self._rows, self._cells = [], []
        if text := rows_text(rows):
            self.blocks.append(Block("table", text))
        if text := rows_text(self._inner.rows):
            self.blocks.append(Block("table", text))
        self._inner = _InnerTable()


def _codec(name: str) -> str:
    """A code page that Python knows; Windows-1252 for one that it does not."""
    try:
        return codecs.lookup("utf-8" if name == "cp65001" else name).name
    except LookupError:
        return "cp1252"
