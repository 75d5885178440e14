"""The pages over a real library, without a browser."""

from threading import Event as Flag

import pytest
from streamlit.testing.v1 import AppTest

from rag import KnowledgeBase
from rag.knowledge_base import SAMPLES
from rag.types import Answer, Feedback
from tests._files import encrypted_pdf
from ui import knowledge as opening
from ui.chat import suggestions
from ui.chat.conversation import Reply, Turn
from ui.knowledge import knowledge_base
from ui.language import words_of

TEXT = "The keeper feeds the gulls at dawn. The stairs have two hundred steps."


def texts(elements) -> list[str]:
    return [element.value for element in elements]


def finished_jobs(knowledge):
    """All jobs, once none is under way any more."""
    while any(job.state in ("queued", "running") for job in knowledge.jobs()):
        pass
    return knowledge.jobs()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_empty_library_says_how_to_begin(draw, language):
    app = draw("ask", language)
    assert not app.exception
    assert texts(app.title) == [words_of(language)("ask.welcome")]
    assert texts(app.info) == [words_of(language)("ask.empty_library")]


@pytest.mark.parametrize(("language", "name"), [("en", "library-guide.pdf"), ("ja", "volunteers-ja.md")])
def test_one_s_own_library_suggests_questions_that_it_answers(draw, language, name):
    app, words = draw("ask", language), words_of(language)
    knowledge_base().add(SAMPLES / name)
    app.run()
    while words("ask.suggesting") in texts(app.caption):
        app.run()
    assert not app.exception
    assert words("ask.suggested") in texts(app.caption)
    app.button(key="example-0").click().run()
    reply = app.session_state.conversation.turns[0].reply
    assert reply.wait(60)
    assert reply.answer.sentences[0].citations[0].document_name == name


def test_suggestions_are_looked_for_anew_once_the_model_is_there(draw, monkeypatch):
    looked, questions = [], suggestions._questions
    monkeypatch.setattr(suggestions, "_questions", lambda *what: looked.append(what) or questions(*what))
    app, words = draw("ask"), words_of("en")
    while opening.is_loading():
        pass
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    for loading, times in ((True, 1), (False, 2)):
        (opening._loading.set if loading else opening._loading.clear)()
        app.run()
        while words("ask.suggesting") in texts(app.caption):
            app.run()
        assert len(looked) == times


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_question_that_waits_for_the_model_says_so(draw, language):
    app, words, go_on = draw("ask", language), words_of(language), Flag()
    while opening.is_loading():
        pass
    reply = Reply()
    reply.start(lambda stop: iter(lambda: go_on.wait(60), True), lambda: None)
    app.session_state.conversation.turns.append(Turn("When?", 0, reply=reply))
    for loading, stage in ((True, "loading"), (False, "searching")):
        (opening._loading.set if loading else opening._loading.clear)()
        app.run()
        assert words(f"stage.{stage}") in texts(app.caption)
    go_on.set()
    assert reply.wait(60)


def test_a_question_is_answered_with_the_sentence_from_the_document(draw):
    app = draw("ask")
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    app.chat_input[0].set_value("How many steps do the stairs have?").run()
    reply = app.session_state.conversation.turns[0].reply
    assert reply.wait(60)
    assert reply.answer.sentences[0].text.strip() == "The stairs have two hundred steps."
    assert reply.answer.sentences[0].citations[0].document_name == "keeper.txt"
    app.run()
    assert not app.exception
    assert "quoted from your documents" in app.chat_message[1].caption[0].value


@pytest.mark.parametrize(("language", "question"), [("en", "What is the sum of 売上?"), ("ja", "売上の合計は？")])
def test_an_answer_from_a_table_shows_how_it_was_computed(draw, language, question):
    app = draw("ask", language)
    words = words_of(language)
    knowledge_base().add('店名,売上\n港,"1,200円"\n駅前,300円\n城下,不明\n'.encode(), "店.csv")
    app.chat_input[0].set_value(question).run()
    assert app.session_state.conversation.turns[0].reply.wait(60)
    app.run()
    assert not app.exception
    shown = app.chat_message[1].expander[0]
    assert shown.label == words("computed.title")
    assert shown.code[0].value == 'SELECT sum("売上") FROM "店" WHERE "売上" IS NOT NULL'
    assert shown.dataframe[0].value.to_numpy().tolist() == [["1500"]]
    assert words.markdown("computed.empty", column="売上", cells="1") in texts(shown.markdown)
    assert words("answer.computed") in app.chat_message[1].caption[0].value


