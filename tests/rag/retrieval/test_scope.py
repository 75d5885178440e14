"""Filters: a filtered search finds what a store with only those documents finds."""

from __future__ import annotations

from datetime import date

import pytest

from rag import AskOptions, KnowledgeBase
from rag.types import DocumentInfo
from tests.conftest import Open

FILES = {
    "hours.md": "---\ndate: 2024-05-01\nauthor: Ana\n---\n# Hours\n\nThe library opens at nine.\n",
    "hours-old.md": "---\ndate: 2019-05-01\nauthor: Ana\n---\n# Hours\n\nThe library opens at seven.\n",
    "hours.txt": "The library opens at noon on holidays.",
    "案内.md": "---\ndate: 2024-06-30\nauthor: 佐藤\n---\n# 案内\n\n図書館は九時に開きます。休館日は月曜日です。\n",
    "案内.txt": "図書館の休館日は年末年始です。駐車場があります。",
}
EVERY = AskOptions(k=10)


@pytest.fixture
def kb(open_kb: Open) -> KnowledgeBase:
    kb = open_kb(embedding_languages="*")
    for name, text in FILES.items():
        kb.add_searchable(text.encode(), name)
    kb.embed_all()
    return kb


def found(kb: KnowledgeBase, query: str, **filters: object) -> set[str]:
    return {hit.document.name for hit in kb.search(query, AskOptions(k=10, **filters)).hits}  # type: ignore[arg-type]


def info(kb: KnowledgeBase, name: str) -> DocumentInfo:
    return next(one for one in kb.documents() if one.name == name)


@pytest.mark.parametrize("query", ["When does the library open?", "休館日はいつですか"])
def test_each_filter_leaves_what_it_names(kb: KnowledgeBase, query: str) -> None:
    markdown = info(kb, "hours.md").media_type
    assert found(kb, query) <= set(FILES)
    for filters, names in (
        ({"media_types": frozenset([markdown])}, {"hours.md", "hours-old.md", "案内.md"}),
        ({"languages": frozenset(["ja"])}, {"案内.md", "案内.txt"}),
        ({"since": date(2024, 5, 1), "until": date(2024, 12, 31)}, {"hours.md", "案内.md"}),
        ({"until": date(2020, 1, 1)}, {"hours-old.md"}),
        ({"since": date(2025, 1, 1)}, {"hours.txt", "案内.txt"}),  # which give no date: added today
        ({"metadata": frozenset([("author", "Ana")])}, {"hours.md", "hours-old.md"}),
        ({"metadata": frozenset([("author", "Ana"), ("author", "佐藤")])}, {"hours.md", "hours-old.md", "案内.md"}),
        ({"metadata": frozenset([("author", "Ana"), ("date", "2019-05-01")])}, {"hours-old.md"}),
        ({"languages": frozenset(["en"]), "since": date(2024, 1, 1), "until": date(2024, 12, 31)}, {"hours.md"}),
        ({"documents": frozenset([info(kb, "案内.md").id]), "languages": frozenset(["en"])}, set()),
    ):
        dense = found(kb, query, mode="dense", **filters)
        assert dense == names, filters
        assert found(kb, query, **filters) <= names


@pytest.mark.parametrize("query", ["When does the library open?", "図書館の休館日はいつですか"])
def test_a_filtered_search_is_that_of_a_store_with_only_those(kb: KnowledgeBase, open_kb: Open, query: str) -> None:
    for language in ("en", "ja"):
        only = open_kb(f"only-{language}", embedding_languages="*")
        for one in kb.documents():
            if one.language == language:
                only.add(FILES[one.name].encode(), one.name)
        for mode in ("dense", "lexical"):
            filtered = found(kb, query, mode=mode, languages=frozenset([language]))
            assert filtered == found(only, query, mode=mode)


def test_a_scope_follows_the_library(kb: KnowledgeBase) -> None:
    english = {"languages": frozenset(["en"]), "mode": "dense"}
    assert "new.md" not in found(kb, "library", **english)
    kb.add(b"# New\n\nThe new library is in the old station.\n", "new.md")
    assert "new.md" in found(kb, "library", **english)
    kb.remove(info(kb, "hours.md").id)
    assert "hours.md" not in found(kb, "library", **english)
