"""The central sentences of documents, chosen without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Sequence
from threading import Event as Flag

import numpy as np
from numpy.typing import NDArray

from rag.chains._centrality import MOST_COMPARED, diverse, dot, lexrank, similarities, weighted, z
from rag.chains._material import Material, Statement
from rag.chains._workshop import Workshop, check
from rag.reports import Progress
from rag.types import DocumentInfo

Chosen = tuple[Material, Statement]

_WORDS = (5, 60)
"""A sentence with fewer words says too little, one with more is rather a list or a broken table."""
_A_DOCUMENT = 12
"""Sentences of each document that are compared with those of the others."""
_REPETITION = 2.0
_TWICE = 0.5
"""Cosine of words from which two sentences say the same."""
_CROWDED = 0.35
"""What a sentence counts as alike with every other of its section, so that a summary visits several."""
_LEADING = 0.8
_HANGING = re.compile(
    r"^(?:this|that|these|those|it|its|he|she|they|his|her|their|such|but|and|or|so|also|however|therefore|thus|then"
    r"|moreover|furthermore|in addition|for example|for instance)\b|^(?:これ|それ|この|その|あの|彼|また|しかし|だが|"
    r"そこ|ここ|なお|ただし|そして|さらに|一方|例えば|たとえば|このため|そのため|したがって)",
    re.IGNORECASE,
)
"""How a sentence begins that rests on the one before it."""


def central_sentences(
    shop: Workshop, documents: Sequence[DocumentInfo], count: int, stop: Flag
) -> Generator[Progress, None, list[Chosen]]:
    """`count` sentences that say most of what the documents say, in reading order, document by document.

    LexRank over the words (of each document's best sentences where there are several), the passage's stored vector
    against the document's mean, and where the sentence stands, summed as standard scores; then MMR.
    """
    found: list[Chosen] = []
    for done, document in enumerate(documents):
        check(stop)
        yield Progress("read", done, len(documents), "documents", document.name)
        material = Material(shop.catalog, document)
        statements = _sayings(material)
        sayings = [(material, one) for one in statements]
        found += _best(shop, sayings, _A_DOCUMENT) if len(documents) > 1 else sayings
    prose = [one for one in found if one[1].is_prose]
    chosen = _best(shop, prose or found, count)
    order = {document.id: n for n, document in enumerate(documents)}
    return sorted(chosen, key=lambda one: (order[one[0].document.id], one[1].place))


def _sayings(material: Material) -> list[Statement]:
    """Whole sentences of the running text; everything where the document has hardly any."""
    statements = material.statements()
    least, largest = _WORDS
    prose = [
        one
        for one in statements
        if one.is_prose and least <= one.words <= largest and one.text.rstrip()[-1] in ".。!！”」』)）"
    ]
    return prose if len(prose) >= min(3, len(statements)) else [one for one in statements if one.kind != "heading"]


def _best(shop: Workshop, found: Sequence[Chosen], count: int) -> list[Chosen]:
    if not found:
        return []
    rows, centre = weighted([statement.terms for _, statement in found])
    kept = range(len(found))
    if len(found) > MOST_COMPARED:
        nearest = sorted(kept, key=lambda n: -dot(rows[n], centre))[:MOST_COMPARED]
        kept = sorted(nearest)
    found, rows = [found[n] for n in kept], [rows[n] for n in kept]
    cosines = similarities(rows)
    scores = z(lexrank(cosines)) + 0.5 * z(_by_vectors(shop, found)) + _by_place(found)
    several = len({material.document.id for material, _ in found}) > 1
    sections = [
        (material.document.id, () if several else material.chunks[one.number - 1].headings) for material, one in found
    ]
    alike = cosines
    if len(set(sections)) > 1:
        same = np.array([[a == b for b in sections] for a in sections])
        alike = np.maximum(cosines, np.where(same, _CROWDED, 0)).astype(np.float32)
    return [found[n] for n in diverse(scores, alike, count, _REPETITION, _TWICE)]


def _by_vectors(shop: Workshop, found: Sequence[Chosen]) -> NDArray[np.float64]:
    """(n,) cosine of the stored vector of each sentence's passage with the mean of its document's; 0 without one."""
    active = shop.catalog.generations.active()
    values: dict[int, float] = {}
    for material in {id(material): material for material, _ in found}.values():
        if active is None or not material.chunks:
            continue
        first, last = material.chunks[0].id, material.chunks[-1].id  # a document's passages are numbered in one go
        ids, vectors = shop.catalog.vectors.of_chunks(active.id, first, last)
        if ids:
            mean = vectors.mean(axis=0)
            values |= dict(zip(ids, (vectors @ (mean / (np.linalg.norm(mean) or 1.0))).tolist(), strict=True))
    return np.array([values.get(material.chunks[one.number - 1].id, 0.0) for material, one in found])


def _by_place(found: Sequence[Chosen]) -> NDArray[np.float64]:
    """(n,) a bonus for what opens a document or a section, and a malus for what rests on the sentence before it."""
    seen: Counter[tuple[str, ...]] = Counter()
    bonus = []
    for material, one in found:
        document, section = (material.document.id,), (material.document.id, *material.chunks[one.number - 1].headings)
        begins = sum(_LEADING / (1 + seen[key]) for key in {document, section})
        seen.update({document, section})
        bonus.append(begins - bool(_HANGING.search(one.text)))
    return np.array(bonus)
