"""How well unsupported sentences are told from supported ones, on sentences made from real passages.

Supported: sentences of a passage as they stand; real questions about it with their answers. Unsupported: the same with
a number changed, a name exchanged, a negation put in or taken out; sentences and answered questions of other passages.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.datasets import Dataset, read_dataset
from evals.retrieval import sample
from loaders import detect_language
from rag.citations.evidence import Verifier
from rag.embedders.onnx_int8 import OnnxInt8Embedder
from rag.settings import DEFAULT_EMBEDDING_MODEL, Settings
from rag.text.languages import morphemes, sentences

_DEFAULT_LIMIT = 300
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
_PUT_IN = re.compile(r"\b(is|are|was|were|has|have|had|can|will|would)\b (?!not\b)")
_TAKE_OUT = re.compile(r" (?:not|never)\b|n't\b")
_JAPANESE_ENDINGS = (
    *(("である。", "ではない。"), ("であった。", "ではなかった。"), ("だった。", "ではなかった。")),
    *(("している。", "していない。"), ("れている。", "れていない。"), ("された。", "されなかった。")),
    *(("した。", "しなかった。"), ("する。", "しない。")),
)


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and kind of sentence: how many were made, and the share that was flagged."""
    return [row for folder in folders for row in _rows(read_dataset(folder), limit or _DEFAULT_LIMIT)]


def _rows(dataset: Dataset, limit: int) -> Iterator[dict[str, object]]:
    settings = Settings()
    verifier = Verifier(OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", settings.cache))
    flagged: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for kind, supported, sentence, passage in _made(dataset, limit):
        flagged[kind, supported].append(not verifier.verify(sentence, [passage]).supported)
    for (kind, supported), verdicts in flagged.items():
        yield {
            "set": dataset.name,
            "sentences": kind,
            "supported": "yes" if supported else "no",
            "made": len(verdicts),
            "flagged": round(sum(verdicts) / len(verdicts), 3),
        }


def _made(dataset: Dataset, limit: int) -> Iterator[tuple[str, bool, str, str]]:
    """(kind, whether the passage supports it, sentence, passage)."""
    rng = random.Random(0)
    passages = {
        document.name: "\n".join([document.title, *(b.text for b in document.blocks)]) for document in dataset.documents
    }
    queries = [query for query in dataset.queries if query.relevant and query.answers]
    names = [name for text in passages.values() for name in _names(text)]
    for query in sample(queries, limit):
        passage = passages[next(iter(query.relevant))]
        sentence = rng.choice(_sentences(passage))
        stranger = passages[rng.choice(sorted(passages.keys() - query.relevant))]
        answered = f"{query.text} {rng.choice(query.answers)}"
        yield "as it stands", True, sentence, passage
        yield "question and answer", True, answered, passage
        yield "of another passage", False, rng.choice(_sentences(stranger)), passage
        yield "question and answer of another", False, answered, stranger
        for kind, changed in _changed(sentence, names, rng):
            yield kind, False, changed, passage


def _sentences(passage: str) -> list[str]:
    every = [passage[start:end] for start, end in sentences(passage)][1:]  # the first one is the title
    return [text for text in every if len(text) > 30] or every or [passage]


def _names(text: str) -> list[str]:
    japanese = [m.surface for m in morphemes(text) if "固有名詞" in m.part_of_speech and len(m.surface) > 1]
    return [*_NAME.findall(text), *japanese]


def _changed(sentence: str, names: Sequence[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    if numbers := list(_NUMBER.finditer(sentence)):
        number = rng.choice(numbers)
        other = str(int(number.group()) + rng.choice([1, 3, 7, 10]))
        yield "number changed", sentence[: number.start()] + other + sentence[number.end() :]
    if own := _names(sentence):
        name = rng.choice(own)
        japanese = not name.isascii()
        others = [n for n in names if n not in sentence and n.isascii() != japanese]
        if others:
            yield "name exchanged", sentence.replace(name, rng.choice(others), 1)
    if detect_language(sentence) == "ja":
        for ending, negated in _JAPANESE_ENDINGS:
            if sentence.endswith(ending):
                yield "negation put in", sentence.removesuffix(ending) + negated
                break
    elif _TAKE_OUT.search(sentence):
        yield "negation taken out", _TAKE_OUT.sub("", sentence, count=1)
    elif match := _PUT_IN.search(sentence):
        yield "negation put in", f"{sentence[: match.end()]}not {sentence[match.end() :]}"
