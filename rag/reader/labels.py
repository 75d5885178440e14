"""Lines that say what they hold, "label: value", as forms, invoices and minutes have them."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.reader.questions import Question
from rag.reader.tokens import KINDS, tokens

# Label and value begin and end with something: a run of spaces that could be part of several would be tried as each.
LABELLED = re.compile(r"^[-*•・\s]*(?P<label>[^:：|\s][^:：|]{0,59}?)\s*[:：]\s*(?P<value>\S(?:.*\S)?)\s*$")
_ASIDE = re.compile(r"[(（][^)）]*[)）]")
_NAMING = {
    "en": frozenset(["name", "word", "plural", "number", "past", "ing", "adverb", "unit", "month"]),
    "ja": frozenset(["noun", "name", "person", "place", "katakana", "latin", "number", "counter", "suffix", "prefix"]),
}


def value_asked_for(question: Question, text: str) -> tuple[int, int] | None:
    """Characters of a line's value, where its label names what the question asks for; else None.

    All words of the label must be the question's, and either what it asks for among them, or at least half of it.
    """
    line = LABELLED.match(text)
    if line is None:
        return None
    label = _names(_ASIDE.sub("", line["label"]), question.language)
    asked = _names(question.text, question.language)
    if not label or not label <= asked:
        return None
    fits = bool(label & question.head) or 2 * len(label) >= len(asked)
    return line.span("value") if fits else None


@lru_cache(maxsize=256)
def _names(text: str, language: str) -> frozenset[str]:
    """The words that name something, as they are compared."""
    return frozenset(token.term for token in tokens(text, language) if KINDS[language][token.kind] in _NAMING[language])