def test_a_new_conversation_forgets_the_old_one(draw):
    app = draw("ask")
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    app.chat_input[0].set_value("Who feeds the gulls?").run()
    assert len(app.session_state.conversation.turns) == 1
    app.button(key="new").click().run()
    assert app.session_state.conversation.turns == []
    assert texts(app.title) == ["Ask your documents"]


def test_the_scope_forgets_a_deleted_document(draw):
    knowledge = None
    app = draw("ask")
    knowledge = knowledge_base()
    first = knowledge.add(TEXT.encode(), "keeper.txt").document_id
    knowledge.add(b"Another one about fish.", "fish.txt")
    app.run()
    app.multiselect(key="scope_documents").set_value([first]).run()
    knowledge.remove(first)
    app.run()
    assert not app.exception
    assert app.multiselect(key="scope_documents").value == []


def test_library_takes_files_in_and_lists_them(draw):
    app = draw("library")
    app.file_uploader[0].set_value([("keeper.txt", TEXT.encode(), "text/plain"), ("empty.txt", b"", "text/plain")])
    app.button[0].click().run()
    jobs = finished_jobs(knowledge_base())
    assert {job.name: job.state for job in jobs} == {"keeper.txt": "done", "empty.txt": "failed"}
    app.run()
    assert not app.exception
    assert list(app.dataframe[0].value["name"]) == ["keeper.txt"]
    assert texts(app.error) == [
        r"**empty\.txt** was not taken in. There is no text in the file\. "
        r"Check that it is the file you meant\. Scans are read where text recognition \(OCR\) is installed\."
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_all_that_failed_is_tried_again_at_once(draw, language):
    words = words_of(language)
    app = draw("library", language)
    locked = encrypted_pdf("The horn sounds at noon.", "horn")
    files = [("a.txt", b"", "text/plain"), ("b.txt", b"", "text/plain"), ("secret.pdf", locked, "application/pdf")]
    app.file_uploader[0].set_value(files)
    app.button[0].click().run()
    finished_jobs(knowledge_base())
    app.run()
    knowledge_base().pause()  # what is tried again waits
    button(app, words("job.retry_all")).click().run()
    assert not app.exception
    assert {job.name: job.state for job in knowledge_base().jobs()} == {
        "a.txt": "queued",
        "b.txt": "queued",
        "secret.pdf": "failed",
    }
    assert words("job.retry_all") not in [one.label for one in app.button]


def test_admin_explains_how_to_set_the_password(draw):
    app = draw("admin")
    assert not app.text_input
    assert "TENKYO_ADMIN_PASSWORD" in app.code[0].value
    assert "admin_password" in app.code[1].value


def test_admin_shows_health_and_hides_secrets(draw, environment):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "hunter2")
    app = draw("admin")
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    assert not app.dataframe
    app.text_input[0].set_value("hunter2")
    app.button[0].click().run()
    assert not app.exception
    assert texts(app.success) == ["Both indexes hold exactly what the catalog holds."]
    assert [metric.value for metric in app.metric][:3] == ["1", "1 of 1", "1 of 1"]
    app.segmented_control(key="section").set_value("settings").run()
    shown = app.dataframe[0].value.set_index("name")["value"]
    assert shown["admin_password"] == "set (hidden)"
    assert shown["chat_api_key"] == "not set"
    assert shown["max_file_mb"] == "200"


def enter(app, section: str = "overview"):
    """Opens the Admin page's lock and goes to a section."""
    app.text_input[0].set_value("pw")
    app.button[0].click().run()
    return app.segmented_control(key="section").set_value(section).run()


