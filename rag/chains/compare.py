"""Two documents side by side: what both say, where they differ, what only one says."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag
from typing import NamedTuple

from rag.chains._attribution import attribute
from rag.chains._centrality import weighted
from rag.chains._material import Material, Statement
from rag.chains._workshop import Stopped, Workshop, check, language_of
from rag.chat.chat_models import EXTRACTIVE
from rag.chat.prompts import break_tags
from rag.citations.verification import verify
from rag.reports import Progress
from rag.results import Comparison, Pair
from rag.types import DocumentInfo, Hit, Problem, Sentence

ALIKE = 0.45
"""Cosine of words (TF-IDF) from which two sentences are about the same."""
_REPORT_EVERY = 50
_ANSWER_TOKENS = 600
_LEAST_WORDS = 2
_LISTED = 60
"""Lines of each kind that the model is shown."""


class _Side(NamedTuple):
    material: Material
    statements: list[Statement]


def compare(shop: Workshop, left: str, right: str, language: str, stop: Flag) -> Iterator[Progress | Comparison]:
    """Yields Progress and, last, the Comparison; nothing after Progress if stopped. Raises DocumentNotFound.

    Sentences are aligned by their words, each with the one that is most alike (and likes it best); a pair that
    `verify` finds to differ in a number, a name or a negation is told apart from those that say the same. With a chat
    model the comparison is also written, from that alignment, and verified.
    """
    begin = time.perf_counter()
    documents = [shop.catalog.document(left), shop.catalog.document(right)]
    try:
        comparison = yield from _compared(shop, documents, stop)
        if shop.chat_model is not None:
            comparison = yield from _written(shop, documents, comparison, language_of(documents, language), stop)
    except Stopped:
        return
    yield replace(comparison, took_ms=(time.perf_counter() - begin) * 1000)


def _compared(shop: Workshop, documents: Sequence[DocumentInfo], stop: Flag) -> Generator[Progress, None, Comparison]:
    sides: list[_Side] = []
    for document in documents:
        yield Progress("read", len(sides), 2, "documents", document.name)
        material = Material(shop.catalog, document)
        sides.append(_Side(material, [one for one in material.statements() if _says_something(one)]))
    left, right = sides
    pairs = yield from _aligned(left.statements, right.statements, stop)
    hits: dict[int, Hit] = {}

    def cited(side: _Side, statement: Statement) -> Sentence:
        citation = side.material.cite(statement)
        hits.setdefault(citation.chunk_id, side.material.hits[statement.number - 1])
        return Sentence(statement.text, (replace(citation, number=list(hits).index(citation.chunk_id) + 1),))

    found = [
        Pair(cited(left, one), cited(right, other), _difference(one, other))
        for one, other in ((left.statements[a], right.statements[b]) for a, b in pairs)
    ]
    taken_left, taken_right = {a for a, _ in pairs}, {b for _, b in pairs}
    return Comparison(
        left=documents[0].name,
        right=documents[1].name,
        written=(),
        same=tuple(pair for pair in found if not pair.problem),
        differing=tuple(pair for pair in found if pair.problem),
        only_left=tuple(cited(left, one) for n, one in enumerate(left.statements) if n not in taken_left),
        only_right=tuple(cited(right, one) for n, one in enumerate(right.statements) if n not in taken_right),
        hits=tuple(hits.values()),
        model=EXTRACTIVE,
        took_ms=0.0,
    )


def _says_something(statement: Statement) -> bool:
    return statement.kind != "heading" and statement.words >= _LEAST_WORDS


def _difference(one: Statement, other: Statement) -> Problem:
    """In what two sentences about the same differ; a different wording alone is no difference."""
    problems = (verify(one.text, [other.text]).problem, verify(other.text, [one.text]).problem)
    for problem in problems:
        if problem in ("number", "name", "negation"):
            return problem
    return ""


def _aligned(
    left: Sequence[Statement], right: Sequence[Statement], stop: Flag
) -> Generator[Progress, None, list[tuple[int, int]]]:
    """Positions of the sentences that belong together, in the left one's order, each in one pair at most."""
    rows, _ = weighted([one.terms for one in (*left, *right)])
    of_term: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for n, row in enumerate(rows[len(left) :]):
        for term, weight in row.items():
            of_term[term].append((n, weight))
    candidates: list[tuple[float, int, int]] = []
    for n, row in enumerate(rows[: len(left)]):
        if n % _REPORT_EVERY == 0:
            check(stop)
            yield Progress("compare", n, len(left), "sentences")
        cosines: Counter[int] = Counter()
        for term, weight in row.items():
            for other, its in of_term[term]:
                cosines[other] += weight * its  # type: ignore[assignment]  # a Counter of floats
        candidates += [(cosine, n, other) for other, cosine in cosines.items() if cosine >= ALIKE]
    taken_left, taken_right, pairs = set[int](), set[int](), list[tuple[int, int]]()
    for _, one, other in sorted(candidates, key=lambda found: (-found[0], found[1], found[2])):
        if one not in taken_left and other not in taken_right:
            taken_left.add(one)
            taken_right.add(other)
            pairs.append((one, other))
    return sorted(pairs)


# -- with a model --------------------------------------------------------------------------------------------


def _written(
    shop: Workshop, documents: Sequence[DocumentInfo], comparison: Comparison, language: str, stop: Flag
) -> Generator[Progress, None, Comparison]:
    assert shop.chat_model is not None
    names = {"left": _named(documents[0]), "right": _named(documents[1])}
    values = ("same", "differing", "only_left", "only_right")
    empty = shop.templates.render("compare", language, **names, **dict.fromkeys(values, ""))
    room = max(1, shop.room(empty, _ANSWER_TOKENS)) // len(values)
    lists = {
        "same": [pair.left.text for pair in comparison.same],
        "differing": [f"{pair.left.text} / {pair.right.text}" for pair in comparison.differing],
        "only_left": [sentence.text for sentence in comparison.only_left],
        "only_right": [sentence.text for sentence in comparison.only_right],
    }
    shown = {
        name: shop.cut("\n".join(f"- {break_tags(line)}" for line in lines[:_LISTED]), room)
        for name, lines in lists.items()
    }
    prompt = shop.templates.render("compare", language, **names, **shown)
    ids = [document.id for document in documents]
    (text,) = yield from shop.written_side_by_side([(prompt, ids)], _ANSWER_TOKENS, "write", stop)
    sentences, hits = attribute(shop, text, ids, stop)
    shift = len(comparison.hits)
    raised = tuple(
        replace(one, citations=tuple(replace(c, number=c.number + shift) for c in one.citations)) for one in sentences
    )
    return replace(comparison, written=raised, hits=(*comparison.hits, *hits), model=shop.chat_model.name)


def _named(document: DocumentInfo) -> str:
    return break_tags(" ".join(document.name.split())[:100])
