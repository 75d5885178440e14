"""The same library under other settings, to compare what they find."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from rag import KnowledgeBase, Settings
from rag.errors import InvalidSettings
from rag.reports import Progress

_HINT = "Write each as name=value, as in reranker_model=/models/reranker; the names stand in docs/settings.md."


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
