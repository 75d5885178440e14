"""Whether the trial of an embedding model on a library's own passages decides well, language by language.

For each set: what the trial found and decided, and nDCG@10 of questions with words alone and with vectors, too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.datasets import Dataset, read_any
from evals.metrics import mean, ndcg, randomisation_p
from evals.retrieval import document_names, sample
from rag import AskOptions, KnowledgeBase, Settings

_LIMIT = 400
_DOCUMENTS = 1000
_DEPTH = 10
_CHUNKS_PER_DOCUMENT = 3


def run(paths: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set (a folder in the BEIR layout, or SQuAD's .json.gz)."""
    return [_row(read_any(path), limit or _LIMIT) for path in paths]


def _row(dataset: Dataset, limit: int) -> dict[str, object]:
    documents = sample(dataset.documents, _DOCUMENTS)
    held = {document.name for document in documents}
    queries = sample([query for query in dataset.queries if query.relevant.keys() & held], limit)
    language = documents[0].language
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        with KnowledgeBase.open(store, Settings(samples=False, embedding_languages="*")) as kb:
            kb.add_documents(documents)  # with vectors in every language, whatever the trial will say
        with KnowledgeBase.open(store, Settings(samples=False)) as kb:
            kb.languages.check()
            use = next(one for one in kb.languages.uses() if one.language == language)
        values: dict[str, list[float]] = {}
        for name, known in (("words", "none"), ("words and vectors", "*")):
            with KnowledgeBase.open(store, Settings(samples=False, embedding_languages=known)) as kb:
                options = AskOptions(k=_DEPTH * _CHUNKS_PER_DOCUMENT)
                found = [document_names(kb.search(query.text, options)) for query in queries]
            values[name] = [ndcg(names, q.relevant, _DEPTH) for names, q in zip(found, queries, strict=True)]
    chance = randomisation_p([a - b for a, b in zip(*values.values(), strict=True)])
    check = use.check
    return {
        "set": dataset.name,
        "language": language,
        "tried on": check.passages if check else 0,
        "found by vectors": check.by_vectors if check else "–",
        "by words": check.by_words if check else "–",
        "vectors are": f"{'used' if use.used else 'not used'}, by the {use.by}",
        "queries": len(queries),
        **{f"ndcg@10, {name}": f"{mean(one):.4f}" for name, one in values.items()},
        "p": f"{chance:.3f}",
    }
