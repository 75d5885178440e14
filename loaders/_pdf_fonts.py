"""Fonts of a PDF that hide which characters their glyphs are get a map to Unicode, from what they do say.

Two kinds are common. A font whose codes are glyph numbers (Identity-H) may lack the map; the TrueType file inside it
has one of its own (`cmap`). And the map of a font with ligatures may be wrong, while its encoding names them ("ffi"):
files printed from a Mac's Preview. (ISO 32000-1, 9.10: extraction of text content.)
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from loaders._pypdf import Reader

_LIGATURES = frozenset(("/ff", "/fi", "/fl", "/ffi", "/ffl"))
_LIGATURE_FORMS = frozenset(map(chr, range(0xFB00, 0xFB05)))
_MOST_GLYPHS = 65_536
_DEEPEST = 8  # of forms inside forms
_CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <{first}> <{last}> endcodespacerange
{body}
endcmap CMapName currentdict /CMap defineresource pop end end"""


def with_maps(data: bytes, password: str | None, page: int) -> bytes | None:
    """The file with maps for such fonts, written anew and without its password; None where the page has none."""
    if not _may_have(data):
        return None
    try:
        reader = Reader(data, password)
        if not any(_is_ligature_font(font) or _lacks_map(font) for font in _fonts([reader.pages[page - 1]])):
            return None
        writer = PdfWriter(clone_from=reader)
        mended = [_mend(font, writer) for font in _fonts(writer.pages)]
        writer.write(written := io.BytesIO())
    except Exception:  # noqa: BLE001 - the file can be read without; pypdf and fontTools raise what they like
        return None
    return written.getvalue() if any(mended) else None


def _may_have(data: bytes) -> bool:
    """Whether such fonts are possible: the names that make them stand in the file, or are compressed with others."""
    return any(name in data for name in (b"/ObjStm", b"/Identity-", b"/ToUnicode"))


def _fonts(pages: Iterable[Any]) -> Iterator[Any]:
    """The font dictionaries of the pages and of the forms on them, each once."""
    seen: set[int] = set()
    for page in pages:
        yield from _of(page.get("/Resources"), seen, 0)


def _of(resources: Any, seen: set[int], depth: int) -> Iterator[Any]:
    resources = resources.get_object() if resources is not None else {}
    if not isinstance(resources, Mapping) or depth > _DEEPEST:
        return
    for kind in ("/Font", "/XObject"):
        named = resources.get(kind)
        for item in (named.get_object() if named is not None else {}).values():
            number = getattr(item, "idnum", id(item))
            if number in seen:
                continue
            seen.add(number)
            if kind == "/Font":
                yield item.get_object()
            else:
                yield from _of(item.get_object().get("/Resources"), seen, depth + 1)


def _is_ligature_font(font: Any) -> bool:
    """Whether a font maps ligatures although its encoding names every code that it uses."""
    encoding = font.get("/Encoding")
    encoding = encoding.get_object() if encoding is not None else None
    if not isinstance(encoding, Mapping) or "/ToUnicode" not in font or "/FirstChar" not in font:
        return False
    names = _differences(encoding.get("/Differences", ()))
    codes = range(int(font["/FirstChar"]), int(font["/LastChar"]) + 1)
    return not _LIGATURES.isdisjoint(names.values()) and all(_is_known(names.get(code, "")) for code in codes)


def _differences(entries: Iterable[Any]) -> dict[int, str]:
    names: dict[int, str] = {}
    code = 0
    for entry in entries:
        if isinstance(entry, str):
            names[code] = entry
            code += 1
        else:
            code = int(entry)
    return names


def _is_known(name: str) -> bool:
    from fontTools.agl import toUnicode

    return bool(toUnicode(name.removeprefix("/")))


def _lacks_map(font: Any) -> bool:
    if font.get("/Subtype") != "/Type0" or "/ToUnicode" in font:
        return False
    return str(font.get("/Encoding")).startswith("/Identity-") and _font_file(font) is not None


def _font_file(font: Any) -> Any:
    """The TrueType or OpenType file inside a composite font."""
    descendant = font["/DescendantFonts"].get_object()[0].get_object()
    descriptor = descendant.get("/FontDescriptor", {}).get_object()
    file = descriptor.get("/FontFile2") or descriptor.get("/FontFile3")
    return file.get_object() if file is not None else None


def _mend(font: Any, writer: PdfWriter) -> bool:
    if _is_ligature_font(font):
        characters, digits = _named(font), 2
    else:
        characters, digits = _characters(font) if _lacks_map(font) else {}, 4
    if not characters:
        return False
    stream = DecodedStreamObject()
    stream.set_data(_cmap(characters, digits).encode("ascii"))
    font[NameObject("/ToUnicode")] = writer._add_object(stream)
    return True


def _cmap(characters: Mapping[int, str], digits: int) -> str:
    """What a map (ToUnicode) says: codes of so many hexadecimal digits, at most a hundred a part (Adobe TN 5014)."""
    pairs = [f"<{code:0{digits}X}> <{text.encode('utf-16-be').hex()}>" for code, text in sorted(characters.items())]
    parts = [pairs[n : n + 100] for n in range(0, len(pairs), 100)]
    body = "\n".join("\n".join((f"{len(part)} beginbfchar", *part, "endbfchar")) for part in parts)
    return _CMAP.format(first="0" * digits, last="F" * digits, body=body)


def _named(font: Any) -> dict[int, str]:
    """The characters of each code that the encoding names (Adobe Glyph List): "ffi" is three."""
    from fontTools.agl import toUnicode

    names = _differences(font["/Encoding"].get_object()["/Differences"])
    return {code: _whole(toUnicode(name.removeprefix("/"))) for code, name in names.items() if code < 256}


def _whole(text: str) -> str:
    """A ligature as the letters that it is of."""
    return unicodedata.normalize("NFKC", text) if text in _LIGATURE_FORMS else text


def _characters(font: Any) -> dict[int, str]:
    """The character of each code, by the `cmap` table of the font file; empty where it has none."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(io.BytesIO(_font_file(font).get_data()), lazy=True) as file:
            best = file.getBestCmap() if "cmap" in file else None
            glyphs = {file.getGlyphID(name): chr(code) for code, name in sorted((best or {}).items(), reverse=True)}
    except TTLibError:  # a bare CFF font: it has no such table
        return {}
    to_glyph = font["/DescendantFonts"].get_object()[0].get_object().get("/CIDToGIDMap", "/Identity")
    if isinstance(to_glyph, str):
        return dict(list(glyphs.items())[:_MOST_GLYPHS])
    table = to_glyph.get_object().get_data()
    codes = ((n // 2, int.from_bytes(table[n : n + 2], "big")) for n in range(0, len(table) - 1, 2))
    return {code: glyphs[glyph] for code, glyph in codes if glyph in glyphs}
