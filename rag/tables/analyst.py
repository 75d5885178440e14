"""Which table answers a question, if one does: the tables among the passages found, read against every word of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.catalog import Catalog
from rag.errors import QueryRefused
from rag.languages import detect_language
from rag.tables.cells import fold
from rag.tables.evidence import Evidence
from rag.tables.mentions import tokens
from rag.tables.question import understand
from rag.tables.report import Finding, TableAnswer, find, report
from rag.tables.store import DocumentTables, TableStore
from rag.types import AskOptions, DocumentInfo, Hit

_MOST_DOCUMENTS = 4
"""Tables that are tried, those of the best passages first."""


class TableAnalyst:
    """Answers from tables by queries; gives way wherever a question is not clearly one that a table answers."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._store = TableStore(catalog)

    def answer(self, question: str, hits: Sequence[Hit], options: AskOptions) -> TableAnswer | None:
        """What a table among the hits, or among the documents asked, answers; None where none does, or several do."""
        found = [pair for source in self._sources(hits, options) for pair in _findings(question, source)]
        chosen = _chosen(question, found)
        if chosen is None:
            return None
        finding, source = chosen
        evidence = Evidence(self._catalog, source.document, hits)
        return report(finding, source, evidence, detect_language(question))

    def _sources(self, hits: Sequence[Hit], options: AskOptions) -> Iterator[DocumentTables]:
        documents: dict[str, DocumentInfo] = {hit.document.id: hit.document for hit in hits}
        documents |= self._catalog.documents_by_id(sorted(options.documents - documents.keys()))
        tabular = [document for document in documents.values() if document.report.tables]
        for document in tabular[:_MOST_DOCUMENTS]:
            if source := self._store.of(document):
                yield source


def _findings(question: str, source: DocumentTables) -> list[tuple[Finding, DocumentTables]]:
    """What each table of a document makes of the question."""
    found: list[tuple[Finding, DocumentTables]] = []
    for table, vocabulary in zip(source.tables, source.vocabularies, strict=True):
        plan = understand(question, vocabulary)
        try:
            finding = find(plan, table, source) if plan else None
        except QueryRefused:  # it takes too long: the passages answer
            continue
        if finding:
            found.append((finding, source))
    return found


def _chosen(question: str, found: Sequence[tuple[Finding, DocumentTables]]) -> tuple[Finding, DocumentTables] | None:
    """The one whose name the question says most of; any, where all say the same; else none, for it is not clear."""
    if len({repr(finding.result.rows) for finding, _ in found}) <= 1:
        return next(iter(found), None)
    words = {token.text for token in tokens(fold(question))}
    said = [_said(words, finding, source) for finding, source in found]
    best = max(said)
    return found[said.index(best)] if said.count(best) == 1 and best > (0, 0) else None


def _said(words: set[str], finding: Finding, source: DocumentTables) -> tuple[int, int]:
    """How many words of the sheet's name, if it is said whole, and how many of the document's the question has."""
    sheet = {token.text for token in tokens(fold(finding.table.sheet))}
    name = {token.text for token in tokens(fold(f"{source.document.name} {source.document.title}"))}
    return len(sheet) if sheet <= words else 0, len(name & words)
