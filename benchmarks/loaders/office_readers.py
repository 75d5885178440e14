"""Independent readers of Office files: their raw XML, and LibreOffice."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.loaders.readers import Reading, pandoc, pdf, run

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WORD_PARTS = re.compile(r"word/(document\d*|footnotes|endnotes|comments)\.xml")
_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # all of them, as shown


def word(path: Path) -> Reading:
    """The paragraphs in the XML of the body, the notes and the comments, without deleted text; pandoc's tables."""
    reading = Reading("raw XML; tables: pandoc")
    with zipfile.ZipFile(path) as archive:
        for name in filter(_WORD_PARTS.fullmatch, archive.namelist()):
            for paragraph in _paragraphs(ElementTree.fromstring(archive.read(name)), f"{_W}p"):
                text = "".join(_word_runs(paragraph))
                reading.lines += [(line, None) for line in text.split("\n")]
    reading.grids = pandoc(path, "docx").grids
    return reading


def _paragraphs(node: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    for child in node:
        if child.tag != _FALLBACK:
            if child.tag == tag:
                yield child
            yield from _paragraphs(child, tag)


def _word_runs(node: ElementTree.Element) -> Iterator[str]:
    for child in node:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}p", f"{_W}fldChar", f"{_M}oMath", _FALLBACK):
            yield "\n"
        elif child.tag not in (f"{_W}del", f"{_W}instrText", f"{_W}moveFrom"):
            yield from _word_runs(child)


def slides(path: Path) -> Reading:
    """The paragraphs and tables in the XML of each slide and its notes, numbered as the presentation orders them."""
    reading = Reading("raw XML")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        targets = _relations(archive, "ppt/presentation.xml")
        root = ElementTree.fromstring(archive.read("ppt/presentation.xml"))
        order = [targets[e.attrib[f"{_R}id"]] for e in root.iter() if e.tag.endswith("}sldId")]
        for number, slide in enumerate(order, 1):
            notes = [t for t in _relations(archive, slide).values() if "notesSlide" in t]
            for part in (slide, *notes):
                if part in names:
                    _slide(ElementTree.fromstring(archive.read(part)), number, reading)
    return reading


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    folder, name = part.rsplit("/", 1)
    try:
        root = ElementTree.fromstring(archive.read(f"{folder}/_rels/{name}.rels"))
    except KeyError:
        return {}
    found = {e.attrib["Id"]: e.attrib["Target"] for e in root if e.attrib.get("TargetMode") != "External"}
    return {key: _resolve(folder, target) for key, target in found.items()}


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    path = folder.split("/")
    for step in target.split("/"):
        path = path[:-1] if step == ".." else [*path, step]
    return "/".join(path)


def _slide(root: ElementTree.Element, number: int, reading: Reading) -> None:
    for paragraph in _paragraphs(root, f"{_A}p"):
        if paragraph.find(f"{_A}fld") is None:  # the number of the slide, the date
            texts = {f"{_A}t": lambda t: t.text or "", f"{_A}br": lambda _: "\n"}
            text = "".join(texts[node.tag](node) for node in paragraph.iter() if node.tag in texts)
            reading.lines += [(line, number) for line in text.split("\n")]
    for table in root.iter(f"{_A}tbl"):
        cells = [list(row.iter(f"{_A}tc")) for row in table.iter(f"{_A}tr")]
        if not any({"gridSpan", "rowSpan", "hMerge", "vMerge"} & set(cell.attrib) for row in cells for cell in row):
            reading.grids.append([["".join(t.text or "" for t in c.iter(f"{_A}t")) for c in row] for row in cells])


def office(path: Path, kind: str) -> Reading:
    """LibreOffice's conversion: `csv` (every sheet, as shown) of a workbook, `txt` or `pdf` of anything else."""
    options = {"csv": _SHEETS, "txt": "txt:Text (encoded):UTF8", "pdf": "pdf"}[kind]
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        run("soffice", profile, "--headless", "--convert-to", options, "--outdir", folder, path)
        made = sorted(Path(folder).glob(f"*.{kind}"))
        if kind == "pdf":
            return Reading("LibreOffice", pdf(made[0], None).lines)
        reading = Reading("LibreOffice")
        for file in made:
            text = file.read_text(encoding="utf-8-sig")
            if kind == "txt":
                reading.lines += [(line, None) for line in text.split("\n")]
            else:
                sheet = file.stem.removeprefix(f"{path.stem}-")
                rows = [row for row in csv.reader(io.StringIO(text)) if any(row)]
                reading.lines += [(cell, sheet) for row in rows for cell in row]
                reading.grids.append(rows)
        return reading
