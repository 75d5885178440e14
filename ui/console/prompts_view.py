"""The Admin page's prompts: templates to edit, preview and reset, and the examples that go with questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from rag.errors import TenkyoError
from rag.types import Example
from ui.language import LANGUAGES, Words
from ui.visit import Visit

_PERIOD = 90  # days


def draw_prompts(visit: Visit) -> None:
    """Both, one below the other."""
    _draw_template(visit)
    st.divider()
    _draw_examples(visit)


def _draw_template(visit: Visit) -> None:
    words, templates = visit.words, visit.knowledge.templates
    st.caption(words("prompts.hint"))
    try:
        known = {(one.name, one.language): one for one in templates.all()}
    except TenkyoError as error:  # a file that cannot be read
        _draw_error(words, error)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            words("prompts.template"),
            _in_order({name for name, _ in known}),
            format_func=lambda name: _named(words, name),
            key="template",
            width=420,
        )
        language = st.segmented_control(
            words("prompts.language"),
            list(LANGUAGES),
            default=words.language,
            required=True,
            format_func=lambda one: LANGUAGES[str(one)],
            key="template_language",
        )
    template, key = known[name, language], f"template-{name}-{language}"
    text = st.text_area(words("prompts.text"), template.text, key=key, height=320)
    used = " ".join(f"${variable}" for variable in template.variables)
    st.caption(words("prompts.variables", names=f"`{used}`") if used else words("prompts.no_variables"))

    def reset() -> None:
        templates.reset(name, language)
        st.session_state[key] = templates.text(name, language)

    question = st.text_input(words("prompts.question"), _latest_question(visit), key="preview_question")
    with st.container(horizontal=True):
        saved = st.button(words("prompts.save"), key="save_template", type="primary", icon=":material/save:")
        shown = st.button(words("prompts.preview"), key="preview_template", icon=":material/visibility:")
        if template.changed:
            st.button(words("prompts.reset"), key="reset_template", icon=":material/undo:", on_click=reset)
    if template.changed:
        st.caption(words("prompts.changed"))
    try:
        if saved:
            templates.save(name, language, text)
            st.success(words("prompts.saved"), icon=":material/check_circle:")
        if shown:
            _draw_preview(visit, name, language, text, question)
    except TenkyoError as error:
        _draw_error(words, error)


def _draw_preview(visit: Visit, name: str, language: str, text: str, question: str) -> None:
    words = visit.words
    with st.spinner(words("prompts.previewing")):
        preview = visit.knowledge.previews.of(name, language, text, question)
    figures = {"tokens": f"{preview.tokens:,}", "window": f"{preview.window:,}"}
    if preview.model:
        st.markdown(words.markdown("prompts.counted", name=preview.model, **figures))
    else:
        st.markdown(words.markdown("prompts.estimated", **figures))
    st.code(preview.text, language=None, wrap_lines=True, height=420)


def _draw_examples(visit: Visit) -> None:
    words, examples = visit.words, visit.knowledge.examples
    st.header(words("prompts.examples"))
    st.caption(words("prompts.examples_hint", count=visit.knowledge.settings.examples))
    try:
        kept = examples.all()
    except TenkyoError as error:
        _draw_error(words, error)
        kept = []
    edited = st.data_editor(
        [{"question": one.question, "answer": one.answer, "language": one.language} for one in kept]
        or [{"question": "", "answer": "", "language": words.language}],
        key="examples",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "question": st.column_config.TextColumn(words("prompts.example_question"), width="medium"),
            "answer": st.column_config.TextColumn(words("prompts.example_answer"), width="large"),
            "language": st.column_config.SelectboxColumn(
                words("prompts.language"),
                options=list(LANGUAGES),
                format_func=lambda one: LANGUAGES[str(one)],
                width="small",
            ),
        },
    )
    if st.button(words("prompts.save_examples"), key="save_examples", icon=":material/save:"):
        try:
            examples.save(examples_in(edited, words.language))
            st.success(words("prompts.saved"), icon=":material/check_circle:")
        except TenkyoError as error:
            _draw_error(words, error)


def examples_in(rows: Sequence[Mapping[str, Any]], language: str) -> list[Example]:
    """The rows of the table as examples; rows in which nothing was written are left out."""
    texts = [{key: str(row.get(key) or "").strip() for key in ("question", "answer", "language")} for row in rows]
    return [
        Example(one["question"], one["answer"], one["language"] or language)
        for one in texts
        if one["question"] or one["answer"]
    ]


def _named(words: Words, name: str) -> str:
    """What a template is for; its own name where a newer one has no words yet."""
    return words(f"prompts.names.{name}") if f"prompts.names.{name}" in words else name


def _in_order(names: set[str]) -> list[str]:
    """Those of the answer first, as they follow each other in the prompt."""
    first = ("answer", "question", "passage", "place", "examples", "example", "memory", "condense", "remember")
    return [*(name for name in first if name in names), *sorted(names - set(first))]


def _latest_question(visit: Visit) -> str:
    """A question that somebody really asked, or else what a document is about."""
    usage = visit.knowledge.usage(_PERIOD)
    asked = [*usage.slowest, *usage.declined]
    if asked:
        return max(asked, key=lambda one: one.at).question
    documents = visit.knowledge.documents()
    return documents[0].title or documents[0].name if documents else visit.words("prompts.sample_question")


def _draw_error(words: Words, error: TenkyoError) -> None:
    """What is wrong with this very text: its own words say it, those of its kind would not."""
    message, hint = words.error(error.as_dict())
    st.error(words.markdown("app.problem", message=message, hint=hint), icon=":material/error:")
    st.caption(words.markdown("app.details", message=f"{error.message} {error.hint}"))
