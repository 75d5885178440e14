"""Bytes become text: by a byte order mark, by what is valid, by what reads like a language."""

from __future__ import annotations

import codecs
import re

from loaders._errors import DamagedDocument

# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]|\x1b\(J|\x1b\$\(D")
_COMMON_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc、。「」・\u4e00-\u9fa0]")
_ODD_JAPANESE = re.compile(r"[\uff61-\uff9f\ue000-\uf8ff\u0080-\u009f]")
_SAMPLE = 1 << 20


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text and the name of the encoding it was in.

    In this order: byte order mark, UTF-8 if all of it is valid, ISO-2022-JP by its escapes, UTF-16 or UTF-32
    without a mark by where their zeros stand, the declared encoding if all of it is valid, Japanese encodings
    by which gives kana and kanji, UTF-8 with some damage, and what charset-normalizer finds.
    Raises DamagedDocument where the bytes are no text.
    """
    encoding = detect_encoding(data, declared)
    return data.decode(encoding, errors="replace"), encoding


def detect_encoding(data: bytes, declared: str = "") -> str:
    """The name of the encoding, as `decode` finds it. The bytes are looked at as a whole."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data[:_SAMPLE]:
        return _wide(data)
    if _ISO_2022_JP.search(data[:_SAMPLE]) and _valid(data, "iso2022_jp_ext"):
        return "iso2022_jp_ext"
    if _valid(data, "utf-8"):
        return "utf-8"
    return _declared(data, declared) or _japanese(data) or _damaged_utf8(data) or _statistical(data)


def _valid(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark: their spaces and line ends put zeros on one side."""
    head = data[:_SAMPLE]
    scores = {
        "utf-32-le": _count(head, " \n", "utf-32-le"),
        "utf-32-be": _count(head, " \n", "utf-32-be"),
        "utf-16-le": _count(head, " \n\u3000。", "utf-16-le"),
        "utf-16-be": _count(head, " \n\u3000。", "utf-16-be"),
    }
    best = max(scores, key=lambda name: scores[name])
    if scores[best] == 0 or not _valid(data, best) or "\0" in data.decode(best):
        raise DamagedDocument(
            "This is not text: it has binary data in it.", "Check that the file is what its name says."
        )
    return best


def _count(data: bytes, characters: str, encoding: str) -> int:
    width = len(" ".encode(encoding))
    found = 0
    for character in characters:
        code = character.encode(encoding)
        found += sum(match.start() % width == 0 for match in re.finditer(re.escape(code), data))
    return found


def _declared(data: bytes, declared: str) -> str:
    """What the file says of itself, where that decodes all of it (with the supersets that browsers use)."""
    supersets = {
        "shift_jis": "cp932",
        "iso8859-1": "cp1252",
        "ascii": "",
        "gb2312": "gb18030",
        "euc_kr": "cp949",
    }
    try:
        name = codecs.lookup(declared).name.replace("-", "_") if declared else ""
    except LookupError:
        return ""
    name = supersets.get(name.replace("iso8859_1", "iso8859-1"), name)
    return name if name and _valid(data, name) else ""


def _japanese(data: bytes) -> str:
    """CP932 or EUC-JP, whichever is valid and reads like Japanese; "" for neither."""
    best, best_share = "", 0.5
    for encoding in ("cp932", "euc_jp"):
        if not _valid(data, encoding):
            continue
        wide = [c for c in data[:_SAMPLE].decode(encoding, errors="ignore") if not c.isascii()]
        text = "".join(wide)
        odd = len(_ODD_JAPANESE.findall(text))
        share = (len(_COMMON_JAPANESE.findall(text)) + 0.3 * odd * (encoding == "cp932")) / max(len(text), 1)
        if share > best_share:
            best, best_share = encoding, share
    return best


def _damaged_utf8(data: bytes) -> str:
    """UTF-8 in which a few bytes are wrong (a cut, a stray Latin-1 character) is still UTF-8."""
    text = data[:_SAMPLE].decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    right = sum(not character.isascii() for character in text) - wrong
    return "utf-8" if right > 10 * wrong else ""


def _statistical(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise DamagedDocument("This is not text in any known encoding.", "Save it as UTF-8 and add it again.")
    return best.encoding
