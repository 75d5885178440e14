"""The pure parts of retrieval: features of words, z-scores and confidence, against values worked out by hand."""

from __future__ import annotations

import math
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.confidence import Evidence, confidence, inverse_document_frequency
from rag.rerankers.word_evidence import FEATURES, Question, word_features, word_scores
from rag.retrieval.fusion import z_scores
from rag.text.languages import analyze
from rag.text.readings import dump, load, read


def test_z_scores_leave_out_what_is_not_known() -> None:
    assert z_scores([1.0, 2.0, 3.0]) == pytest.approx([-1.224745, 0.0, 1.224745], abs=1e-6)
    assert z_scores([1.0, None, 3.0]) == pytest.approx([-1.0, 0.0, 1.0])
    assert z_scores([None, 2.0, 2.0]) == pytest.approx([0.0, 0.0, 0.0])
    assert len(z_scores([])) == 0


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=20))
def test_z_scores_keep_the_order(values: list[float]) -> None:
    scores = z_scores(values)
    assert [scores[n] for n in np.argsort(values)] == pytest.approx(sorted(scores), abs=1e-9)


TEXTS = st.text(alphabet=string.ascii_letters + string.digits + " .-\n\t、。図書館は猫カナｶﾅ①'", max_size=80)


@given(TEXTS, TEXTS, TEXTS)
def test_a_reading_survives_its_storage(title: str, heading: str, text: str) -> None:
    reading = read(title, [heading], text)
    assert load(dump(reading)) == reading


def _features(question: str, *texts: str, title: str = "") -> list[dict[str, float]]:
    terms = analyze(question)
    frequencies = dict.fromkeys({*terms.words, *terms.bigrams}, 1)
    rows = word_features(Question(terms, frequencies, 10), [read(title, [], text) for text in texts])
    return [dict(zip(FEATURES, row.tolist(), strict=True)) for row in rows]


def test_shares_of_a_question_whose_words_are_equally_rare() -> None:
    both, one = _features("red bridge", "The bridge is old. It was red in 1900.", "A bridge.")
    assert (both["coverage"], both["sentence"], both["phrase"]) == (1.0, 0.5, 0.0)
    assert (one["coverage"], one["sentence"]) == (0.5, 0.5)
    # "old", "bridge", "red", "1900" against "bridge": lengths 4 and 1, the usual one 2.5; k1 0.6, b 0.5.
    assert both["bm25"] == pytest.approx(1 / (1 + 0.6 * (0.5 + 0.5 * 4 / 2.5)))
    assert one["bm25"] == pytest.approx(0.5 / (1 + 0.6 * (0.5 + 0.5 * 1 / 2.5)))


def test_neighbours_in_the_question_that_are_neighbours_in_the_text() -> None:
    together, apart = _features("red bridge", "A red bridge.", "A red boat under a bridge.")
    assert (together["phrase"], apart["phrase"]) == (1.0, 0.0)


def test_a_word_of_the_title_counts() -> None:
    (hit,) = _features("Kyoto bridge", "An old bridge.", title="Kyoto")
    assert (hit["title"], hit["coverage"], hit["sentence"]) == (0.5, 1.0, 0.5)


def test_japanese_characters_count_in_twos_and_threes() -> None:
    whole, half = _features("図書館", "図書館は休みです。", "図書室は休みです。")
    assert whole["trigrams"] == 1.0 > half["trigrams"] == 0.0
    assert whole["bigrams"] == pytest.approx(2 * half["bigrams"])


def test_the_shipped_weights_prefer_the_passage_that_says_it() -> None:
    terms = analyze("What is the capital of France?")
    readings = [read("", [], "France has a capital market."), read("", [], "The capital of France is Paris.")]
    frequencies = dict.fromkeys(terms.words, 2)
    question = Question(terms, frequencies, 50)
    worse, better = word_scores(question, readings)
    assert better > worse


def test_inverse_document_frequency_is_that_of_bm25() -> None:
    assert inverse_document_frequency(1, 10) == pytest.approx(math.log(1 + 9.5 / 1.5))
    assert inverse_document_frequency(10, 10) == pytest.approx(math.log(1 + 0.5 / 10.5))


def test_confidence_grows_with_the_evidence() -> None:
    steps = ((0.0, 0.0), (0.5, 0.2), (0.8, 0.5), (1.0, 0.9))
    values = [confidence(Evidence(dict.fromkeys(FEATURES, share), cosine)) for share, cosine in steps]
    assert values == sorted(values)
    assert values[0] < 0.01
    assert values[-1] > 0.99
    assert (
        confidence(Evidence(dict.fromkeys(FEATURES, 0.2), None))
        < 0.05
        < 0.9
        < confidence(Evidence(dict.fromkeys(FEATURES, 0.9), None))
    )
