"""Fits the weights of `rag/rerankers/word_evidence.json` to questions in the SQuAD format.

`python -m benchmarks train-reranker DATA`: every `*.json.gz` in the folder, each a library of its own. The model is a
linear one over pairs: of two passages found for a question, the one that holds its answer is to have the larger sum
of features (pairwise logistic regression, as in RankSVM: Joachims 2002). Questions in Chinese and Japanese characters
have weights of their own, and each script only the features that add something there (`ablation`). Where the vectors
have a vote, the weights are fitted beside theirs; what that counts in the end is `rag.retrieval.ranking.DENSE_WEIGHT`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.libraries import library_of
from evals.datasets import Dataset, Query, read_squad
from evals.retrieval import sample
from rag import AskOptions
from rag.factory import Parts
from rag.rerankers.word_evidence import FEATURES, WEIGHTS, script_of, word_features
from rag.retrieval.fusion import z_scores
from rag.retrieval.ranking import Candidates, in_order

_DEFAULT_LIMIT = 2500
_REGULARISATION = 10.0
_WRONG = 10
"""Wrong passages that the right one of a question is compared with: the first ones, by BM25 where only words vote."""
_USED = {
    "characters": ("coverage", "sentence", "phrase", "bigrams", "trigrams"),
    "words": ("bm25", "title", "sentence", "phrase"),
}

Rows = NDArray[np.float64]


def run(files: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """Writes the weights; a row per library says how many questions it gave."""
    rows: list[dict[str, object]] = []
    gathered: dict[str, list[Rows]] = {script: [] for script in _USED}
    for file in files:
        pairs = list(_pairs(read_squad(file), limit or _DEFAULT_LIMIT))
        rows.append({"set": file.name, "questions": len(pairs), "pairs": sum(len(pair) for _, pair in pairs)})
        for script, pair in pairs:
            gathered[script].append(pair)
    fitted = {script: _fit(pairs, _USED[script]) for script, pairs in gathered.items() if pairs}
    WEIGHTS.write_text(json.dumps({**json.loads(WEIGHTS.read_text()), **fitted}, indent=1) + "\n")
    return rows


def _pairs(dataset: Dataset, limit: int) -> Iterator[tuple[str, Rows]]:
    """Of each question its script, and the features of its right passage less those of each wrong one."""
    queries = sample([query for query in dataset.queries if query.answers], limit)
    with library_of(dataset.documents) as parts:
        for query in queries:
            pairs = _compared(parts, query)
            if pairs is not None:
                yield pairs


def _compared(parts: Parts, query: Query) -> tuple[str, Rows] | None:
    found = parts.retriever.candidates(query.text, AskOptions())
    chunks, documents = parts.catalog.chunks(found.ids), parts.catalog.documents()
    cosines = z_scores([found.dense.get(id_) for id_ in found.ids])
    order = [n for n, _ in in_order(found, "hybrid")] if found.dense else _by_bm25(found)
    texts = [chunks[found.ids[n]].text for n in order]
    answering = [any(answer in text for answer in query.answers) for text in texts]
    own = [documents[chunks[found.ids[n]].document_id].name in query.relevant for n in order]
    right = [n for n, holds, mine in zip(order, answering, own, strict=True) if holds and mine]
    wrong = [n for n, holds in zip(order, answering, strict=True) if not holds][:_WRONG]
    features = np.column_stack([word_features(found.question, found.readings), cosines])
    return (script_of(found.question.terms), features[right[0]] - features[wrong]) if right and wrong else None


def _by_bm25(found: Candidates) -> list[int]:
    return sorted(range(len(found.ids)), key=lambda n: -found.lexical[found.ids[n]])


def _fit(pairs: Sequence[Rows], used: Sequence[str]) -> dict[str, float]:
    """The weights of these features, each question counting the same however many pairs it gave."""
    differences = np.concatenate(pairs)[:, [*(FEATURES.index(name) for name in used), len(FEATURES)]]
    shares = np.concatenate([np.full(len(pair), 1 / len(pair)) for pair in pairs])
    sides = np.where(np.arange(len(differences)) % 2, 1.0, -1.0)  # half of them the other way round: two classes
    model = LogisticRegression(C=_REGULARISATION, fit_intercept=False, max_iter=2000)
    fitted = model.fit(differences * sides[:, None], sides, sample_weight=shares).coef_[0]
    return dict(zip(used, np.round(fitted[:-1], 2).tolist(), strict=True))
