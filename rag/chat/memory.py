"""What a chat model is told of the conversation so far: last turns, all that fits, or a summary and the last ones."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Event as Flag

from rag.chat.budget import cut_sentences, newest, share_window, whole_turns
from rag.chat.generation import Happened, generate
from rag.chat.prompt_templates import PromptTemplates
from rag.chat.prompts import break_tags, cost
from rag.errors import InvalidSettings, ModelUnavailable, StoreError
from rag.events import HistorySummarised
from rag.protocols import ChatModel
from rag.settings import Settings
from rag.types import Message


@dataclass(frozen=True, slots=True)
class Remembered:
    """The turns to be sent as they were said, and a summary of what came before them ("" for none)."""

    history: tuple[Message, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """The setting `memory` at work. A summary is made anew only when the turns since the last outgrow their share."""

    settings: Settings
    templates: PromptTemplates

    def recall(
        self, history: Sequence[Message], language: str, model: ChatModel, stop: Flag
    ) -> Generator[Happened | HistorySummarised, None, Remembered]:
        """What to remember of a history, which may begin with a system message: the summary of what came before it.

        Raises nothing of a model or template that fails: then what fits is sent, without a newer summary.
        """
        known = history[0].content if history and history[0].role == "system" else ""
        said = tuple(message for message in history if message.role != "system")
        if self.settings.memory == "window":
            return Remembered(_last_turns(said, self.settings.memory_turns))
        if self.settings.memory == "tokens":
            return Remembered(said, known)
        try:
            return (yield from self._summarised(known, said, language, model, stop))
        except (ModelUnavailable, InvalidSettings, StoreError):
            return Remembered(said, known)

    def _summarised(
        self, known: str, said: tuple[Message, ...], language: str, model: ChatModel, stop: Flag
    ) -> Generator[Happened | HistorySummarised, None, Remembered]:
        turns, share = whole_turns(said), share_window(model.context_tokens, self.settings.answer_tokens).history

        def within(limit: int) -> int:
            """How many of the last turns take so many tokens at most."""
            return len(newest(turns, lambda some: cost([m for turn in some for m in turn], model) <= limit))

        if within(share - share // 3) == len(turns):
            return Remembered(said, known)
        kept = turns[len(turns) - within(share // 3) :]  # so that some more fit before the next summary
        covered = next((n for n, message in enumerate(said) if kept and message is kept[0][0]), len(said))
        longest = share // 3
        messages = self._prompt(known, said[:covered], language, model, longest)
        written = yield from generate(model, "remember", messages, longest, stop, aloud=False)
        summary = cut_sentences(written.text.strip(), lambda part: model.count_tokens(part) <= longest)
        if written.failed or stop.is_set() or not summary:
            return Remembered(said, known)
        yield HistorySummarised(summary, covered)
        return Remembered(said[covered:], summary)

    def _prompt(
        self, known: str, said: Sequence[Message], language: str, model: ChatModel, longest: int
    ) -> tuple[Message, ...]:
        """The newest of what was said, as much as the window holds beside the summary so far."""
        room = share_window(model.context_tokens, longest).prompt
        lines = [f"{message.role}: {break_tags(message.content.strip())}" for message in said]

        def prompt(some: Sequence[str]) -> tuple[Message, ...]:
            texts = {"summary": break_tags(known), "conversation": "\n".join(some)}
            return (Message("user", self.templates.render("remember", language, **texts)),)

        return prompt(newest(lines, lambda some: cost(prompt(some), model) <= room))


def _last_turns(said: Sequence[Message], count: int) -> tuple[Message, ...]:
    asked = [place for place, message in enumerate(said) if message.role == "user"]
    return tuple(said[asked[-count] :] if len(asked) > count else said)
