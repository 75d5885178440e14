"""Summaries of a document or a collection of any length: written by the chat model, or the central sentences."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag

from pydantic import TypeAdapter

from rag.chains._attribution import attribute
from rag.chains._central import central_sentences
from rag.chains._material import Material
from rag.chains._workshop import Stopped, Workshop, language_of
from rag.chat.chat_models import EXTRACTIVE
from rag.chat.prompts import break_tags
from rag.reports import Progress
from rag.results import SummaryLength, SummaryMethod
from rag.types import Answer, DocumentInfo, Hit, Sentence

SENTENCES: dict[SummaryLength, int] = {"short": 3, "medium": 7, "long": 15}
"""How many sentences a summary has: those of the documents, or about as many as the model is asked for."""
_TOKENS_A_SENTENCE = 60
_NOTES_TOKENS = 240
"""What the model may write about one part of a document."""
_LEAST_ROOM = 100
_ROUNDS = 8
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)

Steps = Generator[Progress, None, str]


def summarise(
    shop: Workshop,
    ids: Sequence[str],
    length: SummaryLength,
    method: SummaryMethod,
    language: str,
    stop: Flag,
) -> Iterator[Progress | Answer]:
    """Yields Progress and, last, the summary as an Answer, each sentence cited; nothing after Progress if stopped.

    With a chat model: map-reduce (parts side by side, their notes reduced until they fit) or refine (one part after
    the other); what it wrote is verified sentence by sentence. Without one, or where it fails: the central sentences
    in reading order. Kept by content, model and template. Raises DocumentNotFound.
    """
    begin = time.perf_counter()
    documents = shop.documents(ids)
    spoken = language_of(documents, language)
    key = _key(shop, documents, length, method, spoken)
    if kept := shop.cache.load(key, _ANSWER):
        yield replace(kept, took_ms=(time.perf_counter() - begin) * 1000)
        return
    early = shop.is_early
    try:
        summary = yield from _summary(shop, documents, length, method, spoken, stop)
    except Stopped:
        return
    summary = replace(summary, took_ms=(time.perf_counter() - begin) * 1000)
    if not early and not shop.is_early:
        shop.cache.put(key, _ANSWER.dump_json(summary).decode(), [document.id for document in documents])
    yield summary


def _key(
    shop: Workshop, documents: Sequence[DocumentInfo], length: SummaryLength, method: SummaryMethod, language: str
) -> str:
    """All that a summary depends on; an id names its document's content, a generation the passages that it cites."""
    active = shop.catalog.generations.active()
    model = shop.chat_model
    written = (model.name, method, language, shop.settings.unsupported, *_templates(shop, language)) if model else ()
    return shop.cache.key("summary", active, length, *sorted(one.id for one in documents), *written)


def _templates(shop: Workshop, language: str) -> list[str]:
    empty = {"source": "", "text": "", "count": ""}
    return [
        shop.templates.render("summarise", language, **empty),
        shop.templates.render("summarise_part", language, source="", text=""),
        shop.templates.render("summarise_refine", language, **empty, summary=""),
    ]


def _summary(
    shop: Workshop,
    documents: Sequence[DocumentInfo],
    length: SummaryLength,
    method: SummaryMethod,
    language: str,
    stop: Flag,
) -> Generator[Progress, None, Answer]:
    count = SENTENCES[length]
    if shop.chat_model is None:
        return (yield from _quoted(shop, documents, count, stop))
    steps = _refined if method == "refine" else _map_reduced
    text = yield from steps(shop, documents, count, language, stop)
    yield Progress("verify", 0, 1, "parts")
    sentences, hits = attribute(shop, text, [document.id for document in documents], stop)
    return _answer(documents, sentences, hits, shop.chat_model.name)


def _answer(
    documents: Sequence[DocumentInfo], sentences: Sequence[Sentence], hits: Sequence[Hit], model: str
) -> Answer:
    title = ", ".join(document.title or document.name for document in documents[:3])
    return Answer(title, tuple(sentences), tuple(hits), bool(sentences), 1.0, model, 0.0)


# -- without a model -----------------------------------------------------------------------------------------


def _quoted(
    shop: Workshop, documents: Sequence[DocumentInfo], count: int, stop: Flag
) -> Generator[Progress, None, Answer]:
    """The central sentences of the documents, each document's together, in reading order."""
    chosen = yield from central_sentences(shop, documents, count, stop)
    sentences, hits = list[Sentence](), dict[int, Hit]()
    for material, statement in chosen:
        cited = material.cite(statement)
        hits.setdefault(cited.chunk_id, material.hits[statement.number - 1])
        number = list(hits).index(cited.chunk_id) + 1
        sentences.append(Sentence(statement.text + "\n", (replace(cited, number=number),)))
    return _answer(documents, sentences, list(hits.values()), EXTRACTIVE)


