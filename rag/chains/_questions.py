"""Questions that a document's own words suggest: its headings, definitions, dates, amounts, labels and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.chains._material import Material, Statement
from rag.tables.store import DocumentTables
from rag.text.languages import morphemes

_ASKED = {
    "en": {
        "topic": "What is said about {x}?",
        "plural": "What are the {x}?",
        "acts": "{how} {do} {x} {does}?",
        "defined": "What {be} {x}?",
        "label": "What {be} the {x}?",
        "dated": "When {be} {x} {done}?",
        "cell": "What is the {column} of {x}?",
        "total": "What is the total {column}?",
    },
    "ja": {
        "topic": "{x}について教えてください。",
        "defined": "{x}とは何ですか？",
        "label": "{x}は何ですか？",
        "dated": "{x}はいつですか？",
        "priced": "{x}はいくらですか？",
        "counted": "{x}は何{unit}ですか？",
        "placed": "{x}はどこですか？",
        "person": "{x}は誰ですか？",
        "cell": "{x}の{column}は何ですか？",
        "total": "{column}の合計はいくつですか？",
    },
}
_NUMBERING = re.compile(r"^(?:[\d０-９.\-–()（）\s]|第[\d一二三四五六七八九十]+[章節条項])+")
_ASKS = re.compile(r"(?:what|how|when|where|who|why|which|can|may|do|does|is|are) \w+ \w", re.IGNORECASE)
_PLURAL = re.compile(r"[A-Z][\w-]*(?: [\w-]+){0,2}[^s\W]s")
_ACTS = re.compile(
    r"^(?P<thing>(?:The |An? )?[A-Z][\w'’-]*(?: [\w'’-]+){0,4}?) "
    r"(?P<does>cost|last|open|close|begin|start|end)(?P<s>s?) [^.]*(?:\d|\b(?:free|ten|two|three|noon|midnight)\b)"
)
_HOW = {"cost": "How much", "last": "How long"}
_ASKS_JA = re.compile(r"(?:か|の)[?？。]?$")
_LONGEST_TOPIC, _LONGEST_SENTENCE = 50, 400
_DEFINED = re.compile(
    r"^(?P<thing>(?:The |An? )?[A-Z][\w'’-]*(?: [\w'’-]+){0,3}) (?P<be>is|are|was|were) (?:an?|the) \w"
)
_DATED = re.compile(
    r"^(?P<thing>(?:The |An? )?[A-Z][\w'’ -]{2,40}?) (?P<be>was|were) (?P<done>\w+ed|built|held|made)\b[^.]*\b\d{4}\b"
)
_LABEL = re.compile(r"^[-*•\s]*(?:The )?(?P<label>[A-Z][\w'’-]*(?: [\w'’-]+){0,3}): \S")
_OPEN_LABEL = re.compile(r"\b(?:to|from|by|of|for|at|in|on|with|until)$")
_NEXT_TOPIC_JA = re.compile(r"、[^、。]{1,12}は")
_LABEL_JA = re.compile(r"^[-*•・\s]*(?P<label>[^:：|?？。、\d]{2,16})[:：]\s*\S")
_LABELS_JA = {
    "dated": re.compile(r"(?:日|日時|期限|日程|時刻)$"),
    "priced": re.compile(r"(?:額|料金?|費用?|価格|代金|小計|合計)$"),
    "placed": re.compile(r"(?:場所|会場|住所|所在地)$"),
    "person": re.compile(r"(?:担当者?|氏名|書記|講師|著者)$"),
}
"""What a label asks for by how it ends; any other: what it is."""
_DEFINED_JA = re.compile(r"^(?P<thing>[^、。（「]{2,20}?)とは、?[^。]{4,}。?$")
_TOPIC_JA = re.compile(r"^(?P<thing>[^、。（]{2,16}?)は、?(?P<rest>[^。]{2,60})")
_DATE_JA = re.compile(r"\d+月\s*\d+日")
_PRICE_JA = re.compile(r"\d[\d,.]*[万億]?円")
_COUNT_JA = re.compile(r"\d[\d,.]*(?P<unit>人|冊|台|枚|件|個|席)")
_PRONOUNS = frozenset(["it", "he", "she", "they", "this", "that", "these", "those", "there", "we", "you", "i", "all"])
_NO_THING = _PRONOUNS | {"is", "are", "was", "were", "not", "and", "or", "that", "which"}
_ROWS, _CELLS = 3, 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, how good a one it is, and where its answer stands: passages (ids) or a sentence; "" anywhere."""

    question: str
    weight: float
    chunks: frozenset[int] = frozenset()
    text: str = ""


