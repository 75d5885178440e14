"""What a person sees when a page cannot be drawn."""

import pytest
from streamlit.testing.v1 import AppTest

from ui.language import words_of


def fail(language: str, kind: str) -> None:
    import streamlit as st

    from rag.errors import StoreError
    from ui.trouble import show_fault

    st.session_state.lang = language
    ours = StoreError("The catalog is damaged.", "Run `python -m rag rebuild`.", "/store/catalog.sqlite")
    assert show_fault(ours if kind == "ours" else ValueError("a defect"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_error_of_the_store_in_the_middle_of_a_page_says_what_to_do(language):
    app, words = AppTest.from_function(fail, args=(language, "ours")).run(), words_of(language)
    assert not app.exception
    said = {"message": words("errors.store_failed.message"), "hint": words("errors.store_failed.hint")}
    assert [error.value for error in app.error] == [words.markdown("app.problem", **said)]
    told = "/store/catalog.sqlite: The catalog is damaged. Run `python -m rag rebuild`."
    assert app.caption[0].value == words.markdown("app.details", message=told)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_defect_is_not_shown_with_its_traceback(language):
    app = AppTest.from_function(fail, args=(language, "")).run()
    assert [error.value for error in app.error] == [words_of(language)("app.trouble")]
