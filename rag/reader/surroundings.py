"""What a sentence does not say since its document has said it above: in its opening lines, in a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.reader.labels import CELLS, LABELLED
from rag.types import Hit

_LONGEST = 80
_MOST_OPENING = 8
"""How many lines a document's opening has at most."""
_ENDS = re.compile(r"[.!?。！？:：;,、…][\"”’」』)）]*$")
BULLET = re.compile(r"^\s*(?:[●•・■◆○*–-]|\d{1,2}[.)．]|[(（]\d{1,2}[)）]|[①-⑳])")

_NUMBER = re.compile(r"^\s*(?:\d{1,2}[.)．]\s|第\s*[0-9一二三四五六七八九十百]+\s*[条章節項])")


def openings(hits: Sequence[Hit]) -> dict[str, list[str]]:
    """By document, the lines that it begins with before its first sentence, where that passage is among the hits.

    A letterhead, the parties of a contract, who met where: what follows is about them, and does not name them again.
    """
    found: dict[str, list[str]] = {}
    for hit in hits:
        if hit.chunk.ordinal == 0:
            found[hit.document.id] = list(_opening(hit.chunk.text))
    return found


def _opening(text: str) -> Iterator[str]:
    for line in text.splitlines()[:_MOST_OPENING]:
        if not line.strip() or CELLS in line or BULLET.match(line) or not (is_fragment(line) or LABELLED.match(line)):
            return
        yield line


def captions(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Of each sentence of a passage, the line above it that is its heading, though its file does not say so; or "".

    A heading is a short line that is no sentence, and that a sentence or a list stands below.
    """
    found: list[str] = []
    above = ""
    for place, (start, end) in enumerate(spans):
        line = text[start:end]
        before, following = _neighbour(text, spans, place - 1), _neighbour(text, spans, place + 1)
        if is_caption(line, before, following):
            above = line
            found.append("")
        else:
            found.append(above)
    return found


def _neighbour(text: str, spans: Sequence[tuple[int, int]], place: int) -> str:
    return text[slice(*spans[place])] if 0 <= place < len(spans) else ""


def is_caption(line: str, before: str, following: str) -> bool:
    """Whether a line is a heading of what follows: a sentence, or a list whose first item that is.

    One with a number of its own is no item of a list, which would have others before or after it.
    """
    if not following or CELLS in line or not is_fragment(line) or LABELLED.match(line):
        return False
    if BULLET.match(following):
        return not BULLET.match(line)
    return bool(_ENDS.search(following)) and not (BULLET.match(line) and BULLET.match(before))


def is_numbered_caption(line: str, following: str) -> bool:
    """Whether a line is a heading with a number of its own: "2. Bicycle shed", 第5条（駐輪場）."""
    return bool(_NUMBER.match(line)) and is_caption(line, "", following)


def is_fragment(line: str) -> bool:
    """Whether a line is short and no sentence: a name, a heading, an item."""
    return len(line) <= _LONGEST and not _ENDS.search(line.rstrip())
