"""A question with several parts, step by step: taken apart, each part answered, the answers put together."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag

from rag.answering.assistant import Assistant
from rag.chains._parsers import OutputInvalid, ask_until_read, read_list
from rag.chains._workshop import Stopped, Workshop
from rag.chat.generation import Happened
from rag.chat.prompts import break_tags
from rag.errors import ModelUnavailable
from rag.events import AnswerReady, Event, RunEnded, RunFailed, RunStarted, TokenGenerated
from rag.text.followups import refers
from rag.text.languages import detect_language
from rag.text.parts import MOST_PARTS, parts_of
from rag.types import Answer, AskOptions, Computation, Hit, Message, Sentence

_LIST_TOKENS = 200
_NOTHING = {"en": "The documents do not seem to answer this.\n", "ja": "文書には答えが見当たりません。\n"}


def step_by_step(
    shop: Workshop,
    assistant: Assistant,
    question: str,
    history: Sequence[Message],
    options: AskOptions,
    stop: Flag,
    parts: Sequence[str] = (),
) -> Iterator[Event]:
    """Events of a whole answer, AnswerReady last: each part is searched and answered, under the part as its heading.

    `parts` are those of `parts_of`, or what a chat model takes the question apart into. With a single part it is an
    ordinary answer.
    """
    begin = time.perf_counter()
    told: list[Happened] = []
    parts = parts or _written_parts(replace(shop, tell=told.append), question, stop)
    yield from told
    if len(parts) < 2:
        yield from _within(assistant.stream(question, history, options, stop))
        return
    answers: list[tuple[str, Answer]] = []
    for number, part in enumerate(parts):
        if stop.is_set():
            break
        heading = f"\n{part}\n" if number else f"{part}\n"
        yield TokenGenerated(heading)
        said = [
            m for _, answer in answers for m in (Message("user", answer.question), Message("assistant", answer.text))
        ]
        before = [*history, *said] if number and refers(part) else history
        answer = yield from _part(assistant, part, before, options, stop)
        if answer:
            answers.append((heading, answer))
    took_ms = (time.perf_counter() - begin) * 1000
    yield AnswerReady(_together(question, answers, took_ms, stop.is_set()))


def _part(
    assistant: Assistant, part: str, history: Sequence[Message], options: AskOptions, stop: Flag
) -> Generator[Event, None, Answer | None]:
    for event in _within(assistant.stream(part, history, options, stop)):
        if isinstance(event, AnswerReady):
            return event.answer
        yield event
    return None


def _within(run: Iterator[Event]) -> Iterator[Event]:
    """The events of a run within another one, whose beginning and end are those of the whole."""
    return (event for event in run if not isinstance(event, RunStarted | RunEnded | RunFailed))


def _together(question: str, answers: Sequence[tuple[str, Answer]], took_ms: float, stopped: bool) -> Answer:
    """The answers one after the other, each under its question, their citations numbered through."""
    sentences, hits = list[Sentence](), list[Hit]()
    computation: Computation | None = None
    for heading, answer in answers:
        sentences.append(Sentence(heading))
        shift = len(hits)
        for sentence in answer.sentences or (Sentence(_nothing_for(answer.question)),):
            raised = tuple(replace(one, number=one.number + shift) for one in sentence.citations)
            sentences.append(replace(sentence, citations=raised))
        hits += answer.hits
        computation = computation or answer.computation
    answered = [answer for _, answer in answers if answer.answered]
    models = [answer.model for answer in answered]
    return Answer(
        question,
        tuple(sentences),
        tuple(hits),
        bool(answered),
        min((answer.confidence for answer in answered), default=0.0),
        max(models, key=models.count, default="extractive"),
        took_ms,
        stopped,
        computation,
    )


def _nothing_for(part: str) -> str:
    return _NOTHING["ja" if detect_language(part) == "ja" else "en"]


def _written_parts(shop: Workshop, question: str, stop: Flag) -> list[str]:
    """The parts by the rules, or else as the chat model writes them."""
    parts = parts_of(question)
    if len(parts) > 1 or shop.chat_model is None:
        return parts
    language = detect_language(question)
    prompt = shop.templates.render("decompose", language, question=break_tags(question.strip()))
    try:
        found = ask_until_read(shop, prompt, language, _LIST_TOKENS, read_list, stop)
    except (ModelUnavailable, OutputInvalid, Stopped):
        return [question]
    return [part for part in found if part.rstrip().endswith(("?", "？", "か", "か。"))][:MOST_PARTS]
