"""Retrieval of follow-ups, measured on conversations whose last questions people rewrote (the form of IBM MTRAG)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets import Dataset, read_dataset, read_lines
from evals.retrieval import document_names, ranking_figures, sample
from rag import AskOptions, KnowledgeBase, Settings
from rag.reports import Progress

_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was asked, as a person made it stand alone, and the ones before it, oldest first."""

    asked: str
    rewritten: str
    before: tuple[str, ...]
    relevant: dict[str, int]


def evaluate_conversation(
    folder: Path, settings: Settings, limit: int | None, report: Callable[[Progress], None]
) -> dict[str, object]:
    """nDCG@10 of the last question alone, of a person's rewrite, and of ours, which knows the questions before it.

    `way` is how much of the distance from the first to the second ours goes.
    """
    dataset, turns = read_conversations(folder)
    with (
        tempfile.TemporaryDirectory(prefix="tenkyo-eval-") as store,
        KnowledgeBase.open(store, settings) as kb,
    ):
        kb.add_documents(dataset.documents, report)
        return {"dataset": dataset.name, "documents": len(dataset.documents), **measure(kb, sample(turns, limit))}


def read_conversations(folder: Path) -> tuple[Dataset, list[Turn]]:
    """Reads `corpus.jsonl`, `queries_human.jsonl` and `qrels_human.tsv`, plain or .gz; raises LoadError."""
    dataset = read_dataset(folder, "queries_human.jsonl", "qrels_human.tsv")
    relevant = {query.id: query.relevant for query in dataset.queries}
    rows = read_lines(folder, "queries_human.jsonl")
    return dataset, [_turn(row, relevant[row["_id"]]) for row in rows if relevant[row["_id"]]]


def _turn(row: dict[str, Any], relevant: dict[str, int]) -> Turn:
    return Turn(row["last_turn"], row["standalone_rewrite"], tuple(row["all_user_turns"][:-1]), relevant)


def measure(kb: KnowledgeBase, turns: Sequence[Turn]) -> dict[str, object]:
    """The figures over a store that holds the corpus."""
    kb.warm_up()
    last = _ndcg(kb, turns, lambda turn: (turn.asked, ()))
    human = _ndcg(kb, turns, lambda turn: (turn.rewritten, ()))
    ours = _ndcg(kb, turns, lambda turn: (turn.asked, turn.before))
    return {
        "questions": len(turns),
        "follow-ups": sum(bool(turn.before) for turn in turns),
        "ndcg@10 last turn": last,
        "ndcg@10 human rewrite": human,
        "ndcg@10 ours": ours,
        "way": round((ours - last) / (human - last), 3) if human > last else None,
    }


def _ndcg(kb: KnowledgeBase, turns: Sequence[Turn], ask: Callable[[Turn], tuple[str, tuple[str, ...]]]) -> float:
    ranked = []
    for turn in turns:
        query, before = ask(turn)
        found = kb.search(query, AskOptions(k=_DEPTH, before=before))
        ranked.append((document_names(found), turn.relevant))
    return ranking_figures(ranked)["ndcg@10"]
