"""A conversation as data: turns, each answered by a thread of its own while pages come, look and go.

A page must never produce the answer itself: any click would end it half way (and lose what was written).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Event as Flag
from threading import Lock, Thread

from rag import KnowledgeBase
from rag.errors import TenkyoError
from rag.events import (
    AnswerReady,
    Event,
    HistorySummarised,
    ModelFailed,
    PassagesRetrieved,
    PromptTruncated,
    StageStarted,
    TokenGenerated,
    ToolCalled,
    ToolReturned,
)
from rag.reports import Job
from rag.types import Answer, AskOptions, Feedback, Message, ToolUse
from rag.types import Conversation as SavedConversation
from ui.knowledge import is_loading

_POLL_S = 0.1
_one_at_a_time = Lock()
"""Held while questions to ask next are looked for: that must never keep anybody's answer waiting."""
_ids = count(1)
_FAULT: Mapping[str, str] = {"code": "error", "message": "", "hint": ""}


class Reply:
    """One answer in the making: its thread writes the attributes, pages only read; `stop` ends it early.

    `is_early`: only words were searched, for the embedding model was not ready.
    """

    def __init__(self, answer: Answer | None = None, error: Mapping[str, str] | None = None) -> None:
        self.began = time.monotonic()
        self.stage = "searching"
        self.passages = 0
        self.is_early = False
        self.text = ""
        self.steps: list[ToolUse] = list(answer.steps) if answer else []
        self.answer = answer
        self.error = error if answer is None else None
        self.model_error = error if answer else None
        self.truncated: PromptTruncated | None = None
        self.summarised: HistorySummarised | None = None
        self.next_questions: tuple[str, ...] | None = () if answer or error else None
        self.stop = Flag()
        self._finished = Flag()
        if answer or error:
            self._finished.set()

    def start(
        self,
        produce: Callable[[Flag], Iterator[Event]],
        keep: Callable[[], None],
        follow: Callable[[Answer, Flag], tuple[str, ...]] | None = None,
    ) -> None:
        """Begins to follow the events in a thread; `keep` is called when the answer is whole, or has failed.

        When it is finished, `follow` gives what can be asked next; until then `next_questions` is None.
        """
        Thread(target=self._run, args=(produce, keep, follow), name="reply", daemon=True).start()

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self._finished.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits until it is finished, `seconds` at most."""
        return self._finished.wait(seconds)

    def _run(
        self,
        produce: Callable[[Flag], Iterator[Event]],
        keep: Callable[[], None],
        follow: Callable[[Answer, Flag], tuple[str, ...]] | None,
    ) -> None:
        try:
            for event in produce(self.stop):
                self._note(event)
        except TenkyoError as error:
            self.error = error.as_dict()
        finally:  # a fault of ours is kept as well; the thread's end tells the log of it
            if self.answer is None and self.error is None and not self.stop.is_set():
                self.error = _FAULT
            self._end(keep, follow)

    def _end(self, keep: Callable[[], None], follow: Callable[[Answer, Flag], tuple[str, ...]] | None) -> None:
        questions: tuple[str, ...] = ()
        try:
            keep()
            self._finished.set()
            if self.answer and follow:
                with _one_at_a_time:
                    questions = follow(self.answer, self.stop)
        except TenkyoError as error:
            self.error = self.error or error.as_dict()
        finally:
            self._finished.set()
            self.next_questions = questions

    def _note(self, event: Event) -> None:
        match event:
            case StageStarted(stage="writing"):
                pass  # until its first word comes, a model reads
            case StageStarted(stage=stage, passages=passages):
                self.stage, self.passages = stage, passages
            case PassagesRetrieved(retrieved=found):
                self.is_early = found.by_words and is_loading()
            case TokenGenerated(text=text):
                self.stage = "writing"
                self.text += text
            case ModelFailed(error=error):
                self.model_error = error
            case ToolCalled():
                self.steps.append(ToolUse(event.name, event.arguments, event.thought))
            case ToolReturned(result=result, failed=failed):  # one tool at a time
                self.steps[-1] = replace(self.steps[-1], result=result, failed=failed)
            case PromptTruncated():
                self.truncated = event
            case HistorySummarised():
                self.summarised = event
            case AnswerReady(answer=answer):
                self.answer = answer


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file given with a question: the job that reads it, or why it was refused."""

    name: str
    job_id: int | None
    error: Mapping[str, str] | None = None


@dataclass(slots=True, eq=False)
class Turn:
    """What the person sent, and the reply to it (None where only files were sent)."""

    question: str
    ordinal: int
    files: tuple[SentFile, ...] = ()
    options: AskOptions = field(default_factory=AskOptions)
    reply: Reply | None = None
    feedback: Feedback | None = None
    id: int = field(default_factory=lambda: next(_ids))

    @property
    def job_ids(self) -> frozenset[int]:
        """The jobs that read this turn's files."""
        return frozenset(file.job_id for file in self.files if file.job_id is not None)

    def jobs(self, knowledge: KnowledgeBase) -> list[Job]:
        """Those jobs as they stand now, in the order in which the files were sent."""
        return knowledge.find_jobs(self.job_ids)

    def busy(self, knowledge: KnowledgeBase) -> bool:
        """Whether something about it may still change."""
        writing = self.reply is not None and not self.reply.finished
        return writing or any(job.state in ("queued", "running") for job in self.jobs(knowledge))


