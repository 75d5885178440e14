"""Fits the weights of `rag/reader` (`en.npz`, `ja.npz`) to questions whose answers are marked in their passages.

`python -m benchmarks train-reader DATA`: a folder with `training/` (SQuAD format: jaquad_train, xquad) and
`retrieval/squad2_dev_half` (BEIR layout). Each set is a library of its own; what its search finds is what is learned
from. A question is learned once as it is, and some once more with the sentences that answer it taken out: then there
is no answer. Articles of squad2_dev_half are left out of xquad, which shares them.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries import Nearness, library_of
from benchmarks.reader_network import Sample, fit_lines, fit_spans
from evals.datasets import Dataset, Query, read_dataset, read_squad
from evals.metrics import contains, normalise
from evals.retrieval import sample
from loaders import detect_language
from rag import AskOptions
from rag.factory import Parts
from rag.reader.extractive import lines_of
from rag.reader.features import Line, Seen, see
from rag.reader.questions import Question, ask
from rag.reader.read import KEPT, spans_of
from rag.reader.weights import Weights, save_weights

_ANSWERED = {"en": 1700, "ja": 3000}
"""Questions with an answer that are taken of each set."""
_IMPOSSIBLE = 1100
_TAKEN_OUT = 0.25
"""The share of questions that are learned once more without their answers."""
_WRONG = 50
"""Wrong spans of the answering sentence, and of the others, that a question is learned with."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the lines that were found, which of them hold its answer, and its answers (none: no answer).

    `cosines` (one a line) are there where the embedding model knows the language.
    """

    question: Question
    lines: list[Line]
    answering: NDArray[np.bool_]
    answers: tuple[str, ...]
    cosines: NDArray[np.float32] | None
    title: str


def run(data: Path, limit: int | None) -> list[dict[str, object]]:
    """Writes both languages' weights; a row per language says from how many questions."""
    rows = []
    for language, sets in (("ja", japanese_sets(data)), ("en", english_sets(data))):
        examples = [example for one in sets for example in examples_of(one, limit or _ANSWERED[language])]
        save_weights(language, fit(examples))
        rows.append({"language": language, "sets": ", ".join(s.name for s in sets), "questions": len(examples)})
    return rows


def english_sets(data: Path) -> list[Dataset]:
    """squad2_dev_half, and of xquad.en the articles that it has not."""
    squad2 = read_dataset(data / "retrieval" / "squad2_dev_half")
    return [squad2, _without(read_squad(data / "training" / "xquad" / "xquad.en.json.gz"), squad2)]


def japanese_sets(data: Path) -> list[Dataset]:
    """JaQuAD's training set."""
    return [read_squad(data / "training" / "jaquad_train.json.gz")]


def fit(examples: Sequence[Example]) -> Weights:
    """The weights, first of the lines, then of the spans."""
    rng = random.Random(0)
    examples = [*examples, *(gap for e in examples if rng.random() < _TAKEN_OUT and (gap := without_answers(e)))]
    seen = [see(example.question, example.lines) for example in examples]
    line = fit_lines([(s.sentences, e.answering) for s, e in zip(seen, examples, strict=True) if e.answering.any()])
    generator = np.random.default_rng(0)
    samples = [_sample(s, e, line, generator) for s, e in zip(seen, examples, strict=True)]
    return fit_spans(line, [one for one in samples if one is not None])


def examples_of(dataset: Dataset, limit: int) -> Iterator[Example]:
    """Questions of a set with what a search of its documents finds, in a library of its own."""
    with library_of(dataset.documents) as parts:
        near = Nearness(parts.embedder)
        titles = {document.name: document.title for document in dataset.documents}
        answered = sample([query for query in dataset.queries if query.answers], limit)
        impossible = sample([query for query in dataset.queries if query.is_impossible], min(limit, _IMPOSSIBLE))
        for query in (*answered, *impossible):
            if example := _example(parts, query, titles, near):
                yield example


def _example(parts: Parts, query: Query, titles: dict[str, str], near: Nearness) -> Example | None:
    """None where the lines that answer were not found, or stand only where the question was not put to."""
    hits = parts.retriever.search(query.text, AskOptions()).hits
    lines = lines_of(hits)
    own = np.array([hits[line.rank].document.name in query.relevant for line in lines], bool)
    holds = np.array([contains(line.text, query.answers) for line in lines], bool)
    answering = own & holds
    if not lines or (query.answers and not answering.any()):
        return None
    kept = [n for n in range(len(lines)) if answering[n] or not holds[n]]
    title = titles[next(iter(query.relevant))] if query.relevant else ""
    question, lines = ask(query.text, detect_language(query.text)), [lines[n] for n in kept]
    cosines = near.cosines(query.text, [line.text for line in lines]) if near.knows(query.text) else None
    return Example(question, lines, answering[kept], query.answers, cosines, title)


def without_answers(example: Example) -> Example | None:
    """The same question where its answer is taken out; None where nothing is left."""
    kept = np.flatnonzero(~example.answering)
    lines = [example.lines[n] for n in kept]
    nothing = np.zeros(len(lines), bool)
    cosines = None if example.cosines is None else example.cosines[kept]
    gap = dataclasses.replace(example, lines=lines, answering=nothing, answers=(), cosines=cosines)
    return gap if lines else None


def _without(dataset: Dataset, other: Dataset) -> Dataset:
    """The set without the articles of another one."""
    shared = {document.title for document in other.documents}
    documents = [document for document in dataset.documents if document.title not in shared]
    names = {document.name for document in documents}
    return Dataset(dataset.name, documents, [q for q in dataset.queries if q.relevant.keys() & names])


def _sample(seen: Seen, example: Example, line: NDArray[np.float32], rng: np.random.Generator) -> Sample | None:
    """All spans that are right, and some that are wrong, each counted for those that it stands for."""
    scores = seen.sentences @ line
    features, right, answering = [], [], []
    kept = np.argsort(-scores, kind="stable")[:KEPT].tolist()
    near = None if example.cosines is None else example.cosines[kept]
    for n, (first, last, rows) in zip(kept, spans_of(seen, kept, scores, near), strict=True):
        features.append(rows)
        right.append(_right(seen, n, first, last, example))
        answering.append(np.full(len(first), example.answering[n]))
    rows, gold, holds = np.concatenate(features), np.concatenate(right), np.concatenate(answering)
    if example.answers and not holds.any():
        return None
    beside = rng.permutation(np.flatnonzero(holds & ~gold))
    elsewhere = rng.permutation(np.flatnonzero(~holds))
    chosen = [np.flatnonzero(gold), beside[:_WRONG], elsewhere[:_WRONG]]
    stands_for = [np.ones(len(chosen[0])), *(_each(whole) for whole in (beside, elsewhere))]
    at = np.concatenate(chosen)
    return Sample(rows[at].astype(np.float16), gold[at], holds[at], np.log(np.concatenate(stands_for)))


def _each(whole: NDArray[np.int64]) -> NDArray[np.float64]:
    kept = min(len(whole), _WRONG)
    return np.full(kept, len(whole) / max(kept, 1))


def _right(
    seen: Seen, n: int, first: NDArray[np.int64], last: NDArray[np.int64], example: Example
) -> NDArray[np.bool_]:
    """Which spans of a line are one of the answers, articles and punctuation aside."""
    if not example.answering[n]:
        return np.zeros(len(first), bool)
    text, tokens = example.lines[n].text, seen.tokens[n]
    answers = {normalise(answer) for answer in example.answers}
    return np.array(
        [normalise(text[tokens[i].start : tokens[j].end]) in answers for i, j in zip(first, last, strict=True)], bool
    )
