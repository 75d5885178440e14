"""LaTeX is parsed by pylatexenc, which knows the macros' arguments; its nodes become blocks. Nothing is executed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexCharsNode, LatexEnvironmentNode, LatexGroupNode, LatexMacroNode, LatexWalker

from loaders._code_language import of_fence
from loaders._content import Content
from loaders._document import Block, BlockKind, Location, Skipped
from loaders._encoding import decode
from loaders._latex_macros import (
    CODE,
    FILES,
    FORMULAS,
    HEADINGS,
    LISTS,
    MARKED_CODE,
    SILENT,
    TABLES,
    THEOREMS,
    WRAPPERS,
    last_argument,
    parsing_database,
    text_database,
)
from loaders._latex_own import written_out
from loaders._text import cell, collapse, rows_text

_EMPTY_LINE = re.compile(r"[ \t]*\n[ \t]*\n\s*")
_LABEL = re.compile(r"\s*\\label\{[^}]*\}")
_COLUMNS = re.compile(r"\s*\\multicolumn\{\s*(\d{1,3})\s*\}")
_ROWS = re.compile(r"\s*\\multirow(?:\[[^\]]*\])?\{\s*([2-9]|\d\d)\s*\}")
_MAX_SPAN = 100
_LANGUAGE = re.compile(
    r"\A[ \t]*\[[^\]\n]*language\s*=\s*\{?(?:\[[^\]]*\])?([\w+#]+)|\A[ \t]*(?:\[[^\]\n]*\])?[ \t]*\{([\w+#-]+)\}"
)
_OPTIONS = re.compile(r"\A[ \t]*(?:\[[^\]\n]*\])?[ \t]*(?:\{[\w+#-]*\})?[ \t]*(?=\n)")  # of listings and minted
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|(?:cline|cmidrule)(?:\([^)]*\))?\{[^}]*\}|noalign\{[^{}]*\}"
    r"|endhead|endfirsthead|endlastfoot)(?![a-z])"
)
_ON_EACH_PAGE = re.compile(
    r"(?<=\\endfirsthead)(?![a-z]).*?(?=\\endhead(?![a-z]))|(?<=\\endhead)(?![a-z]).*?\\endfoot(?![a-z])", re.DOTALL
)


def read(data: bytes) -> Content:
    """The blocks of the document's body, and title, author and date from its preamble."""
    text, encoding = decode(data)
    reader = _Reader(written_out(text.replace("\r\n", "\n").replace("\r", "\n")))
    return Content(
        list(reader.blocks(reader.nodes, 0)), reader.title, reader.metadata, encoding=encoding, skipped=reader.skipped
    )


