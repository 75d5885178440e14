"""Replies are produced by a thread of their own; what pages read of them is always whole."""

from dataclasses import replace
from threading import Event as Flag

from rag import KnowledgeBase, Settings
from rag.errors import QuestionTooLong
from rag.events import AnswerReady, ModelFailed, StageStarted, TokenGenerated, ToolCalled, ToolReturned
from rag.types import Answer, AskOptions, Feedback, Message, Sentence, ToolUse
from tests._loopback import loopback
from ui.chat.conversation import Conversation, Reply, Turn


def started(produce, kept=None) -> Reply:
    reply = Reply()
    reply.start(produce, lambda: None if kept is None else kept.append(reply.answer))
    return reply


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

    reply = started(produce)
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

    reply = started(produce)
    reply.stop.set()
    assert reply.wait(10)
    assert reply.answer.stopped


def test_an_error_ends_the_reply_and_is_kept():
    def produce(stop):
        yield TokenGenerated("a")
        raise QuestionTooLong("Too long.", "Shorten it.")

    reply = started(produce)
    assert reply.wait(10)
    assert reply.error == {"code": "question_too_long", "message": "Too long.", "hint": "Shorten it."}
    assert reply.text == "a"


def test_a_fault_of_ours_is_told_and_kept(monkeypatch):
    seen, kept = [], []
    monkeypatch.setattr("threading.excepthook", seen.append)

    def produce(stop):
        yield TokenGenerated("a")
        raise ZeroDivisionError

    reply = started(produce, kept)
    assert reply.wait(10)
    assert reply.error["code"] == "error"
    assert kept == [None]
    while not seen:  # the thread ends a moment later
        pass
    assert seen[0].exc_type is ZeroDivisionError


def test_what_failed_is_saved_and_comes_back_with_its_reason(tmp_path):
    with KnowledgeBase.open(tmp_path / "store") as knowledge:
        knowledge.add(b"The horn sounds at noon.", "keeper.txt")
        conversation = Conversation("ann")
        reply = conversation.send(knowledge, "When?", (), AskOptions(model="one that is gone")).reply
        assert reply.wait(60)
        assert reply.error["code"] == "invalid_settings"
        again = Conversation.of("ann", knowledge.conversations.load("ann", conversation.saved_id))
        assert again.turns[0].reply.finished
        assert (again.turns[0].reply.answer, again.turns[0].reply.error) == (None, reply.error)
        assert again.history() == []
        assert [one.error for one in knowledge.usage(1).failed] == [reply.error]


def test_a_failing_model_does_not_end_the_reply():
    failed = {"code": "model_unavailable", "message": "", "hint": ""}
    reply = started(lambda stop: iter([ModelFailed(failed), AnswerReady(answer("quoted"))]))
    assert reply.wait(10)
    assert reply.model_error == failed
    assert reply.answer.text == "quoted"


def test_the_tools_that_were_used_are_seen_at_once_and_again_when_it_is_reopened():
    called = ToolCalled("1", "search", "{}", "I look it up.")
    events = [called, ToolReturned("1", "search", "found"), AnswerReady(answer("One."))]
    reply = started(lambda stop: iter(events))
    assert reply.wait(10)
    used = [ToolUse("search", "{}", "I look it up.", "found")]
    assert reply.steps == used
    assert Reply(replace(answer("One."), steps=tuple(used))).steps == used


def test_history_is_what_was_answered():
    conversation = Conversation("ann")
    for ordinal, text in enumerate(("One.", "Two.")):
        conversation.turns.append(Turn(f"{text}?", ordinal, reply=Reply(answer(text))))
    conversation.turns.append(Turn("unanswered", 2, reply=Reply()))
    assert conversation.history() == [
        Message("user", "One.?"),
        Message("assistant", "One."),
        Message("user", "Two.?"),
        Message("assistant", "Two."),
    ]


def test_the_whole_answer_is_kept_once():
    kept = []
    assert started(lambda stop: iter([TokenGenerated("On"), AnswerReady(answer("One."))]), kept).wait(10)
    assert kept == [answer("One.")]


def test_a_conversation_is_saved_and_goes_on_where_it_was(tmp_path):
    with KnowledgeBase.open(tmp_path / "store") as knowledge:
        knowledge.add(b"The horn sounds at noon. The lamp is lit at dusk.", "keeper.txt")
        conversation = Conversation("ann")
        for question in ("When does the horn sound?", "When is the lamp lit?"):
            reply = conversation.send(knowledge, question, (), AskOptions()).reply
            assert reply is not None
            assert reply.wait(60)
        conversation.rate(knowledge, conversation.turns[1], Feedback(False, "vague"))
        assert conversation.saved_id is not None
        again = Conversation.of("ann", knowledge.conversations.load("ann", conversation.saved_id))
        assert [(turn.question, turn.feedback) for turn in again.turns] == [
            ("When does the horn sound?", None),
            ("When is the lamp lit?", Feedback(False, "vague")),
        ]
        assert again.history() == conversation.history()
        again.ask_again(knowledge, again.turns[0], "Who lights the lamp?")
        assert [turn.question for turn in again.turns] == ["Who lights the lamp?"]
        assert again.turns[0].reply is not None
        assert again.turns[0].reply.wait(60)
        saved = knowledge.conversations.load("ann", conversation.saved_id)
        assert [turn.question for turn in saved.turns] == ["Who lights the lamp?"]


def test_a_long_conversation_is_summarised_and_goes_on_so(tmp_path):
    def act(exchange):
        text = exchange.body["messages"][-1]["content"]
        exchange.begin()
        exchange.send("Ann asks about the horn." if text.startswith("Summarise") else "It sounds at noon [1]. " * 40)
        exchange.end()

    with loopback(act) as server:
        settings = Settings(samples=False, memory="summary", chat_model="m", chat_base_url=server.url)
        with KnowledgeBase.open(tmp_path / "store", settings) as knowledge:
            knowledge.add(b"The horn sounds at noon. The lamp is lit at dusk.", "keeper.txt")
            conversation = Conversation("ann")
            for _ in range(5):
                reply = conversation.send(knowledge, "When does the horn sound?", (), AskOptions()).reply
                assert reply.wait(60)
            assert conversation.summary == "Ann asks about the horn."
            assert 0 < conversation.summarised < 5
            history = conversation.history()
            assert history[0] == Message("system", "Ann asks about the horn.")
            assert len(history) == 1 + 2 * (5 - conversation.summarised)
            again = Conversation.of("ann", knowledge.conversations.load("ann", conversation.saved_id))
            assert again.history() == history
            again.ask_again(knowledge, again.turns[0], "When does the horn sound?")
            assert again.turns[0].reply.wait(60)
            assert (again.summary, again.summarised) == ("", 0)
            assert knowledge.conversations.load("ann", conversation.saved_id).summary == ""
