"""What differs between languages: words to search by, and where sentences end."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from loaders import detect_language, eastern_language
from rag.text.codes import codes, humps, number, ungrouped
from rag.text.stop_words import SNOWBALL

if TYPE_CHECKING:
    from Stemmer import Stemmer
    from sudachipy import Dictionary as SudachiDictionary
    from sudachipy import MorphemeList

ANALYSIS_VERSION = "7"
"""Raise it with every change of `analyze` or of what is stored: indexes built by another version are rebuilt."""

_CJK = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer, which put no spaces between words."""
_MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0980-\u0dff"
"""Marks and vowel signs inside words: of Latin, Cyrillic, Hebrew, Arabic, and of the scripts of India."""
_LETTER = rf"[^\W_{_CJK}{_HANGUL}{_UNSPACED}]"
_RUNS = re.compile(
    rf"(?P<cjk>[{_CJK}]+)|(?P<hangul>[{_HANGUL}]+)|(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<word>{_LETTER}+(?:['’]{_LETTER}+|[{_MARKS}]+{_LETTER}*)*)"
)
_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+|[\u0591-\u05c7\u064b-\u065f]+")
"""Of Latin letters, and the vowel points of Hebrew and Arabic, which most writers leave out."""
_APOSTROPHE = re.compile("['’]")
EASTERN = ("ja", "zh", "ko")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")

# Lucene's English stop words, and the question words that name no topic.
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "if",
        "in",
        "into",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "such",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "will",
        "with",
        "s",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "do",
        "does",
        "did",
        "many",
        "much",
    ]
)
# Function words, pronouns (いつ, どこ, それ) and verbs that only help another one (する, いる, ある, ください).
_SUDACHI_SKIPPED = ("助詞", "助動詞", "補助記号", "空白", "記号", "代名詞", "連体詞")
_SUDACHI_STOP = frozenset(["何", "幾", "幾ら", "何故", "如何", "誰", "教える"])
_SUDACHI_MAX_CHARACTERS = 8000  # its input is limited to 49,149 bytes


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is found by: words in a normal form, and character bigrams of scripts without spaces."""

    words: tuple[str, ...]
    bigrams: tuple[str, ...]


def analyze(text: str, language: str = "en") -> Terms:
    """Search terms of a text in any mix of languages, in order, with repetitions.

    Width and case are folded (NFKC, casefold), and accents of Latin letters. Words are stemmed (Snowball) as those of
    `language` (BCP 47), or as English ones, and English stop words dropped. Japanese gives morphemes in Sudachi's
    normalised form, particles dropped, and character bigrams in which katakana is hiragana; Korean gives words and
    bigrams, for its particles stick to them; scripts without spaces give bigrams. Codes, numbers and file names
    ("RFC-9457", "3.14", "report.pdf") are terms whole as well as by their parts, however they are joined ("RFC9457").
    """
    if text.isascii():
        return Terms(tuple(_ascii_words(ungrouped(text), language)), ())
    normal = ungrouped(unicodedata.normalize("NFKC", text))
    folded = normal.casefold()
    words: list[str] = []
    pairs: list[str] = []
    for match in _RUNS.finditer(folded):
        run = match.group()
        if match.lastgroup == "word":
            if (word := _stemmed_part(run)) not in _STOP:
                words.append(_normal(word, language))
            continue
        if match.lastgroup == "cjk":
            words.extend(_morphemes(run))
        elif match.lastgroup == "hangul":
            words.append(run)
        pairs.extend(bigrams(run.translate(_HIRAGANA)))
    words.extend(stem(code) for code in (*codes(folded), *humps(normal)))
    return Terms(tuple(words), tuple(pairs))


def _normal(word: str, language: str) -> str:
    if word.isdigit():
        return number(word)
    if language in SNOWBALL:  # its endings have accents
        return _without_accents(stem(word, language))
    return stem(word if word.isascii() else _without_accents(word))


def _ascii_words(text: str, language: str) -> list[str]:
    """The words of a text that needs no normal form: most of what is indexed, in a third of the time."""
    folded = text.lower()
    found = _ASCII_WORD.findall(folded)
    if "'" in folded:
        found = [_stemmed_part(word) if "'" in word else word for word in found]
    words = [number(word) if word.isdigit() else stem(word, language) for word in found if word not in _STOP]
    words.extend(stem(code) for code in (*codes(folded), *humps(text)))
    return words


def _stemmed_part(word: str) -> str:
    """Of a word with an apostrophe the longest part, the first of equals: don't, O'Brien, l'eau, 80's."""
    return max(_APOSTROPHE.split(word), key=len)


def _without_accents(word: str) -> str:
    """The same where no Latin letter has one."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def character_runs(text: str) -> list[str]:
    """The runs of characters that bigrams are made of, folded as `analyze` folds them."""
    if text.isascii():
        return []
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [match.group().translate(_HIRAGANA) for match in _RUNS.finditer(folded) if match.lastgroup != "word"]


def bigrams(run: str) -> Iterator[str]:
    """Each two neighbours of a run of characters; a character that is alone as it is."""
    if len(run) == 1:
        yield run
    for start in range(len(run) - 1):
        yield run[start : start + 2]


