"""Blocks of markup whose lines say what they are, gathered line by line: Org, AsciiDoc."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loaders._document import Block, BlockKind, Location
from loaders._text import joint, rows_text


class Gathered:
    """What has been read; the last block goes on until another begins or `end` is called.

    `shown` takes a paragraph's markup away: on the whole of it, as a marked phrase may go over the end of a line.
    """

    def __init__(self, shown: Callable[[str], str]) -> None:
        self.blocks: list[Block] = []
        self._shown = shown
        self._text = ""
        self._kind: BlockKind = "paragraph"
        self._level = self._line = 0

    def begin(self, number: int, text: str, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """A block begins on this line."""
        self.end()
        self._line, self._text, self._kind, self._level = number, text, kind, level

    def add(self, number: int, text: str) -> None:
        """A line goes on with the block that is open, or begins a paragraph."""
        if self._text:
            self._text += joint(self._text, text) + text
        else:
            self.begin(number, text)

    def whole(self, number: int, text: str, kind: BlockKind, level: int = 0) -> None:
        """A block of one line."""
        self.begin(number, text, kind, level)
        self.end()

    def code(self, number: int, lines: Sequence[str], language: str) -> None:
        """Code, as it is written."""
        self.end()
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        text = "\n".join(line[indent:] for line in lines).strip("\n")
        self.blocks.append(Block("code", text, 0, Location(line=number), language))

    def table(self, number: int, rows: Sequence[Sequence[str]]) -> None:
        """A table of such rows."""
        self.end()
        text = rows_text([[" ".join(self._shown(cell).split()) for cell in row] for row in rows])
        self.blocks.append(Block("table", text, 0, Location(line=number)))

    def end(self) -> None:
        """Nothing goes on with the last block."""
        if text := self._shown(self._text).strip():
            self.blocks.append(Block(self._kind, text, self._level, Location(line=self._line)))
        self._text = ""