@dataclass(slots=True)
class Conversation:
    """The turns so far, oldest first. It is saved for its owner from the first answer on, as `saved_id`."""

    owner: str
    turns: list[Turn] = field(default_factory=list)
    saved_id: str | None = None
    summary: str = ""
    summarised: int = 0
    """How many answered turns, from the first on, the summary stands for."""
    _saving: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, owner: str, saved: SavedConversation) -> Conversation:
        """The conversation as it was saved, to be gone on with."""
        replies = [Reply(turn.answer if turn.answer.model else None, turn.error) for turn in saved.turns]
        turns = [
            Turn(turn.question, turn.ordinal, reply=reply, feedback=turn.feedback)
            for turn, reply in zip(saved.turns, replies, strict=True)
        ]
        return cls(owner, turns, saved.id, saved.summary, saved.summarised)

    def history(self) -> list[Message]:
        """What was said, as the chat model is told of it: a summary of the first turns, if any, then the rest."""
        messages = [Message("system", self.summary)] if self.summary else []
        for question, answer in self._answered()[self.summarised :]:
            messages += [Message("user", question), Message("assistant", answer.text)]
        return messages

    def _answered(self) -> list[tuple[str, Answer]]:
        return [(turn.question, turn.reply.answer) for turn in self.turns if turn.reply and turn.reply.answer]

    def send(
        self, knowledge: KnowledgeBase, question: str, files: Sequence[tuple[str, bytes]], options: AskOptions
    ) -> Turn:
        """Adds a turn: files are taken in; a question sent along with files is asked about those files."""
        self.stop()
        ordinal = self.turns[-1].ordinal + 1 if self.turns else 0
        turn = Turn(question, ordinal, tuple(_submit(knowledge, name, data) for name, data in files), options)
        self._ask(knowledge, turn)
        return turn

    def ask_again(self, knowledge: KnowledgeBase, turn: Turn, question: str) -> None:
        """Asks in place of a turn, with the same files and scope; what came after it goes."""
        self.stop()
        with self._saving:  # what is being saved just now must not come back
            self.turns = self.turns[: self.turns.index(turn)]
            if self.saved_id:
                knowledge.conversations.cut(self.owner, self.saved_id, turn.ordinal)
            if len(self._answered()) < self.summarised:
                self._remember(knowledge, "", 0)
        self._ask(knowledge, Turn(question, turn.ordinal, turn.files, turn.options))

    def rate(self, knowledge: KnowledgeBase, turn: Turn, feedback: Feedback | None) -> None:
        """Keeps what the person thinks of an answer."""
        turn.feedback = feedback
        if self.saved_id:
            knowledge.conversations.rate(self.owner, self.saved_id, turn.ordinal, feedback)

    def stop(self) -> None:
        """Ends every reply that is still being written."""
        for turn in self.turns:
            if turn.reply:
                turn.reply.stop.set()

    def _ask(self, knowledge: KnowledgeBase, turn: Turn) -> None:
        history, reply = self.history(), Reply()
        self.turns.append(turn)  # first: what fails at once is saved at once
        if turn.question:
            turn.reply = reply
            reply.start(
                lambda stop: _answer(knowledge, turn, history, stop),
                lambda: self._save(knowledge, turn, reply),
                lambda answer, stop: _follow_up(knowledge, turn, answer, stop),
            )

    def _save(self, knowledge: KnowledgeBase, turn: Turn, reply: Reply) -> None:
        took_ms = (time.monotonic() - reply.began) * 1000
        answer = reply.answer or Answer(turn.question, (), (), False, 0.0, "", took_ms)
        error = reply.error or reply.model_error
        with self._saving:
            if turn in self.turns and (reply.answer or error):
                self.saved_id = self.saved_id or knowledge.conversations.start(self.owner, turn.question)
                knowledge.conversations.put_turn(self.owner, self.saved_id, turn.ordinal, turn.question, answer, error)
                if made := reply.summarised:
                    self._remember(knowledge, made.summary, self.summarised + made.covered // 2)  # two messages a turn

    def _remember(self, knowledge: KnowledgeBase, summary: str, turns: int) -> None:
        self.summary, self.summarised = summary, turns
        if self.saved_id:
            knowledge.conversations.summarise(self.owner, self.saved_id, summary, turns)


def _submit(knowledge: KnowledgeBase, name: str, data: bytes) -> SentFile:
    try:
        return SentFile(name, knowledge.submit(data, name).id)
    except TenkyoError as error:
        return SentFile(name, None, error.as_dict())


def _answer(knowledge: KnowledgeBase, turn: Turn, history: Sequence[Message], stop: Flag) -> Iterator[Event]:
    options = turn.options
    if turn.job_ids:
        yield StageStarted("reading")
        options = (
            AskOptions(documents=_read(knowledge, turn, stop), model=options.model, agent=options.agent)
            if not stop.is_set()
            else options
        )
    yield from knowledge.stream(turn.question, history, options, stop)


def _follow_up(knowledge: KnowledgeBase, turn: Turn, answer: Answer, stop: Flag) -> tuple[str, ...]:
    """Questions that the library answers as well, asked with the same options."""
    return tuple(one.question for one in knowledge.chains.follow_up(answer, turn.options, stop=stop))


def _read(knowledge: KnowledgeBase, turn: Turn, stop: Flag) -> frozenset[str]:
    """Waits until the turn's files are read, and gives the documents that they became."""
    while any(job.state in ("queued", "running") for job in turn.jobs(knowledge)) and not stop.wait(_POLL_S):
        pass
    added = (job.result for job in turn.jobs(knowledge))
    return frozenset(result.document_id for result in added if result and result.document_id)
