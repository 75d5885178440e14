"""Which table answers a question, if one does: the tables among the passages found, read against every word of it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from threading import Event as Flag

from rag.chat.generation import Happened
from rag.chat.prompt_templates import BUILT_IN, PromptTemplates
from rag.errors import QueryRefused
from rag.protocols import ChatModel
from rag.storage.catalog import Catalog
from rag.tables.cells import fold
from rag.tables.cues import COMPUTES
from rag.tables.evidence import Evidence
from rag.tables.mentions import tokens
from rag.tables.question import understand
from rag.tables.report import Finding, TableAnswer, find, report
from rag.tables.store import DocumentTables, TableStore
from rag.tables.written_query import report_written, write_query
from rag.text.languages import detect_language
from rag.types import AskOptions, DocumentInfo, Hit

_MOST_DOCUMENTS = 4
"""Tables that are tried, those of the best passages first."""


class TableAnalyst:
    """Answers from tables by queries; gives way wherever a question is not clearly one that a table answers."""

    def __init__(self, catalog: Catalog, templates: PromptTemplates = BUILT_IN) -> None:
        self._catalog = catalog
        self._templates = templates
        self._store = TableStore(catalog)

    def answer(self, question: str, hits: Sequence[Hit], options: AskOptions) -> TableAnswer | None:
        """What a table among the hits, or among the documents asked, answers; None where none does, or several do."""
        sources = self._sources(hits, options)
        chosen = _chosen(question, [(_findings(question, source), source) for source in sources])
        if chosen is None:
            return None
        finding, source = chosen
        evidence = Evidence(self._catalog, source.document, hits)
        return report(finding, source, evidence, detect_language(question))

    def written(
        self, question: str, hits: Sequence[Hit], model: ChatModel, stop: Flag
    ) -> Generator[Happened, None, TableAnswer | None]:
        """What a query that the model writes gives, where the best passage is of a table and something is computed."""
        if not hits or not re.search(COMPUTES, fold(question)):
            return None
        source = self._store.of(hits[0].document) if hits[0].document.report.tables else None
        language = detect_language(question)
        if source is None:
            return None
        query = yield from write_query(question, source, model, language, stop, self._templates)
        if query is None:
            return None
        evidence = Evidence(self._catalog, source.document, hits)
        return report_written(query, source, evidence, model.name, language)

    def _sources(self, hits: Sequence[Hit], options: AskOptions) -> Iterator[DocumentTables]:
        documents: dict[str, DocumentInfo] = {hit.document.id: hit.document for hit in hits}
        documents |= self._catalog.documents_by_id(sorted(options.documents - documents.keys()))
        tabular = [document for document in documents.values() if document.report.tables]
        for document in tabular[:_MOST_DOCUMENTS]:
            if source := self._store.of(document):
                yield source


def _findings(question: str, source: DocumentTables) -> list[Finding]:
    """What each table of a document makes of the question."""
    found: list[Finding] = []
    for table, vocabulary in zip(source.tables, source.vocabularies, strict=True):
        plan = understand(question, vocabulary)
        try:
            finding = find(plan, table, source) if plan else None
        except QueryRefused:  # it takes too long: the passages answer
            continue
        if finding:
            found.append(finding)
    return found


def _chosen(
    question: str, found: Sequence[tuple[list[Finding], DocumentTables]]
) -> tuple[Finding, DocumentTables] | None:
    """Of what differs, that of the document whose name the question says most of, and of the sheet that it names."""
    words = {token.text for token in tokens(fold(question))}
    answering = [(findings, source) for findings, source in found if findings]
    if _results([finding for findings, _ in answering for finding in findings]) > 1:
        said = [len(_words(f"{source.document.name} {source.document.title}") & words) for _, source in answering]
        answering = [one for one, count in zip(answering, said, strict=True) if count == max(said)]
    if len(answering) > 1 and _results([finding for findings, _ in answering for finding in findings]) > 1:
        return None
    for findings, source in answering[:1]:
        named = [finding for finding in findings if _words(finding.table.sheet) <= words]
        longest = max((len(_words(finding.table.sheet)) for finding in named), default=0)
        best = [finding for finding in named if len(_words(finding.table.sheet)) == longest] or findings
        return (best[0], source) if _results(best) == 1 else None
    return None


def _results(findings: Sequence[Finding]) -> int:
    """How many different results there are among them."""
    return len({repr(finding.result.rows) for finding in findings})


def _words(text: str) -> set[str]:
    return {token.text for token in tokens(fold(text))}
