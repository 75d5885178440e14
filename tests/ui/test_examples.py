"""The example questions are answered by the sample documents, each in its language."""

import pytest

from rag import KnowledgeBase, Settings
from ui.language import words_of

EXPECTED = {
    "en": {
        "first": ("library-guide.pdf", "seven days"),
        "second": ("library-guide.pdf", "to the right of the main entrance"),
        "third": ("new-building.pptx", "Naoki Arai"),
        "fourth": ("events-2026.csv", "2026-10-31"),
    },
    "ja": {
        "first": ("room-rules-ja.pdf", "みどり公園に避難する"),
        "second": ("volunteers-ja.md", "2026年9月30日"),
        "third": ("mobile-library-ja.csv", "第1・第3木曜日"),
        "fourth": ("library-faq-ja.html", "42台分"),
    },
}
CASES = [(language, name) for language, answers in EXPECTED.items() for name in answers]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    settings = Settings(store=tmp_path_factory.mktemp("store"), samples=True)
    with KnowledgeBase.open(settings=settings) as knowledge:
        knowledge.work_off()
        yield knowledge


@pytest.mark.parametrize(("language", "name"), CASES)
def test_example_is_answered_from_its_document(samples, language, name):
    answer = samples.ask(words_of(language)(f"examples.{name}"))
    document, words = EXPECTED[language][name]
    assert answer.answered
    assert words in answer.text
    assert document in {citation.document_name for s in answer.sentences for citation in s.citations}


def test_every_example_has_an_expectation():
    assert set(EXPECTED["en"]) == set(EXPECTED["ja"]) == {"first", "second", "third", "fourth"}
