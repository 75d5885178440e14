"""Ways of searching one library, to compare what they find: by another mode, or under other settings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from evals.questions import ExpectedSource, Mode, Outcome, evaluate_questions
from rag import KnowledgeBase, Settings
from rag.errors import InvalidSettings
from rag.reports import Progress

_HINT = "Write each as name=value, as in reranker_model=/models/reranker; the names stand in docs/settings.md."


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of searching: a mode, and settings in the place of the library's own, each as "name=value"."""

    mode: Mode = "hybrid"
    settings: tuple[str, ...] = ()


def outcomes_of(
    kb: KnowledgeBase, questions: Sequence[ExpectedSource], variant: Variant, report: Callable[[Progress], None]
) -> list[Outcome]:
    """What becomes of the questions searched that way; raises InvalidSettings, ModelUnavailable."""
    if not variant.settings:
        return evaluate_questions(kb, questions, variant.mode, report)
    with under(kb, changed(kb.settings, variant.settings), report) as other:
        return evaluate_questions(other, questions, variant.mode, report)


def changed(settings: Settings, pairs: Sequence[str]) -> Settings:
    """These settings with others in their place, each given as "name=value"; raises InvalidSettings."""
    values = {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
    unknown = [name for name in values if name not in Settings.model_fields]
    if unknown or any("=" not in pair for pair in pairs):
        raise InvalidSettings(f"These are no settings: {', '.join(unknown or pairs)}.", _HINT)
    try:
        return Settings(**{**settings.model_dump(), **values})
    except ValidationError as error:
        named = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
        raise InvalidSettings(f"A setting cannot be used ({named}).", _HINT) from error


@contextmanager
def under(kb: KnowledgeBase, settings: Settings, report: Callable[[Progress], None]) -> Iterator[KnowledgeBase]:
    """The library under these settings; where they shape the index, a copy of it that is indexed anew meanwhile."""
    with KnowledgeBase.open(kb.settings.store, settings) as other:
        if not other.stats().stale:
            yield other
            return
    with tempfile.TemporaryDirectory(prefix="tenkyo-eval-") as folder:
        backup, store = Path(folder) / "backup", Path(folder) / "store"
        kb.back_up(backup)
        KnowledgeBase.restore(backup, store)
        with KnowledgeBase.open(store, settings) as copy:
            copy.reindex(report)
            yield copy
