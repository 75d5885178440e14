"""A tree of HTML elements becomes blocks in the order of reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import iterwalk

from loaders._code_language import of_element
from loaders._document import Block, BlockKind, Location
from loaders._html_tables import is_data_table, table_text
from loaders._mathml import linear
from loaders._text import collapse

DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "canvas",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "select",
        "option",
        "button",
        "input",
        "textarea",
        "datalist",
        "map",
        "head",
        "title",
        "meta",
        "link",
        "rt",
        "rp",
    ]
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = ("ul", "ol", "menu", "dir")
_BREAKING = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "menu",
        "dir",
    ]
) | frozenset(_HEADINGS)
_FILE_NAME = re.compile(r"\S+\.\w{2,5}")
_PICTURE = "\ue001"  # around an alternative text until the block is complete
_LINE_BREAK = "\ue000"  # a private character for <br> until white space is collapsed


def blocks(root: Any) -> Iterator[Block]:
    """The blocks of everything under `root`. Walks by events, not by recursion: the nesting is the page's choice."""
    yield from _Reader().read(root)


class _Reader:
    """Collects text until an element that breaks the flow begins or ends."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line: int | None = None
        self._kinds: list[tuple[str, BlockKind, int]] = []  # open elements that say what their text is
        self._lists: list[int | None] = []  # open lists: the number of the item before, None without numbers
        self._marker = ""

    def read(self, root: Any) -> Iterator[Block]:
        walker = iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "end":
                yield from self._end(element, tag, root)
            elif tag in DROPPED or not tag:
                walker.skip_subtree()
            elif tag == "math":
                walker.skip_subtree()
                formula = element.xpath("string(.//annotation[contains(@encoding, 'tex')])") or linear(element)
                self._add(f" {formula} ", element)
            elif tag == "pre" or (tag == "table" and is_data_table(element)):
                walker.skip_subtree()
                yield from self._whole(element, tag)
            else:
                yield from self._start(element, tag)

    def _start(self, element: Any, tag: str) -> Iterator[Block]:
        if tag in _BREAKING:
            yield from self._flush()
            self._open(element, tag)
        if tag == "br":
            self._parts.append(_LINE_BREAK)
        elif tag == "img" and (alt := (element.get("alt") or "").strip()) and not _FILE_NAME.fullmatch(alt):
            self._add(f"{_PICTURE} {alt} {_PICTURE}", element)
        self._add(element.text, element)

    def _end(self, element: Any, tag: str, root: Any) -> Iterator[Block]:
        if tag in _BREAKING:
            yield from self._flush()
            self._close(tag)
        if element is not root:
            self._add(element.tail, element)

    def _whole(self, element: Any, tag: str) -> Iterator[Block]:
        """A block of code or a table, read at once."""
        yield from self._flush()
        where = Location(line=element.sourceline)
        for caption in element.iterfind("caption"):
            yield Block("caption", collapse("".join(caption.itertext())).strip(), location=where)
        if tag == "pre":
            for br in element.iter("br"):
                br.tail = "\n" + (br.tail or "")
            text = "".join(element.itertext()).strip("\n")
            yield Block("code", text, location=where, language=of_element(element))
        else:
            yield Block("table", table_text(element), location=where)

    def _open(self, element: Any, tag: str) -> None:
        if tag in _HEADINGS:
            self._kinds.append((tag, "heading", _HEADINGS[tag]))
        elif tag in ("caption", "figcaption"):
            self._kinds.append((tag, "caption", 0))
        elif tag in _LISTS:
            start = element.get("start") or "1"
            self._lists.append((int(start) if re.fullmatch(r"\d{1,6}", start) else 1) - 1 if tag == "ol" else None)
        elif tag == "li":
            self._kinds.append((tag, "list", max(len(self._lists), 1)))
            number = self._lists[-1] if self._lists else None
            if number is not None:
                self._lists[-1] = number + 1
                self._marker = f"{number + 1}. "

    def _close(self, tag: str) -> None:
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif self._kinds and self._kinds[-1][0] == tag:
            self._kinds.pop()

    def _add(self, text: str | None, element: Any) -> None:
        if text:
            if self._line is None and text.strip():
                self._line = element.sourceline
            self._parts.append(text)

    def _flush(self) -> Iterator[Block]:
        source = "".join(self._parts)
        said = re.sub(f"{_PICTURE}.*?{_PICTURE}", "", source, flags=re.DOTALL).replace(_LINE_BREAK, "").strip()
        lines = (line.strip() for line in collapse(source.replace(_PICTURE, "")).split(_LINE_BREAK))
        text = "\n".join(line for line in lines if line)
        line = self._line
        self._parts, self._line = [], None
        if not text:
            return
        _, kind, level = self._kinds[-1] if self._kinds else ("", "paragraph", 0)
        if kind == "paragraph" and not said:  # nothing but pictures
            kind = "caption"
        if kind == "heading":
            text = text.replace("\n", " ")
        if kind == "list":
            text, self._marker = self._marker + text, ""
        yield Block(kind, text, level, Location(line=line))
