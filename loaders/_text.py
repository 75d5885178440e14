"""Lines become running text: joined as their language writes it."""

from __future__ import annotations

import re
import unicodedata

_WIDE = re.compile(r"[\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f]")
_FIRST_WIDE = "\u3000"
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_SOURCE_BREAK = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v\n]*")


def is_wide(text: str) -> bool:
    """Whether a text begins with a character of Chinese or Japanese writing, or its punctuation."""
    return _WIDE.match(text) is not None


def joint(before: str, after: str) -> str:
    """What goes between two lines of one paragraph: nothing between CJK characters, else a space."""
    # The first comparison answers for most lines.
    return "" if before and before[-1] >= _FIRST_WIDE and is_wide(before[-1]) and is_wide(after) else " "


def collapse(text: str) -> str:
    """Text with its white space as HTML and Markdown mean it: line breaks of the source are no line breaks."""

    def joined(match: re.Match[str]) -> str:
        return joint(text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1])

    return _SPACES.sub(" ", _SOURCE_BREAK.sub(joined, text))


def tidy(text: str) -> str:
    """Text whose line breaks count: runs of spaces become one, lines are stripped, empty lines go."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.replace("\v", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def cell(text: str) -> str:
    """Text as one cell of a table's row: on one line."""
    return " ".join(text.split())


def rows_text(rows: list[list[str]]) -> str:
    """A table as Block.text has it; rows without any text are left out."""
    return "\n".join(" | ".join(row) for row in rows if any(row))


def comparable(text: str) -> str:
    """Text without what differs between two writings of the same heading: width, case, white space."""
    whole = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return "".join(whole.split())
