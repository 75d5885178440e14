"""Yes or no, said plainly, where a sentence says exactly what is asked, or exactly its opposite."""

from __future__ import annotations

import re

from rag.citations.verification import negated_words, verify
from rag.reader.questions import Question
from rag.text.languages import analyze

_WHOLE = 0.99
_HEDGED = {
    "en": re.compile(
        r"\b(?:or|if|unless|may|might|could|perhaps|possibly|probably|likely|often|usually|sometimes|some|most|partly|"
        r"rarely|almost|nearly|except|only|claim\w*|believ\w*|alleg\w*|suggest\w*|considered|disput\w*|expected|planned)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"または|あるいは|もし|場合|かもしれ|だろう|と思われ|とみられ|おそらく|一部|多く|ほとんど|ほぼ|主に|とは限ら|除き|"
        r"除いて|のみ|だけ|とされ|といわれ|と言われ|予定|可能性|疑い|主張"
    ),
}
_WORDS = {"en": ("Yes.", "No."), "ja": ("はい。", "いいえ。")}


def plain_answer(question: Question, sentence: str) -> str:
    """ "Yes.", "No." in the question's language; "" wherever that is not safe to say.

    Safe: every word of the question stands in the sentence, so do its numbers and names, nothing in either hedges, and
    no negation is there that the other lacks; or it is the only difference: then the answer is no.
    """
    hedged = _HEDGED[question.language]
    asked = set(analyze(question.text).words)
    if question.kind != "yes/no" or len(asked) < 2 or hedged.search(sentence) or hedged.search(question.text):
        return ""
    verdict = verify(question.text, [f"\n{sentence}"])
    if verdict.share < _WHOLE or verdict.problem not in ("", "negation"):
        return ""
    if not verdict.problem and len(negated_words(sentence)) != len(negated_words(question.text)):
        return ""  # 日曜日にできますか: 日曜日には行わない
    return _WORDS[question.language][verdict.problem == "negation"]
