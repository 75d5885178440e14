"""What every page is given."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from rag import KnowledgeBase
from ui.language import Words


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of one page: the library, the person's language, and the page's own place in the sidebar."""

    knowledge: KnowledgeBase
    words: Words
    sidebar: DeltaGenerator
