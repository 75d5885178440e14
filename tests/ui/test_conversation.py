"""Replies are produced by a thread of their own; what pages read of them is always whole."""

from threading import Event as Flag

from rag.errors import QuestionTooLong
from rag.events import AnswerReady, ModelFailed, StageStarted, TokenGenerated
from rag.types import Answer, Message, Sentence
from ui.conversation import Conversation, Reply, Turn


def answer(text: str, stopped: bool = False) -> Answer:
    return Answer("q", (Sentence(text),), (), True, 0.9, "m", 1.0, stopped)


def test_what_was_written_can_be_read_before_the_end():
    written, go_on = Flag(), Flag()

    def produce(stop):
        yield StageStarted("writing")
        yield TokenGenerated("Half ")
        written.set()
        go_on.wait(10)
        yield TokenGenerated("done.")
        yield AnswerReady(answer("Half done."))

    reply = Reply(produce)
    assert written.wait(10)
    assert (reply.stage, reply.text, reply.finished, reply.answer) == ("writing", "Half ", False, None)
    go_on.set()
    assert reply.wait(10)
    assert (reply.text, reply.answer.text) == ("Half done.", "Half done.")


def test_stop_reaches_the_one_who_writes():
    def produce(stop):
        yield TokenGenerated("begun")
        stop.wait(10)
        yield AnswerReady(answer("begun", stopped=stop.is_set()))

    reply = Reply(produce)
    reply.stop.set()
    assert reply.wait(10)
    assert reply.answer.stopped


def test_an_error_ends_the_reply_and_is_kept():
    def produce(stop):
        yield TokenGenerated("a")
        raise QuestionTooLong("Too long.", "Shorten it.")

    reply = Reply(produce)
    assert reply.wait(10)
    assert reply.error == {"code": "question_too_long", "message": "Too long.", "hint": "Shorten it."}
    assert reply.text == "a"


def test_a_failing_model_does_not_end_the_reply():
    failed = {"code": "model_unavailable", "message": "", "hint": ""}
    reply = Reply(lambda stop: iter([ModelFailed(failed), AnswerReady(answer("quoted"))]))
    assert reply.wait(10)
    assert reply.model_error == failed
    assert reply.answer.text == "quoted"


def test_history_is_what_was_answered():
    conversation = Conversation()
    for text in ("One.", "Two."):
        turn = Turn(f"{text}?", reply=Reply(lambda stop, text=text: iter([AnswerReady(answer(text))])))
        assert turn.reply.wait(10)
        conversation.turns.append(turn)
    conversation.turns.append(Turn("unanswered", reply=Reply(lambda stop: iter(()))))
    assert conversation.history() == [
        Message("user", "One.?"),
        Message("assistant", "One."),
        Message("user", "Two.?"),
        Message("assistant", "Two."),
    ]
