"""The extraction report: what reading a file found, and what looks wrong in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from loaders._content import Content, Counted
from loaders._document import Block, ExtractionReport

# UTF-8 read as Windows-1252 or Latin-1, UTF-8 read as CP932, and the replacement character.
_MOJIBAKE = re.compile(r"[ÃÂâ][\u0080-\u00bf€‚„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[縺繧繝][\uff61-\uff9f縺-繝]|\ufffd+")
_FIRST_OF_MOJIBAKE = tuple("ÃÂâ縺繧繝\ufffd")
_FIRST_OF_PRIVATE = (b"\xee", b"\xf3", b"\xf4")  # of the private use areas in UTF-8
_PRIVATE = re.compile(rb"\xef[\x80-\xa3]")
_LETTERS = bytes(ord("A") if chr(c).isalpha() else 0 for c in range(128)).ljust(256, b"\0")
_NO_SPACES = re.compile(r"[A-Za-z]{45,}")  # the longest English word in a large dictionary has 45 letters


def extraction_report(content: Content, blocks: Sequence[Block]) -> ExtractionReport:
    """Counts over the blocks, and what only the loader knows."""
    counted = content.counted or _counted(blocks)
    with_text = {block.location.page or block.location.slide for block in blocks} if content.pages else set()
    return ExtractionReport(
        pages=content.pages,
        pages_without_text=tuple(page for page in range(1, content.pages + 1) if page not in with_text),
        characters=counted.characters,
        tables=counted.tables,
        encoding=content.encoding,
        suspicious=counted.suspicious,
        skipped=tuple(content.skipped),
    )


def _counted(blocks: Sequence[Block]) -> Counted:
    text = "\n".join(block.text for block in blocks)
    return Counted(
        sum(len(block.text) for block in blocks), sum(block.kind == "table" for block in blocks), suspicious(text)
    )


def suspicious(text: str, encoded: bytes | None = None) -> Mapping[str, int]:
    """Characters that look wrong, by why; what is not there is left out. `encoded` is the same text in UTF-8.

    A gigabyte goes through this: the patterns are tried only where something quick has seen their first sign.
    """
    counts: dict[str, int] = {}
    ascii_only = text.isascii()
    if not ascii_only and any(first in text for first in _FIRST_OF_MOJIBAKE):
        counts["mojibake"] = sum(len(found) for found in _MOJIBAKE.findall(text))
    data = text.encode(errors="surrogatepass") if encoded is None else encoded
    if not ascii_only and (any(first in data for first in _FIRST_OF_PRIVATE) or _PRIVATE.search(data)):
        counts["private_use"] = sum(text.count(c) for c in set(text) if unicodedata.category(c) == "Co")
    if b"A" * 45 in data.translate(_LETTERS):
        counts["no_spaces"] = sum(len(found) for found in _NO_SPACES.findall(text))
    return {reason: count for reason, count in counts.items() if count}
