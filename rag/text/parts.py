"""Questions that ask several things at once: "What does it cost, and when was it built?"."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.text.followups import refers
from rag.text.languages import analyze, detect_language, sentences

MOST_PARTS = 6
_ASKING = r"(?:what|which|who|whom|whose|when|where|why|how)"
_HELPING = r"(?:is|are|was|were|do|does|did|can|could|will|would|should|may|must|has|have|had)"
_AND = re.compile(
    rf"(?:,\s*|\s+)(?:and|as well as)(?: also)?,?\s+"
    rf"(?={_ASKING}\b(?:\s+(?!{_HELPING}\b)[\w'’-]+){{0,3}}\s+{_HELPING}\b|who\s+\w)"
    # A comma alone may also begin a clause that is no question: "the town, where he was born".
    rf"|,\s+(?=(?:what|when|why)\s+{_HELPING}\b|how\s+(?:much|many|long|often|far|old)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"^(?:\W*(?:and|also|then|in|on|at|for|by|from|to)\b,?\s*)*{_ASKING}\b", re.IGNORECASE)
_AND_JA = re.compile(
    r"(?<=[すた]か)、?(?:また|そして|それと|それから|および|及び)、?"
    r"|(?<=はいつで)、|(?<=はどこで)、|(?<=はいくらで)、|(?<=は誰で)、"
)
_OPEN_JA = re.compile(r"は|何|いつ|どこ|誰|いくら|どの|どう|なぜ")
"""What a Japanese question has that is more than the other half of an alternative: 有料ですか？無料ですか？"""
_LEADING = re.compile(r"^(?:and|also|then|plus)\b,?\s*|^(?:また|そして|それと|それから|および|及び)、?", re.IGNORECASE)


def parts_of(question: str) -> list[str]:
    """The questions that a question is made of, by its marks and conjunctions; itself where it is only one.

    Cautious: "Who wrote and directed it?" is one question; "When does it open, and how much is a ticket?" are two.
    """
    found: list[str] = []
    for start, end in sentences(question):
        whole = question[start:end].strip()
        pieces = [whole]
        if _ASKS.match(whole):
            pieces = _AND.split(whole)
        elif detect_language(whole) == "ja":
            pieces = _AND_JA.split(whole)
        found += [cleaned for piece in pieces if (cleaned := _whole(piece))]
    asked = [piece for piece in found if piece.rstrip().endswith(("?", "？")) or _asks_in_japanese(piece)]
    told = [piece for piece in found if piece not in asked]
    if len(asked) < 2 or told or len(asked) > MOST_PARTS:
        return [question]
    japanese = [piece for piece in asked if detect_language(piece) == "ja"]
    if not all(analyze(piece).words for piece in asked) or not all(map(_OPEN_JA.search, japanese)):
        return [question]
    return asked


def searchable_parts(question: str) -> list[str]:
    """Each part as a text that can be searched by itself; empty where the question is only one.

    A part that refers to the one before it ("when was it built") is searched together with that.
    """
    found = parts_of(question)
    if len(found) == 1:
        return []
    return [found[0], *(f"{before} {part}" if refers(part) else part for before, part in pairwise(found))]


def _whole(piece: str) -> str:
    """A piece as a question of its own: its conjunction gone, its mark there."""
    piece = _LEADING.sub("", piece.strip(" ,、")).strip()
    piece = piece[:1].upper() + piece[1:]
    if not piece or piece.endswith(("?", "？", "。", ".", "!", "！")):
        return piece
    if detect_language(piece) == "ja":
        piece = f"{piece}すか" if piece.endswith("で") else piece
        return piece + "？" if piece.endswith("か") else piece
    return piece + "?" if _ASKS.match(piece) else piece


def _asks_in_japanese(piece: str) -> bool:
    return piece.rstrip("。？?").endswith(("か", "教えてください", "の"))