# -- with a model --------------------------------------------------------------------------------------------


def _map_reduced(shop: Workshop, documents: Sequence[DocumentInfo], count: int, language: str, stop: Flag) -> Steps:
    """Notes on each part, then notes on the notes until they fit one prompt, then the summary."""
    title = _title(documents)
    parts = list(_parts(shop, documents, language, _NOTES_TOKENS))
    tokens = count * _TOKENS_A_SENTENCE
    whole = "\n\n".join(text for _, _, text in parts)
    room = shop.room(shop.templates.render("summarise", language, source=title, text="", count=str(count)), tokens)
    ids = [document.id for document in documents]
    if shop.chat_model is not None and shop.chat_model.count_tokens(whole) <= room:
        return (yield from _finished(shop, title, whole, count, ids, language, stop))
    prompts = [
        (shop.templates.render("summarise_part", language, source=source, text=text), [id_])
        for id_, source, text in parts
    ]
    notes = yield from shop.written_side_by_side(prompts, _NOTES_TOKENS, "read", stop)
    for _ in range(_ROUNDS):
        runs = list(shop.packed(notes, room))
        if len(runs) == 1:
            break
        prompts = [
            (
                shop.templates.render(
                    "summarise_part", language, source=title, text=_fitting(shop, notes[start:end], room)
                ),
                ids,
            )
            for start, end in runs
        ]
        notes = yield from shop.written_side_by_side(prompts, _NOTES_TOKENS, "reduce", stop)
    return (yield from _finished(shop, title, _fitting(shop, notes, room), count, ids, language, stop))


def _finished(
    shop: Workshop, title: str, text: str, count: int, ids: Sequence[str], language: str, stop: Flag
) -> Steps:
    prompt = shop.templates.render("summarise", language, source=title, text=text, count=str(count))
    (summary,) = yield from shop.written_side_by_side([(prompt, ids)], count * _TOKENS_A_SENTENCE, "write", stop)
    return summary


def _refined(shop: Workshop, documents: Sequence[DocumentInfo], count: int, language: str, stop: Flag) -> Steps:
    """A summary of the first part, which each further part refines."""
    title, tokens = _title(documents), count * _TOKENS_A_SENTENCE
    parts = list(_parts(shop, documents, language, 2 * tokens))
    ids = [document.id for document in documents]
    summary = ""
    for done, (_, source, text) in enumerate(parts):
        yield Progress("read", done, len(parts), "parts")
        values = {"source": source if summary else title, "text": text, "count": str(count)}
        if summary:
            prompt = shop.templates.render("summarise_refine", language, **values, summary=break_tags(summary))
        else:
            prompt = shop.templates.render("summarise", language, **values)
        summary = shop.written(prompt, tokens, ids, stop) or summary
    return summary


def _title(documents: Sequence[DocumentInfo]) -> str:
    names = "; ".join(document.title or document.name for document in documents[:5])
    return break_tags(" ".join(names.split())[:200]) + (" …" if len(documents) > 5 else "")


def _parts(
    shop: Workshop, documents: Sequence[DocumentInfo], language: str, tokens: int
) -> Iterator[tuple[str, str, str]]:
    """(document's id, its title, text) of parts that leave room for an answer; none spans two documents."""
    for document in documents:
        source = _title([document])
        empty = shop.templates.render("summarise_refine", language, source=source, text="", count="15", summary="")
        room = max(_LEAST_ROOM, shop.room(empty, tokens))
        texts = _blocks_read(shop, document)
        for start, end in shop.packed(texts, room):
            yield document.id, source, shop.cut("\n".join(texts[start:end]), room)


def _blocks_read(shop: Workshop, document: DocumentInfo) -> list[str]:
    """The passages without what overlaps, each with the heading that it begins under."""
    material = Material(shop.catalog, document)
    texts: dict[int, list[str]] = {}
    for statement in material.statements():
        texts.setdefault(statement.number, []).append(statement.text)
    read: list[str] = []
    above: tuple[str, ...] = ()
    for number, sentences in texts.items():
        headings = material.chunks[number - 1].headings
        heading = f"{headings[-1]}:\n" if headings and headings != above else ""
        above = headings
        read.append(break_tags(heading + "\n".join(sentences)))
    return read


def _fitting(shop: Workshop, notes: Sequence[str], room: int) -> str:
    return shop.cut("\n".join(break_tags(note) for note in notes if note), room)
