"""Fixtures that several test folders share: real stores in temporary folders."""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import KnowledgeBase, Settings
from rag.embedders.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import DEFAULT_EMBEDDING_MODEL

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

Open = Callable[..., KnowledgeBase]


@pytest.fixture(autouse=True)
def settings_of_this_machine_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see the defaults, whatever this shell's TENKYO_* or a tenkyo.toml say."""
    for name in list(os.environ):
        if name.startswith("TENKYO_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The real default model."""
    return SentenceTransformerEmbedder(DEFAULT_EMBEDDING_MODEL)


@pytest.fixture
def open_kb(tmp_path: Path) -> Iterator[Open]:
    """Opens a knowledge base in the test's folder; settings by keyword."""
    opened: list[KnowledgeBase] = []

    def open_(store: str = "store", **settings: object) -> KnowledgeBase:
        chosen = Settings(**{"samples": False, **settings})  # type: ignore[arg-type]
        opened.append(KnowledgeBase.open(tmp_path / store, chosen))
        return opened[-1]

    yield open_
    for kb in opened:
        kb.close()


@pytest.fixture
def kb(open_kb: Open) -> KnowledgeBase:
    """An empty knowledge base."""
    return open_kb()


@pytest.fixture
def shared_data() -> Path:
    """The evaluation data beside the checkout; tests that need it are skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("needs the evaluation data in ../shared/data")
    return SHARED
