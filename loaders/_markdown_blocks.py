"""Markdown's tokens (markdown-it-py) become blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from loaders._code_language import of_fence
from loaders._content import Content
from loaders._document import Block, BlockKind, Location
from loaders._encoding import decode_whole
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._text import cell, collapse, rows_text

_MAX_FRONT_MATTER = 1 << 16
_PROPERTY = r"[^\s:：][^:：\n]{0,40}(?:: |：)\S[^\n]*"
_PROPERTIES = re.compile(rf"(?:{_PROPERTY}\n)+{_PROPERTY}")  # "label: value" on each line, as Notion writes a page's
_CALLOUT = re.compile(r"^\[!\w+\][+-]?[ \n]*")  # Obsidian and GitHub mark a quotation so
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|#]*)(#[^\[\]|]*)?(?:\|([^\[\]]*))?\]\]")
_HIGHLIGHT = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]*[^\s=])==(?![=\w])")
_CODE = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~)[^\S\n]*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?<![\w%])%%(?![%\d])(?:[^%]|%(?!%))+%%(?!%)")


def read(data: bytes) -> Content:
    """The blocks, and the front matter's plain values as metadata."""
    text, encoding = decode_whole(data)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(front_matter_plugin).use(footnote_plugin)
    tokens = parser.parse(_without_comments(text))
    stated = _front_matter(tokens)
    title = stated.pop("title", "")
    return Content(list(_Reader(tokens).blocks()), title, stated, encoding=encoding)


def markdown_blocks(text: str) -> Iterator[Block]:
    """The blocks of a piece of Markdown without front matter."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    return _Reader(parser.parse(text.replace("\0", ""))).blocks()


def _front_matter(tokens: Sequence[Token]) -> dict[str, str]:
    """Keys with plain values, or lists of them; deeper structures are left out, so that aliases cannot multiply."""
    source = next((token.content for token in tokens if token.type == "front_matter"), "")
    if not source or len(source) > _MAX_FRONT_MATTER:
        return {}
    try:
        stated = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError):
        return {}  # a front matter that is no YAML says nothing; the text below it is what counts
    found: dict[str, str] = {}
    for key, value in stated.items() if isinstance(stated, dict) else ():
        values = value if isinstance(value, list) else [value]
        if all(isinstance(v, str | int | float) or hasattr(v, "isoformat") for v in values):
            found[str(key).lower()] = ", ".join(map(str, values))
    return found


def _without_comments(text: str) -> str:
    """Without what Obsidian hides between %%, outside of code; lines keep their numbers."""
    if "%%" not in text:
        return text
    parts = _CODE.split(text)
    parts[::2] = (_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), part) for part in parts[::2])
    return "".join(parts)


def wiki_text(text: str) -> str:
    """Links between notes, as Obsidian and wikis write them, by the words that are shown; no marks of highlights."""
    text = _HIGHLIGHT.sub(r"\1", text)
    return _WIKI_LINK.sub(lambda m: m[3] or " > ".join(filter(None, (m[1], (m[2] or "").lstrip("#^")))), text)


class _Reader:
    """Follows the tokens with the lists that are open."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._numbers: list[int | None] = []  # open lists: the next item's number, None without numbers
        self._marker = ""
        self._kind: BlockKind = "paragraph"
        self._level = 0
        self._in_note = False

    def blocks(self) -> Iterator[Block]:
        row: list[str] = []
        rows: list[list[str]] = []
        start = 0
        for token in self._tokens:
            line = token.map[0] + 1 if token.map else None
            if token.type == "table_open":
                rows, start = [], line or 0
            elif token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                rows.append(row)
            elif token.type == "table_close":
                yield Block("table", rows_text(rows), location=Location(line=start))
                rows = []
            elif token.type == "inline" and token.level and self._kind == "table":
                row.append(cell(_inline(token.children or [])))
            elif token.type == "inline":
                yield from self._text(token, line)
            elif token.type in ("fence", "code_block"):
                text, language = token.content.rstrip("\n"), of_fence(token.info)
                yield Block("code", text, location=Location(line=line), language=language)
            elif token.type == "html_block":
                yield from self._html(token.content, line or 1)
            self._follow(token)

    def _follow(self, token: Token) -> None:
        """Keeps track of what is open."""
        if token.type in ("th_open", "td_open"):
            self._kind = "table"
        elif token.type == "heading_open":
            self._kind, self._level = "heading", int(token.tag[1])
        elif token.type in ("heading_close", "table_close"):
            self._kind, self._level = "paragraph", 0
        elif token.type == "ordered_list_open":
            self._numbers.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            self._numbers.append(None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            self._numbers.pop()
        elif token.type == "list_item_open" and (number := self._numbers[-1]) is not None:
            self._marker = f"{number}. "
            self._numbers[-1] = number + 1
        elif token.type in ("footnote_open", "footnote_close"):
            self._in_note = token.type == "footnote_open"

    def _text(self, token: Token, line: int | None) -> Iterator[Block]:
        by_lines = token.content.startswith("[!") or _PROPERTIES.fullmatch(token.content) is not None
        text = _CALLOUT.sub("", _inline(token.children or [], by_lines)).strip()
        kind, level = self._kind, self._level
        if kind == "paragraph" and self._in_note:
            kind = "note"
        elif kind == "paragraph" and self._numbers:
            kind, level = "list", len(self._numbers)
            text, self._marker = self._marker + text, ""
        if kind == "heading":
            text = cell(text)
        if text:
            yield Block(kind, text, level, Location(line=line))

    def _html(self, source: str, line: int) -> Iterator[Block]:
        """What a piece of HTML says; its own lines count from where it stands."""
        for block in html_blocks(parse(source)):
            inner = block.location.line or 1
            yield Block(block.kind, block.text, block.level, Location(line=line + inner - 1))


def _inline(children: Sequence[Token], by_lines: bool = False) -> str:
    """The text that is shown: links by their words, images by their alternative text."""
    parts: list[str] = []
    for child in children:
        if child.type in ("text", "code_inline"):
            parts.append(wiki_text(child.content) if child.type == "text" else child.content)
        elif child.type == "softbreak":
            parts.append("\ue000" if by_lines else "\n")
        elif child.type == "hardbreak" or child.content.lower().startswith("<br"):
            parts.append("\ue000")
        elif child.type == "image":
            parts.append(_inline(child.children or []))
    return "\n".join(line.strip() for line in collapse("".join(parts)).split("\ue000"))
