"""Questions that a document answers: made from what it says, and kept only where the reader really answers them."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from threading import Event as Flag

from pydantic import TypeAdapter

from rag.chains._central import central_sentences
from rag.chains._material import Material
from rag.chains._parsers import OutputInvalid, ask_until_read, read_list
from rag.chains._questions import Candidate, from_headings, from_sentences, from_tables
from rag.chains._reading import read_answer
from rag.chains._workshop import Stopped, Workshop, check, language_of
from rag.chat.prompts import break_tags
from rag.errors import ModelUnavailable
from rag.reports import Progress
from rag.results import Suggestion
from rag.tables.store import TableStore
from rag.text.languages import analyze
from rag.types import Answer, AskOptions, DocumentInfo

MOST_TRIED = 40
"""Questions that are put to the reader before the best are shown."""
_LIST_TOKENS = 300
_SENTENCES_SHOWN = 20
_LONGEST = 120
_ALIKE = 0.6
_log = logging.getLogger(__name__)
_KEPT: TypeAdapter[tuple[Suggestion, ...]] = TypeAdapter(tuple[Suggestion, ...])


def suggest(
    shop: Workshop, document_id: str, count: int, language: str, stop: Flag
) -> Iterator[Progress | tuple[Suggestion, ...]]:
    """Yields Progress and, last, up to `count` Suggestions, the surest first; nothing after Progress if stopped.

    The chat model writes them; without one they come from headings, definitions and labels, by templates. Each is put
    to the retriever and the reader, and goes where they would decline it. Kept by content. Raises DocumentNotFound.
    """
    document = shop.catalog.document(document_id)
    spoken = "ja" if language_of([document], language).startswith("ja") else "en"
    model = (
        (shop.chat_model.name, shop.templates.render("suggest", spoken, source="", text="", count=""))
        if shop.chat_model
        else ()
    )
    threshold = shop.settings.min_confidence
    key = shop.cache.key("suggest", shop.catalog.generations.active(), document.id, count, spoken, threshold, *model)
    if (kept := shop.cache.load(key, _KEPT)) is not None:
        yield kept
        return
    early = shop.is_early
    try:
        candidates = yield from _candidates(shop, document, count, spoken, stop)
        found = yield from _answered(shop, document, candidates, count, stop)
    except Stopped:
        return
    if not early and not shop.is_early:
        shop.cache.put(key, _KEPT.dump_json(found).decode(), [document.id])
    yield found


def _candidates(
    shop: Workshop, document: DocumentInfo, count: int, language: str, stop: Flag
) -> Generator[Progress, None, list[Candidate]]:
    if shop.chat_model is not None:
        try:
            return (yield from _written(shop, document, count, language, stop))
        except (ModelUnavailable, OutputInvalid) as error:  # what the document itself suggests will do
            _log.warning("Questions are made of the document's own words: %s", error)
    yield Progress("read", 0, 1, "documents", document.name)
    material = Material(shop.catalog, document)
    tables = TableStore(shop.catalog).of(document)
    found = [
        *from_headings(material, language),
        *from_sentences(material.statements(), language),
        *from_tables(tables, language),
    ]
    unique = {candidate.question: candidate for candidate in reversed(found)}
    return sorted(unique.values(), key=lambda candidate: -candidate.weight)[:MOST_TRIED]


def _written(
    shop: Workshop, document: DocumentInfo, count: int, language: str, stop: Flag
) -> Generator[Progress, None, list[Candidate]]:
    chosen = yield from central_sentences(shop, [document], _SENTENCES_SHOWN, stop)
    source = break_tags(" ".join((document.title or document.name).split())[:100])
    values = {"source": source, "count": str(2 * count)}
    room = max(1, shop.room(shop.templates.render("suggest", language, **values, text=""), _LIST_TOKENS))
    text = shop.cut("\n".join(break_tags(statement.text) for _, statement in chosen), room)
    yield Progress("write", 0, 1, "parts")
    prompt = shop.templates.render("suggest", language, **values, text=text)
    items = ask_until_read(shop, prompt, language, _LIST_TOKENS, read_list, stop)
    asked = [item for item in items if item.rstrip().endswith(("?", "？", "か", "か。")) and len(item) <= _LONGEST]
    return [Candidate(item, 1.0) for item in asked]


def _answered(
    shop: Workshop, document: DocumentInfo, candidates: Sequence[Candidate], count: int, stop: Flag
) -> Generator[Progress, None, tuple[Suggestion, ...]]:
    """Those that the document answers, by how surely, no two about the same."""
    options = AskOptions(documents=frozenset([document.id]))
    sure: list[tuple[float, Suggestion]] = []
    for done, candidate in enumerate(candidates):
        check(stop)
        yield Progress("ask", done, len(candidates), "questions")
        answer = read_answer(shop, candidate.question, options, stop)
        if answer and is_meant(answer, candidate):
            confidence = 1.0 if answer.computation else answer.confidence
            sure.append((confidence * candidate.weight, Suggestion(candidate.question, confidence)))
    chosen: list[Suggestion] = []
    for _, suggestion in sorted(sure, key=lambda one: -one[0]):
        words = set(analyze(suggestion.question).words)
        others = (set(analyze(other.question).words) for other in chosen)
        if all(len(words & other) <= _ALIKE * max(1, min(len(words), len(other))) for other in others):
            chosen.append(suggestion)
        if len(chosen) == count:
            break
    return tuple(chosen)


def is_meant(answer: Answer, candidate: Candidate) -> bool:
    """Whether the answer is quoted from where the question was made of."""
    cited = [citation for sentence in answer.sentences for citation in sentence.citations]
    if candidate.chunks:
        return any(one.chunk_id in candidate.chunks for one in cited)
    return bool(cited) and any(one.quote in candidate.text or candidate.text in one.quote for one in cited)
