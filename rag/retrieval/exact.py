"""Numbers and codes that few passages have: a question that holds one asks for these, whatever else sounds alike.

Vectors cannot tell invoice 0117 from invoice 0118, and a passage that only words have found is far from all that the
vectors have found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.confidence import inverse_document_frequency
from rag.rerankers.word_evidence import Question
from rag.text.codes import is_code
from rag.text.readings import Reading

_FEW = 10
"""Passages; what more of them have is a common number or name ("2024", "COVID-19"), and judged like any word."""


def exact_scores(question: Question, readings: Sequence[Reading]) -> NDArray[np.float64]:
    """(n,): the share of the question's codes that each passage has, 0 to 1, the rarer counting more."""
    few = {
        term: inverse_document_frequency(count, question.total)
        for term, count in question.frequencies.items()
        if 0 < count <= _FEW and is_code(term)
    }
    scores = np.zeros(len(readings))
    if few:
        for place, reading in enumerate(readings):
            lines = (reading.title, reading.headings, *reading.sentences)
            scores[place] = sum(few[term] for term in {word for line in lines for word in line.words if word in few})
        scores /= sum(few.values())
    return scores
