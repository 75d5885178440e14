"""What every page is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from rag import KnowledgeBase
from ui.language import Words


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of one page: the library, the person's language, and the page's own place in the sidebar."""

    knowledge: KnowledgeBase
    words: Words
    sidebar: DeltaGenerator
    pages: dict[str, StreamlitPage] = field(default_factory=dict)
    """All pages by name, to go to."""
