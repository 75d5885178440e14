"""What differs between languages: words to search by, and where sentences end."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from loaders import detect_language

if TYPE_CHECKING:
    from Stemmer import Stemmer
    from sudachipy import Tokenizer as SudachiTokenizer

ANALYSIS_VERSION = "4"
"""Raise it with every change of `analyze` or of what is stored: indexes built by another version are rebuilt."""

_CJK = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>[^\W_{_CJK}]+(?:['’][^\W_{_CJK}]+)*)")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_JOINS = re.compile(r"\w[-_./:]\w")
_CODE = re.compile(rf"[^\W_{_CJK}]+(?:[-_./:][^\W_{_CJK}]+)+")

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


def analyze(text: str) -> Terms:
    """Search terms of a text in any mix of languages, in order, with repetitions.

    Width and case are folded (NFKC, casefold). English words are stemmed (Snowball) and stop words dropped;
    Japanese gives morphemes in Sudachi's normalised form, particles dropped, and character bigrams. Codes,
    numbers and file names ("RFC-9457", "3.14", "report.pdf") are terms whole as well as by their parts.
    """
    if text.isascii():
        return Terms(tuple(_ascii_words(text.lower())), ())
    folded = unicodedata.normalize("NFKC", text).casefold()
    words: list[str] = []
    pairs: list[str] = []
    for match in _RUNS.finditer(folded):
        if match.lastgroup == "cjk":
            words.extend(_morphemes(match.group()))
            pairs.extend(bigrams(match.group()))
        elif (word := match.group().split("'")[0].split("’")[0]) not in _STOP:
            words.append(stem(word))
    words.extend(match.group() for match in _CODE.finditer(folded))
    return Terms(tuple(words), tuple(pairs))


def _ascii_words(folded: str) -> list[str]:
    """The words of a text that needs no folding: most of what is indexed, in a third of the time."""
    found = (word.split("'")[0] if "'" in word else word for word in _ASCII_WORD.findall(folded))
    words = [word if word.isdigit() else stem(word) for word in found if word not in _STOP]
    if _JOINS.search(folded):
        words.extend(match.group() for match in _CODE.finditer(folded))
    return words


def cjk_runs(text: str) -> list[str]:
    """The runs of Chinese and Japanese characters, folded as `analyze` folds them."""
    if text.isascii():
        return []
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [match.group() for match in _RUNS.finditer(folded) if match.lastgroup == "cjk"]


def bigrams(run: str) -> Iterator[str]:
    """Each two neighbours of a run of characters; a character that is alone as it is."""
    if len(run) == 1:
        yield run
    for start in range(len(run) - 1):
        yield run[start : start + 2]


@cache
def _stemmer() -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer("english")


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """The stem of an English word (Snowball); a word of another language as it is, or nearly."""
    with _LOCK:
        return _stemmer().stemWord(word)


@cache
def _sudachi() -> SudachiTokenizer:
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").tokenizer(mode=SplitMode.A)


_LOCK = threading.Lock()  # neither Sudachi's tokenizer nor Snowball's stemmer may be used by two threads at once


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
            with _LOCK:
                tokens = _sudachi().tokenize(match.group())
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
    with _LOCK:
        found = _sudachi().tokenize(text[:_SUDACHI_MAX_CHARACTERS])
        return [
            JapaneseToken(t.begin(), t.end(), t.surface(), t.normalized_form(), tuple(t.part_of_speech()))
            for t in found
        ]


def _morphemes(run: str) -> Iterator[str]:
    for start in range(0, len(run), _SUDACHI_MAX_CHARACTERS):
        with _LOCK:
            tokens = _sudachi().tokenize(run[start : start + _SUDACHI_MAX_CHARACTERS])
            found = [m.normalized_form() for m in tokens if _carries_meaning(m.part_of_speech())]
        yield from (word for word in found if word not in _SUDACHI_STOP)


def _carries_meaning(part_of_speech: Sequence[str]) -> bool:
    return part_of_speech[0] not in _SUDACHI_SKIPPED and part_of_speech[:2] != ("動詞", "非自立可能")


# -- sentences ---------------------------------------------------------------------------------------------

_CLOSING = "」』）】〉》〕｝”’\"')\\]"
_END = re.compile(rf"[。！？!?．]+[{_CLOSING}]*|\.+[{_CLOSING}]*(?=\s|$)|\n+")
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
    "JapaneseToken",
    "Morpheme",
    "Terms",
    "analyze",
    "cjk_runs",
    "detect_language",
    "japanese_tokens",
    "morphemes",
    "sentences",
    "stem",
]
