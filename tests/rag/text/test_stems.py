"""Words of other languages are stemmed as such, in documents and in questions, and still found by English stems."""

from __future__ import annotations

import pytest

from rag.text.languages import analyze
from rag.text.readings import dump, load, read
from tests.conftest import Open


@pytest.mark.parametrize(
    ("language", "said", "asked"),
    [
        ("de", "Die Kündigungsfristen der Mieter", "Kündigungsfrist Mietern"),
        ("fr", "les congés annuels des salariées", "congé annuel salarié"),
        ("es", "las reparaciones necesarias", "reparación necesaria"),
        ("nl", "de huurders en de woningen", "huurder woning"),
    ],
)
def test_forms_of_a_word_are_one_term(language: str, said: str, asked: str) -> None:
    assert set(analyze(asked, language).words) <= set(analyze(said, language).words)


def test_a_reading_has_the_english_stems_too_and_is_kept_whole() -> None:
    reading = read("Brightwaters", (), "Die Lieferungen von Brightwaters verzögern sich.", "de")
    for line in (reading.title, *reading.sentences):
        assert set(analyze("Brightwaters").words) <= set(line.words)
    assert "liefer" in reading.sentences[0].words
    assert load(dump(reading)) == reading


def test_a_question_finds_another_form_of_its_word(open_kb: Open) -> None:
    with open_kb() as kb:
        for name, text in {
            "fristen.txt": "Kündigungen sind schriftlich an die Verwaltungen zu richten. Das gilt auch für die Mieter.",
            "schluessel.txt": "Schlüssel werden im Büro der Verwaltung abgegeben. Das gilt auch für die Gäste.",
            "haustiere.txt": "Hunde sind in den Wohnungen nicht erlaubt. Katzen dürfen in der Wohnung leben.",
        }.items():
            kb.add(text.encode(), name)
        assert kb.search("Kündigung des Mieters").hits[0].document.name == "fristen.txt"
        assert kb.search("Hund in der Wohnung").hits[0].document.name == "haustiere.txt"
