"""Which language a question is in, beside the documents it is asked of."""

from __future__ import annotations

import pytest

from rag.text.question_language import question_language


@pytest.mark.parametrize(
    ("question", "library", "language"),
    [
        ("Beyoncé tour", ["en", "ja"], "en"),
        ("Beyoncé tour", ["fr", "en"], "fr"),
        ("差旅报销要在多少天内提交？", ["zh", "en"], "zh"),
        ("差旅报销要在多少天内提交？", ["en"], "ja"),
        ("契約期間はいつまでですか", ["en"], "ja"),
        ("Who wrote it?", ["de"], "en"),
        ("Wie hoch ist die Kaltmiete?", [], "de"),
        ("12-34", ["und", "de"], "de"),
        ("12-34", [], "und"),
        ("A−1005", ["ja", "en"], "ja"),
        ("2024年の売上は？", ["en"], "ja"),
    ],
)
def test_a_library_says_which_languages_are_likely(question: str, library: list[str], language: str) -> None:
    assert question_language(question, library) == language
