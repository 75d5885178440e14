"""What each tool read of a file, in the form that it is matched in."""

from __future__ import annotations

import html
import json
import os
import re
import select
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

from benchmarks.loaders.expectations import Expectation, Place
from benchmarks.loaders.matching import Grid, Reading
from loaders import Document, LoadError, load

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool made of a file: a reading, or an error (ours: its code; "crash" for anything but a LoadError)."""

    seconds: float
    reading: Reading | None = None
    error: str = ""


def ours(path: Path, password: str | None = None) -> Answer:
    """The document as `loaders.load` reads it, the files inside it with it."""
    start = _seconds()
    try:
        document = load(path, password=password)
    except LoadError as error:
        return Answer(_seconds() - start, error=error.code)
    except Exception as error:  # noqa: BLE001 - the figure that must be zero
        return Answer(_seconds() - start, error=f"crash: {type(error).__name__}")
    seconds = _seconds() - start
    return Answer(seconds, _reading(document))


def _seconds() -> float:
    """Processor time of this process and of those that it has waited for (LibreOffice)."""
    return sum(os.times()[:4])


def _reading(document: Document) -> Reading:
    texts: dict[Place, list[str]] = {}
    grids: list[Grid] = []
    for inner in _documents(document):
        texts.setdefault(None, []).append(inner.title)
        for block in inner.blocks:
            where = block.location
            pages = {box.page for box in where.boxes}
            for place in pages or {where.page or where.slide or where.sheet}:
                texts.setdefault(place, []).append(block.text)
            if block.kind == "table":
                grids.append(_grid(block.text, record=where.row is not None))
    return Reading({place: "\n".join(lines) for place, lines in texts.items()}, grids)


def _documents(document: Document) -> Iterator[Document]:
    yield document
    for child in document.children:
        if child.document:
            yield from _documents(child.document)


def _grid(text: str, record: bool) -> Grid:
    """A table's rows; a record "column: value | column: value" becomes its header and its one row."""
    rows = [line.split(" | ") for line in text.split("\n")]
    if not record or len(rows) > 1:
        return rows
    pairs = [cell.split(": ", 1) if ": " in cell else ["", cell] for cell in rows[0]]
    return [[name for name, _ in pairs], [value for _, value in pairs]]


def peer(python: Path, tool: str, zoo: Path, expectations: list[Expectation]) -> Iterator[tuple[Expectation, Answer]]:
    """What another tool reads, in one process of its own that is started again when it hangs or crashes."""
    process: subprocess.Popen[bytes] | None = None
    seen: set[str] = set()
    for expectation in expectations:
        request = {"file": expectation.file, "path": str(zoo / expectation.file)}
        if expectation.format not in seen:  # what a format's first file imports is not measured
            seen.add(expectation.format)
            process = _running(process, python, tool)
            _ask(process, request)
        process = _running(process, python, tool)
        reply = _ask(process, request)
        text = reply.get("text")
        yield expectation, Answer(reply["seconds"], None if text is None else markdown(text), reply.get("error", ""))
    if process:
        process.kill()


def _running(process: subprocess.Popen[bytes] | None, python: Path, tool: str) -> subprocess.Popen[bytes]:
    return process if process and process.poll() is None else _start(python, tool)


def _start(python: Path, tool: str) -> subprocess.Popen[bytes]:
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    script = Path(__file__).with_name("tools.py")
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}  # else it waits for a network that is not there
    return subprocess.Popen([python, script, tool], stdin=pipe, stdout=pipe, stderr=none, env=offline)


def _ask(process: subprocess.Popen[bytes], request: dict[str, str]) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    ready, _, _ = select.select([process.stdout], [], [], TIMEOUT_S)
    if not ready:
        process.kill()
        process.wait()
        return {"error": f"longer than {TIMEOUT_S} s", "seconds": float(TIMEOUT_S)}
    return json.loads(process.stdout.readline() or b'{"error": "crash", "seconds": 0}')


def markdown(text: str) -> Reading:
    """The text and the tables of Markdown, pipe tables and HTML tables alike; it tells no places."""
    grids: list[Grid] = []
    rows: Grid = []
    for line in text.split("\n"):
        if line.lstrip().startswith("|"):
            cells = [html.unescape(cell.strip()) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            # Neither the line under the header, nor the empty header that some tools put above a table.
            if any(cells) and not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
        elif rows:
            grids.append(rows)
            rows = []
    grids += [rows] if rows else []
    if "<table" in text:
        tables = lxml.html.fromstring(f"<div>{text}</div>").iter("table")
        grids += [[[c.text_content() for c in r.xpath("./td|./th")] for r in t.iter("tr")] for t in tables]
    return Reading({None: html.unescape(re.sub(r"</?(table|tbody|thead|tr|td|th|br)\b[^>]*>", " ", text))}, grids)
