"""What stands under the heading that a question names, and the list that a sentence announces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from rag.citations.citing import BlocksOf
from rag.reader.labels import naming_words
from rag.reader.questions import Question
from rag.reader.surroundings import BULLET, is_caption
from rag.text.languages import sentences
from rag.types import Chunk, Hit, Span

_NUMBERED = re.compile(
    r"^\s*(?:第\s*[0-9一二三四五六七八九十百]+\s*[条章節項編部回]|(?:chapter|section|article|part|appendix)\s+[0-9ivx]+\b[.:]?"
    r"|[0-9]+(?:[.．-][0-9]+)*[.．)]?|[●•・■◆○*-])\s*",
    re.IGNORECASE,
)
_SAYS_LITTLE = {
    "en": frozenset(
        [
            *("overview", "detail", "information", "introduction", "list", "summari", "summar", "summaris", "about"),
            *("tell", "me", "give", "us", "pleas", "outlin"),
            *("explain", "describ", "name", "say", "show", "know", "need", "main", "all", "everything", "there"),
            *("kind", "type", "sort"),
        ]
    ),
    "ja": frozenset(
        [
            *("事項", "内容", "概要", "一覧", "説明", "案内", "情報", "詳細", "紹介", "事", "こと", "物", "もの", "何"),
            *("時", "全て", "幾ら", "幾つ", "誰", "何処", "何時", "人", "どれ", "是"),
        ]
    ),
}
_KINDS_OF_THING = {
    "en": frozenset(
        ["rule", "polici", "condit", "step", "thing", "point", "requir", "regul", "procedur", "process", "case"]
    ),
    "ja": frozenset(
        [
            *(
                "規則",
                "規定",
                "ルール",
                "条件",
                "場合",
                "方法",
                "手順",
                "手続き",
                "方針",
                "要件",
                "点",
                "流れ",
                "仕組み",
            ),
        ]
    ),
}
"""What is asked for, where a section is what is asked about: its text need not call itself so."""
_LEAST_SHARE = 0.5
"""What a heading names at least of the words of a question, unless the rest is what is asked for."""
_ANNOUNCES = re.compile(r"[:：]\s*$|次の|以下の|下記|\bfollowing\b|\bas follows\b|\bthese\b[^.]*:", re.IGNORECASE)
_LISTED = ("list", "code", "table")
_IDEOGRAPHS = re.compile(r"[一-龠]+")
_PREFIXES = frozenset("毎各全当本御")
_NOT = {"en": re.compile(r"\b(?:not|no|never|without)\b|n't\b"), "ja": re.compile(r"ない|ません|禁|不可|以外")}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: what stands under these headings."""

    document_id: str
    headings: tuple[str, ...]

    def holds(self, chunk: Chunk) -> bool:
        """Whether a chunk stands there."""
        return chunk.document_id == self.document_id and chunk.headings[: len(self.headings)] == self.headings


def named_section(question: Question, hits: Sequence[Hit]) -> Section | None:
    """The section of those found whose heading the question names; None where it names none.

    All words of that heading are the question's, and what else the question says stands there, too: in the title, in
    the headings above, in the text; or it is only the kind of thing that is asked for ("the rules for borrowing").
    """
    asked = _words(question.text, question.language)
    best, most = None, 0.0
    for hit in hits:
        path = hit.chunk.headings
        for depth in range(len(path), 0, -1):
            share = _share(question, asked, path[depth - 1], _around(hit))
            if share > most:
                best, most = Section(hit.document.id, path[:depth]), share
    return best


def _share(question: Question, asked: frozenset[str], heading: str, around: str) -> float:
    """How much of what is asked a heading names; 0 where it is not the one that is meant."""
    language = question.language
    named = _words(_NUMBERED.sub("", heading), language)
    negated = _NOT[language]
    if not named or not named <= asked or bool(negated.search(heading)) != bool(negated.search(question.folded)):
        return 0.0
    rest = asked - named - question.head - _KINDS_OF_THING[language]
    share = len(named) / (len(named) + len(rest))
    return share if share >= _LEAST_SHARE and _stand_in(rest, around, language) else 0.0


def _stand_in(words: frozenset[str], around: str, language: str) -> bool:
    """Whether all words stand in a text; of Chinese characters that they are written with it is enough: 毎月, 月額."""
    missing = words - _words(around, language)
    return all(_IDEOGRAPHS.fullmatch(word) and set(word) - _PREFIXES <= set(around) for word in missing)


def _around(hit: Hit) -> str:
    return "\n".join((hit.document.title, hit.document.name, *hit.chunk.headings, hit.chunk.text))


def _words(text: str, language: str) -> frozenset[str]:
    return naming_words(unicodedata.normalize("NFKC", text), language) - _SAYS_LITTLE[language]


def announced(chunk: Chunk, start: int, end: int, blocks_of: BlocksOf) -> list[tuple[int, int]]:
    """The items of the list that the sentence `start:end` announces: "… the following:"; none where it does not."""
    if is_caption(chunk.text[start:end], "", chunk.text[end:].lstrip()) and (items := _bulleted(chunk.text, end)):
        return items
    if not _ANNOUNCES.search(chunk.text[start:end]):
        return []
    following = [span for span in chunk.spans if span.start >= end]
    if any(span.start < end < span.end and chunk.text[end : span.end].strip() for span in chunk.spans):
        return []  # its own paragraph goes on
    kinds = {n: block.kind for n, block in blocks_of(chunk.document_id, [span.block for span in following]).items()}
    found: list[tuple[int, int]] = []
    for span in following:
        if kinds.get(span.block) not in _LISTED and not BULLET.match(chunk.text[span.start : span.end]):
            break
        found += _items(chunk, span)
    return found


def _bulleted(text: str, end: int) -> list[tuple[int, int]]:
    """The lines with bullets or numbers that stand right below."""
    below = ((end + start, end + stop) for start, stop in sentences(text[end:]))
    return list(takewhile(lambda span: BULLET.match(text[slice(*span)]), below))


def _items(chunk: Chunk, span: Span) -> list[tuple[int, int]]:
    return [(span.start + start, span.start + end) for start, end in sentences(chunk.text[span.start : span.end])]
