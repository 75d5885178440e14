import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

ROOT_SCRIPTS = "ui/main.py"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An empty store of its own for the app that a test opens; the tests of one process share nothing."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TENKYO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("TENKYO_SAMPLES", "false")
    monkeypatch.chdir(tmp_path)
    st.cache_resource.clear()
    yield monkeypatch
    st.cache_resource.clear()


@pytest.fixture
def draw(environment):
    """Draws one page by name, in a language."""

    def script(name: str, language: str) -> None:
        import importlib

        import streamlit as st

        from ui.knowledge import knowledge_base
        from ui.language import words_of
        from ui.visit import Visit

        page = importlib.import_module(f"ui.{name}").page
        page(Visit(knowledge_base(), words_of(language), st.sidebar.container()))

    def run(name: str, language: str = "en") -> AppTest:
        return AppTest.from_function(script, args=(name, language), default_timeout=60).run()

    return run