class _Reader:
    """Follows the nodes; collects inline ones until something breaks the paragraph."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._plain = LatexNodes2Text(text_database(), math_mode="verbatim", strict_latex_spaces=False)
        self._database = parsing_database()
        walker = LatexWalker(text, latex_context=self._database, tolerant_parsing=True)
        found = walker.get_latex_nodes()[0]
        self.skipped: list[Skipped] = []
        self.metadata: dict[str, str] = {}
        self.title = ""
        self._preamble(found)
        body = next((n for n in found if isinstance(n, LatexEnvironmentNode) and n.environmentname == "document"), None)
        self.nodes: Sequence[Any] = body.nodelist if body is not None else found

    def blocks(self, nodes: Sequence[Any], depth: int, kind: BlockKind = "paragraph") -> Iterator[Block]:
        """The blocks of these nodes. `depth` and `kind` are those of the list or note that they are in."""
        inline: list[Any] = []
        for node in (part for whole in nodes for piece in self._unwrapped(whole) for part in _cut(piece)):
            if self._breaks(node):
                yield from self._paragraph(inline, kind, depth)
                inline = [node] if isinstance(node, LatexMacroNode) and node.macroname == "bibitem" else []
                yield from self._block(node, depth, kind)
            else:
                inline.append(node)
        yield from self._paragraph(inline, kind, depth)

    def _preamble(self, nodes: Sequence[Any]) -> None:
        for node in nodes:
            if isinstance(node, LatexEnvironmentNode) and node.environmentname == "document":
                self._preamble(node.nodelist)
            elif isinstance(node, LatexMacroNode) and node.macroname in ("title", "author", "date"):
                value = cell(last_argument(node, self._plain)).replace(" ;", ";")
                if node.macroname == "title":
                    self.title = value
                else:
                    self.metadata[node.macroname] = value

    def _unwrapped(self, node: Any) -> Iterator[Any]:
        """What is in a group, or in a macro that only marks a place, where that breaks a paragraph: a heading."""
        inner: Sequence[Any] = ()
        if isinstance(node, LatexGroupNode):
            inner = node.nodelist
        elif isinstance(node, LatexMacroNode) and node.macroname in WRAPPERS and node.nodeargd:
            inner = getattr(node.nodeargd.argnlist[-1], "nodelist", ())
        pieces = [piece for one in inner if one is not None for piece in self._unwrapped(one)]
        yield from pieces if any(self._breaks(piece) for piece in pieces) else [node]

    def _breaks(self, node: Any) -> bool:
        if isinstance(node, LatexEnvironmentNode):
            return True
        if isinstance(node, LatexCharsNode):
            return _EMPTY_LINE.fullmatch(node.chars) is not None
        names = (*HEADINGS, *FILES, "caption", "item", "par", "bibitem")
        return isinstance(node, LatexMacroNode) and (node.macroname in names or node.macroname in SILENT)

    def _block(self, node: Any, depth: int, kind: BlockKind) -> Iterator[Block]:
        if isinstance(node, LatexEnvironmentNode):
            yield from self._environment(node, depth, kind)
        elif isinstance(node, LatexMacroNode) and node.macroname in HEADINGS:
            yield Block("heading", cell(last_argument(node, self._plain)), HEADINGS[node.macroname], self._where(node))
        elif isinstance(node, LatexMacroNode) and node.macroname == "caption":
            yield Block("caption", cell(last_argument(node, self._plain)), 0, self._where(node))
        elif isinstance(node, LatexMacroNode) and node.macroname in FILES:
            self.skipped.append(Skipped("included_file", cell(last_argument(node, self._plain))))

    def _environment(self, node: Any, depth: int, kind: BlockKind) -> Iterator[Block]:
        name, where = node.environmentname, self._where(node)
        if name in LISTS:
            yield from self._items(node, depth + 1, name == "enumerate")
        elif name in TABLES:
            captions = [n for n in node.nodelist if isinstance(n, LatexMacroNode) and n.macroname == "caption"]
            for caption in captions[:1]:
                yield from self._block(caption, depth, kind)
            yield Block("table", self._table(node), 0, where)
        elif name in MARKED_CODE:
            lines = _inside(node).strip("\n").split("\n")
            yield Block("code", "\n".join(self._text_of(line) for line in lines), 0, where)
        elif name in CODE:
            source = _inside(node)
            yield Block("code", _OPTIONS.sub("", source).strip("\n"), 0, where, _language(source))
        elif name in FORMULAS:
            yield Block("code", _LABEL.sub("", _inside(node)).strip(), 0, where)
        elif name in THEOREMS:
            yield from self._theorem(node, depth, kind)
        else:
            yield from self.blocks(node.nodelist, depth, "note" if name == "thebibliography" else kind)

    def _theorem(self, node: Any, depth: int, kind: BlockKind) -> Iterator[Block]:
        """Its first paragraph says what it is, as it does in print: "Lemma (Zorn)."."""
        name = cell(last_argument(node, self._plain))
        head = node.environmentname.capitalize() + (f" ({name})" if name else "") + ". "
        for block in self.blocks(node.nodelist, depth, kind):
            yield replace(block, text=head + block.text) if head and block.kind == kind else block
            head = ""

    def _items(self, node: Any, depth: int, numbered: bool) -> Iterator[Block]:
        items: list[list[Any]] = []
        labels: list[str] = []
        for inner in node.nodelist:
            if isinstance(inner, LatexMacroNode) and inner.macroname == "item":
                items.append([])
                labels.append(f"{len(items)}. " if numbered else "")
                if label := cell(last_argument(inner, self._plain)):
                    labels[-1] = f"{label}: "
            elif items:
                items[-1].append(inner)
        for label, item in zip(labels, items, strict=True):
            for number, block in enumerate(self.blocks(item, depth, "list")):
                yield Block(block.kind, label + block.text, block.level, block.location) if number == 0 else block

    def _table(self, node: Any) -> str:
        """Rows end with two backslashes, cells with an ampersand; rules are no text."""
        rows: list[list[str]] = []
        below: dict[int, tuple[int, str]] = {}  # column: rows that a cell above spans, with its text
        source = _RULES.sub("", _ON_EACH_PAGE.sub("", _inside(node)))
        for row in re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline", source):
            cells: list[str] = []
            if not row.strip():
                continue
            for part in re.split(r"(?<!\\)&", row):
                rest, text = below.pop(len(cells), (0, ""))
                if rest > 1:
                    below[len(cells)] = rest - 1, text
                text = cell(self._text_of(part)) or text
                if spanned := _ROWS.match(part):
                    below[len(cells)] = int(spanned[1]) - 1, text
                wide = _COLUMNS.match(part)
                cells += [text, *[""] * (min(int(wide[1]), _MAX_SPAN) - 1 if wide else 0)]
            rows.append(cells)
        return rows_text(rows)

    def _text_of(self, source: str) -> str:
        return self._plain.latex_to_text(source, latex_context=self._database, tolerant_parsing=True)

    def _paragraph(self, nodes: Sequence[Any], kind: BlockKind, depth: int) -> Iterator[Block]:
        text = collapse(self._plain.nodelist_to_text(list(nodes))).strip()
        first = next((node for node in nodes if node.latex_verbatim().strip()), None)
        if text:
            where = self._where(first) if first is not None else Location()
            yield Block(kind, text, depth if kind == "list" else 0, where)
        for note in (inner for node in nodes for inner in _footnotes(node)):
            yield Block("note", collapse(last_argument(note, self._plain)).strip(), 0, self._where(note))

    def _where(self, node: Any) -> Location:
        verbatim = node.latex_verbatim()
        position = node.pos + len(verbatim) - len(verbatim.lstrip())
        return Location(line=bisect_right(self._starts, position))


def _language(source: str) -> str:
    """What the options of a listing or the argument of minted name."""
    found = _LANGUAGE.match(source)
    return of_fence(found[1] or found[2]) if found else ""


def _inside(node: Any) -> str:
    """An environment's source between its begin and end, without its arguments."""
    if node.nodelist:
        first, last = node.nodelist[0], node.nodelist[-1]
        return node.parsing_state.s[first.pos : last.pos + last.len]
    verbatim = node.latex_verbatim()
    return re.sub(r"^\\begin\{[^}]*\}(?:\[[^\]]*\])?|\\end\{[^}]*\}$", "", verbatim)


def _cut(node: Any) -> Iterator[Any]:
    """Text with empty lines in it, cut at them."""
    if not isinstance(node, LatexCharsNode) or not _EMPTY_LINE.search(node.chars):
        yield node
        return
    position = node.pos or 0
    for chars in re.split(f"({_EMPTY_LINE.pattern})", node.chars):
        if chars:
            yield LatexCharsNode(parsing_state=node.parsing_state, chars=chars, pos=position, len=len(chars))
        position += len(chars)


def _footnotes(node: Any) -> Iterator[Any]:
    if isinstance(node, LatexMacroNode) and node.macroname == "footnote":
        yield node
    elif isinstance(node, LatexGroupNode):
        for inner in node.nodelist:
            yield from _footnotes(inner)
