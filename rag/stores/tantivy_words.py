"""Word search with tantivy: BM25 over our own analysis, on disk, incremental."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy
from filelock import FileLock

from rag.languages import Terms, analyze
from rag.types import Chunk

_FIELDS = {"title": 1.0, "headings": 0.5, "words": 1.0, "bigrams": 0.5}
_HEAP_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """What the word index takes in: a chunk and the title of its document."""

    chunk: Chunk
    title: str


class TantivyWordStore:
    """BM25 (k1 1.2, b 0.75) summed over title, headings, words and bigrams.

    Readers in any process see the last commit; `updating` holds the writer's lock among processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = FileLock(str(folder) + ".lock")
        with self._writing:
            self._index = _open(folder)
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def reload(self) -> None:
        """Shows what has been committed since, by any process."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def updating(self) -> FileLock:
        """The lock to hold around reading the revision, updating, and noting the new revision."""
        return self._writing

    def update(self, removed: Iterable[tuple[int, int]], added: Iterable[IndexedChunk]) -> None:
        """Takes out ranges of chunk ids (both ends included), then adds chunks; one commit."""
        writer = self._index.writer(_HEAP_BYTES, 1)
        for first, last in removed:
            span = tantivy.Query.range_query(self._index.schema, "id", tantivy.FieldType.Unsigned, first, last)
            writer.delete_documents_by_query(span)
        for item in added:
            writer.add_document(_entry(item))
        writer.commit()
        writer.wait_merging_threads()
        self.reload()

    def search(self, terms: Terms, k: int, documents: Collection[str] | None = None) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25), best first, of these documents if given."""
        query = self._query(terms)
        if documents is not None:
            within = tantivy.Query.term_set_query(self._index.schema, "document", list(documents))
            filtered = tantivy.Query.const_score_query(within, 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, filtered)])
        found = self._searcher.search(query, limit=k, count=False).hits
        return [(int(self._searcher.doc(address)["id"][0]), float(score)) for score, address in found]

    def document_frequency(self, terms: Sequence[str], field: str = "words") -> list[int]:
        """In how many chunks' texts each term occurs."""
        return [self._searcher.doc_freq(field, term) for term in terms]

    def _query(self, terms: Terms) -> tantivy.Query:
        clauses = []
        for field, weight in _FIELDS.items():
            for term, count in Counter(terms.bigrams if field == "bigrams" else terms.words).items():
                query = tantivy.Query.term_query(self._index.schema, field, term, "freq")
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, weight * count)))
        return tantivy.Query.boolean_query(clauses)


def _open(folder: Path) -> tantivy.Index:
    """Opens the index in this folder; one that cannot be read is made anew, since it is only derived."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return tantivy.Index(_schema(), path=str(folder))
    except ValueError:
        shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return tantivy.Index(_schema(), path=str(folder))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    for field in _FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _entry(item: IndexedChunk) -> tantivy.Document:
    title, headings, text = (analyze(t) for t in (item.title, "\n".join(item.chunk.headings), item.chunk.text))
    bigrams = (*title.bigrams, *headings.bigrams, *text.bigrams)
    entry = tantivy.Document()
    entry.add_unsigned("id", item.chunk.id)
    entry.add_text("document", item.chunk.document_id)
    for field, terms in zip(_FIELDS, (title.words, headings.words, text.words, bigrams), strict=True):
        entry.add_text(field, " ".join(terms))
    return entry
