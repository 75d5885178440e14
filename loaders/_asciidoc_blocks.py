"""The lines of an AsciiDoc document (docs.asciidoctor.org) become blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loaders._code_language import of_fence
from loaders._content import Content
from loaders._document import Skipped
from loaders._encoding import decode_whole
from loaders._line_blocks import Gathered

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+=+)?[ \t]*$")
_ATTRIBUTE = re.compile(r":(!?[\w-]+!?):[ \t]*(.*)")
_TITLE = re.compile(r"\.(?=[^\s.])(.+)")
_LIST = re.compile(r"[ \t]*(\*{1,6}|-|\.{1,6}|\d+\.)[ \t]+(?=\S)(.*)")
_TERM = re.compile(r"[ \t]*(\S.*?):{2,4}(?:[ \t]+(.*)|$)")
_STYLE = re.compile(r"\[(.*)\][ \t]*$")
_MACRO = re.compile(r"(include|image|video|audio|toc)::(\S*?)\[(.*?)\][ \t]*$")
_CONDITION = re.compile(r"(?:ifn?def|ifeval|endif)::")
_FENCE = re.compile(r"(?:-{4,}|\.{4,}|`{3,}(.*)|\+{4,}|/{4,})[ \t]*$")
_AROUND = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--|<<<|'{3,})[ \t]*$")  # marks around what is read as it stands, and rules
_TABLE = re.compile(r"[|,:!]===[ \t]*$")
_CELL = re.compile(r"(?:(?:(?<=\s)|^)(?:(\d+)\*)?(?:(\d+)?(?:\.(\d+))?\+)?[<^>.]*[adehlms]?)?\|")
_AUTHOR = re.compile(r"(\w[^<>:|]*?)(?:[ \t]+<[^<>]*>)?$")
_LINK = re.compile(
    r"(?:link:|xref:)?\b(?:(?:https?|ftp|mailto):[^\s\[\]<>]{1,2000}|(?<=link:|xref:)[^\s\[\]]+)\[([^\]]{0,500}?)\^?\]"
)
_REFERENCE = re.compile(r"<<([^<>,]+)(?:,([^<>]+))?>>")
_NOTE = re.compile(r"footnote:[\w-]*\[([^\]]*)\]")
_MARKED = re.compile(r"(?<![\w*_`#])(\*\*?|__?|``?|##?)(?=\S)([^\n]{0,300}?\S)\1(?![\w*_`#])")
_ROLE = re.compile(r"\[[.#%][\w.#%-]*\](?=[*_`#])")
_COLUMNS = re.compile(r"cols=(?:\"([^\"]*)\"|([^,\]]+))")
_MOST = 100  # columns that a cell may span


def read(data: bytes) -> Content:
    """The blocks, title and author; files that it would include are said."""
    text, encoding = decode_whole(data)
    reader = _Reader(text.splitlines())
    reader.read()
    metadata = {"author": reader.attributes.get("author", ""), "description": reader.attributes.get("description", "")}
    return Content(reader.gathered.blocks, "", metadata, encoding=encoding, skipped=reader.skipped)


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.gathered = Gathered(self._shown)
        self.attributes: dict[str, str] = {}
        self.skipped: list[Skipped] = []
        self._lines = lines
        self._at = 0
        self._style = ""  # what stands in brackets above a block
        self._marks: list[str] = []  # of the lists around this line

    def read(self) -> None:
        """Reads all lines."""
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            self._at += 1
            self._line(self._at, line)
        self.gathered.end()

    def _line(self, number: int, line: str) -> None:
        if not line.strip():
            self.gathered.end()
        elif line == "+":
            pass  # what follows goes on with the item above
        elif fence := _FENCE.match(line):
            self._fenced(number, line, fence)
        elif _TABLE.match(line):
            self._table(number, line)
        elif _AROUND.match(line):
            self.gathered.end()
        elif line.startswith("//") or _CONDITION.match(line):
            pass
        elif heading := _HEADING.match(line):
            self._heading(number, heading)
        elif attribute := _ATTRIBUTE.match(line):
            self.attributes[attribute[1].lower()] = attribute[2].strip()
        elif macro := _MACRO.match(line):
            self._macro(number, macro)
        elif style := _STYLE.match(line):
            self.gathered.end()
            self._style = style[1]
        elif title := _TITLE.match(line):
            self.gathered.whole(number, title[1], "caption")
        else:
            self._text(number, line)

    def _text(self, number: int, line: str) -> None:
        if item := _LIST.match(line):
            self._item(number, item[1], item[2])
        elif term := _TERM.match(line):
            self.gathered.begin(number, term[1] + ": " + (term[2] or ""), "list", 1)
        else:
            self.gathered.add(number, line.removesuffix(" +").strip())

    def _heading(self, number: int, heading: re.Match[str]) -> None:
        self._marks = []
        self.gathered.whole(number, heading[2], "heading", len(heading[1]))
        following = self._lines[self._at] if self._at < len(self._lines) else ""
        if number == 1 and (author := _AUTHOR.match(following.strip())) and not following.startswith((":", "//")):
            self.attributes["author"] = author[1]
            self._at += 1

    def _macro(self, number: int, macro: re.Match[str]) -> None:
        kind, target, text = macro.groups()
        if kind == "include":
            self.skipped.append(Skipped("included_file", target))
        elif text and kind != "toc":
            self.gathered.whole(number, text.split(",")[0].strip('"'), "caption")

    def _item(self, number: int, mark: str, text: str) -> None:
        kind = "1." if mark[0].isdigit() else mark
        if kind in self._marks:
            del self._marks[self._marks.index(kind) + 1 :]
        else:
            self._marks.append(kind)
        self.gathered.begin(number, f"{mark} {text}" if kind == "1." else text, "list", len(self._marks))

    def _fenced(self, number: int, mark: str, fence: re.Match[str]) -> None:
        """Code, or a comment, until the same mark returns."""
        end = mark[:3] if mark.startswith("`") else mark
        lines: list[str] = []
        while self._at < len(self._lines) and self._lines[self._at].rstrip() != end:
            lines.append(self._lines[self._at])
            self._at += 1
        self._at += 1
        kind, _, language = self._style.partition(",")
        self._style = ""
        if not mark.startswith("/"):
            stated = fence[1] or (language.split(",")[0] if kind in ("source", "") else "")
            self.gathered.code(number, lines, of_fence(stated))

    def _table(self, number: int, mark: str) -> None:
        lines: list[str] = []
        while self._at < len(self._lines) and self._lines[self._at].rstrip() != mark:
            lines.append(self._lines[self._at].rstrip())
            self._at += 1
        self._at += 1
        if mark[0] in ",:":
            rows = [[cell.strip() for cell in line.split(mark[0])] for line in lines if line.strip()]
        else:
            rows = list(_rows("\n".join(lines).replace("!", "|") if mark[0] == "!" else "\n".join(lines), self._style))
        self._style = ""
        if rows:
            self.gathered.table(number, rows)

    def _shown(self, text: str) -> str:
        """Text without its marks: links and references by their words, attributes by their values."""
        text = re.sub(r"\{([\w-]+)\}", lambda name: self.attributes.get(name[1].lower(), name[0]), text)
        text = _NOTE.sub(r" (\1)", text)
        text = _LINK.sub(lambda link: link[1] or link[0].removesuffix("[]").removeprefix("link:"), text)
        text = _REFERENCE.sub(lambda reference: (reference[2] or reference[1]).strip(), text)
        return _MARKED.sub(r"\2", _MARKED.sub(r"\2", _ROLE.sub("", text)))


def _rows(text: str, style: str) -> Iterator[list[str]]:
    """The rows: as many cells as the columns that are stated, or that the first line has.

    What stands in a cell of several rows stands in each, as everywhere.
    """
    marks = list(_CELL.finditer(re.sub(r"\\\|", "\u2223", text)))
    if not marks:
        return
    first_line = text.strip("\n").split("\n", 1)[0]
    wanted = _columns(style) or sum(_width(mark) for mark in _CELL.finditer(first_line)) or 1
    row: list[str] = []
    below: dict[int, tuple[int, str]] = {}
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        value = text[mark.end() : after.start() if after else len(text)].replace("\u2223", "|").strip()
        for _ in range(min(int(mark[1] or 1), _MOST)):
            row += _from_above(len(row), below)
            if (rows := int(mark[3] or 1)) > 1:
                below[len(row)] = (rows - 1, value)
            row += [value, *[""] * (min(int(mark[2] or 1), _MOST) - 1)]
            row += _from_above(len(row), below) if len(row) < wanted else []
            if len(row) >= wanted:
                yield row
                row = []
    if row:
        yield row


def _from_above(column: int, below: dict[int, tuple[int, str]]) -> list[str]:
    """The cells from this column on that began in a row above."""
    cells: list[str] = []
    while column in below:
        rows, value = below.pop(column)
        if rows > 1:
            below[column] = rows - 1, value
        cells.append(value)
        column += 1
    return cells


def _width(mark: re.Match[str]) -> int:
    return min(int(mark[1] or 1) * int(mark[2] or 1), _MOST)


def _columns(style: str) -> int:
    """How many columns a table says that it has: "1,2", "3*"."""
    if not (found := _COLUMNS.search(style)):
        return 0
    parts = (found[1] or found[2] or "").split(",")
    repeats = (re.match(r"(\d+)\*", part.strip()) for part in parts)
    return min(sum(int(repeat[1]) if repeat else 1 for repeat in repeats), _MOST)
