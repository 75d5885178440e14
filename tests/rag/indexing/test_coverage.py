"""Which languages the embedding model knows: the real default model, tried on libraries in English and in Japanese."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.datasets import read_dataset
from rag import KnowledgeBase
from rag.__main__ import main
from rag.indexing.coverage import LEAST_PASSAGES, verdict
from rag.reports import LanguageCheck, LanguageUse
from tests.conftest import Open

SETS = {"en": "squad2_dev_half", "ja": "jsquad_valid"}


def _filled(kb: KnowledgeBase, data: Path, language: str, count: int = 100) -> KnowledgeBase:
    """A library of passages in one language, spread over the set."""
    documents = read_dataset(data / "retrieval" / SETS[language]).documents
    step = len(documents) // count
    kb.add_documents([one for one in documents if one.language == language][::step][:count])
    return kb


def _use(kb: KnowledgeBase, language: str) -> LanguageUse:
    return next(use for use in kb.languages.uses() if use.language == language)


@pytest.mark.parametrize("by_name", ["en", "ja"])
def test_the_default_model_is_found_to_know_english_and_no_japanese(
    open_kb: Open, shared_data: Path, monkeypatch: pytest.MonkeyPatch, by_name: str
) -> None:
    """Whatever its name promises."""
    embedder = "rag.embedders.sentence_transformer.SentenceTransformerEmbedder"
    monkeypatch.setattr(f"{embedder}.covers", lambda _, language: language == by_name)
    kb = open_kb()
    for language in SETS:
        _filled(kb, shared_data, language)
    english, japanese = _use(kb, "en"), _use(kb, "ja")
    assert (english.used, english.by, japanese.used, japanese.by) == (True, "check", False, "check")
    assert english.check
    assert japanese.check
    assert min(english.check.passages, japanese.check.passages) >= LEAST_PASSAGES
    assert "dense" in kb.search("When was the university founded?").hits[0].stages
    assert "dense" not in kb.search("大学はいつ設立されましたか？").hits[0].stages


def test_a_setting_goes_before_the_trial(open_kb: Open, shared_data: Path) -> None:
    kb = _filled(open_kb(embedding_languages="ja"), shared_data, "ja")
    use = _use(kb, "ja")
    assert (use.used, use.by) == (True, "setting")
    assert use.check
    assert verdict(use.check) is False


def test_a_few_passages_say_nothing_and_the_name_decides(kb: KnowledgeBase) -> None:
    kb.add(b"The horn sounds at noon. The gulls are fed at dawn.", "keeper.txt")
    kb.languages.check()
    use = _use(kb, "en")
    assert (use.used, use.by) == (True, "name")


@pytest.mark.parametrize(
    ("passages", "by_vectors", "by_words", "expected"),
    [
        *((80, 0.7, 0.8, True), (80, 0.3, 0.6, False), (80, 0.42, 0.6, None)),
        *((80, 0.41, 0.5, None), (39, 0.1, 0.6, None), (80, 0.0, 0.0, None)),
    ],
)
def test_what_a_trial_says(passages: int, by_vectors: float, by_words: float, expected: bool | None) -> None:
    assert verdict(LanguageCheck("ja", passages, by_vectors, by_words, 100)) is expected


def test_a_library_is_tried_again_when_it_has_doubled(open_kb: Open, shared_data: Path) -> None:
    kb = _filled(open_kb(), shared_data, "ja", 60)
    first = _use(kb, "ja").check
    kb.add("図書館は九時に開く。月曜日は休みである。".encode(), "案内.txt")
    assert _use(kb, "ja").check == first
    _filled(kb, shared_data, "ja", 140)
    again = _use(kb, "ja").check
    assert first
    assert again
    assert again.chunks >= 2 * first.chunks


def test_it_happens_in_the_background_once_all_is_embedded(kb: KnowledgeBase, shared_data: Path) -> None:
    documents = read_dataset(shared_data / "retrieval" / SETS["ja"]).documents[::20]
    text = "\n\n".join(f"# {one.title} {n}\n\n{one.blocks[0].text}" for n, one in enumerate(documents))
    kb.submit(text.encode(), "記事.md")
    kb.work_off()
    use = _use(kb, "ja")
    assert (use.used, use.by) == (False, "check")


def test_the_terminal_says_it(open_kb: Open, shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kb = _filled(open_kb(), shared_data, "ja")
    assert main(["--store", str(kb.settings.store), "languages", "--check", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["languages"]
    assert (row["language"], row["used"], row["by"]) == ("ja", False, "check")
    assert row["check"]["by_vectors"] < row["check"]["by_words"]
