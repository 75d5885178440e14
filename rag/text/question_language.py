"""The language of a question, which is often too short to tell by itself."""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.codes import is_bare
from rag.text.languages import detect_language

_SCRIPTS = (("ja", "zh"), ("ko",), ("ru", "uk", "bg"), ("ar", "fa"), ("he",), ("hi",), ("th",), ("el",))
"""What is written alike; every other language is written in Latin letters."""


def question_language(question: str, library: Sequence[str]) -> str:
    """The BCP 47 tag of a question's language; `library` are the documents' languages, the commonest first.

    Where no document is in the language that it seems to be in, it is in the commonest of the library that is written
    alike: "Beyoncé tour" is no French in a library without any, nor are a few Chinese characters Japanese. A code
    alone is in the commonest.
    """
    if is_bare(question):
        return next((language for language in library if language != "und"), "und")
    found = detect_language(question)
    if found in library or found in ("en", "und"):
        return found
    return next((language for language in library if language != "und" and _alike(language, found)), found)


def _alike(one: str, other: str) -> bool:
    return _script(one) == _script(other)


def _script(language: str) -> tuple[str, ...]:
    return next((script for script in _SCRIPTS if language in script), ())
