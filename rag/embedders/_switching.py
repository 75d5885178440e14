"""The embedding model in use, behind one object that everybody holds: a reindex with another model switches it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.protocols import Embedder, Vectors
from rag.settings import Settings
from rag.text.languages import EASTERN


def pinned(embedder: Embedder) -> Embedder:
    """The model in use itself: what takes several steps stays with one, even if it is switched meanwhile.

    It knows nothing of trials: ask first whether a language is covered.
    """
    return embedder.current if isinstance(embedder, SwitchingEmbedder) else embedder


class SwitchingEmbedder:
    """An Embedder that hands everything on to the one in use; `make` builds the one that settings name.

    `tried(model, language)` is what a trial on the library has shown, None where there was none.
    """

    def __init__(
        self, settings: Settings, make: Callable[[Settings], Embedder], tried: Callable[[str, str], bool | None]
    ) -> None:
        self._make = make
        self._tried = tried
        self._configured = bool(settings.embedding_languages)
        self._become(make(settings), settings.embedding_model)

    def variant(self, settings: Settings) -> SwitchingEmbedder:
        """One for other settings; it is the same model, loaded once, where they name the same."""
        same = settings.embedding_model == self._model
        return SwitchingEmbedder(settings, (lambda _: self.current) if same else self._make, self._tried)

    def switch(self, other: SwitchingEmbedder) -> None:
        """Hands on to the model of `other` from now on."""
        if other.name != self.name:
            self._become(other.current, other._model)

    def _become(self, embedder: Embedder, model: str) -> None:
        self.current = embedder
        self._model = model
        self.name = embedder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.current.dimension

    @property
    def max_tokens(self) -> int:
        """What the model reads at most, special tokens included."""
        return self.current.max_tokens

    @property
    def languages(self) -> str:
        """Those it knows, as "en,de"; what a trial has shown of Japanese, Chinese and Korean comes on top."""
        known = self.current.languages
        if known == "*" or self._configured:
            return known
        return ",".join([known, *(one for one in EASTERN if one not in known and self._tried(self.name, one))])

    @property
    def is_being_made(self) -> bool:
        """Whether its file is just being made."""
        return self.current.is_being_made

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""
        return self.current.count_tokens(texts)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The character span of each token."""
        return self.current.token_spans(text)

    def embed_passages(self, texts: Sequence[str], background: bool = False) -> Vectors:
        """(n, dimension) float32 unit vectors."""
        return self.current.embed_passages(texts, background)

    def embed_query(self, text: str) -> Vectors:
        """(dimension,) float32 unit vector."""
        return self.current.embed_query(text)

    def covers(self, language: str) -> bool:
        """Whether the model knows this language: by the settings, else by a trial on the library, else by its name."""
        tried = None if self._configured else self._tried(self.name, language)
        return self.current.covers(language) if tried is None else tried
