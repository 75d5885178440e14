"""Fits the weights of `rag/rerankers/word_evidence.json` to questions in the SQuAD format.

`python -m benchmarks train-reranker DATA`: every `*.json.gz` in the folder, each a library of its own. The model is a
linear one over pairs: of two passages found for a question, the one that holds its answer is to have the larger sum
of features (pairwise logistic regression, as in RankSVM: Joachims 2002).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.datasets import Dataset, Query, read_squad
from evals.retrieval import sample
from rag import AskOptions, Settings
from rag.factory import Parts, build
from rag.rerankers.word_evidence import FEATURES, WEIGHTS, word_features

_DEFAULT_LIMIT = 3500
_REGULARISATION = 10.0
_WRONG = 10
"""Wrong passages that the right one of a question is compared with: the best that BM25 finds."""

Rows = NDArray[np.float64]


def run(files: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """Writes the weights; a row per library says how many questions it gave."""
    rows: list[dict[str, object]] = []
    differences: list[Rows] = []
    weights: list[float] = []
    for file in files:
        pairs = list(_pairs(read_squad(file), limit or _DEFAULT_LIMIT))
        rows.append({"set": file.name, "questions": len(pairs), "pairs": sum(len(pair) for pair in pairs)})
        differences += pairs
        weights += [1 / len(pair) for pair in pairs for _ in pair]
    fitted = _fit(np.concatenate(differences), np.array(weights))
    WEIGHTS.write_text(json.dumps(dict(zip(FEATURES, np.round(fitted, 2).tolist(), strict=True)), indent=1) + "\n")
    return rows


def _pairs(dataset: Dataset, limit: int) -> Iterator[Rows]:
    """Of each question: the features of its right passage less those of each wrong one."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-train-") as store:
        parts = build(Settings(samples=False, store=Path(store)))
        for document in dataset.documents:
            parts.library.add_document(document, "", lambda _: None)
        parts.indexes.refresh()
        for query in sample([query for query in dataset.queries if query.answers], limit):
            pairs = _compared(parts, query)
            if pairs is not None:
                yield pairs
        parts.database.close()


def _compared(parts: Parts, query: Query) -> Rows | None:
    found = parts.retriever.candidates(query.text, AskOptions(mode="lexical"))
    order = sorted(range(len(found.ids)), key=lambda n: -found.lexical[found.ids[n]])
    chunks, documents = parts.catalog.chunks(found.ids), parts.catalog.documents()
    texts = [chunks[found.ids[n]].text for n in order]
    answering = [any(answer in text for answer in query.answers) for text in texts]
    own = [documents[chunks[found.ids[n]].document_id].name in query.relevant for n in order]
    right = [n for n, holds, mine in zip(order, answering, own, strict=True) if holds and mine]
    wrong = [n for n, holds in zip(order, answering, strict=True) if not holds][:_WRONG]
    features = word_features(found.question, found.readings)
    return features[right[0]] - features[wrong] if right and wrong else None


def _fit(differences: Rows, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    sides = np.where(np.arange(len(differences)) % 2, 1.0, -1.0)  # half of them the other way round: two classes
    model = LogisticRegression(C=_REGULARISATION, fit_intercept=False, max_iter=2000)
    return model.fit(differences * sides[:, None], sides, sample_weight=weights).coef_[0]
