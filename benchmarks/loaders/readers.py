"""Independent readers: Poppler, pandoc, LibreOffice, Python's own csv and email, and the raw XML of Office files.

None of them shares code with the loaders that they check (the loaders use PDFium, python-docx, python-pptx and so on).
Each gives lines of text with their place, and tables as rows of cells.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from benchmarks.loaders.expectations import Place

_TIMEOUT = 120
# Operators, letters by themselves, a space before a comma: how pdftotext spaces formulas and indices is its own matter.
_FORMULA = re.compile(r"[=<>→⇒⊆⊂∈×∘∞≅≥≤∩∪\u0300-\u036f]|( [A-Za-z0-9]){2}(?= |$)| ,|[\u0370-\u03ff]")


@dataclass
class Reading:
    """What a reader read: lines with their place, tables whose header names their columns, lines that are furniture."""

    reader: str
    lines: list[tuple[str, Place]] = field(default_factory=list)
    grids: list[list[list[str]]] = field(default_factory=list)
    absent: list[tuple[str, Place]] = field(default_factory=list)


def run(*command: str | Path, stdin: bytes | None = None) -> bytes:
    return subprocess.run(command, input=stdin, capture_output=True, timeout=_TIMEOUT, check=True).stdout


def pdf(path: Path, password: str | None) -> Reading:
    """Poppler's text in reading order. Lines that return on most pages at the same edge are furniture."""
    secret = ["-upw", password] if password else []
    pages = run("pdftotext", "-enc", "UTF-8", *secret, path, "-").decode(errors="replace").split("\f")[:-1]
    lines = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    edges = [(line, n) for n, page in enumerate(lines, 1) for line in dict.fromkeys((*page[:2], *page[-2:]))]
    counts: dict[str, set[int]] = {}
    for line, n in edges:
        counts.setdefault(re.sub(r"\d+", "0", line), set()).add(n)
    # Three pages at least, and a third of them: chapters have running headers of their own.
    furniture = {line for line, seen in counts.items() if len(seen) >= max(3, len(pages) // 3)}
    reading = Reading("pdftotext")
    reading.absent = [(line, n) for line, n in edges if re.sub(r"\d+", "0", line) in furniture]
    for n, page in enumerate(lines, 1):
        kept = [line for line in page if re.sub(r"\d+", "0", line) not in furniture]
        # The second half of a hyphenated word is dropped with the first.
        for before, line in zip(["", *kept], kept, strict=False):
            words = line.split(" ")
            words = words[1:] if before.endswith("-") else words
            if not _FORMULA.search(line):
                reading.lines.append((" ".join(words[:-1] if line.endswith("-") else words), n))
    return reading


def pandoc(path: Path, source: str, encoding: str = "") -> Reading:
    """Paragraphs, headings and tables of pandoc's own document model."""
    stdin = path.read_bytes().decode(encoding).encode() if encoding else None
    document = json.loads(run("pandoc", "-f", source, "-t", "json", *([] if stdin else [path]), stdin=stdin))
    reading = Reading(f"pandoc -f {source}")
    _walk(document["blocks"], reading)
    return reading


def _walk(node: Any, reading: Reading) -> None:
    if isinstance(node, list):
        for child in node:
            _walk(child, reading)
    elif isinstance(node, dict) and node.get("t") in ("Para", "Plain", "Header"):
        inlines = node["c"][2] if node["t"] == "Header" else node["c"]
        reading.lines += [(line, None) for line in _inline(inlines).split("\n")]
    elif isinstance(node, dict) and node.get("t") == "CodeBlock":
        reading.lines += [(line.strip(), None) for line in node["c"][1].split("\n")]
    elif isinstance(node, dict) and node.get("t") == "Table":
        reading.grids.append(_pandoc_table(node["c"]))
        _walk(node["c"], reading)
    elif isinstance(node, dict):
        for child in node.values():
            _walk(child, reading)


def _inline(node: Any) -> str:
    if isinstance(node, list):
        return "".join(map(_inline, node))
    kind = node.get("t") if isinstance(node, dict) else None
    if kind in ("Space", "SoftBreak"):
        return " "
    if kind in ("LineBreak", "Note", "Image", "Math", "RawInline"):
        return "\n"
    if kind == "Quoted":
        return f'"{_inline(node["c"][1])}"' if node["c"][0]["t"] == "DoubleQuote" else f"'{_inline(node['c'][1])}'"
    if kind in ("Str", "Code"):
        return node["c"] if kind == "Str" else node["c"][1]
    content = node.get("c", "") if isinstance(node, dict) else ""
    lists = [part for part in content if isinstance(part, list)] if isinstance(content, list) else []
    inlines = lists[-1] if kind in ("Span", "Cite") and lists else content
    if kind == "Link":
        inlines = node["c"][1]
    return _inline(inlines) if isinstance(inlines, list) else ""


def _pandoc_table(table: Sequence[Any]) -> list[list[str]]:
    """Rows of cells; [] for a table with spans, whose columns each reader counts in its own way."""
    head, bodies = table[3][1], [row for body in table[4] for row in (*body[2], *body[3])]
    rows: list[list[str]] = []
    for row in (*head, *bodies):
        cells = row[1]
        if any(cell[2] != 1 or cell[3] != 1 for cell in cells):
            return []
        texts = [Reading("") for _ in cells]
        for cell, text in zip(cells, texts, strict=True):
            _walk(cell[4], text)
        rows.append([" ".join(line for line, _ in text.lines) for text in texts])
    return rows


def table(path: Path, encoding: str, delimiter: str, header: int | None) -> Reading:
    """Python's csv; `header` is the row of the header, from 0, None where there is none."""
    with path.open(encoding=encoding, newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=delimiter, skipinitialspace=True) if row]
    reading = Reading("Python csv", [(cell, None) for row in rows for cell in row])
    if header is None:
        reading.grids = [[["(none)"] * len(rows[0]), *rows]]
    else:
        reading.grids = [rows[header:]]
    return reading


def mail(data: bytes) -> Reading:
    """Python's email: subject, names, the plain text, the attached messages."""
    message = cast(EmailMessage, message_from_bytes(data, policy=policy.default))
    reading = Reading("Python email", [(str(message["subject"] or ""), None)])
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            text = str(part.get_content())
            reading.lines += [(line.strip("> \t"), None) for line in text.splitlines()]
    return reading


def text(path: Path, encoding: str) -> Reading:
    """The lines of a text."""
    return Reading(f"decoded as {encoding}", [(line.strip(), None) for line in path.read_text(encoding).splitlines()])
