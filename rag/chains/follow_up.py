"""What to ask next: questions about what stands near the passages that an answer cites, which the library answers."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event as Flag

from rag.chains._material import Material
from rag.chains._questions import Candidate, from_headings, from_sentences
from rag.chains._reading import read_answer
from rag.chains._workshop import Workshop
from rag.chains.suggest import is_meant
from rag.errors import DocumentNotFound
from rag.results import Suggestion
from rag.text.languages import analyze
from rag.types import Answer, AskOptions

_NEAR = 6
"""So many passages before and after one that is cited count as near."""
_DOCUMENTS = 2
_TRIED = 8
_ALIKE = 0.6
_LARGEST = 5_000
"""Passages of a document that would take too long to look through for this."""


def follow_up(shop: Workshop, answer: Answer, options: AskOptions, count: int, stop: Flag) -> tuple[Suggestion, ...]:
    """Up to `count` questions, the best first; each was put to the retriever and the reader, with these options.

    They come from headings and sentences by templates, in the documents' languages. Empty where nothing is cited.
    """
    said = [answer.question, answer.text]
    chosen: list[Suggestion] = []
    candidates = sorted(_candidates(shop, answer), key=lambda candidate: -candidate.weight)
    for candidate in [one for one in candidates if not _alike(one.question, said)][:_TRIED]:
        if stop.is_set() or len(chosen) == count:
            break
        if _alike(candidate.question, said):
            continue
        found = read_answer(shop, candidate.question, options, stop)
        if found and is_meant(found, candidate):
            chosen.append(Suggestion(candidate.question, found.confidence))
            said += [candidate.question, found.text]
    return tuple(chosen)


def _candidates(shop: Workshop, answer: Answer) -> Iterator[Candidate]:
    """Questions about the surroundings of each cited passage; what the answer already quotes is left out."""
    cited = [citation for sentence in answer.sentences for citation in sentence.citations]
    places = {hit.chunk.id: hit.chunk.ordinal for hit in answer.hits}
    for id_ in list(dict.fromkeys(citation.document_id for citation in cited))[:_DOCUMENTS]:
        try:
            document = shop.catalog.document(id_)
        except DocumentNotFound:  # deleted since
            continue
        if document.chunks > _LARGEST:
            continue
        at = [places[one.chunk_id] for one in cited if one.document_id == id_ and one.chunk_id in places]
        material = Material(shop.catalog, document)
        material.chunks = [c for c in material.chunks if any(abs(c.ordinal - place) <= _NEAR for place in at)]
        language = "ja" if document.language.startswith("ja") else "en"
        yield from from_headings(material, language)
        yield from from_sentences(material.statements(), language)


def _alike(question: str, said: list[str]) -> bool:
    """Whether most words of the question stand in one of these already."""
    words = set(analyze(question).words)
    return not words or any(len(words & set(analyze(text).words)) > _ALIKE * len(words) for text in said)