@cache
def _stemmer(language: str) -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer(SNOWBALL.get(language, "english"))


@lru_cache(maxsize=1 << 17)
def stem(word: str, language: str = "en") -> str:
    """The stem of a word (Snowball); where its language has none, as if it were English: as it is, or nearly."""
    with _LOCK:
        return _stemmer(language).stemWord(word)


@cache
def _dictionary() -> SudachiDictionary:
    from sudachipy import Dictionary

    return Dictionary(dict="core")


def _tokenized(text: str) -> MorphemeList:
    """By a tokenizer of its own, which costs a microsecond: one may not be used by two threads at once."""
    from sudachipy import SplitMode

    return _dictionary().tokenizer(mode=SplitMode.A).tokenize(text)


_LOCK = threading.Lock()  # Snowball's stemmer may not be used by two threads at once


class Morpheme(NamedTuple):
    """A Japanese word: as written, in Sudachi's normalised form, and its part of speech from coarse to fine."""

    surface: str
    normal: str
    part_of_speech: tuple[str, ...]


def morphemes(text: str) -> list[Morpheme]:
    """The Japanese words of a text, in order; what is not Japanese is left out."""
    found: list[Morpheme] = []
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", text)):
        if match.lastgroup == "cjk" and len(match.group()) <= _SUDACHI_MAX_CHARACTERS:
            tokens = _tokenized(match.group())
            found += [Morpheme(t.surface(), t.normalized_form(), tuple(t.part_of_speech())) for t in tokens]
    return found


class JapaneseToken(NamedTuple):
    """A token of a text read as Japanese: where it stands, as written, normalised, and its part of speech."""

    start: int
    end: int
    surface: str
    normal: str
    part_of_speech: tuple[str, ...]


def japanese_tokens(text: str) -> list[JapaneseToken]:
    """All of a text as Japanese tokens, in order; what is beyond Sudachi's limit is left out."""
    return [
        JapaneseToken(t.begin(), t.end(), t.surface(), t.normalized_form(), tuple(t.part_of_speech()))
        for t in _tokenized(text[:_SUDACHI_MAX_CHARACTERS])
    ]


def _morphemes(run: str) -> Iterator[str]:
    for start in range(0, len(run), _SUDACHI_MAX_CHARACTERS):
        tokens = _tokenized(run[start : start + _SUDACHI_MAX_CHARACTERS])
        found = (m.normalized_form() for m in tokens if _carries_meaning(m.part_of_speech()))
        yield from (word for word in found if word not in _SUDACHI_STOP)


def _carries_meaning(part_of_speech: Sequence[str]) -> bool:
    return part_of_speech[0] not in _SUDACHI_SKIPPED and part_of_speech[:2] != ("動詞", "非自立可能")


# -- sentences ---------------------------------------------------------------------------------------------

_CLOSING = "」』）】〉》〕｝”’\"')\\]"
_END = re.compile(rf"[。！？!?．]+[{_CLOSING}]*|\.+[{_CLOSING}]*(?:\[\d{{1,3}}\])*(?=\s|$)|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|sr|jr|st|mt|no|nos|vol|vs|etc|fig|figs|eq|sec|ch|pp?|ed|eds|al|inc|ltd|co|corp|"
    r"dept|gen|col|sgt|lt|rev|hon|gov|pres|approx|ca|cf|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
    r"|\be\.g|\bi\.e|\ba\.d|\bb\.c|\b[a-z](?:\.[a-z])*)$",
    re.IGNORECASE,
)
_NEVER_ENDS = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|mt|vs|e\.g|i\.e|fig|figs|cf|gen|col|sgt|lt|rev|hon)|(?<![.\w])[a-z])$",
    re.I,
)
_LIST_LABEL = re.compile(r"\s*[(（]?(?:\d{1,3}|[ivx]{1,4})$", re.IGNORECASE)


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of a text's sentences, surrounding white space left out; a line break ends one.

    Japanese sentences end at 。！？ and closing quotes stay with them; an English full stop does not end a
    sentence after an abbreviation or an initial, or inside a number.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, start, match):
            _append_stripped(spans, text, start, match.end())
            start = match.end()
    _append_stripped(spans, text, start, len(text))
    return spans


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    following = text[match.end() : match.end() + 1]
    if mark[0] == "\n":
        return True
    if mark[0] in "。！？":
        return mark[-1] in "。！？" or following not in ("と", "、", "，")  # 「…。」と述べた is one sentence
    if mark[0] in "!?．":
        return not following or not following.isascii() or following.isspace()
    before = text[start : match.start()][-12:]
    if _LIST_LABEL.match(before):
        return False
    if not _ABBREVIATION.search(before):
        return True
    if _NEVER_ENDS.search(before):
        return False
    rest = text[match.end() :].lstrip()
    return bool(rest) and rest[0].isupper()


def _append_stripped(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + piece.index(stripped[0])
        spans.append((begin, begin + len(stripped)))


__all__ = [
    "ANALYSIS_VERSION",
    "EASTERN",
    "JapaneseToken",
    "Morpheme",
    "Terms",
    "analyze",
    "character_runs",
    "detect_language",
    "eastern_language",
    "japanese_tokens",
    "morphemes",
    "sentences",
    "stem",
]
