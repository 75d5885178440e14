"""Document and question become Answer. No user interface, prints nothing.

from rag import KnowledgeBase
kb = KnowledgeBase.open("store")
kb.add("report.pdf")
kb.ask("What did sales grow by?").text
"""

from rag.errors import TenkyoError
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings
from rag.types import Answer, AskOptions

__all__ = ["Answer", "AskOptions", "KnowledgeBase", "Settings", "TenkyoError"]
