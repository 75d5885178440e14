"""Numbers, dates, codes and names of things in code: brought to one form, however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_GROUP = re.compile(r",\d{3}")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)")
_CODE = re.compile(r"[-\u2010_./:&+#\d年](?:(?<=\w[-\u2010_./:&])\w|(?<=\w[+#])|(?<=[a-z]\d)|(?<=\d年))")
"""Whether there is anything of the kind: each begins with one of few characters, so that it is soon seen."""
_JOINED = re.compile(r"[^\W_\u3005-\u9fff]+(?:[-\u2010_./:&][^\W_\u3005-\u9fff]+)+")
_JOINTS = re.compile(r"[-\u2010_./:&]")
_DATE = re.compile(r"(?<!\d)(\d{4})(?:([-/.])(\d\d?)\2|年(\d\d?)月)(\d\d?)(?!\d)")
_LANGUAGE = re.compile(r"(?<!\w)[a-z](?:\+\+|#)(?!\w)")
_NUMBERED = re.compile(r"(?<![^\W_])([a-z]{2,})(\d+)(?![^\W_])")
_HUMP = re.compile(r"[A-Z](?<=[a-z].)")
_HUMPED = re.compile(r"[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*")
_CAPITALS = re.compile("[A-Z]{1,4}")
_WRITTEN_CODE = re.compile(r"(?=\D*\d)[!-~\u2010-\u2015\u2212]+")
"""What has a digit and no letters but Latin ones; the dashes are those that a word processor makes of a hyphen."""
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|er|e)")
_SHORTEST = 3
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def ungrouped(text: str) -> str:
    """1,000,000 as 1000000."""
    return _GROUPED.sub(lambda match: match.group().replace(",", ""), text) if _GROUP.search(text) else text


def number(digits: str) -> str:
    """05 as 5; a longer number as it is."""
    return digits[1] if len(digits) == 2 and digits[0] == "0" else digits


def codes(folded: str) -> Iterator[str]:
    """Terms beside the words of a text in small letters.

    Codes and file names as one word, so that Wi-Fi is wifi, RFC-9457 RFC9457, U.S.A. USA and user_name userName; with
    digits alone (3.14, 12:30) as they stand. 2024/01/05 and 2024年1月5日 as 2024-1-5. The parts of RFC9457. C++ and C#.
    """
    if not _CODE.search(folded):
        return
    for match in _JOINED.finditer(folded):
        bare = _JOINTS.sub("", match.group())
        yield match.group() if bare.isdigit() else bare
    for year, _, month, month_ja, day in _DATE.findall(folded):
        yield "-".join((year, number(month or month_ja), number(day)))
    for match in _NUMBERED.finditer(folded):
        yield from match.groups()
    yield from _LANGUAGE.findall(folded)


def is_code(term: str) -> bool:
    """Whether a term of `analyze` is a number or a code of three characters or more; "19th" and "1990s" are neither."""
    return len(term) >= _SHORTEST and any(map(str.isdigit, term)) and not _ORDINAL.fullmatch(term)


def is_bare(question: str) -> bool:
    """Whether there is nothing in a question but numbers and codes: "INV-2024-0117", "AB 1234", "+81 3 5512 0147"."""
    words = unicodedata.normalize("NFKC", question).split()
    numbered = [word for word in words if _WRITTEN_CODE.fullmatch(word)]
    return bool(numbered) and all(word in numbered or _CAPITALS.fullmatch(word) for word in words)


def humps(text: str) -> Iterator[str]:
    """What names in code are made of: get, user and id of getUserID."""
    if _HUMP.search(text):
        for match in _HUMPED.finditer(text):
            yield from (piece.lower() for piece in _PIECE.findall(match.group()))