def button(app, label):
    return next(one for one in app.button if one.label == label)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_admin_takes_a_reindex_back_and_drops_the_other_index(draw, environment, language):
    words = words_of(language)
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    environment.setenv("TENKYO_CHUNK_TOKENS", "64")
    app = draw("admin", language)
    settings = knowledge_base().settings
    with KnowledgeBase.open(settings=settings.model_copy(update={"chunk_tokens": 128})) as earlier:
        earlier.add(TEXT.encode(), "keeper.txt")
    enter(app, "index")
    assert texts(app.warning)[0] == words("admin.stale")
    button(app, words("admin.reindex")).click().run()
    finished_jobs(knowledge_base())
    app.run()
    assert texts(app.success) == [words("admin.healthy")]
    assert any("128" in text for text in texts(app.caption))
    button(app, words("admin.roll_back")).click().run()
    finished_jobs(knowledge_base())
    app.run()
    assert texts(app.warning)[0] == words("admin.stale")
    assert any(words("job.rollback") in text for text in texts(app.caption))
    button(app, words("admin.drop_previous")).click().run()
    assert knowledge_base().stats().previous is None
    assert words("admin.roll_back") not in [one.label for one in app.button]
    assert not app.exception


def test_an_admin_takes_a_backup_that_is_a_store(draw, environment, tmp_path):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = draw("admin")
    knowledge = knowledge_base()
    knowledge.add(TEXT.encode(), "keeper.txt")
    enter(app, "backup")
    button(app, "Back up now").click().run()
    assert not app.exception
    (made,) = (knowledge.settings.store / "backups").glob("*.zip")
    assert any(made.stem.removeprefix("tenkyo-") in text for text in texts(app.markdown))
    assert KnowledgeBase.restore(made, tmp_path / "again") == 1


def test_a_store_that_cannot_be_opened_is_said_and_not_a_stack_trace(environment, tmp_path):
    from streamlit.testing.v1 import AppTest

    (tmp_path / "store").write_text("a file where a folder should be")
    app = AppTest.from_file("../../ui/main.py", default_timeout=60).run()
    assert not app.exception
    assert app.error[0].value.startswith("The library could not be opened or written")


def test_a_protected_file_is_opened_with_its_password(draw):
    app = draw("library")
    app.file_uploader[0].set_value(
        [("secret.pdf", encrypted_pdf("The horn sounds at noon.", "horn"), "application/pdf")]
    )
    app.button[0].click().run()
    finished_jobs(knowledge_base())
    app.run()
    assert "protected by a password" in app.error[0].value
    for password, state in (("wrong", "failed"), ("horn", "done")):
        app.text_input[0].set_value(password)
        next(button for button in app.button if button.label == "Open").click().run()
        assert [job.state for job in finished_jobs(knowledge_base())] == [state]
        app.run()
    assert not app.exception
    assert list(app.dataframe[0].value["name"]) == ["secret.pdf"]


def test_a_document_says_what_reading_it_found(draw):
    app = draw("library")
    knowledge_base().add("The kiosk sells cafÃ© au lait.".encode(), "kiosk.txt")
    app.run()
    assert list(app.dataframe[0].value["state"]) == ["ready, with gaps"]

    def preview() -> None:
        import streamlit as st

        from ui.components.document_view import draw_preview
        from ui.knowledge import knowledge_base
        from ui.language import words_of
        from ui.visit import Visit

        draw_preview(Visit(knowledge_base(), words_of("en"), st.sidebar.container()), knowledge_base().documents()[0])

    shown = AppTest.from_function(preview, default_timeout=60).run()
    assert not shown.exception
    assert "wrongly guessed encoding" in shown.warning[0].value
    assert any(text == r"Encoding: UTF\-8" for text in texts(shown.markdown))


