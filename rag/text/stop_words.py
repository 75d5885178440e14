"""The words of a question that name no topic, in languages for which `analyze` knows none."""

from __future__ import annotations

import re
from functools import cache, lru_cache

SNOWBALL = {
    "da": "danish",
    "de": "german",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
}
"""Languages other than English whose words Snowball stems, and of which tantivy has its stop words."""
_QUESTION_WORDS = {
    "da": "hvem hvad hvor hvornår hvorfor hvordan hvilken hvilke hvilket mange meget",
    "de": "wer wen wem wessen wann warum wieso weshalb woher wohin womit wofür wieviel viele viel gibt gab hoch "
    "groß oft lange weit teuer alt spät",
    "es": "cuánto cuánta cuántos cuántas quién quiénes dónde cuándo cómo cuál cuáles qué hay",
    "fi": "kuka mikä missä milloin miksi miten kuinka monta paljon",
    "fr": "combien où quand pourquoi comment lequel laquelle lesquels lesquelles quoi est sont a-t-il a-t-elle",
    "hu": "ki mi hol mikor miért hogyan melyik hány mennyi",
    "it": "quanto quanta quanti quante chi dove quando come quale quali perché cosa",
    "nl": "wie wat waar wanneer waarom hoe hoeveel welke welk lang",
    "no": "hvem hva hvor når hvorfor hvordan hvilken hvilke hvilket mange mye",
    "pt": "quanto quanta quantos quantas quem onde quando como qual quais porque porquê que há",
    "ru": "сколько где когда почему зачем какой какая какое какие каков кому чей",
    "sv": "vem vad var när varför hur vilken vilka vilket många mycket",
}
"""What Snowball's lists lack of the words that ask."""
_UNSPACED = {
    "zh": re.compile(
        r"多少|什么|甚麼|什麼|为什么|為什麼|怎么样?|怎麼樣?|哪[里裡兒儿个個些]?|谁|誰|几|幾|吗|嗎|呢|请问|請問"
    ),
    "ko": re.compile(
        r"(?:언제|무엇|누구|누가|어디|어떻게|어떤|어느|왜|얼마나?|며칠|몇)(?:입니까|인가요|이에요|예요|이죠|에서|에|을|를|이|가)?"
        r"|있습니까|있나요|합니까|하나요|됩니까|되나요"
    ),
}
"""The words that ask, where no spaces part them or where endings stick to them."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def without_stop_words(question: str, language: str) -> str:
    """The question without its function words and those that ask; as it is in English and Japanese, or if none is left.

    The lists are Snowball's (https://snowballstem.org), with the words that ask.
    """
    if pattern := _UNSPACED.get(language):
        left = pattern.sub(" ", question)
    elif language in SNOWBALL:
        left = _WORD.sub(lambda match: " " if is_stop_word(match.group(), language) else match.group(), question)
    else:
        return question
    return left if _WORD.search(left) else question


def is_stop_word(word: str, language: str) -> bool:
    """Whether a word of a language (BCP 47) names no topic; False for languages without a list."""
    if language not in SNOWBALL:
        return False
    folded = word.casefold()
    return folded in _asking(language) or _is_snowballs(folded, language)


@cache
def _asking(language: str) -> frozenset[str]:
    return frozenset(_QUESTION_WORDS[language].split())


@lru_cache(maxsize=1 << 12)
def _is_snowballs(folded: str, language: str) -> bool:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    kept = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stopword(SNOWBALL[language])).build()
    return not kept.analyze(folded)
