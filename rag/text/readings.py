"""A passage as it was analysed, which is kept in the word index so that the reranker need not parse it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.text.languages import analyze, bigrams, character_runs, sentences
from rag.text.stop_words import SNOWBALL


@dataclass(frozen=True, slots=True)
class Line:
    """A title, a path of headings or a sentence.

    `words` are those of `analyze` in the text's language, in order, and behind them those of English that differ;
    `runs` the characters of scripts without spaces, runs separated by spaces.
    """

    words: tuple[str, ...]
    runs: str = ""

    def bigrams(self) -> list[str]:
        """Those of `analyze`, in order."""
        return [bigram for run in self.runs.split() for bigram in bigrams(run)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage with the title of its document and the headings above it."""

    title: Line
    headings: Line
    sentences: tuple[Line, ...]


def read(title: str, headings: Sequence[str], text: str, language: str = "en") -> Reading:
    """Analyses a passage of a document in this language (BCP 47)."""
    return Reading(
        _header(title, language),
        _header("\n".join(headings), language),
        tuple(_line(text[start:end], language) for start, end in sentences(text)),
    )


def dump(reading: Reading) -> str:
    """As text, for storage."""
    lines = (reading.title, reading.headings, *reading.sentences)
    return "\n".join(f"{' '.join(line.words)}\t{line.runs}" for line in lines)


def load(text: str) -> Reading:
    """What `dump` has written."""
    title, headings, *rest = (_load_line(row) for row in text.split("\n"))
    return Reading(title, headings, tuple(rest))


@lru_cache(maxsize=256)
def _header(text: str, language: str) -> Line:
    """A line that many passages have in common."""
    return _line(text, language)


def _line(text: str, language: str) -> Line:
    words = analyze(text, language).words
    if language in SNOWBALL:  # a question in English has its own stem of a name that is the same in both
        words = (*words, *(word for word in analyze(text).words if word not in words))
    return Line(words, " ".join(character_runs(text)))


def _load_line(row: str) -> Line:
    words, runs = row.split("\t")
    return Line(tuple(words.split()), runs)
