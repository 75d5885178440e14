"""Retrieval measured on a user's own questions over their own library: where each expected source is found."""

from __future__ import annotations

import csv
import io
import random
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.metrics import mean, ndcg, randomisation_p, recall, reciprocal_rank
from rag import AskOptions, KnowledgeBase
from rag.errors import LoadError
from rag.reports import Progress
from rag.types import Hit, SavedTurn

Mode = Literal["dense", "lexical", "hybrid"]
METRICS = ("ndcg@10", "recall@1", "recall@5", "recall@10", "mrr@10")
_DEPTH = 10
_RESAMPLES = 2000
_COLUMNS = ("question", "document", "page", "snippet")


@dataclass(frozen=True, slots=True)
class ExpectedSource:
    """A question and where its answer stands: in a document (its name or the end of it), on a page, in these words."""

    question: str
    document: str = ""
    page: int | None = None
    snippet: str = ""

    def fits(self, hit: Hit, pages: Collection[int] = ()) -> bool:
        """Whether the passage, which stands on these pages (or slides), is what was expected; what is open fits all.

        A text that stands in several documents is shown once: any of them may be the one expected.
        """
        names = (hit.document.name, *(document.name for document in hit.also_in))
        return (
            any(_folded(name).endswith(_folded(self.document)) for name in names)
            and (self.page is None or self.page in pages)
            and _folded(self.snippet) in _folded(hit.chunk.text)
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: the rank (from 1) of the first passage that fits, None beyond the tenth."""

    expected: ExpectedSource
    rank: int | None
    confidence: float
    found: tuple[str, ...]

    def metric(self, name: str) -> float:
        """One of METRICS for this question, whose one relevant thing is the expected source."""
        ranking = [str(rank) for rank in range(1, _DEPTH + 1)]
        relevant = {str(self.rank): 1} if self.rank else {"missing": 1}
        kind, _, depth = name.partition("@")
        measure = {"ndcg": ndcg, "recall": recall, "mrr": reciprocal_rank}[kind]
        return measure(ranking, relevant, int(depth))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions, and the bounds of its 95% confidence interval."""

    mean: float
    low: float
    high: float


def read_questions(data: bytes, name: str) -> list[ExpectedSource]:
    """Reads a CSV with a header: `question` and any of `document`, `page`, `snippet`; raises LoadError."""
    hint = "It needs a header with question and document, page or snippet, and one question in each row."
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        questions = [_question({(k or "").strip().casefold(): v for k, v in row.items()}) for row in rows]
    except (UnicodeDecodeError, csv.Error, ValueError, AttributeError) as error:
        raise LoadError(f"The questions could not be read ({error}).", hint, name) from error
    if not questions:
        raise LoadError("There are no questions in the file.", hint, name)
    return questions


def _question(row: dict[str, str | None]) -> ExpectedSource:
    question, document, page, snippet = ((row.get(column) or "").strip() for column in _COLUMNS)
    if not question or not (document or page or snippet):
        raise ValueError(f"a row without a question or without anything expected: {row}")
    return ExpectedSource(question, document, int(page) if page else None, snippet)


def expected_of(turn: SavedTurn) -> ExpectedSource | None:
    """An answer that was marked good, as a question whose source is known; None for any other."""
    citations = [citation for sentence in turn.answer.sentences for citation in sentence.citations]
    if turn.feedback is None or not turn.feedback.good or not citations:
        return None
    return ExpectedSource(turn.question, citations[0].document_name, citations[0].location.page)


def evaluate_questions(
    kb: KnowledgeBase,
    questions: Sequence[ExpectedSource],
    mode: Mode,
    report: Callable[[Progress], None],
) -> list[Outcome]:
    """Asks every question of the library as it is; `report` is told how many are done.

    A chat model widens each question first where the settings have it so; raises ModelUnavailable where it cannot.
    """
    outcomes: list[Outcome] = []
    for number, expected in enumerate(questions, 1):
        found = kb.search(expected.question, AskOptions(k=_DEPTH, mode=mode), widen=mode == "hybrid")
        fitting = (n for n, hit in enumerate(found.hits, 1) if expected.fits(hit, _pages(kb, hit, expected)))
        rank = next(fitting, None)
        names = tuple(dict.fromkeys(hit.document.name for hit in found.hits))
        outcomes.append(Outcome(expected, rank, found.confidence, names))
        report(Progress("search", number, len(questions), "questions"))
    return outcomes


def _pages(kb: KnowledgeBase, hit: Hit, expected: ExpectedSource) -> set[int]:
    """The pages or slides that a passage stands on, looked up where one is expected."""
    if expected.page is None:
        return set()
    blocks = kb.blocks(hit.document.id)
    places = [blocks[span.block].location for span in hit.chunk.spans]
    numbers = (n for place in places for n in (place.page, place.slide, *(box.page for box in place.boxes)))
    return {n for n in numbers if n is not None}


def estimate(outcomes: Sequence[Outcome], metric: str) -> Estimate:
    """The mean, with a percentile bootstrap interval over the questions (Efron and Tibshirani 1993, 13.3)."""
    values = [outcome.metric(metric) for outcome in outcomes]
    draw = random.Random(0)  # noqa: S311 - a sample, not a secret
    means = sorted(mean(draw.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return Estimate(mean(values), means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1])


def p_value(one: Sequence[Outcome], other: Sequence[Outcome], metric: str) -> float:
    """How likely so large a difference of means is by chance, of the same questions in two ways."""
    return randomisation_p([a.metric(metric) - b.metric(metric) for a, b in zip(one, other, strict=True)])


def failures(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those whose expected source is not among the first five, the worst first."""
    missed = [outcome for outcome in outcomes if outcome.rank is None or outcome.rank > 5]
    return sorted(missed, key=lambda outcome: -(outcome.rank or _DEPTH + 1))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
