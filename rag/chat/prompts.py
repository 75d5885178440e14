"""What a chat model is sent, within its window: instructions, history, passages fenced as data, the question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from rag.chat.budget import MESSAGE_TOKENS, Budget, cut_sentences, fit_passages, newest, share_window, whole_turns
from rag.chat.prompt_templates import BUILT_IN, PromptTemplates
from rag.errors import InvalidSettings, QuestionTooLong
from rag.protocols import Window
from rag.types import Example, Hit, Message

CONDENSED_TOKENS = 96
"""What a question made standalone may take."""
MAX_SOURCE_CHARACTERS = 100
"""Of a file name and of a path of headings: these are the document's own words and of any length."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: passage [1] in it is `hits[0]`, and so on; hits that did not fit are left out.

    `tokens` is an upper estimate of all messages; `answer_tokens` is what the answer may take: what was asked
    for, or what the window has left. A passage may be cut at its end; its hit is whole.
    """

    messages: tuple[Message, ...]
    hits: tuple[Hit, ...]
    tokens: int
    answer_tokens: int


def answer_messages(
    question: str,
    history: Sequence[Message],
    hits: Sequence[Hit],
    language: str,
    model: Window,
    answer_tokens: int,
    templates: PromptTemplates = BUILT_IN,
    summary: str = "",
    examples: Sequence[Example] = (),
) -> Prompt:
    """The prompt that answers a question (in `language`, a BCP 47 tag) from these hits, best first.

    `summary` is what came before the history; summary and `examples` stand before the passages, fenced.
    Too much is cut from the oldest turn of the history on, then from the last passage on; never the system text.
    Raises QuestionTooLong, and InvalidSettings where a template is wrong or the window cannot hold the system text.
    """
    system = Message("system", templates.render("answer", language))
    asked = break_tags(question.strip())
    budget = share_window(model.context_tokens, answer_tokens)
    before_all = [*_examples(examples, language, templates), *_summary(summary, language, templates)]

    def ask(texts: Sequence[str]) -> Message:
        read = zip(hits, texts, strict=False)  # the texts are those of the first hits
        passages = [passage(n, hit, text, language, budget.window, templates) for n, (hit, text) in enumerate(read, 1)]
        text = templates.render("question", language, passages="\n".join(passages), question=asked)
        return Message("user", "\n\n".join((*before_all, text)))

    room = _room_beside(asked, (system, ask(())), budget, model)
    turns = newest(_turns(history), lambda some: cost(_flat(some), model) <= min(budget.history, room // 3))
    before = (system, *_flat(turns))
    texts = fit_passages(
        [break_tags(hit.chunk.text) for hit in hits],
        lambda some: cost((*before, ask(some)), model) <= budget.prompt,
        model.count_tokens,
    )
    messages = (*before, ask(texts))
    tokens = cost(messages, model)
    left = budget.window - budget.margin - tokens
    return Prompt(messages, tuple(hits[: len(texts)]), tokens, min(answer_tokens, left))


def condense_messages(
    question: str,
    history: Sequence[Message],
    language: str,
    model: Window,
    templates: PromptTemplates = BUILT_IN,
    summary: str = "",
) -> tuple[Message, ...]:
    """The messages that have a follow-up rewritten (in `language`) so that it stands alone.

    The newest of the history that its share of the window holds is put in, fenced as data. Raises as `answer_messages`.
    """
    asked = break_tags(question.strip())
    budget = share_window(model.context_tokens, CONDENSED_TOKENS)

    def rewrite(said: Sequence[str]) -> tuple[Message, ...]:
        text = templates.render("condense", language, conversation="\n".join(said), question=asked)
        return (Message("user", text),)

    room = cost(rewrite(()), model) + min(budget.history, _room_beside(asked, rewrite(()), budget, model))

    def fits(said: Sequence[str]) -> bool:
        return cost(rewrite(said), model) <= room

    lines = [f"{m.role}: {break_tags(m.content.strip())}" for m in history if m.role != "system" and m.content.strip()]
    lines = [break_tags(summary), *lines] if summary else lines
    return rewrite(newest(lines, fits) or [cut_sentences(line, lambda part: fits([part])) for line in lines[-1:]])


def cost(messages: Sequence[Message], model: Window) -> int:
    """Tokens of messages in any chat format, an upper estimate."""
    return sum(model.count_tokens(message.content) + MESSAGE_TOKENS for message in messages)


def _room_beside(asked: str, fixed: Sequence[Message], budget: Budget, model: Window) -> int:
    """Tokens that are left for history and passages beside the messages that must be sent (question included).

    Half of what the instructions leave is kept for these, whatever the question.
    """
    needed = model.count_tokens(asked)
    free = budget.prompt - (cost(fixed, model) - needed)
    most_asked = min(budget.question, free // 2)
    if most_asked <= 0:
        raise InvalidSettings(
            f"The chat model's window of {budget.window} tokens is too small for the instructions.",
            "Set chat_context_tokens to what the model really takes, or choose a model with a larger window.",
        )
    if needed > most_asked:
        raise QuestionTooLong(
            f"The question has {needed} tokens; this chat model's window has room for {most_asked}.",
            "Shorten the question, or add the long text to the library as a document.",
        )
    return free - needed


def _examples(examples: Sequence[Example], language: str, templates: PromptTemplates) -> list[str]:
    shown = [
        templates.render("example", language, question=break_tags(one.question), answer=break_tags(one.answer))
        for one in examples
    ]
    return [templates.render("examples", language, examples="\n".join(shown))] if shown else []


def _summary(summary: str, language: str, templates: PromptTemplates) -> list[str]:
    return [templates.render("memory", language, summary=break_tags(summary))] if summary else []


def examples_fit(
    examples: Sequence[Example], language: str, model: Window, templates: PromptTemplates = BUILT_IN
) -> bool:
    """Whether these examples take no more than their share of the window: a tenth."""
    return sum(map(model.count_tokens, _examples(examples, language, templates))) <= model.context_tokens // 10


def _turns(history: Sequence[Message]) -> list[tuple[Message, ...]]:
    return [tuple(Message(m.role, break_tags(m.content.strip())) for m in turn) for turn in whole_turns(history)]


def _flat(turns: Sequence[tuple[Message, ...]]) -> tuple[Message, ...]:
    return tuple(message for turn in turns for message in turn)


# -- passages ----------------------------------------------------------------------------------------------


def passage(number: int, hit: Hit, text: str, language: str, window: int, templates: PromptTemplates) -> str:
    """A passage fenced as data, under its number and source; `text` has had its tags broken. `window` is in tokens."""
    limit = min(MAX_SOURCE_CHARACTERS, window // 32)
    source = break_tags(_source(hit, language, limit, templates))
    return templates.render("passage", language, number=str(number), source=source, text=text)


def _source(hit: Hit, language: str, limit: int, templates: PromptTemplates) -> str:
    """File name, place and headings on one line."""
    name = _shortened(hit.document.name, limit)
    headings = _shortened(" > ".join(hit.chunk.headings), limit)
    parts = [name, *_places(hit, language, limit, templates)]
    return ", ".join(parts) + (f": {headings}" if headings else "")


def _places(hit: Hit, language: str, limit: int, templates: PromptTemplates) -> list[str]:
    """What is known of the place, in the words of the language: the lines of its template that can be filled."""
    known = {name: _shortened(str(value), limit) for name, value in hit.chunk.location.as_dict().items()}
    lines = [Template(line) for line in templates.text("place", language).splitlines()]
    return [line.substitute(known) for line in lines if known.keys() >= set(line.get_identifiers())]


def _shortened(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


# -- tags --------------------------------------------------------------------------------------------------

_GAP = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]*"
_ANGLED = "s|bos|eos|pad|unk|mask|sep|cls|start_of_turn|end_of_turn|tool_call|tool_response"
_SQUARE = "INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS"
_FENCE = "passage|example|conversation|document|question|observation"
# A bracket that opens a tag. Text that stands apart from its bracket is not a tag: there is nothing to break.
_OPENING = re.compile(
    rf"""<(?=\|)                                            # <|im_start|>, <|eot_id|>, every <|…|>
    | <(?!\s)(?={_GAP}/?{_GAP}\w+{_GAP}\|{_GAP}>)            # <turn|>
    | <(?!\s)(?={_GAP}/?{_GAP}(?:{_ANGLED}){_GAP}/?{_GAP}>)
    | <(?!\s)(?={_GAP}<{_GAP}/?{_GAP}SYS{_GAP}>)
    | <(?!\s)(?={_GAP}/?{_GAP}(?:{_FENCE})\b)
    | \[(?!\s)(?={_GAP}/?{_GAP}(?:{_SQUARE}){_GAP}\])""",
    re.VERBOSE | re.IGNORECASE,
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def break_tags(text: str) -> str:
    """The text with a space behind the bracket of every chat-format tag and fence mark in it.

    A server may read `</s>` in a document as the real control token (llama.cpp does), and a passage could close
    its fence. Case, width (＜ｓ＞, which NFKC makes `<s>`) and gaps inside a tag do not hide it. Characters that
    some tokenizers drop without a trace, controls and lone surrogates, become spaces first.
    """
    text = _UNPRINTABLE.sub(" ", text)
    folded, at = _folded(text)
    breaks = [at[match.start()] + 1 for match in _OPENING.finditer(folded)]
    starts, ends = [0, *breaks], [*breaks, len(text)]
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text in NFKC, character by character, and the place in `text` that each character of it comes from."""
    if text.isascii():
        return text, range(len(text))
    pieces = [unicodedata.normalize("NFKC", character) for character in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]
