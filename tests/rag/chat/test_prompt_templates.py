"""Templates that an admin changes: checked before they are used, in use from the next question on, in the backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.chat.prompt_templates import BUILT_IN, LARGEST_CHARACTERS, PromptTemplates
from rag.errors import InvalidPrompt
from rag.events import ModelFailed, PromptBuilt
from tests._checkpoints import tiny_llama
from tests.conftest import Open

GUIDE = b"# Guide\n\nThe library opens at nine. It closes at eight on weekdays.\n"
QUESTION = "When does it close on weekdays?"
OURS = BUILT_IN.text("answer", "en")


@pytest.fixture
def templates(tmp_path: Path) -> PromptTemplates:
    return PromptTemplates(tmp_path / "prompts")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny-llama"))


@pytest.fixture
def kb(open_kb: Open, checkpoint: Path) -> KnowledgeBase:
    kb = open_kb(chat_model=str(checkpoint), temperature=0, answer_tokens=32)
    kb.add(GUIDE, "guide.md")
    return kb


def test_a_saved_template_replaces_ours_until_it_is_reset(templates: PromptTemplates) -> None:
    templates.save("answer", "en", "Be kind.\n")
    assert templates.render("answer", "en") == "Be kind."
    assert templates.render("answer", "de") == "Be kind."
    assert templates.render("answer", "ja") == BUILT_IN.render("answer", "ja")
    assert [(one.name, one.language) for one in templates.all() if one.changed] == [("answer", "en")]
    templates.reset("answer", "en")
    assert templates.text("answer", "en") == OURS
    templates.reset("answer", "en")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("question", "Only $question", r"\$passages"),
        ("question", "$passages $question $more", r"it uses: .*\$more"),
        ("question", "$passages $question for 5$", r"\$\$"),
        ("answer", " \n", "empty"),
        ("answer", "x" * (LARGEST_CHARACTERS + 1), "longer"),
        ("../../etc/passwd", "x", "no prompt template"),
        ("", "x", "no prompt template"),
    ],
)
def test_what_cannot_be_a_template_is_refused_and_nothing_is_written(
    templates: PromptTemplates, name: str, text: str, complaint: str
) -> None:
    with pytest.raises(InvalidPrompt, match=complaint):
        templates.save(name, "en", text)
    with pytest.raises(InvalidPrompt, match="no prompt template"):
        templates.save("answer", "../en", "x")
    assert not templates.folder or not templates.folder.exists()


def test_ours_are_never_written_over() -> None:
    with pytest.raises(InvalidPrompt):
        BUILT_IN.save("answer", "en", "x")


def test_a_preview_fills_in_what_is_known(templates: PromptTemplates) -> None:
    assert templates.preview("question", "$passages\n\n$question", {"question": "Why?"}) == "$passages\n\nWhy?"


def test_a_change_counts_from_the_next_question_on(kb: KnowledgeBase) -> None:
    def system() -> str:
        (built,) = [event for event in kb.stream(QUESTION) if isinstance(event, PromptBuilt)]
        return built.messages[0].content

    assert system() == OURS
    kb.templates.save("answer", "en", "Quote the passages.")
    assert system() == "Quote the passages."


def test_a_template_that_somebody_broke_by_hand_is_told_and_the_quotes_follow(kb: KnowledgeBase) -> None:
    kb.templates.save("question", "en", "$passages $question")
    (kb.settings.store / "prompts" / "question.en.txt").write_text("$passages", encoding="utf-8")
    events = list(kb.stream(QUESTION))
    (failed,) = [event for event in events if isinstance(event, ModelFailed)]
    assert "question" in failed.error["message"]
    assert kb.ask(QUESTION).text == "It closes at eight on weekdays."


def test_a_backup_has_the_templates(kb: KnowledgeBase, open_kb: Open, tmp_path: Path) -> None:
    kb.templates.save("answer", "ja", "丁寧に答えてください。")
    made = kb.back_up(tmp_path / "b.zip").path
    other = open_kb("other")
    other.templates.save("answer", "en", "Be gone.")
    other.close()
    KnowledgeBase.restore(made, tmp_path / "other", force=True)
    again = open_kb("other")
    assert again.templates.render("answer", "ja") == "丁寧に答えてください。"
    assert again.templates.render("answer", "en") == OURS
