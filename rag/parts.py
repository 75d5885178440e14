"""Questions that ask several things at once: "What does it cost, and when was it built?"."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.followups import refers
from rag.languages import analyze

_MOST = 4
_FEW_WORDS = 2
_BOUNDARY = re.compile(
    r"[?？;；]\s*|。|、|,?\s+(?:and|or|but|as well as)\s+"
    r"(?=(?:\w+\s+)?(?:what|which|who|whom|whose|when|where|why|how)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should|has|have"
    r"|tell|explain|describe|list|name)\b|何|いつ|どこ|誰|だれ|いくら|いくつ|どの|どう|どれ|どんな|なぜ|ですか|ますか",
    re.IGNORECASE,
)


def parts(question: str) -> list[str]:
    """The questions in a question, each as a text that can be searched by itself; empty where it is a single one.

    A part that refers to the one before it ("when was it built") is searched together with that.
    """
    pieces = [piece.strip() for piece in _BOUNDARY.split(question) if piece.strip()]
    asking = [piece for piece in pieces if _ASKS.search(piece) and _says_enough(piece)]
    if not 1 < len(asking) == len(pieces) <= _MOST:
        return []
    found = asking[:1]
    for before, piece in pairwise(asking):
        found.append(f"{before} {piece}" if refers(piece) else piece)
    return found


def _says_enough(piece: str) -> bool:
    return len(set(analyze(piece).words)) + refers(piece) >= _FEW_WORDS
