"""Which language a text is in: by its script where that is enough, else by a statistical model."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1_200  # characters, twice: more of them take the model longer and change nothing
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_EASTERN = re.compile("|".join(script.pattern for script in (_KANA, _HANGUL, _HAN)))
_LETTER = re.compile(r"[^\W\d_]")
# Characters of one of the two writings only: simplified Chinese forms, traditional ones that Japanese has simplified;
# Japanese simplified forms and coinages.
_CHINESE = re.compile(
    r"[们这说为时对发会个来过还没吗么经业东车书长门问间见现网电话让员认识语请谁哪你您她他它是的了吧呢啊很"
    r"圖歡讀閱點區國學會發體經說這們來對關實廣應處變單數總觀擇鐵臺萬與當沒嗎麼權價號]"
)
_JAPANESE = re.compile(
    r"[々〆円気駅図書県売読変権価様広応働込畑枠峠辻匂絵験歩沢浜竜氷処実検桜栄薬戦関発会対覚黒鉄圏弐斎渋]"
)
# With more candidates the model takes "Who won?" for Xhosa; these are the ones with enough speakers and documents.
_CANDIDATES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "sv",
    "da",
    "no",
    "fi",
    "pl",
    "cs",
    "tr",
    "vi",
    "id",
    "ro",
    "hu",
    "ru",
    "uk",
    "ar",
    "he",
    "fa",
    "hi",
    "th",
    "el",
    "bg",
]
_SURE = 0.8
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
# Words of hardly any other language in Latin letters, and words that it may share but does not use so often.
_ENGLISH = re.compile(
    r"\b(?:the|and|this|that|these|those|with|from|which|have|has|were|been|their|they|there|what|when|where|who|how|"
    r"why|does|did|would|could|should|your)\b"
)
_SHARED = re.compile(
    r"\b(?:an?|of|to|in|is|it|at|by|for|on|as|was|are|be|not|or|if|but|he|she|we|you|do|can|all|its|his|her)\b"
)
_ENGLISH_SHARE, _FUNCTION_SHARE = 0.04, 0.25  # of all words; of what has fewer, the model is asked


def detect_language(text: str) -> str:
    """The BCP 47 tag of a document's or a question's language, "und" where there are no letters.

    Kana is Japanese and hangul Korean, also among other writing; Han characters alone are Chinese where a
    character says so, else Japanese. Other scripts go to the model of py3langid (Lui and Baldwin 2012, "langid.py");
    what is plain ASCII and not surely another language is taken for English.
    """
    sample = _sample(text)
    if not _LETTER.search(sample):
        return "und"
    return eastern_language(sample) or ("en" if _is_plainly_english(sample) else _by_model(sample))


def eastern_language(text: str) -> str:
    """`ja`, `zh` or `ko` where a text is mostly in that writing, else nothing; by its characters alone."""
    sample = _sample(text)
    if not _EASTERN.search(sample):
        return ""
    kana, hangul, han = (len(script.findall(sample)) for script in (_KANA, _HANGUL, _HAN))
    # A word takes more Latin letters than Japanese ones.
    is_eastern = 4 * (kana + hangul + han) > len(_LETTER.findall(sample))
    return _east_asian(sample, kana, hangul, han) if is_eastern else ""


def _is_plainly_english(sample: str) -> bool:
    """Whether the words between the others are English ones: the model takes half a second to load."""
    words, english, shared = (len(kind.findall(sample.lower())) for kind in (_WORD, _ENGLISH, _SHARED))
    return english > _ENGLISH_SHARE * words and english + shared > _FUNCTION_SHARE * words


def _sample(text: str) -> str:
    """The beginning and the middle of a long text: a foreword may be in another language."""
    if len(text) <= 2 * _SAMPLE:
        return text
    middle = len(text) // 2
    return text[:_SAMPLE] + text[middle : middle + _SAMPLE]


def _east_asian(sample: str, kana: int, hangul: int, han: int) -> str:
    if hangul > kana + han:
        return "ko"
    if 20 * kana > han or kana > 50:
        return "ja"
    return "zh" if len(_CHINESE.findall(sample)) > len(_JAPANESE.findall(sample)) else "ja"


def _by_model(sample: str) -> str:
    with _LOCK:
        found, probability = _model().classify(sample)
    return "en" if sample.isascii() and probability < _SURE else found


_LOCK = threading.Lock()


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(_CANDIDATES)
    return model
