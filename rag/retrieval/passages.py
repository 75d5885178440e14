"""Passages as they are shown and sent: a text that stands in several places once, neighbours that touch as one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.types import Chunk, Hit, Span

SAME_SHARE = 0.9
"""Near-copies share at least this part of all runs of three words that either has."""
_TOKENS = re.compile(
    r"\d+(?:[.,]\d+)*|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:['’][^\W\d_]+)*|[\u3040-\u30ff\u3400-\u9fff]"
)
_NEGATION = re.compile(r"not?|never|none|nor|neither|without|cannot|.*n['’]t|[なずぬん]")
_KANA = re.compile(r"[\u3040-\u309f]")


@dataclass(frozen=True, slots=True)
class _Words:
    """A text's words as they are written and folded (a Chinese or Japanese character is one), and runs of three."""

    written: Counter[str]
    runs: frozenset[tuple[str, ...]]


def distinct(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without near-copies of better ones; the best one says which other documents hold its text (`also_in`).

    A near-copy differs in nothing that could matter: not in a number, a name, a negation or a kanji.
    """
    kept: list[tuple[Hit, _Words]] = []
    for hit in hits:
        words = _words(hit.chunk.text)
        at = next((n for n, (_, held) in enumerate(kept) if _alike(held, words)), None)
        if at is None:
            kept.append((hit, words))
            continue
        first, held = kept[at]
        known = {first.document.id, *(document.id for document in first.also_in)}
        if hit.document.id not in known:
            kept[at] = replace(first, also_in=(*first.also_in, hit.document)), held
    return [hit for hit, _ in kept]


def joined(hits: Sequence[Hit]) -> list[Hit]:
    """The hits with neighbours that touch or overlap made one passage, at the place of the best of them.

    The passage has the id of its first chunk, whose text it begins with; what overlaps stands in it once.
    """
    groups: list[list[Hit]] = []
    for hit in hits:
        touching = [group for group in groups if any(_touch(hit.chunk, other.chunk) for other in group)]
        if not touching:
            groups.append([hit])
            continue
        touching[0].append(hit)
        for group in touching[1:]:  # it closes the gap between two
            touching[0].extend(group)
            groups.remove(group)
    return [_as_one(group) for group in groups]


def _as_one(group: Sequence[Hit]) -> Hit:
    best = max(group, key=lambda hit: hit.score)
    chunk, *others = sorted((hit.chunk for hit in group), key=lambda chunk: chunk.ordinal)
    for other in others:
        chunk = _join(chunk, other)
    also = {document.id: document for hit in group for document in hit.also_in}
    return replace(best, chunk=chunk, also_in=tuple(also.values()))


def _touch(one: Chunk, other: Chunk) -> bool:
    return (one.document_id, one.headings) == (other.document_id, other.headings) and abs(
        one.ordinal - other.ordinal
    ) == 1


def _join(one: Chunk, following: Chunk) -> Chunk:
    """`one` with what the following chunk says beyond it; spans go on mapping the text back to its blocks."""
    ends = {span.block: span.offset + span.end - span.start for span in one.spans}
    text, spans = one.text, list(one.spans)
    for span in following.spans:
        end = span.offset + span.end - span.start
        begin = max(span.offset, ends.get(span.block, 0))
        if begin >= end:
            continue  # said already: an overlap, or the repeated header of a table
        new = following.text[span.start + begin - span.offset : span.end]
        text += _between(spans[-1], span.block, begin)
        spans.append(Span(len(text), len(text) + len(new), span.block, begin))
        text += new
    return replace(one, text=text, spans=tuple(spans), token_count=one.token_count + following.token_count)


def _between(last: Span, block: int, begin: int) -> str:
    """What parts two pieces of text: nothing inside a sentence, a space inside a block (where there is one)."""
    if last.block != block:
        return "\n"
    return " " if begin > last.offset + last.end - last.start else ""


def _words(text: str) -> _Words:
    written = _TOKENS.findall(unicodedata.normalize("NFKC", text))
    folded = [word.casefold() for word in written]
    runs = zip(folded, folded[1:], folded[2:], strict=False)
    return _Words(Counter(written), frozenset(runs) or frozenset([tuple(folded)]))


def _alike(one: _Words, other: _Words) -> bool:
    if len(one.runs & other.runs) < SAME_SHARE * len(one.runs | other.runs):
        return False
    return not any(map(_matters, (one.written - other.written) + (other.written - one.written)))


def _matters(word: str) -> bool:
    """Whether a word that only one of two texts has may be what they differ in."""
    if _NEGATION.fullmatch(word.casefold()) or word[0].isdigit() or word[0].isupper():
        return True
    return len(word) == 1 and ord(word) > 0x2FFF and not _KANA.match(word)
