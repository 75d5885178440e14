"""Whether passages really say what a sentence says: its numbers, names, negations and words, each checked."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest

from rag.citations.figures import numbers_differ
from rag.text.languages import analyze, morphemes, sentences, stem
from rag.types import Problem

MIN_SHARE = 0.34
"""Least share of a sentence's words that the passages must hold."""
_NEAR_SHARE = 0.5
"""Negations are compared with those sentences of the passages that hold at least this share of the words."""
_SAME_SHARE = 0.8
"""Where a sentence of the passages holds this share, it is the one that is retold: the numbers must stand there."""
_REACH = 4
"""How many words behind an English negation it may bear upon."""

_ALIKE_LETTERS = 4
_ALIKE_SHARE = 0.55
_MISSPELT = 0.85
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAPITALISED = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w]+(?:['’][A-Z]\w+)*")
_NEGATIONS = frozenset(["not", "no", "never", "none", "neither", "nor", "without", "cannot", "nobody", "nothing"])
_LIGHT = frozenset(
    [
        *("be", "been", "being", "is", "are", "was", "were", "am", "have", "has", "had", "do", "does", "did"),
        *("a", "an", "the", "any", "of", "to", "in", "on", "at", "by", "as", "very", "only", "so", "it", "yet"),
        *("this", "that", "these", "those", "then", "there", "their", "its", "his", "her", "they", "he", "she"),
        *("will", "would", "can", "could", "may", "might", "shall", "should", "must", "longer", "more", "also"),
    ]
)
_JAPANESE_NEGATIONS = frozenset(["ない", "ず", "ぬ", "まい", "無い"])

_BEARING = ("名詞", "動詞", "形容詞", "形状詞")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`share` (0 to 1) is how many of the sentence's words the passages hold; `problem` why it is not supported."""

    share: float
    problem: Problem

    @property
    def supported(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problem


def verify(sentence: str, passages: Sequence[str], computed: Sequence[str] = ()) -> Verdict:
    """Checks a sentence against the passages that it is said to rest on, and against what was computed from them.

    In any mix of languages.
    """
    passages = [*passages, *computed]
    source = "\n".join(passages)
    wanted = set(analyze(sentence).words)
    share = _share(wanted, source)
    said = [(source[start:end], _share(wanted, source[start:end])) for start, end in sentences(source)]
    retold = [text for text, held in said if held >= _SAME_SHARE]
    context = _context(said, passages)
    if numbers_differ(sentence, source, context, retold, [text for text, _ in said], "\n".join(computed)):
        return Verdict(share, "number")
    names = list(_names(sentence))
    if any(not _stands_in(name, source) for name in names):
        return Verdict(share, "name")
    exchanged = retold and any(not _stands_in(name, context) for name in names)
    if exchanged and any(not _stands_in(name, sentence) for text in retold for name in _names(text)):
        return Verdict(share, "name")
    if _negated_otherwise(sentence, wanted, said):
        return Verdict(share, "negation")
    return Verdict(share, "" if share >= MIN_SHARE else "words")


def _context(said: Sequence[tuple[str, float]], passages: Sequence[str]) -> str:
    """Those sentences which this one retells, each with the one before it, under the passages' first lines.

    A number or name from elsewhere is wrong there if one of theirs is missing: it was exchanged. All of the passages
    where nothing is retold.
    """
    told = [m for n, (_, held) in enumerate(said) if held >= _SAME_SHARE for m in (n - 1, n) if m >= 0]
    if not told:
        return "\n".join(passages)
    return "\n".join([*(passage.split("\n", 1)[0] for passage in passages), *(said[n][0] for n in told)])


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & set(analyze(text).words)) / len(wanted) if wanted else 1.0


# -- names ---------------------------------------------------------------------------------------------


def _names(sentence: str) -> Iterator[str]:
    """Capitalised words that do not begin a sentence, and Japanese proper nouns."""
    beginnings = {start for start, _ in sentences(sentence)}
    for match in _CAPITALISED.finditer(sentence):
        if match.start() not in beginnings:
            yield match.group()
    found = morphemes(sentence)
    for name, following in zip_longest(found, found[1:]):
        ours = name.surface == "日本" and following and following.surface in ("語", "人")  # any text in it may say so
        if "固有名詞" in name.part_of_speech and not ours and "何" not in name.surface:
            yield name.surface


def _stands_in(name: str, source: str) -> bool:
    """Whether the source has the name: for scripts without spaces anywhere, else as a word or nearly one.

    Nearly: "Palestinian" for "Palestine", a misspelling, initials ("US" for "United States").
    """
    if not re.search(r"[a-z]", _normal(name)):
        return _normal(name) in _normal(source)
    if name.isupper() and name in "".join(word[0] for word in _CAPITALISED.findall(source)):
        return True
    known = {part for word in _WORD.findall(_normal(source)) for part in (word, *word.split("'"))}
    return all(part in known or any(_alike(part, word) for word in known) for part in _WORD.findall(_normal(name)))


def _alike(one: str, other: str) -> bool:
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    if shared >= max(_ALIKE_LETTERS, _ALIKE_SHARE * max(len(one), len(other))):
        return True
    if shared == min(len(one), len(other)) >= _ALIKE_LETTERS:
        return True  # "Sept" for "September"
    return shared > 1 and SequenceMatcher(None, one, other).ratio() >= _MISSPELT


def _normal(text: str) -> str:
    """Case, width and accents folded."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("’", "'").replace("'s", "")
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn" or c in "\u3099\u309a")


# -- negations -----------------------------------------------------------------------------------------


def _negated_otherwise(sentence: str, wanted: set[str], said: Sequence[tuple[str, float]]) -> bool:
    """Whether a word is negated here and nowhere where the passages say the like, or the other way round."""
    here = set(negated_words(sentence))
    negated, affirmed = set[str](), set[str]()
    for text, held in said:
        if held >= _NEAR_SHARE:
            found = Counter(negated_words(text))
            negated |= found.keys()
            words = Counter(analyze(text).words)
            affirmed |= words.keys() - found.keys() if held >= _SAME_SHARE else (words - found).keys()
    if here and not negated and any(held >= _SAME_SHARE for _, held in said):
        return True
    only_here, only_there = here - negated, (negated - affirmed - here) & wanted
    return bool(only_here & affirmed or only_there)


def negated_words(text: str) -> list[str]:
    """The words that a negation bears upon, in the form in which `analyze` gives them."""
    return [*_negated_in_english(text), *_negated_in_japanese(text)]


def _negated_in_english(text: str) -> Iterator[str]:
    words = _WORD.findall(_normal(text))
    for at, word in enumerate(words):
        if word in _NEGATIONS or word.endswith("n't"):
            following = [w for w in words[at + 1 : at + 1 + _REACH] if w not in _LIGHT]
            yield from (stem(w) for w in following[:1])


def _negated_in_japanese(text: str) -> Iterator[str]:
    """The nearest word with a meaning before ない, ず, ん (ません) and the like."""
    bearing = ""
    for morpheme in morphemes(text):
        negates = morpheme.normal in _JAPANESE_NEGATIONS and morpheme.part_of_speech[0] in ("助動詞", "形容詞")
        if negates and bearing:
            yield bearing
        elif morpheme.part_of_speech[0] in _BEARING and morpheme.part_of_speech[1] != "非自立可能":
            bearing = morpheme.normal
