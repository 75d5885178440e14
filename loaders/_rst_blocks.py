"""The tree that docutils makes of reStructuredText becomes blocks. No file is included, nothing raw passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, directives
from docutils.parsers.rst.languages import en

from loaders._code_language import of_fence
from loaders._content import Content
from loaders._document import Block, BlockKind, Location, Skipped
from loaders._encoding import decode
from loaders._text import cell, collapse, rows_text

_ROLE = re.compile(r":[\w.+-]+(?::[\w.+-]+)*:`~?([^`<]*?)(?:\s*<[^`>]*>)?`")
_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+([\w:.+-]+)::", re.MULTILINE)
_READING_FILES = re.compile(r"^[ \t]*\.\.[ \t]+(?:include|literalinclude|raw|csv-table)::[ \t]*(\S*)", re.MULTILINE)
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "_disable_config": True,
    "line_length_limit": 1_000_000,
}


# Docutils knows these too, but not Sphinx's options of theirs, and leaves out what it does not know.
_WITH_OPTIONS = ("code", "code-block", "sourcecode", "math")
_CODE = ("code", "sourcecode", "doctest", "testcode", "prompt", "math", "mermaid", "graphviz")


class _AnyOption(dict[str, Any]):
    """Options of every name, with any value or none."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class _Shown(Directive):
    """A directive of which only what it says counts, not how it looks."""

    optional_arguments = 100
    final_argument_whitespace = True
    has_content = True
    option_spec = _AnyOption(name=directives.unchanged)

    def run(self) -> list[nodes.Node]:
        container = nodes.container()
        is_code = self.name.startswith(_CODE)
        if self.arguments and self.name != "toctree" and self.name not in _WITH_OPTIONS:
            container += nodes.paragraph("", " ".join(self.arguments))
        if caption := self.options.get("caption"):
            container += nodes.caption("", caption)
        if is_code:
            formula = [" ".join(self.arguments)] if self.name == "math" and self.arguments else []
            language = self.arguments[:1] if self.name in _WITH_OPTIONS and not formula else []
            container += nodes.literal_block("", "\n".join([*formula, *self.content]), classes=["code", *language])
        elif self.name != "toctree":
            self.state.nested_parse(self.content, self.content_offset, container)
        return [container]


def read(data: bytes) -> Content:
    """The blocks, and the field list at the beginning as metadata."""
    text, encoding = decode(data)
    for name in (set(_DIRECTIVE.findall(text)) - set(en.directives)) | set(_WITH_OPTIONS):
        directives.register_directive(name, _Shown)
    skipped = [Skipped("included_file", name) for name in _READING_FILES.findall(text) if name]
    tree = publish_doctree(_ROLE.sub(lambda m: m[1], text), settings_overrides=_SETTINGS)
    metadata = {
        cell(field[0].astext()).lower(): cell(field[1].astext())
        for field in tree.findall(nodes.field)
        if _is_about(field)
    }
    title = next((cell(node.astext()) for node in tree.findall(nodes.title)), "")
    return Content(list(_blocks(tree, 1)), title, metadata, encoding=encoding, skipped=skipped)


def _language(node: Any) -> str:
    """Docutils keeps it as the second class of a code directive's block."""
    classes = node.get("classes", ())
    return of_fence(classes[1]) if len(classes) > 1 and classes[0] == "code" else ""


def _is_about(field: Any) -> bool:
    return isinstance(field.parent, nodes.docinfo) or isinstance(field.parent.parent, nodes.document)


def _blocks(node: Any, level: int, kind: BlockKind = "paragraph", depth: int = 0, marker: str = "") -> Iterator[Block]:
    """The blocks of a node's children. `kind` and `depth` are those of the list or note that it is in."""
    for child in node.children:
        where = Location(line=child.line)
        if isinstance(child, nodes.title | nodes.subtitle | nodes.rubric):
            yield Block("heading", cell(child.astext()), min(level, 6), where)
        elif isinstance(child, nodes.section):
            top = isinstance(child.parent, nodes.document) and not isinstance(child.parent[0], nodes.title)
            yield from _blocks(child, level if top else level + 1)
        elif isinstance(child, nodes.bullet_list | nodes.enumerated_list):
            yield from _items(child, level, depth + 1)
        elif isinstance(child, nodes.table):
            yield from _table(child, where)
        elif isinstance(child, nodes.literal_block | nodes.doctest_block | nodes.math_block):
            yield Block("code", child.astext(), 0, where, _language(child))
        elif isinstance(child, nodes.Admonition | nodes.footnote | nodes.citation):
            yield from _blocks(child, level, "note", depth)
        elif isinstance(child, nodes.caption | nodes.legend):
            yield Block("caption", cell(child.astext()), 0, where)
        elif isinstance(child, nodes.image):
            if alt := child.get("alt", ""):
                yield Block("caption", cell(alt), 0, where)
        elif isinstance(child, nodes.definition_list_item | nodes.field | nodes.option_list_item):
            yield from _pair(child, level, kind, depth)
        elif isinstance(child, nodes.paragraph | nodes.term | nodes.line | nodes.attribution):
            text = marker + collapse(child.astext()).strip()
            yield Block(kind, text, depth if kind == "list" else 0, where)
            marker = ""
        elif not isinstance(child, nodes.Invisible | nodes.Text | nodes.system_message | nodes.Inline):
            yield from _blocks(child, level, kind, depth)


def _items(node: Any, level: int, depth: int) -> Iterator[Block]:
    start = int(node.get("start", 1)) if isinstance(node, nodes.enumerated_list) else None
    for number, item in enumerate(node.children, start=start or 0):
        yield from _blocks(item, level, "list", depth, f"{number}. " if start is not None else "")


def _pair(node: Any, level: int, kind: BlockKind, depth: int) -> Iterator[Block]:
    """A term, field or option and what is said of it: on one line where that is one paragraph."""
    name, *said = node.children
    inner = said[-1].children if said else []
    if len(inner) == 1 and isinstance(inner[0], nodes.paragraph):
        text = f"{cell(name.astext())}: {collapse(inner[0].astext()).strip()}"
        yield Block(kind, text, depth if kind == "list" else 0, Location(line=inner[0].line or node.line))
        return
    yield Block(kind, cell(name.astext()), depth if kind == "list" else 0, Location(line=node.line))
    for part in said:
        yield from _blocks(part, level, kind, depth)


def _table(table: Any, where: Location) -> Iterator[Block]:
    """Rows with spans laid out: a cell over several rows is repeated, one over several columns stands once."""
    for title in table.findall(nodes.title):
        yield Block("caption", cell(title.astext()), 0, where)
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for row in table.findall(nodes.row):
        line: list[str] = []
        for entry in row.children:
            _fill(line, below)
            text, height = cell(entry.astext()), entry.get("morerows", 0)
            for n in range(entry.get("morecols", 0) + 1):
                if height:
                    below[len(line)] = (height, text if n == 0 else "")
                line.append(text if n == 0 else "")
        _fill(line, below)
        rows.append(line)
    yield Block("table", rows_text(rows), 0, where)


def _fill(line: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(line) in below:
        height, text = below.pop(len(line))
        if height > 1:
            below[len(line)] = (height - 1, text)
        line.append(text)
