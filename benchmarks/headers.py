"""What a contextual header (title, headings) adds to a passage's vector: the same passages embedded with and without.

Words are the same in every row; only what the embedding model reads of a passage differs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from evals.datasets import Dataset, Query, read_any
from evals.metrics import mean, ndcg, randomisation_p
from evals.retrieval import document_names, sample
from rag import AskOptions, Settings
from rag.factory import Parts, build
from rag.ingest.embedding import EMBEDDED_AT_ONCE
from rag.reports import Progress
from rag.text.splitting import embedding_text, fitting_title, in_its_place
from rag.types import Chunk

_LIMIT = 1000
_DEPTH = 10
_CHUNKS_PER_DOCUMENT = 3
_MODES: tuple[Literal["dense", "hybrid"], ...] = ("dense", "hybrid")
_HEADERS: Mapping[str, Callable[[str, Chunk], str]] = {
    "nearest heading of short ones (the default)": embedding_text,
    "title and headings": lambda title, chunk: in_its_place(title, chunk.headings, chunk.text),
    "none": lambda _, chunk: chunk.text,
}


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and header: nDCG@10 of vectors alone and of the whole, with p of the difference (paired test)."""
    return [row for folder in folders for row in _rows(read_any(folder), limit or _LIMIT)]


def _rows(dataset: Dataset, limit: int) -> list[dict[str, object]]:
    queries = sample([query for query in dataset.queries if query.relevant], limit)
    values = {name: _measure(dataset, queries, text) for name, text in _HEADERS.items()}
    default = next(iter(values.values()))
    rows: list[dict[str, object]] = []
    for name, of_mode in values.items():
        row: dict[str, object] = {"set": dataset.name, "header": name, "queries": len(queries)}
        for mode in _MODES:
            chance = randomisation_p([a - b for a, b in zip(of_mode[mode], default[mode], strict=True)])
            row[mode] = f"{mean(of_mode[mode]):.4f}" + ("" if of_mode is default else f" (p {chance:.3f})")
        rows.append(row)
    return rows


def _measure(dataset: Dataset, queries: Sequence[Query], text: Callable[[str, Chunk], str]) -> dict[str, list[float]]:
    """Each question's nDCG@10, by mode, over a store whose vectors are those of these texts."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        parts = build(Settings(samples=False, store=Path(store)))
        for document in dataset.documents:
            parts.library.add_document(document, "", _ignore)
        _embed(parts, text)
        asked = {mode: AskOptions(k=_DEPTH * _CHUNKS_PER_DOCUMENT, mode=mode) for mode in _MODES}
        values = {mode: [_ndcg(parts, query, options) for query in queries] for mode, options in asked.items()}
        parts.parser.close()
        parts.database.close()
    return values


def _embed(parts: Parts, text: Callable[[str, Chunk], str]) -> None:
    generation = parts.library.embedding.generation().id
    titles = {id_: fitting_title(info.title, parts.embedder) for id_, info in parts.catalog.documents().items()}
    while group := parts.catalog.vectors.pending(generation, EMBEDDED_AT_ONCE):
        vectors = parts.embedder.embed_passages([text(titles[chunk.document_id], chunk) for _, chunk in group])
        parts.catalog.vectors.put([key for key, _ in group], vectors)
    parts.library.embedding.follow()


def _ndcg(parts: Parts, query: Query, options: AskOptions) -> float:
    return ndcg(document_names(parts.retriever.search(query.text, options)), query.relevant, _DEPTH)


def _ignore(progress: Progress) -> None:
    del progress
