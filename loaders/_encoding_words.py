"""Encodings of texts as short as a list of names, told apart by the words that they give."""

from __future__ import annotations

import re

from loaders._encoding_letters import EUC_CHARACTERS, WESTERN_LETTERS

_WESTERN = ("cp1252", "cp850", "mac_roman")
_SIGNS = re.compile("[€£§°²³µ·–—‘’“”„…«»¼½¾®©™×¿¡\xa0]")
_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
# What no Western language writes: three such letters in a row, a capital inside a word, a sign where none stands.
_ODD = re.compile(
    r"[^\W\d_\x00-\x7f]{3}"
    r"|[a-zß-ö][À-ÖØ-ÞŒŠŽŸ]"
    r"|(?<=[A-Za-z])[„“”«»§£€°²³µ½¼¾©×¿¡…·](?=[A-Za-z])|[a-z]{3}[°²³µ½¼¾§¿¡¦]|(?<=[a-z])[–—](?=[a-z])"
    r"|õ(?!e)|ã(?![eos]|\b)|ï\b"  # Hungarian ő, Romanian ă and Hungarian ő once more, as the others read them
    r"|[¿¡](?![\w¿¡\"“])|\s[®™²³·](?=\w)"
)
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])[’‘](?!(?:s|t|re|ve|ll|d|m|n)\b)|(?<![A-Za-z])‚|‚(?=[A-Za-z])")
_ELISION = re.compile(r"(?:\b[cdjlmnstCDJLMNST]|[Qq]u|[Aa]ll|[Dd]ell|[Nn]ell|[Ss]ull|[Dd]all|[Oo])[’‘]$")
_LEAST_OF_OTHERS = 0.2
_FEW = 2  # characters, of which as many are no evidence


def euc(sample: bytes, least: float = 0.5) -> str:
    """EUC-JP, EUC-KR or GB 18030 for words without kana: the one whose reading gives characters that its language uses
    most. "" where that is less than `least` of them; for one and the same share what chardet finds."""
    shares = {name: _usual_share(sample, name, usual) for name, usual in EUC_CHARACTERS.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < least:
        return ""
    alike = [name for name, share in shares.items() if share == shares[best]]
    if len(alike) == 1:
        return best
    from chardet import detect

    names = {name.replace("_", "-"): name for name in alike}
    found = detect(sample, include_encodings=names, no_match_encoding=next(iter(names)))["encoding"]
    return names.get(str(found).lower(), alike[0])


def _usual_share(sample: bytes, encoding: str, usual: frozenset[str]) -> float:
    text = sample.decode(encoding, errors="replace")
    wide = [character for character in text if character.isalpha() and not character.isascii()]
    if "\ufffd" in text[:-1] or len(wide) < _FEW:
        return 0.0
    return sum(character in usual for character in wide) / len(wide)


def western(sample: bytes) -> str:
    """Windows-1252, or what DOS and the old Macintosh had, where all that is not ASCII is of one Western language; ""
    otherwise. A file of names has too little of it for statistics."""
    scores = {name: _score(sample, name) for name in _WESTERN}
    best = max(_WESTERN, key=lambda name: scores[name])
    return best if scores[best] > (0 if best == "cp1252" else _LEAST_OF_OTHERS) else ""


def _score(sample: bytes, encoding: str) -> float:
    """How frequent its letters are in the language that they fit best, at most 1; 0 where they fit none."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = _LETTER.findall(text)
    signs = [character for character in text if not character.isascii() and not _LETTER.match(character)]
    if _ODD.search(text) or any(not _SIGNS.match(sign) for sign in signs) or _odd_apostrophe(text):
        return 0.0
    if not any(map(str.islower, letters)) and encoding != "cp1252":
        return 0.0
    if not letters:
        return 1.0 if encoding == "cp1252" and signs else 0.0
    return max(
        sum(1 / (1 + language.index(letter.lower())) for letter in letters) / len(letters)
        if all(letter.lower() in language for letter in letters)
        else 0.0
        for language in WESTERN_LETTERS
    )


def _odd_apostrophe(text: str) -> bool:
    """Whether one stands in the middle of a word in which no language drops a letter."""
    return any(not _ELISION.search(text[max(found.end() - 6, 0) : found.end()]) for found in _APOSTROPHE.finditer(text))
