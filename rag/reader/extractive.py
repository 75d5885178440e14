"""Answers without a model: the sentences of the passages found that answer the question, quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.citations.citing import BlocksOf, Quote
from rag.embedders._switching import pinned
from rag.priority import answering
from rag.protocols import Embedder
from rag.reader.answerability import answerable
from rag.reader.breadth import is_broad, topic_of
from rag.reader.definitions import defines
from rag.reader.labels import CELLS
from rag.reader.questions import Question, ask
from rag.reader.read import Cosines, Line, Weighed, Weighing, weigh
from rag.reader.rows import header_of, in_words, says_columns
from rag.reader.sections import announced, named_section
from rag.reader.shapes import shape_of
from rag.reader.surroundings import captions, openings
from rag.reader.times import has_digit, timely
from rag.reader.tokens import tokens
from rag.reader.yes_no import plain_answer
from rag.text.languages import analyze, sentences
from rag.types import AnswerSpan, Hit, Retrieved

MAX_SENTENCES = 3
MAX_OF_BROAD = 6
"""What a broad question gets at most: one that asks about something, why, how, or for a list."""
MAX_ITEMS = 12
"""What is quoted at most of a list that a sentence announces."""
_SPANLESS = ("why", "how", "yes/no", "about", "other")
_CLOSE = {"narrow": 1.5, "broad": 4.0, "why": 2.5, "how": 2.5}
"""How much worse than the best another sentence may be (in logits), by the kind of question."""
_CERTAIN = 0.6
"""Least likelihood that the answer lies within or across a span that is marked."""
_LIKELY = 0.7
"""The confidence that a broad question, or one for a definition, has at most where nothing says that this is it."""
_FEW_TIMES = 2
_NAMED = 0.6
"""The confidence that a question has at least whose section is named by its heading."""
_UNLIKE = 0.1
"""The confidence at most where the best sentence does not look like an answer at all."""
_SIMILAR = 0.6


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence (or a table's row) of a hit, how well it answers, and the words of it that do, where they are sure."""

    quote: Quote
    text: str
    score: float
    span: AnswerSpan | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """What the passages found say: all their sentences, best first, and how likely (0 to 1) they answer.

    `best_span` are the words that answer best, however sure.
    """

    question: Question
    sentences: list[RankedSentence]
    confidence: float
    best_span: str = ""


@answering()
def extract(asked: str, found: Retrieved, embedder: Embedder, *, follow_up: bool = False) -> Extract:
    """Reads the hits for what was asked, with the help of vectors where `embedder` knows the language.

    What a `follow_up` asks does not stand in it alone: then the search's confidence is kept.
    """
    question = ask(asked, found.language)
    places = [(n, hit, *span) for n, hit in enumerate(found.hits, 1) for span in _readable(hit.chunk.text)]
    lines = lines_of(found.hits)
    weighing = weigh(question, lines, cosines_of(asked, found.language, embedder))
    confidence = found.confidence if follow_up or not lines else answerable(found.confidence, question, weighing)
    if lines and not follow_up:
        confidence = _as_named(confidence, question, found.hits, weighing)
    ranked: list[RankedSentence] = []
    for one in weighing.lines:
        number, hit, start, end = places[one.line]
        quote = Quote(number, start, end, float(weighing.seen.sentences[one.line, 3]))
        ranked.append(RankedSentence(quote, hit.chunk.text[start:end], one.score, _marked(question, one, lines)))
    surest = max(weighing.lines, key=lambda one: one.certainty, default=None)
    span = lines[surest.line].text[slice(*surest.span)] if surest and surest.span else ""
    return Extract(question, ranked, confidence, span)


def _as_named(confidence: float, question: Question, hits: Sequence[Hit], weighing: Weighing) -> float:
    """The confidence, raised where a heading names what is asked about.

    Held down where no words can answer a question, and no heading nor a sentence that defines says that this does.
    """
    section = named_section(question, hits)
    topic, best = topic_of(question), weighing.read[weighing.lines[0].line]
    if section and (is_broad(question) or section.holds(hits[best.rank].chunk)):
        return max(confidence, _NAMED)
    shape = shape_of(question)
    if shape and shape.needed and not shape.is_in(f"{best.before}\n{best.text}"):
        return min(confidence, _UNLIKE)
    unsure = not defines(topic, best.text, question.language) if topic else is_broad(question)
    return min(confidence, _LIKELY) if unsure else confidence


def cosines_of(asked: str, language: str, embedder: Embedder) -> Cosines | None:
    """How near texts are to what was asked; None where `embedder` does not know the language, or is being made."""
    if embedder.is_being_made or not embedder.covers(language):
        return None
    model = pinned(embedder)
    return lambda texts: model.embed_passages(texts) @ model.embed_query(asked)


def lines_of(hits: Sequence[Hit]) -> list[Line]:
    """The sentences of hits, in their order, as the reader takes them."""
    lines: list[Line] = []
    opening = openings(hits)
    for rank, hit in enumerate(hits):
        text, before, spans = hit.chunk.text, "", _readable(hit.chunk.text)
        titles, first = (hit.document.title, *hit.chunk.headings), opening.get(hit.document.id, ())
        for position, ((start, end), caption) in enumerate(zip(spans, captions(text, spans), strict=True)):
            header, line = header_of(text, start, end), text[start:end]
            above = "\n".join(filter(None, (*titles, *(one for one in first if one != line), caption, header)))
            columns = tuple(header.split(CELLS)) if header else ()
            heading = caption or (hit.chunk.headings[-1] if hit.chunk.headings and position == 0 else "")
            lines.append(Line(line, rank, hit.score, above, before, position, columns, heading))
            before = line
    return lines


