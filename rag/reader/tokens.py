"""Sentences as tokens with the little grammar that the reader needs: what kind of word each one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.text.languages import japanese_tokens, stem

PARTICLES = ("の", "は", "が", "を", "に", "で", "と", "や", "から", "も")
"""The Japanese particles that are kinds of their own."""
KINDS: dict[str, tuple[str, ...]] = {
    "en": (
        *("edge", "comma", "mark", "open", "close", "of", "in", "by", "to", "for", "article", "be", "auxiliary"),
        *(
            "and",
            "pronoun",
            "that",
            "not",
            "number",
            "name",
            "past",
            "ing",
            "adverb",
            "plural",
            "word",
            "unit",
            "month",
        ),
    ),
    "ja": (
        *("edge", "comma", "mark", "open", "close", *PARTICLES),
        *("particle", "copula", "auxiliary", "する", "verb", "adjective", "pronoun", "number", "counter", "suffix"),
        *("prefix", "person", "place", "name", "noun", "adverb", "latin", "katakana"),
    ),
}
"""The kinds of words of each language; a token's kind is its place here. "edge" is what lies outside the sentence."""

_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*[^\W_]*|[^\W\d_]+(?:['’.-][^\W_]+)*|[^\s]")
_CLOSED = {
    **dict.fromkeys(("of",), "of"),
    **dict.fromkeys(("in", "at", "on", "near", "within", "inside"), "in"),
    **dict.fromkeys(("by",), "by"),
    **dict.fromkeys(("from", "to", "into", "until", "till", "since", "towards", "between", "during", "after"), "to"),
    **dict.fromkeys(("before", "through", "over", "across", "around"), "to"),
    **dict.fromkeys(("for", "with", "as", "about", "like", "than", "per", "under", "against", "among", "via"), "for"),
    **dict.fromkeys(("without", "because", "due"), "for"),
    **dict.fromkeys(("a", "an", "the", "this", "these", "those", "each", "every", "some", "any", "all"), "article"),
    **dict.fromkeys(("is", "are", "was", "were", "be", "been", "being", "am"), "be"),
    **dict.fromkeys(("has", "have", "had", "do", "does", "did", "can", "could", "will", "would"), "auxiliary"),
    **dict.fromkeys(("may", "might", "shall", "should", "must"), "auxiliary"),
    **dict.fromkeys(("and", "or", "but", "nor", "&"), "and"),
    **dict.fromkeys(("it", "he", "she", "they", "them", "him", "her", "his", "its", "their", "we", "us"), "pronoun"),
    **dict.fromkeys(("our", "i", "you", "your", "my", "there"), "pronoun"),
    **dict.fromkeys(("that", "which", "who", "whom", "whose", "what", "when", "where", "while", "if", "how"), "that"),
    **dict.fromkeys(("not", "no", "never", "none", "neither"), "not"),
    **dict.fromkeys(("january", "february", "march", "april", "june", "july", "august", "september"), "month"),
    **dict.fromkeys(("october", "november", "december", "monday", "tuesday", "wednesday", "thursday"), "month"),
    **dict.fromkeys(("friday", "saturday", "sunday", "bc", "ad", "bce", "ce", "century"), "month"),
    **dict.fromkeys(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), "number"),
    **dict.fromkeys(("eleven", "twelve", "twenty", "thirty", "forty", "fifty", "sixty", "dozen"), "number"),
    **dict.fromkeys(("hundred", "thousand", "million", "billion", "trillion", "first", "second", "third"), "number"),
    **dict.fromkeys(("half", "quarter", "several", "many"), "number"),
    **dict.fromkeys(("%", "$", "€", "£", "¥", "percent", "years", "year", "days", "months", "weeks", "hours"), "unit"),
    **dict.fromkeys(("minutes", "km", "miles", "meters", "metres", "feet", "people", "dollars", "kg"), "unit"),
    ",": "comma",
    **dict.fromkeys("([{“‘«", "open"),
    **dict.fromkeys(")]}”»", "close"),
}
_PARTICLES = {**{one: one for one in PARTICLES}, "へ": "に", "まで": "から", "より": "から"}
_LATIN = re.compile(r"[\x21-\x7eＡ-Ｚａ-ｚ]+$")
_KATAKANA = re.compile(r"[ァ-ヺー・]+$")

_MOST = 300


@dataclass(frozen=True, slots=True)
class Token:
    """Characters `start:end` of a sentence; `term` is what it is compared by, `kind` its place in KINDS."""

    start: int
    end: int
    text: str
    term: str
    kind: int


@lru_cache(maxsize=1 << 13)
def tokens(text: str, language: str) -> tuple[Token, ...]:
    """The first 300 tokens of a sentence, read as Japanese where `language` is "ja", else as English is written."""
    return tuple((_japanese(text) if language == "ja" else _english(text))[:_MOST])


def _english(text: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        kind = KINDS["en"].index(_english_kind(word, bool(found)))
        found.append(Token(match.start(), match.end(), word, stem(word.casefold().split("'")[0].split("’")[0]), kind))
    return found


def _english_kind(word: str, inside: bool) -> str:
    lower = word.casefold()
    if lower in _CLOSED:
        return _CLOSED[lower]
    if word[0].isdigit():
        return "number"
    if not word[0].isalnum():
        return "mark"
    if word == "May" and inside:
        return "month"
    if word[0].isupper():
        return "name"
    endings = {"ed": "past", "ing": "ing", "ly": "adverb", "s": "plural"}
    return next((kind for ending, kind in endings.items() if lower.endswith(ending)), "word")


def _japanese(text: str) -> list[Token]:
    return [
        Token(t.start, t.end, t.surface, t.normal, KINDS["ja"].index(_japanese_kind(t.surface, t.part_of_speech)))
        for t in japanese_tokens(text)
        if t.part_of_speech[0] != "空白"
    ]


def _japanese_kind(surface: str, part_of_speech: tuple[str, ...]) -> str:
    main, sub, fine = part_of_speech[:3]
    if main == "補助記号":
        return {"読点": "comma", "括弧開": "open", "括弧閉": "close"}.get(sub, "mark")
    if main == "助詞":
        return _PARTICLES.get(surface, "particle")
    if main == "助動詞":
        return "copula" if surface in ("だ", "で", "な", "です", "だっ") else "auxiliary"
    if main == "動詞":
        return "する" if sub == "非自立可能" else "verb"
    if main == "名詞":
        return _noun_kind(surface, sub, fine)
    kinds = {"形容詞": "adjective", "形状詞": "adjective", "連体詞": "pronoun", "代名詞": "pronoun", "接頭辞": "prefix"}
    if main == "接尾辞":
        return "counter" if fine == "助数詞" else "suffix"
    return kinds.get(main, "latin" if main == "記号" else "adverb")


def _noun_kind(surface: str, sub: str, fine: str) -> str:
    if sub == "数詞":
        return "number"
    if sub == "固有名詞":
        return {"人名": "person", "地名": "place"}.get(fine, "name")
    if fine == "助数詞可能":
        return "counter"
    if _LATIN.match(surface):
        return "latin"
    return "katakana" if _KATAKANA.match(surface) else "noun"