def test_an_admin_measures_own_questions_and_sees_what_was_marked_bad(draw, environment):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = draw("admin")
    enter(app, "evaluation")
    knowledge = knowledge_base()
    knowledge.add(TEXT.encode(), "keeper.txt")
    for owner, question, feedback in (
        ("ann", "How many steps do the stairs have?", Feedback(True)),
        ("bob", "Who feeds the gulls?", Feedback(False, "too short")),
    ):
        id_ = knowledge.conversations.start(owner, question)
        knowledge.conversations.put_turn(owner, id_, 0, question, knowledge.ask(question))
        knowledge.conversations.rate(owner, id_, 0, feedback)
    app.run()
    uploader = next(one for one in app.file_uploader if one.label == "Questions (CSV)")
    uploader.set_value([("q.csv", b"question,document\nWho paints the tower?,painter.txt\n", "text/csv")])
    next(button for button in app.button if button.label == "Measure").click().run()
    assert not app.exception
    shown = {column: list(frame.value[column]) for frame in app.dataframe for column in frame.value}
    assert shown["Words and meaning"][0].startswith("0.500 (")
    assert shown["Found instead"] == ["keeper.txt"]
    assert shown["Reason"] == ["too short"]


def test_a_forbidden_address_is_refused_with_its_reason(draw):
    app = draw("library")
    app.segmented_control[0].set_value("address").run()
    app.text_input[0].set_value("http://127.0.0.1:1/secret")
    next(button for button in app.button if button.label == "Add to the library").click().run()
    assert [job.state for job in finished_jobs(knowledge_base())] == ["failed"]
    app.run()
    assert "Only public web addresses" in app.error[0].value


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_work_can_be_paused_and_goes_on(draw, language):
    words = words_of(language)
    draw("library", language)
    knowledge = knowledge_base()
    knowledge.pause()  # before the worker can take them
    for n in range(40):
        knowledge.submit(f"{TEXT} {n}".encode(), f"{n}.txt")
    app = draw("library", language)
    assert words("library.paused") in texts(app.caption)
    assert words("library.more_jobs", count=10) in texts(app.caption)
    assert words("library.jobs", done=0, total=40) in texts(app.markdown)
    assert words("library.empty") not in texts(app.info), "the first documents are on their way"
    next(button for button in app.button if button.label == words("library.resume")).click().run()
    assert not app.exception
    assert not knowledge.activity().paused
    assert {job.state for job in finished_jobs(knowledge)} == {"done"}
    app = draw("library", language)
    assert words("library.jobs", done=40, total=40) in texts(app.markdown)
    labels = {button.label for button in app.button}
    assert not labels & {words("library.pause"), words("library.resume")}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_admin_shows_what_was_asked_and_not_answered(draw, environment, language):
    words = words_of(language)
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = draw("admin", language)
    enter(app, "usage")
    assert words("usage.none") in texts(app.caption)
    knowledge = knowledge_base()
    knowledge.add(TEXT.encode(), "keeper.txt")
    for question in ("How many steps do the stairs have?", "Who won the chess tournament of 1851 in London?"):
        conversation = knowledge.conversations.start("somebody", question)
        knowledge.conversations.put_turn("somebody", conversation, 0, question, knowledge.ask(question))
    app.run()
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown[words("usage.questions")], shown[words("usage.declined")]) == ("2", "50%")
    assert list(app.dataframe[0].value["question"]) == ["Who won the chess tournament of 1851 in London?"]
    failing = Answer("Is it up?", (), (), False, 0.0, "", 1.0)
    knowledge.conversations.put_turn("somebody", conversation, 1, "Is it up?", failing, {"code": "model_unavailable"})
    app.run()
    assert words("usage.failed_list") in texts(app.caption)
    failed = app.dataframe[0].value
    assert (failed["question"][0], failed["why"][0]) == (
        "Is it up?",
        " ".join(words.error({"code": "model_unavailable"})),
    )
    assert {metric.label: metric.value for metric in app.metric}[words("usage.declined")] == "33%"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_source_says_where_the_same_also_stands(draw, language):
    words = words_of(language)
    app = draw("ask", language)
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    knowledge_base().add(f"{TEXT}\n".encode(), "copy.txt")
    app.chat_input[0].set_value("How many steps do the stairs have?").run()
    turn = app.session_state.conversation.turns[0]
    assert turn.reply.wait(60)
    app.session_state["opened"] = (turn.id, 0)
    app.run()
    assert not app.exception
    (other,) = {"keeper.txt", "copy.txt"} - {turn.reply.answer.sentences[0].citations[0].document_name}
    assert words.markdown("source.also_in", names=other) in texts(app.caption)
