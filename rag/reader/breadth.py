"""How much a question asks for: one thing or several; and what it wants explained."""

from __future__ import annotations

import re

from rag.reader.questions import Question

_BROAD = ("about", "why", "how", "list")
_SEVERAL_JA = (
    "規則|規定|ルール|きまり|条件|要件|手順|手続き?|方法|やり方|種類|特徴|特色|違い|相違点|利点|欠点|長所|短所|メリット|デメリット|"
    "項目|事項|事業|活動|取り?組み|業務|仕事|サービス|機能|役割|対象|注意点|注意|ポイント|要点|原則|要素|構成|設備|資料|"
    "例|例外|場合|とき|時|もの|こと|内容|予定|行事|イベント|部屋|施設|成分|材料|課題|問題点|リスク|選択肢"
)
_SEVERAL = {
    "en": re.compile(
        r"^what are\b|\bwhat (?:kinds?|types?|sorts?) of\b"
        r"|^(?:what|which) (?:[\w'-]+ ){0,2}?(?:[a-z'-]*[a-rt-z]s|equipment|information|furniture|people|data)"
        r" (?:does|do|can|may|must|should|will|are|is|were|was|did|has|have)\b"
        r"|^what (?:may|can|must|should|cannot|can't)\b"
        r"|\b(?:is|are) (?:not )?(?:allowed|forbidden|prohibited|included)\b"
    ),
    "ja": re.compile(
        rf"(?:{_SEVERAL_JA})(?:は|には|とは)?(?:何|なに|なん|どんな|どのような|[?？。]*$)"
        r"|(?:どんな|どのような|どういう|どういった)[^、。]*(?:あり|ある|含ま|行|でき|ですか|でしょうか)"
        r"|(?:何|なに)が(?:あり|ある|でき|含ま|必要|禁止)|(?:を|について)(?:すべて|全て)?教え"
    ),
}
_TOPIC = {
    "en": re.compile(r"^(?:what(?: is|'s| are| was| were)|define|explain) (?:an? )?(?P<topic>[\w' .-]{1,60}?)\s*\??$"),
    "ja": re.compile(
        r"^(?P<topic>[^、。?？]{1,30}?)(?:とは(?:何|なに|どういう|どんな|どのような|[?？。]*$)|って(?:何|なに))"
    ),
}
_DETERMINED = re.compile(r"^(?:the|this|that|my|your|his|her|its|their|our)\b")


def is_broad(question: Question) -> bool:
    """Whether several sentences may be its answer: it asks about something, why, how, or for more than one thing."""
    return question.kind in _BROAD or bool(_SEVERAL[question.language].search(question.folded))


def topic_of(question: Question) -> str:
    """What the question wants defined ("What is a …?", 「…とは？」), in its folded form; "" where it does not."""
    found = _TOPIC[question.language].search(question.folded)
    topic = found["topic"] if found else ""
    return "" if _DETERMINED.match(topic) else topic
