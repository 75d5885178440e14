"""What each part of retrieval adds: the same candidates of the same questions in other orders.

`python -m benchmarks ablation DATA`: BM25 and vectors alone, ways of fusing the two, the reranker, and the whole with
one feature of the reranker less (not fitted again).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries import library_of
from evals.datasets import Query, read_dataset
from evals.metrics import mean, ndcg, randomisation_p
from evals.retrieval import sample
from rag import AskOptions
from rag.factory import Parts
from rag.rerankers.word_evidence import FEATURES, script_of, weights, word_features
from rag.retrieval.fusion import z_scores
from rag.retrieval.ranking import DENSE_WEIGHT, Candidates

_LIMIT = 500
_RANK_OFFSET = 60
_OLD_WEIGHT = 0.6
_DEPTH = 10
_DEFAULT = "reranker and vectors (the default)"

Scores = NDArray[np.float64]


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per order of the candidates: nDCG@10 per set, and p of its difference from the default (paired test)."""
    columns = {folder.name: _column(folder, limit or _LIMIT) for folder in folders}
    return [{"order": name, **{one: column[name] for one, column in columns.items()}} for name in _orders()]


def _column(folder: Path, limit: int) -> dict[str, str]:
    dataset = read_dataset(folder)
    with library_of(dataset.documents) as parts:
        return measure(parts, sample([query for query in dataset.queries if query.relevant], limit))


def measure(parts: Parts, queries: Sequence[Query]) -> dict[str, str]:
    """nDCG@10 of every order over a store that holds the corpus, with p where it is not the default's."""
    parts.indexes.refresh()
    orders = _orders()
    values: dict[str, list[float]] = {name: [] for name in orders}
    for query in queries:
        found = parts.retriever.candidates(query.text, AskOptions())
        chunks = parts.catalog.chunks(found.ids)
        names = [parts.catalog.document(chunks[id_].document_id).name for id_ in found.ids]
        features = word_features(found.question, found.readings)
        for name, order in orders.items():
            best = np.argsort(-order(found, features), kind="stable")
            values[name].append(ndcg(list(dict.fromkeys(names[n] for n in best)), query.relevant, _DEPTH))
    default = values[_DEFAULT]
    differences = {name: [a - b for a, b in zip(one, default, strict=True)] for name, one in values.items()}
    chances = {name: f" (p {randomisation_p(d):.3f})" if any(d) else "" for name, d in differences.items()}
    return {name: f"{mean(one):.4f}{chances[name]}" for name, one in values.items()}


def _orders() -> dict[str, Callable[[Candidates, Scores], Scores]]:
    return {
        "BM25": lambda found, _: _lexical(found),
        "vectors": lambda found, _: _cosines(found),
        "BM25 and vectors, reciprocal ranks": lambda found, _: _ranks(_lexical(found)) + _ranks(_cosines(found)),
        "BM25 and vectors, min-max": lambda found, _: _blend(_min_max, found),
        "BM25 and vectors, z-scores": lambda found, _: _blend(lambda values: z_scores(values.tolist()), found),
        "BM25 and vectors, weighed by how far the best stands out": _adaptive,
        "reranker of words": _words,
        _DEFAULT: _whole,
        **{f"the default without {name}": _without(n) for n, name in enumerate(FEATURES)},
    }


def _words(found: Candidates, features: Scores) -> Scores:
    return features @ weights()[script_of(found.question.terms)]


def _whole(found: Candidates, features: Scores) -> Scores:
    return _words(found, features) + DENSE_WEIGHT * z_scores([found.dense.get(id_) for id_ in found.ids])


def _without(feature: int) -> Callable[[Candidates, Scores], Scores]:
    keep = np.arange(len(FEATURES)) != feature
    return lambda found, features: _whole(found, features * keep)


def _blend(scale: Callable[[Scores], Scores], found: Candidates) -> Scores:
    if not found.dense:
        return _lexical(found)
    return _OLD_WEIGHT * scale(_cosines(found)) + (1 - _OLD_WEIGHT) * scale(_lexical(found))


def _adaptive(found: Candidates, _: Scores) -> Scores:
    """The search whose best hit stands out more from its others counts more, question by question."""
    if not found.dense:
        return _lexical(found)
    lexical, dense = z_scores(_lexical(found).tolist()), z_scores(_cosines(found).tolist())
    clear = lexical.max(initial=0) / ((lexical.max(initial=0) + dense.max(initial=0)) or 1.0)
    return clear * lexical + (1 - clear) * dense


def _lexical(found: Candidates) -> Scores:
    return np.array([found.lexical.get(id_, 0.0) for id_ in found.ids])


def _cosines(found: Candidates) -> Scores:
    return np.array([found.dense.get(id_, 0.0) for id_ in found.ids])


def _min_max(values: Scores) -> Scores:
    return (values - values.min(initial=0)) / (np.ptp(values) or 1.0) if len(values) else values


def _ranks(values: Scores) -> Scores:
    """Cormack et al. 2009; nothing where the search has no say."""
    if not values.any():
        return values
    places = np.empty(len(values))
    places[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return 1 / (_RANK_OFFSET + places)
