"""What a chat model would be sent with a template as it is being edited: filled from the library, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering.assistant import Assistant
from rag.chat.budget import REFERENCE_WINDOW
from rag.chat.prompts import answer_messages, break_tags, condense_messages, cost, examples_fit, passage
from rag.llms import most_tokens
from rag.protocols import Window
from rag.reader.extractive import extract
from rag.reports import PromptPreview
from rag.types import AskOptions, Example, Hit, Message

_OF_THE_ANSWER = frozenset({"answer", "question", "passage", "place", "examples", "example", "memory"})
_SAMPLE_CHARACTERS = 200


class PromptPreviews:
    """Previews of templates; the assistant's own templates, models and examples stay as they are."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def of(self, name: str, language: str, text: str, question: str) -> PromptPreview:
        """The prompt of this question with `text` as the template, counted by the default chat model's tokenizer.

        What belongs to the answer's prompt is shown in it; of other templates the variables that only their work
        fills in stay as they are. Raises InvalidSettings where the text cannot be the template, QuestionTooLong,
        ModelUnavailable, StoreError.
        """
        self._assistant.templates.check(name, text)
        drafted = replace(
            self._assistant, templates=replace(self._assistant.templates, drafts={(name, language): text})
        )
        model = self._assistant.models.get()
        window: Window = model or _Estimated()
        messages = _messages(drafted, name, language, text, question, window)
        told = "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)
        return PromptPreview(told, cost(messages, window), window.context_tokens, model.name if model else "")


def _messages(
    assistant: Assistant, name: str, language: str, text: str, question: str, model: Window
) -> Sequence[Message]:
    templates, longest = assistant.templates, assistant.settings.answer_tokens
    found = assistant.retriever.search(question, AskOptions())
    read = extract(found.meant, found, assistant.verifier.embedder).sentences
    said = read[0].text if read else question
    if name in _OF_THE_ANSWER:
        examples = assistant.examples.choose(
            question, language, assistant.settings.examples, lambda some: examples_fit(some, language, model, templates)
        )
        if name in ("example", "examples") and not examples:
            examples = [Example(question, f"{said} [1]")]
        summary = said if name == "memory" else ""
        prompt = answer_messages(question, (), found.hits, language, model, longest, templates, summary, examples)
        return prompt.messages
    if name == "condense":
        history = (Message("user", question), Message("assistant", said[:_SAMPLE_CHARACTERS]))
        return condense_messages(question, history, language, model, templates)
    return (Message("user", templates.preview(name, text, _known(assistant, found.hits, language, question, said))),)


def _known(assistant: Assistant, hits: Sequence[Hit], language: str, question: str, said: str) -> dict[str, str]:
    """Values of variables that several templates have."""
    passages = [
        passage(n, hit, break_tags(hit.chunk.text), language, REFERENCE_WINDOW, assistant.templates)
        for n, hit in enumerate(hits, 1)
    ]
    conversation = f"user: {break_tags(question)}\nassistant: {break_tags(said)}"
    first = break_tags(hits[0].chunk.text) if hits else ""
    known = {"passages": "\n".join(passages), "question": break_tags(question), "conversation": conversation}
    return known | {"text": first, "summary": ""}


class _Estimated:
    """Stands in for a chat model where none is configured: a window of Llama 2, and tokens by an upper estimate."""

    context_tokens = REFERENCE_WINDOW

    def count_tokens(self, text: str) -> int:
        return most_tokens(text)
