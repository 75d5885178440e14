"""What a part of this folder hands to the registry, and what the registry asks of a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from loaders._document import Block, Skipped


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file, not read yet: the registry reads it. `name` is its path inside its parent."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Counted:
    """What the report says of blocks: their characters, the tables among them, suspicious characters by why."""

    characters: int = 0
    tables: int = 0
    suspicious: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Counted) -> Counted:
        suspicious = Counter(self.suspicious) + Counter(other.suspicious)
        return Counted(self.characters + other.characters, self.tables + other.tables, dict(suspicious))


@dataclass(frozen=True, slots=True)
class Content:
    """What was read: blocks in reading order, and what the file says of itself (`title` is "" where it is silent).

    Blocks that are neither a list nor a tuple are kept as the sequence that they are (see `loaders._csv_records`):
    none of them is empty, and the loader has counted them.
    `pages` is the number of pages or slides in the file, 0 where the format has none; `encoding` the one that text was
    decoded from; `members` are the files inside this one.
    """

    blocks: Sequence[Block]
    title: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    pages: int = 0
    encoding: str = ""
    skipped: Sequence[Skipped] = ()
    members: Sequence[Member] = ()
    counted: Counted | None = None


class Loader(Protocol):
    """A plain file of this folder."""

    NAME: str
    """What a person calls the format, with its article: "a PDF"."""
    EXTENSIONS: Mapping[str, str]
    """Media type by file name extension (".csv": "text/csv"), the usual one first; by "" for a format that only its
    content tells from a more general one (an export in a zip archive)."""
    BINARY: bool
    """Whether a file that `recognises` does not know can never be this format, whatever its name says."""

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes themselves say that they are this format."""
        ...

    def load(self, data: bytes, name: str, password: str | None) -> Content:
        """The content of these bytes. Raises LoadError; any other exception counts as damage to the file."""
        ...