def _readable(text: str) -> list[tuple[int, int]]:
    """The sentences of a passage, without the header rows of its tables: they answer nothing by themselves."""
    spans = sentences(text)
    rows = [CELLS in text[start:end] and not says_columns(text[start:end]) for start, end in spans]
    following = [*rows[1:], False]
    before = [False, *rows[:-1]]
    return [span for span, *row in zip(spans, before, rows, following, strict=True) if row != [False, True, True]]


def _marked(question: Question, one: Weighed, lines: Sequence[Line]) -> AnswerSpan | None:
    """The span where the question asks for something that a few words name, and they are sure enough."""
    if one.span is None or one.about < _CERTAIN or question.kind in _SPANLESS:
        return None
    span, text = AnswerSpan(*one.span), lines[one.line].text
    if question.kind == "where" and _is_time(text[span.start : span.end], question.language):
        return None
    return None if question.kind == "when" and _is_one_of_many(span, text, question.language) else span


def _is_time(text: str, language: str) -> bool:
    """Whether each of its words says when, or is a figure."""
    row = tokens(text, language)
    return all(says or has_digit(token) for token, says in zip(row, timely(row, language), strict=True))


def _is_one_of_many(span: AnswerSpan, text: str, language: str) -> bool:
    """Whether a sentence says many more times than the one marked: then all of it answers, not that one."""
    row = tokens(text, language)
    times = [token for token, says in zip(row, timely(row, language), strict=True) if says]
    inside = sum(span.start <= token.start < span.end for token in times)
    return len(times) - inside > inside + _FEW_TIMES


def choose_sentences(found: Extract, hits: Sequence[Hit], blocks_of: BlocksOf) -> list[RankedSentence]:
    """The best sentence, and others nearly as good that say something else; with the list that one announces.

    At most MAX_SENTENCES, the best first; for a broad question MAX_OF_BROAD, in the order in which they are read. Where
    a broad question names a section by its heading, they are of that section: all of them if it is short enough.
    """
    broad = is_broad(found.question)
    section = named_section(found.question, hits) if broad else None
    ranked = found.sentences
    if section:
        ranked = [one for one in ranked if section.holds(hits[one.quote.number - 1].chunk)]
    close = _CLOSE.get(found.question.kind, _CLOSE["broad" if broad else "narrow"])
    whole = section and len(ranked) <= MAX_OF_BROAD
    chosen: list[RankedSentence] = []
    for sentence in ranked:
        if len(chosen) == (MAX_OF_BROAD if broad else MAX_SENTENCES):
            break
        if chosen and not section and sentence.score < chosen[0].score - close:
            break
        terms = _terms(sentence.text)
        if whole or (terms and all(_overlap(terms, _terms(other.text)) < _SIMILAR for other in chosen)):
            chosen.append(sentence)
    ordered = _in_reading_order(chosen, hits) if broad else chosen
    return _with_lists(ordered, found.sentences, hits, blocks_of)


def _with_lists(
    chosen: Sequence[RankedSentence], every: Sequence[RankedSentence], hits: Sequence[Hit], blocks_of: BlocksOf
) -> list[RankedSentence]:
    """Those chosen, each followed by the items of the list that it announces."""
    at = {(one.quote.number, one.quote.start): one for one in every}
    found: dict[tuple[int, int], RankedSentence] = {}
    for one in chosen:
        number = one.quote.number
        items = announced(hits[number - 1].chunk, one.quote.start, one.quote.end, blocks_of)[:MAX_ITEMS]
        for start in (one.quote.start, *(start for start, _ in items)):
            if (number, start) in at:
                found.setdefault((number, start), at[number, start])
    return list(found.values())


def said(chosen: RankedSentence, hits: Sequence[Hit]) -> tuple[str, AnswerSpan | None]:
    """The sentence as it is told, with its span: a table's row is put into words."""
    quote, text = chosen.quote, hits[chosen.quote.number - 1].chunk.text
    return in_words(chosen.text, header_of(text, quote.start, quote.end), chosen.span)


def _in_reading_order(chosen: Sequence[RankedSentence], hits: Sequence[Hit]) -> list[RankedSentence]:
    """Documents in the order of their best sentence, within each from its beginning to its end."""
    documents = list(dict.fromkeys(hits[sentence.quote.number - 1].document.id for sentence in chosen))

    def place(sentence: RankedSentence) -> tuple[int, int, int]:
        hit = hits[sentence.quote.number - 1]
        return documents.index(hit.document.id), hit.chunk.ordinal, sentence.quote.start

    return sorted(chosen, key=place)


def plainly(found: Extract, chosen: Sequence[RankedSentence]) -> str:
    """ "Yes." or "No." to a question that asks for it, where the first sentence leaves no doubt; else ""."""
    return plain_answer(found.question, chosen[0].text) if chosen else ""


def _terms(text: str) -> set[str]:
    analyzed = analyze(text)
    return {*analyzed.words, *analyzed.bigrams}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
