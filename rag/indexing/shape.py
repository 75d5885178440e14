"""What shapes an index: which model embeds, and how documents are cut; and the settings that this comes from."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from rag.protocols import Embedder
from rag.settings import DEFAULT_EMBEDDING_MODEL, Settings
from rag.text.splitting import embedding_text, in_its_place
from rag.types import Chunk

_HEADER = "nearest, where short"
"""What the model reads above a text now: `splitting.embedding_text`."""

SHAPING = ("embedding_model", "chunk_tokens", "chunk_overlap_tokens", "embedded_rows")
"""The settings that shape the index. What neither file nor environment says of them, the index itself remembers."""


class Shape(NamedTuple):
    """What shapes an index; a generation built with another shape does not fit the settings."""

    embedding: str
    chunk_tokens: int
    chunk_overlap_tokens: int
    embedded_rows: int
    languages: str = "*"
    """Those that get vectors; an index that does not say it was made when all did."""
    header: str = "title and headings"
    """What the model reads above a passage's text; an index that does not say it was made with all that there is."""

    @property
    def fingerprint(self) -> str:
        """As JSON, as the catalog keeps it."""
        return json.dumps(self._asdict(), sort_keys=True)

    def serves(self, wanted: Shape) -> bool:
        """Whether an index of this shape is as good as one of `wanted`: vectors that it need not have do no harm."""
        more = self.languages == "*" or set(wanted.languages.split(",")) <= set(self.languages.split(","))
        return more and self._replace(languages=wanted.languages) == wanted

    def leaves_out(self, language: str) -> bool:
        """Whether passages in this language get no vectors; "" is one that is not known."""
        return bool(language) and self.languages != "*" and language not in self.languages.split(",")

    def embedded_text(self, title: str, chunk: Chunk) -> str:
        """What the model reads of a chunk: the same as of all others of the generation, with which it is compared."""
        if self.header == _HEADER:
            return embedding_text(title, chunk)
        return in_its_place(title, chunk.headings, chunk.text)

    def as_settings(self) -> dict[str, object]:
        """The settings that lead to this shape."""
        is_default = self.embedding.startswith(f"{DEFAULT_EMBEDDING_MODEL}@")
        model = DEFAULT_EMBEDDING_MODEL if is_default else self.embedding
        return {**self._asdict(), "embedding_model": model}


def read_shape(fingerprint: str) -> Shape:
    """The inverse of `Shape.fingerprint`."""
    return Shape(**json.loads(fingerprint))


def shape_of(settings: Settings, embedder: Embedder) -> Shape:
    """How a reindex would shape the index now."""
    cut = (settings.chunk_tokens, settings.chunk_overlap_tokens, settings.embedded_rows)
    return Shape(embedder.name, *cut, embedder.languages, _HEADER)


def reshaped(settings: Settings, changes: Mapping[str, object], fixed: Collection[str]) -> Settings:
    """A copy with those changes that concern the shape and are not `fixed`."""
    new = {name: changes[name] for name in SHAPING if name in changes and name not in fixed}
    return settings.model_copy(update=new)
