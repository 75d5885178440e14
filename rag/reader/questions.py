"""What a question asks for: a person, a time, a number, a reason; and the words that say so."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from rag.reader.tokens import KINDS, PARTICLES, Token, tokens
from rag.text.stop_words import is_stop_word

Kind = Literal[
    "who", "when", "where", "number", "amount", "what", "which", "definition", "why", "how", "yes/no", "about", "list",
    "other",
]  # fmt: skip
ASKED: tuple[Kind, ...] = (
    *("who", "when", "where", "number", "amount", "what", "which", "definition", "why", "how", "yes/no", "about"),
    *("list", "other"),
)
"""All kinds, in the order in which the reader's weights have them."""

_HEADS: dict[Kind, str] = {
    "who": r"person|people|man|woman|author|writer|leader|president|king|queen|emperor|scientist|actor|singer|player|"
    r"director|founder|inventor|coach|artist|composer|poet|minister|general|bishop|pope|philosopher|mathematician",
    "when": r"year|years|date|day|month|century|decade|era|period|time|season",
    "where": r"country|city|state|place|location|town|continent|river|region|province|area|county|nation|island|"
    r"village|street|district|sea|ocean",
    "number": r"number|percentage|percent|population|amount|fraction|proportion|rate|quantity|share|age|temperature|"
    r"distance|height|length|size|speed|cost|price",
}
_ENGLISH: tuple[tuple[Kind, str], ...] = (
    (
        "about",
        r"^(?:please )?(?:tell me|explain|describe|summari[sz]e|outline|give me)\b"
        r"|\b(?:say|tell (?:me|us)) about\b",
    ),
    ("number", r"\bhow many\b"),
    ("amount", r"\bhow (?:much|long|old|far|tall|high|large|big|fast|often|deep|wide|heavy|hot|cold|expensive)\b"),
    ("list", r"^(?:list|name)\b|\bwhat are (?:the|some|all)\b|\bwhich of the following\b"),
    ("who", r"\b(?:who|whom|whose)\b"),
    ("when", r"\bwhen\b"),
    ("where", r"\bwhere\b"),
    ("why", r"\bwhy\b|\bfor what reason\b|\bwhat (?:is|was|were|are) the (?:reasons?|causes?)\b"),
    ("how", r"\bhow\b"),
    *((kind, rf"\b(?:what|which)(?: \w+)? (?:{heads})\b") for kind, heads in _HEADS.items()),
    *((kind, rf"\b(?:what|which) (?:is|was|are|were) the (?:\w+ )?(?:{heads})\b") for kind, heads in _HEADS.items()),
    ("definition", r"^what(?: is|'s| are) (?:an? |the )?[\w'-]+(?: [\w'-]+)?\s*\?*$|^define\b|\bmeant by\b"),
    ("which", r"\bwhich\b"),
    ("what", r"\bwhat\b"),
    ("yes/no", r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|might|must)\b"),
)
_COUNTERS = (
    "人|名|個|本|枚|回|度|匹|頭|台|冊|軒|社|校|か所|箇所|カ所|ヶ所|"
    "か国|カ国|ヶ国|種類|種|つ|歳|才|階|位|番|条|号|章|巻|曲|話|票|議席|点"
)
_JAPANESE: tuple[tuple[Kind, str], ...] = (
    (
        "about",
        r"について(?:教え|説明|話し|知り|述べ|まとめ|は[?？。]*$|$|[?？。])|とはどのような|の概要|を(?:説明|要約)",
    ),
    (
        "when",
        r"いつ|何年|何月|何日|何時|何世紀|何曜日|何年代|何時代|(?:年|日|時期|年月日|日付|時代|世紀)は(?:[?？。]|$)|どの時代",
    ),
    ("number", rf"何(?:{_COUNTERS})|いくつ|何万|何千|何百|(?:数|人数|人口|回数)は"),
    (
        "amount",
        r"どのくらい|どれくらい|どれほど|いくら|何(?:メートル|キロ|センチ|円|ドル|パーセント|%|％|年間|日間|時間|倍|割|km|m|kg|トン|平方)|(?:面積|高さ|長さ|割合|距離|標高|率|価格)は",
    ),
    ("who", r"誰|だれ|どなた|何者|何という人|(?:人物|作者|著者|監督|者|大統領|首相|皇帝|王|氏)は(?:[?？。]|$)"),
    (
        "where",
        r"どこ|何処|どの(?:国|県|都市|市|州|地域|町|場所|島|地方)|何(?:県|市|州|国|町|区|島|地方)|(?:国|都市|場所|首都|県|都道府県)は(?:[?？。]|$)",
    ),
    ("why", r"なぜ|何故|どうして|理由|原因|なんで"),
    ("how", r"どのように|どうやって|どういう(?:ふう|風)|どうなっ|どうする|方法|手段"),
    ("list", r"(?:を|で)(?:すべて|全て|全部)?(?:挙げ|あげ|列挙)|一覧|には何が"),
    ("definition", r"とは(?:何|なに|どういう|[?？。]*$)|(?:意味|定義)は"),
    ("which", r"どの|どちら|どれ|どんな|いずれ"),
    ("what", r"何|なに|なん|(?:名前|名称|名)は(?:[?？。]|$)|は[?？。]*$"),
    ("yes/no", r"か[?？。]*$|の[?？]$"),
)
_RULES: dict[str, list[tuple[Kind, re.Pattern[str]]]] = {
    "en": [(kind, re.compile(pattern)) for kind, pattern in _ENGLISH],
    "ja": [(kind, re.compile(pattern)) for kind, pattern in _JAPANESE],
}
_NO_TERMS = {
    "en": frozenset(
        ["comma", "mark", "open", "close", "of", "article", "be", "auxiliary", "that", "in", "to", "for", "by"]
    ),
    "ja": frozenset(["comma", "mark", "open", "close", *PARTICLES]),
}
_HEAD = re.compile(
    r"\b(?:what|which|whose|how many)\s+(?:(?:is|was|are|were)\s+the\s+)?((?:[\w'-]+\s+){0,3}?[\w'-]+)"
    r"(?=\s+(?:is|was|are|were|did|does|do|has|have|had|can|could|will|would|of|in|that|[\w]+ed)\b|\s*\?|$)",
    re.IGNORECASE,
)
_JAPANESE_HEAD = re.compile(
    r"(?:何|どの|何という|なんという)(?!です|でし|だ|まで|から|より)(\w{1,4}?)(?=[がはをにでとのかへも、。？?]|$)"
)
_LAST_TOPIC = re.compile(
    r"([^\sはがをにでのと、。]{1,8})(?:は|とは)(?:何|なに|誰|だれ|どこ|いつ|どれ|いくら|[?？。]|$)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the reader sees it; `folded` is its text without differences of width and case.

    `terms` are the words that an answer's sentence may share, in order; `head` those that name the kind of thing that
    is asked for ("which *city*", 何*人*); `topic` what a Japanese one is about (*費用*は誰が).
    """

    text: str
    language: str
    kind: Kind
    terms: tuple[str, ...]
    head: frozenset[str]
    tokens: tuple[Token, ...]
    folded: str
    topic: frozenset[str] = frozenset()


def ask(text: str, language: str) -> Question:
    """Reads a question, as Japanese where `language` is "ja", else as English.

    Of other languages the words that name no topic are no terms.
    """
    written, language = language, "ja" if language == "ja" else "en"
    normal = unicodedata.normalize("NFKC", text)
    folded = normal.strip().casefold()
    text = text if language == "ja" else normal  # Sudachi folds width by itself
    read = tokens(text, language)
    telling = [token for token in read if not is_stop_word(token.text, written)] or read
    terms = [token.term for token in telling if _names_something(token, language)]
    kind, head, topic = _kind(folded, language), _head(folded, language), _topic(folded, language)
    return Question(text, language, kind, tuple(terms), head, read, folded, topic)


def _kind(folded: str, language: str) -> Kind:
    for kind, pattern in _RULES[language]:
        if pattern.search(folded):
            return kind
    return "other"


def _names_something(token: Token, language: str) -> bool:
    return KINDS[language][token.kind] not in _NO_TERMS[language]


def _topic(folded: str, language: str) -> frozenset[str]:
    found = _LAST_TOPIC.search(folded) if language == "ja" else None
    return frozenset(token.term for token in tokens(found[1], language)) if found else frozenset()


def _head(folded: str, language: str) -> frozenset[str]:
    patterns = (_JAPANESE_HEAD, _LAST_TOPIC) if language == "ja" else (_HEAD,)
    found = next((match.group(1) for pattern in patterns if (match := pattern.search(folded))), "")
    return frozenset(token.term for token in tokens(found, language)[-1:])
