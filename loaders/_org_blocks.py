"""The lines of an Org file (orgmode.org, "Org Syntax") become blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from loaders._code_language import of_fence
from loaders._content import Content
from loaders._encoding import decode_whole
from loaders._line_blocks import Gathered

_HEADING = re.compile(r"(\*+)[ \t]+(.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*$")
_SETTING = re.compile(r"[ \t]*#\+([\w-]+)(?:\[.*?\])?:[ \t]*(.*)", re.IGNORECASE)
_BEGIN = re.compile(r"[ \t]*#\+begin_(\w+)[ \t]*(\S*)", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+end[_:]", re.IGNORECASE)
_ITEM = re.compile(r"([ \t]*)([-+]|\d+[.)]|(?<=[ \t])\*)[ \t]+(?:\[@\d+\][ \t]*)?(?=\S)(.*)")
_DRAWER = re.compile(r"[ \t]*:[\w-]+:[ \t]*$")
_PLANNED = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):[ \t]*[<\[]")
_RULE = re.compile(r"[ \t]*\|[-+]+\|?[ \t]*$")
_FOOTNOTE = re.compile(r"\[fn:[\w-]+\][ \t]*")
_LINK = re.compile(r"\[\[([^\[\]]+)\](?:\[([^\[\]]+)\])?\]")
_MARKED = re.compile(r"(?<![\w*/_=~+])([*/_=~+])(?=\S)([^\n]{0,300}?\S)\1(?!\w)")
_METADATA = {"author": "author", "date": "created", "description": "description", "keywords": "keywords"}
_VERBATIM = frozenset(["src", "example"])
_NOT_SHOWN = frozenset(["comment", "export"])
_DONE = "end:"


def read(data: bytes) -> Content:
    """The blocks, and the settings about the whole file as metadata."""
    text, encoding = decode_whole(data)
    lines = text.splitlines()
    reader = _Reader(_closed(lines, _ends_drawer), _closed(lines, _ends_block))
    for number, line in enumerate(lines, 1):
        reader.line(number, line)
    reader.finish()
    title = reader.stated.pop("title", "")
    metadata = {ours: reader.stated[name] for name, ours in _METADATA.items() if name in reader.stated}
    return Content(reader.gathered.blocks, title, metadata, encoding=encoding)


def _closed(lines: Sequence[str], is_end: Callable[[str], bool]) -> frozenset[int]:
    """The lines behind which such an end comes before the next heading: what is never closed is text (Org Syntax)."""
    found: list[int] = []
    ends = False
    for number in range(len(lines), 0, -1):
        if ends:
            found.append(number)
        ends = is_end(lines[number - 1]) or (ends and not _HEADING.match(lines[number - 1]))
    return frozenset(found)


def _ends_drawer(line: str) -> bool:
    return line.strip().lower() == ":end:"


def _ends_block(line: str) -> bool:
    return _END.match(line) is not None


def _shown(text: str) -> str:
    """Text without the marks for bold and the like, and links by their words."""
    return _MARKED.sub(r"\2", _LINK.sub(lambda link: link[2] or link[1], text))


class _Reader:
    def __init__(self, in_drawers: frozenset[int], in_blocks: frozenset[int]) -> None:
        self.gathered = Gathered(_shown)
        self._in_drawers, self._in_blocks = in_drawers, in_blocks  # lines where one may begin
        self.stated: dict[str, str] = {}
        self._until = ""  # the kind of block around this line, the end of which is waited for
        self._began, self._language = 0, ""
        self._code: list[str] = []
        self._rows: list[list[str]] = []
        self._indents: list[int] = []  # of the lists around this line

    def line(self, number: int, line: str) -> None:
        """Reads the next line."""
        if self._until:
            self._inside(line)
            return
        if self._rows and not line.lstrip().startswith("|"):
            self._end_table()
        if heading := _HEADING.match(line):
            self._indents = []
            self.gathered.whole(number, heading[2], "heading", min(len(heading[1]), 6))
        elif not line.strip():
            self.gathered.end()
        elif line.lstrip().startswith("|"):
            self._row(number, line)
        elif line.lstrip().startswith("#"):
            self._directive(number, line)
        elif _DRAWER.match(line) and number in self._in_drawers:
            self._until = _DONE
        elif _ends_drawer(line):
            self.gathered.end()
        elif item := _ITEM.match(line):
            self._item(number, item)
        elif note := _FOOTNOTE.match(line):
            self.gathered.begin(number, line[note.end() :], "note")
        elif _PLANNED.match(line):
            self.gathered.whole(number, line.strip(), "paragraph")
        else:
            if not line[0].isspace():
                self._indents = []
            self.gathered.add(number, line.strip())

    def finish(self) -> None:
        """What is open at the end of the file ends there."""
        if self._until in _VERBATIM:
            self.gathered.code(self._began, self._code, self._language)
        self._end_table()
        self.gathered.end()

    def _inside(self, line: str) -> None:
        ends = _ends_drawer(line) if self._until == _DONE else _ends_block(line)
        if not ends:
            self._code.append(line)
            return
        if self._until in _VERBATIM:
            self.gathered.code(self._began, self._code, self._language)
        self._until, self._code = "", []

    def _directive(self, number: int, line: str) -> None:
        """A setting, the begin of a block, or a comment."""
        if begin := _BEGIN.match(line):
            kind = begin[1].lower()
            self.gathered.end()
            if kind in _VERBATIM or (kind in _NOT_SHOWN and number in self._in_blocks):
                self._until, self._began = kind, number
                self._language = of_fence(begin[2]) if kind == "src" else ""
        elif _ends_block(line):
            self.gathered.end()
        elif setting := _SETTING.match(line):
            name, value = setting[1].lower(), setting[2].strip()
            if name == "caption" and value:
                self.gathered.whole(number, value, "caption")
            elif value:
                self.stated[name] = f"{self.stated[name]} {value}" if name in self.stated else value
        elif not line.lstrip().startswith(("# ", "#+")) and line.strip() != "#":
            self.gathered.add(number, line.strip())

    def _item(self, number: int, item: re.Match[str]) -> None:
        indent = len(item[1].expandtabs())
        while self._indents and self._indents[-1] > indent:
            self._indents.pop()
        if not self._indents or self._indents[-1] < indent:
            self._indents.append(indent)
        label = f"{item[2]} " if item[2][0].isdigit() else ""
        self.gathered.begin(number, label + item[3], "list", len(self._indents))

    def _row(self, number: int, line: str) -> None:
        if not self._rows:
            self.gathered.end()
            self._began = number
        if not _RULE.match(line):
            self._rows.append([cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")])

    def _end_table(self) -> None:
        if self._rows:
            self.gathered.table(self._began, self._rows)
        self._rows = []
