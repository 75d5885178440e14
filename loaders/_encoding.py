"""Bytes become text: by a byte order mark, by what is valid, by what reads like a language."""

from __future__ import annotations

import codecs
import re

from loaders._encoding_words import euc, western
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
_COMMON_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc、。「」・\uff01-\uff5e\u4e00-\u9fa0]")
_KANJI = re.compile(r"[\u4e00-\u9fa0]")
_HALF_WIDTH_WORD = re.compile(r"[\uff61-\uff9f]{3,}")
_FIRST_HALF = re.compile(r"[\uff61-\uff7f]")
_AMONG_LETTERS = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?![^\x00-\x7f])|(?<![^\x00-\x7f])[^\x00-\x7f](?=[A-Za-z])")
_SAMPLE = 1 << 20
_FEW_WORDS = 1 << 16  # bytes in which words are looked at one by one
_CLEARLY = 0.9  # of the characters are usual: half-width katakana could be meant too, and would not be
_UNSURE = 0.01  # chardet's confidence in what is none of these
# What files of people are in; chardet knows more, such as Pakistan's DOS, which short texts fit too.
_ASIAN = ("cp932", "euc-jp", "cp949", "gb18030", "big5hkscs")
_LATIN = (
    *("cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-9", "iso8859-15"),
    *("cp437", "cp850", "cp852", "mac_roman", "mac_latin2", *_ASIAN),
)
_OTHER_SCRIPTS = (
    *("cp1251", "cp1255", "cp1256", "cp874", "iso8859-5", "koi8-r", "koi8-u"),
    *("cp866", "mac_cyrillic", *_ASIAN),
)
_GREEK = ("cp1253", "iso8859-7")
_AMONG_ASCII = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]{1,2}|[\x80-\xff]{1,2}(?=[A-Za-z])")
_ACCENT = re.compile("[άέήίόύώΐΰ]")
_SMALL_GREEK = re.compile("[α-ω]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text and the name of the encoding it was in.

    In this order: byte order mark, UTF-8 if all of it is valid, ISO-2022-JP by its escapes, UTF-16 or UTF-32
    without a mark by where their zeros stand, the declared encoding if all of it is valid, Japanese encodings
    by which gives kana and kanji, UTF-8 with some damage, Windows-1252 by its letters, and what chardet finds.
    Raises DamagedDocument where the bytes are no text.
    """
    encoding = detect_encoding(data, declared)
    return data.decode(encoding, errors="replace"), encoding


def decode_whole(data: bytes) -> tuple[str, str]:
    """As `decode`, of a file that is text from end to end; raises DamagedDocument where binary data is in it, too."""
    text, encoding = decode(data)
    if "\0" in text:
        raise _no_text()
    return text, encoding


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
    return _declared(data, declared) or _by_words(data) or _statistical(data)


def _by_words(data: bytes) -> str:
    """The encoding whose reading gives words of a language; "" where none does clearly."""
    first = _NOT_ASCII.search(data)
    start = data.rfind(b"\n", 0, first.start()) + 1 if first else 0
    telling = data[start : start + _FEW_WORDS]
    name = euc(telling, _CLEARLY) or _japanese(data) or euc(telling) or _damaged_utf8(data) or western(telling)
    return name if name and (len(data) <= _FEW_WORDS or _valid(data, name) or name == "utf-8") else ""


def as_utf8(data: bytes, encoding: str) -> bytes:
    """The same text in UTF-8 without a mark; what is wrong in it is replaced. Bytes that are UTF-8 are not copied."""
    if encoding == "utf-8":
        return data
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    pieces = (data[start : start + _SAMPLE] for start in range(0, len(data), _SAMPLE))
    return b"".join(decoder.decode(piece).encode(errors="replace") for piece in pieces) + decoder.decode(
        b"", final=True
    ).encode(errors="replace")


def _valid(data: bytes, encoding: str) -> bool:
    """Whether all of it decodes; a piece at a time, as text takes up to four times the memory of its bytes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _SAMPLE):
            decoder.decode(data[start : start + _SAMPLE])
        decoder.decode(b"", final=True)
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
        raise _no_text()
    return best


def _no_text() -> DamagedDocument:
    return DamagedDocument("This is not text: it has binary data in it.", "Check that the file is what its name says.")


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
        share = _japanese_share(data[:_SAMPLE], encoding) if _valid(data, encoding) else 0.0
        if share > best_share:
            best, best_share = encoding, share
    return best


def _japanese_share(sample: bytes, encoding: str) -> float:
    """How much of what is not ASCII is usual in Japanese: kana, kanji, half-width katakana where they form words.

    What else could be meant: Western letters give single characters between ASCII letters, and kanji of the
    standard's second level; Cyrillic in KOI8 the second half of half-width katakana only; Korean and Chinese give
    kanji without kana.
    """
    text = sample.decode(encoding, errors="ignore")
    wide = [c for c in text if not c.isascii()]
    usual = float(len(_COMMON_JAPANESE.findall(text)))
    if encoding == "euc_jp":
        kana = sum("\u3041" <= c <= "\u30fc" for c in wide)
        return usual / max(len(wide), 1) if kana >= max(len(wide) // 20, 1) else 0.0
    if len(_AMONG_LETTERS.findall(text)) > 0.3 * len(wide):
        return 0.0
    half_width = "".join(_HALF_WIDTH_WORD.findall(text))
    if len(_FIRST_HALF.findall(half_width)) > 0.15 * len(half_width):
        usual += 0.6 * len(half_width)  # read as EUC-JP they may be kanji, which then is the better guess
    usual -= sum(c.encode("cp932")[0] >= 0xE0 for c in _KANJI.findall(text))
    return usual / max(len(wide), 1)


def _damaged_utf8(data: bytes) -> str:
    """UTF-8 in which a few bytes are wrong (a cut, a stray Latin-1 character) is still UTF-8."""
    text = data[:_SAMPLE].decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    right = sum(not character.isascii() for character in text) - wrong
    return "utf-8" if right > 10 * wrong else ""


def _statistical(data: bytes) -> str:
    from chardet import EncodingEra, detect

    sample = data[:_SAMPLE]
    likely = _OTHER_SCRIPTS
    if len(_AMONG_ASCII.findall(sample)) > 0.5 * len(_NOT_ASCII.findall(sample)):
        likely = _LATIN
    elif _may_be_greek(sample.decode(_GREEK[0], errors="ignore")):
        likely += _GREEK
    found = detect(sample, include_encodings=likely, no_match_encoding="cp932")
    if not found["encoding"] or found["confidence"] < _UNSURE or not _valid(data, found["encoding"]):
        # Mainframe encodings are left out: no file of a person's is in one, and short texts look like them.
        found = detect(sample, encoding_era=EncodingEra.ALL & ~EncodingEra.MAINFRAME)
    if found["encoding"] is None:
        raise DamagedDocument("This is not text in any known encoding.", "Save it as UTF-8 and add it again.")
    name = codecs.lookup(found["encoding"]).name.replace("-", "_")
    return name if name.startswith("cp") else name.replace("iso8859_", "iso8859-")


def _may_be_greek(text: str) -> bool:
    """Greek in small letters has accents, which short words of Cyrillic read as Greek lack."""
    return _ACCENT.search(text) is not None or not _SMALL_GREEK.search(text)
