"""A question with several parts, step by step: taken apart, each part answered, the answers put together."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag

from rag.assistant import Assistant
from rag.chains._parsers import OutputInvalid, ask_until_read, read_list
from rag.chains._workshop import Stopped, Workshop
from rag.errors import ModelUnavailable
from rag.events import AnswerReady, Event, PassagesRetrieved, TokenGenerated
from rag.followups import refers
from rag.languages import analyze, detect_language, sentences
from rag.prompts import break_tags
from rag.types import Answer, AskOptions, Computation, Hit, Message, Sentence

MOST_PARTS = 6
_LIST_TOKENS = 200
_NOTHING = {"en": "The documents do not seem to answer this.\n", "ja": "文書には答えが見当たりません。\n"}
_ASKING = r"(?:what|which|who|whom|whose|when|where|why|how)"
_HELPING = r"(?:is|are|was|were|do|does|did|can|could|will|would|should|may|must|has|have|had)"
_AND = re.compile(
    rf"(?:,\s*|\s+)(?:and|as well as)(?: also)?,?\s+"
    rf"(?={_ASKING}\b(?:\s+(?!{_HELPING}\b)[\w'’-]+){{0,3}}\s+{_HELPING}\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"^(?:\W*(?:and|also|then|in|on|at|for|by|from|to)\b,?\s*)*{_ASKING}\b", re.IGNORECASE)
_AND_JA = re.compile(
    r"(?<=[すた]か)、?(?:また|そして|それと|それから|および|及び)、?"
    r"|(?<=はいつで)、|(?<=はどこで)、|(?<=はいくらで)、|(?<=は誰で)、"
)
_OPEN_JA = re.compile(r"は|何|いつ|どこ|誰|いくら|どの|どう|なぜ")
"""What a Japanese question has that is more than the other half of an alternative: 有料ですか？無料ですか？"""
_LEADING = re.compile(r"^(?:and|also|then|plus)\b,?\s*|^(?:また|そして|それと|それから|および|及び)、?", re.IGNORECASE)


def parts_of(question: str) -> list[str]:
    """The questions that a question is made of, by its marks and conjunctions; itself where it is only one.

    Cautious: "Who wrote and directed it?" is one question; "When does it open, and how much is a ticket?" are two.
    """
    found: list[str] = []
    for start, end in sentences(question):
        whole = question[start:end].strip()
        pieces = [whole]
        if _ASKS.match(whole):
            pieces = _AND.split(whole)
        elif detect_language(whole) == "ja":
            pieces = _AND_JA.split(whole)
        found += [cleaned for piece in pieces if (cleaned := _whole(piece))]
    asked = [piece for piece in found if piece.rstrip().endswith(("?", "？")) or _asks_in_japanese(piece)]
    told = [piece for piece in found if piece not in asked]
    if len(asked) < 2 or told or len(asked) > MOST_PARTS:
        return [question]
    japanese = [piece for piece in asked if detect_language(piece) == "ja"]
    if not all(analyze(piece).words for piece in asked) or not all(map(_OPEN_JA.search, japanese)):
        return [question]
    return asked


def _whole(piece: str) -> str:
    """A piece as a question of its own: its conjunction gone, its mark there."""
    piece = _LEADING.sub("", piece.strip(" ,、")).strip()
    piece = piece[:1].upper() + piece[1:]
    if not piece or piece.endswith(("?", "？", "。", ".", "!", "！")):
        return piece
    if detect_language(piece) == "ja":
        piece = f"{piece}すか" if piece.endswith("で") else piece
        return piece + "？" if piece.endswith("か") else piece
    return piece + "?" if _ASKS.match(piece) else piece


def _asks_in_japanese(piece: str) -> bool:
    return piece.rstrip("。？?").endswith(("か", "教えてください", "の"))


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
    parts = parts or _written_parts(shop, question, stop)
    if len(parts) < 2:
        yield from assistant.stream(question, history, options, stop)
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
    for event in assistant.stream(part, history, options, stop):
        if isinstance(event, AnswerReady):
            return event.answer
        if not isinstance(event, PassagesRetrieved):
            yield event
    return None


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