def from_headings(material: Material, language: str) -> Iterator[Candidate]:
    """A question about each section; a heading that is a question, itself."""
    sections: dict[str, set[int]] = {}
    for chunk in material.chunks:
        if chunk.headings and chunk.headings[-1] != material.document.title:
            sections.setdefault(chunk.headings[-1], set()).add(chunk.id)
    for heading, ids in sections.items():
        topic = _NUMBERING.sub("", heading).strip(" :：.。")
        if heading.rstrip().endswith(("?", "？")):
            yield Candidate(heading.strip(), 1.2, frozenset(ids))
        elif language == "ja" and _ASKS_JA.search(heading):
            yield Candidate(f"{topic}？", 1.2, frozenset(ids))
        elif language == "en" and _ASKS.match(topic):
            yield Candidate(f"{topic}?", 1.0, frozenset(ids))
        elif language == "en" and _PLURAL.fullmatch(topic):
            yield Candidate(_ASKED["en"]["plural"].format(x=_within(topic, "en")), 0.9, frozenset(ids))
        elif 2 <= len(topic) <= _LONGEST_TOPIC and topic not in material.document.title:
            yield Candidate(_ASKED[language]["topic"].format(x=_within(topic, language)), 0.7, frozenset(ids))


def from_sentences(statements: Sequence[Statement], language: str) -> Iterator[Candidate]:
    """Questions that definitions, dated events, amounts and labels answer."""
    made = _japanese if language == "ja" else _english
    for statement in statements:
        text = " ".join(statement.text.split())
        if statement.kind not in ("table", "heading", "code") and len(text) <= _LONGEST_SENTENCE:
            yield from (Candidate(question, weight, text=statement.text) for question, weight in made(text))


def from_tables(tables: DocumentTables | None, language: str) -> Iterator[Candidate]:
    """Questions for cells of the first rows, and for totals."""
    asked = _ASKED[language]
    for table in tables.tables[:1] if tables else ():
        label = table.label
        others = [column for column in table.columns if column is not label]
        for column in others:
            if column.kind == "number":
                yield Candidate(asked["total"].format(column=column.name), 0.9)
        for row in range(min(_ROWS, len(table.blocks))) if label else ():
            assert label
            for column in others[row : row + _CELLS]:
                if column.written[row]:
                    yield Candidate(asked["cell"].format(x=label.written[row], column=column.name), 1.0)


def _english(text: str) -> Iterator[tuple[str, float]]:
    asked = _ASKED["en"]
    if match := _LABEL.match(text):
        label = match["label"]
        if _OPEN_LABEL.search(label):
            return  # "Bill to: …" names nothing
        be = "are" if re.search(r"[^s]s(?: |$)", label.split(" of ")[0].split(" on ")[0] + " ") else "is"
        yield asked["label"].format(x=_within(label, "en"), be=be), 0.9
    elif match := _DATED.match(text):
        if match["thing"].split()[0].casefold() not in _PRONOUNS:
            yield asked["dated"].format(x=_within(match["thing"], "en"), be=match["be"], done=match["done"]), 1.1
    elif (match := _ACTS.match(text)) and not _NO_THING.intersection(match["thing"].casefold().split()):
        how, is_past = _HOW.get(match["does"], "When"), match["does"] == "cost" and not match["thing"].endswith("s")
        do = "does" if match["s"] else "did" if is_past else "do"
        yield asked["acts"].format(how=how, do=do, x=_within(match["thing"], "en"), does=match["does"]), 1.1
    elif (match := _DEFINED.match(text)) and match["thing"].split()[0].casefold() not in _PRONOUNS:
        yield asked["defined"].format(x=_within(match["thing"], "en"), be=match["be"]), 0.9


def _japanese(text: str) -> Iterator[tuple[str, float]]:
    asked = _ASKED["ja"]
    if match := _LABEL_JA.match(text):
        if _is_noun(match["label"]):
            kind = next((kind for kind, ends in _LABELS_JA.items() if ends.search(match["label"])), "label")
            yield asked[kind].format(x=match["label"]), 0.9
    elif match := _DEFINED_JA.match(text):
        if _is_noun(match["thing"]):
            yield asked["defined"].format(x=match["thing"]), 1.0
    elif (match := _TOPIC_JA.match(text)) and _is_noun(match["thing"]) and not match["thing"].endswith("者"):
        thing, rest = match["thing"], _NEXT_TOPIC_JA.split(match["rest"])[0]
        if _DATE_JA.search(rest):
            yield asked["dated"].format(x=thing), 1.1
        elif _PRICE_JA.search(rest):
            yield asked["priced"].format(x=thing), 1.1
        elif count := _COUNT_JA.search(rest):
            yield asked["counted"].format(x=thing, unit=count["unit"]), 1.0


def _is_noun(text: str) -> bool:
    """Whether a Japanese phrase ends in a noun and begins with no pronoun and no number."""
    found = morphemes(text)
    if not found or found[-1].part_of_speech[0] not in ("名詞", "接尾辞"):
        return False
    return found[0].part_of_speech[0] not in ("代名詞", "連体詞") and found[0].part_of_speech[:2] != ("名詞", "数詞")


def _within(text: str, language: str) -> str:
    """A phrase in the middle of an English question: its first letter small unless it seems to begin a name."""
    words = text.split()
    if language != "en" or not words or (len(words[0]) > 1 and not words[0][1:].islower()):
        return text
    is_name = len(words) > 1 and words[1][:1].isupper() and words[0].casefold() not in ("the", "a", "an")
    return text if is_name else text[:1].lower() + text[1:]
