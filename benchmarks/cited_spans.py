"""Whether every span that could be cited stands word for word where its citation says, over a folder of real files.

`python -m benchmarks spans ZOO`: each sentence of each passage of each document is cited as an answer would cite it.
Then three things are looked up anew: the characters of the passage, the characters of the document's blocks, and, where
the place is a line of a text file or boxes on a PDF's page, the file itself (the page by pdfium's own text).
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import pypdfium2

from rag import KnowledgeBase, Settings
from rag.citations.citing import Quote, citation
from rag.errors import TenkyoError
from rag.text.languages import sentences
from rag.types import Block, Chunk, Citation, DocumentInfo, Hit

_HIDDEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")


def run(zoo: Path, limit: int | None) -> list[dict[str, object]]:
    """A row per kind of file: spans, and how many are verbatim in their passage, in their blocks, in the file."""
    files = sorted(path for path in zoo.rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")
    found = check_files(files[:limit])
    total = sum(found.values(), Counter[str]())
    return [_row(kind, counts) for kind, counts in [*sorted(found.items()), ("all", total)] if counts["spans"]]


def check_files(paths: Sequence[Path]) -> dict[str, Counter[str]]:
    """By media type: `documents`, `spans`, and of these how many stand in `passage` and `blocks`; `looked up`, `file`.

    Files that cannot be read have no spans.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with (
        tempfile.TemporaryDirectory(prefix="tenkyo-spans-") as store,
        KnowledgeBase.open(store, Settings(samples=False)) as kb,
    ):
        for _ in kb.add_many([(path, path.name) for path in paths]):
            pass
        for info in kb.documents():
            found[info.media_type].update(_check_document(kb, info))
    return found


def _check_document(kb: KnowledgeBase, info: DocumentInfo) -> Counter[str]:
    counts = Counter(documents=1)
    blocks = dict(enumerate(kb.blocks(info.id)))
    original = _Original(kb, info)
    for chunk in kb.chunks(info.id):
        for start, end in sentences(chunk.text):
            hit = Hit(chunk, info, 1.0)
            cited = citation(Quote(1, start, end, 1.0), [hit], lambda _, wanted: {n: blocks[n] for n in wanted})
            counts["spans"] += 1
            counts["passage"] += chunk.text[cited.start : cited.end] == cited.quote != ""
            counts["blocks"] += _stands_in_blocks(cited, chunk, blocks)
            in_file = original.has(cited)
            counts["looked up"] += in_file is not None
            counts["file"] += bool(in_file)
    return counts


def _stands_in_blocks(cited: Citation, chunk: Chunk, blocks: dict[int, Block]) -> bool:
    """Whether the quote is made of characters of the blocks that its passage names, and the place is the first's."""
    read, first = "", None
    for span in chunk.spans:
        start, end = max(cited.start, span.start), min(cited.end, span.end)
        if start < end:
            block = blocks[span.block]
            first = first or block
            read += block.text[start - span.start + span.offset : end - span.start + span.offset]
    if first is None or _bare(read) != _bare(cited.quote):
        return False
    pages = {box.page for box in first.location.boxes} or {first.location.page}
    return cited.location.page in pages and cited.location.sheet == first.location.sheet


class _Original:
    """The file itself, read by nothing of ours."""

    def __init__(self, kb: KnowledgeBase, info: DocumentInfo) -> None:
        self._kb, self._info = kb, info

    def has(self, cited: Citation) -> bool | None:
        """Whether the quote's words stand on that page or line; None for files whose places are neither."""
        if self._info.media_type == "application/pdf" and cited.location.boxes:
            pages = {box.page for box in cited.location.boxes}
            text = "".join(self._pages.get(page, "") for page in sorted(pages))
            return all(_bare(word) in text for word in cited.quote.split()) if text else None
        if self._info.media_type == "text/plain" and cited.location.line:
            words = cited.quote.split()[0]
            return any(words in line for line in self._lines(cited.location.line))
        return None

    @cached_property
    def _pages(self) -> Mapping[int, str]:
        """The text of each page by pdfium, white space left out."""
        try:
            with pypdfium2.PdfDocument(self._kb.original(self._info.id)) as pdf:
                return {n: _bare(page.get_textpage().get_text_range()) for n, page in enumerate(pdf, 1)}
        except (pypdfium2.PdfiumError, TenkyoError):  # encrypted, or a file inside another one
            return {}

    def _lines(self, number: int) -> list[str]:
        """That line of the file, in every encoding that it can be read in."""
        return [line for lines in self._readings for line in lines[number - 1 : number]]

    @cached_property
    def _readings(self) -> list[list[str]]:
        """The lines of the file, once in each encoding that it can be read in."""
        found: list[list[str]] = []
        for encoding in ("utf-8-sig", "utf-32", "utf-16", "utf-16-be", "cp932", "euc_jp", "iso2022_jp", "cp1252"):
            with suppress(UnicodeError, TenkyoError):
                found.append(self._kb.original(self._info.id).decode(encoding).splitlines())
        return found


def _bare(text: str) -> str:
    return _HIDDEN.sub("", unicodedata.normalize("NFKC", text))


def _row(kind: str, counts: Counter[str]) -> dict[str, object]:
    spans = counts["spans"]
    return {
        "format": kind,
        "documents": counts["documents"],
        "spans": spans,
        "verbatim in the passage": f"{counts['passage'] / spans:.2%}",
        "verbatim in the document's blocks": f"{counts['blocks'] / spans:.2%}",
        "looked up in the file": counts["looked up"],
        "words found there": f"{counts['file'] / counts['looked up']:.2%}" if counts["looked up"] else "–",
    }
