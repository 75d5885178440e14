"""Sentences that say what something is: it is their subject, and they call it by what it is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ASIDE = r"(?: ?[(（][^)）]{0,80}[)）])?"
_BODY = (
    r"(?: (?:corporation|corp[.]?|company|inc[.]?|ltd[.]?|limited|group|plc|foundation|association|organi[sz]ation))?"
)
_DEFINING = {
    "en": (
        r"^(?:an? |the |in [\w ,-]{{1,60}}, (?:an? |the )?)?[\"“'*]?{topic}[\"”'*]?(?:s|es)?{body}{aside}"
        r"(?:,[^,]{{1,80}},)? (?:is|are|was|were|refers? to|means?|stands? for|denotes?|describes?)\b"
        r"(?! (?:not|also|often)\b)",
        r"\b(?:is|are|was|were) (?:called|known as|termed|referred to as) (?:an? |the )?[\"“'*]?{topic}\b",
        r"\b[(]{topic}[;,)]|\b(?:is|are) {topic}[.]?$",
    ),
    "ja": (
        r"^[「『]?{topic}[」』]?{aside}(?:とは|というのは|って|は、?)[^。]*(?:である|です|だ|こと|もの|[一-龠ァ-ヶー])。?$",
        r"^[「『]?{topic}[」』]?{aside}(?:とは|というのは)",
        r"は、?[「『]?{topic}[」』]?(?:です|である|だ)。?$",
        r"[「『]?{topic}[」』]?(?:とは?(?:呼|よ|言|い|称|名付|表現)|と?いう(?:。|$)|という名|として知られ)",
    ),
}


def defines(topic: str, sentence: str, language: str) -> bool:
    """Whether a sentence says what `topic` (folded) is: "A lighthouse is a tower …", 「灯台とは、…」."""
    folded = unicodedata.normalize("NFKC", sentence).strip(" *_-•・●").casefold()
    return any(pattern.search(folded) for pattern in _patterns(topic, language))


@lru_cache(maxsize=64)
def _patterns(topic: str, language: str) -> list[re.Pattern[str]]:
    return [
        re.compile(pattern.format(topic=re.escape(topic), aside=_ASIDE, body=_BODY)) for pattern in _DEFINING[language]
    ]
