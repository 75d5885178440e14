"""The extraction report: what reading a file found, and what looks wrong in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from loaders._content import Content
from loaders._document import Block, ExtractionReport

# UTF-8 read as Windows-1252 or Latin-1, UTF-8 read as CP932, and the replacement character.
_MOJIBAKE = re.compile(r"[ÃÂâ][\u0080-\u00bf€‚„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[縺繧繝][\uff61-\uff9f縺-繝]|\ufffd+")
_NO_SPACES = re.compile(r"[A-Za-z]{45,}")  # the longest English word in a large dictionary has 45 letters


def extraction_report(content: Content, blocks: Sequence[Block]) -> ExtractionReport:
    """Counts over the blocks, and what only the loader knows."""
    with_text = {block.location.page or block.location.slide for block in blocks}
    return ExtractionReport(
        pages=content.pages,
        pages_without_text=tuple(page for page in range(1, content.pages + 1) if page not in with_text),
        characters=sum(len(block.text) for block in blocks),
        tables=sum(block.kind == "table" for block in blocks),
        encoding=content.encoding,
        suspicious=suspicious("\n".join(block.text for block in blocks)),
        skipped=tuple(content.skipped),
    )


def suspicious(text: str) -> Mapping[str, int]:
    """Characters that look wrong, by why; what is not there is left out."""
    counts = {
        "mojibake": sum(len(found) for found in _MOJIBAKE.findall(text)),
        "private_use": sum(text.count(c) for c in set(text) if unicodedata.category(c) == "Co"),
        "no_spaces": sum(len(found) for found in _NO_SPACES.findall(text)),
    }
    return {reason: count for reason, count in counts.items() if count}
