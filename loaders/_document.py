"""What a file becomes: a Document of Blocks, each with its Location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "caption", "note"]


class Box(NamedTuple):
    """Where a run of a block's characters is drawn: PDF points, origin at the page's top left.

    `start` and `end` are offsets into the text of the block that owns the box. A tuple, as a long file has as many
    of them as lines.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where something stands in its document; all counts start at 1, what a format lacks is None. A cell is a
    notebook's.

    `breaks` are the offsets in the text of the block that owns it at which further lines of the file begin, where lines
    were joined to a paragraph.
    """

    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    row: int | None = None
    line: int | None = None
    cell: int | None = None
    boxes: tuple[Box, ...] = ()
    breaks: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, int | str]:
        """The coordinates that are known, without boxes and breaks."""
        names = ("page", "slide", "sheet", "row", "line", "cell")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


@dataclass(frozen=True, slots=True)
class Block:
    """One structural unit in reading order.

    `text` is what the file says: a table's rows are lines and its cells are joined by " | ", with the
    header as the first line; one row of a CSV is a table block "column: value | column: value".
    `level` is a heading's depth (1 is the highest) or a list item's nesting (1 is the outermost). `language` is the
    programming language of code where the file names it, as it does ("python", "c++").
    """

    kind: BlockKind
    text: str
    level: int = 0
    location: Location = Location()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that a file has and its blocks lack: why (a stable code, see `loaders._report`), and what or where."""

    reason: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """What reading a file found and left out.

    `pages` are the pages or slides that the file has; `suspicious` counts characters by why they look wrong
    ("mojibake", "private_use", "no_spaces"). `misnamed` says what the file is where its name says otherwise:
    "a PDF, not a plain text file".
    """

    pages: int = 0
    pages_without_text: tuple[int, ...] = ()
    characters: int = 0
    tables: int = 0
    encoding: str = ""
    suspicious: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    misnamed: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A file inside a file (an attachment, a member of an archive): its bytes, and what it was read as.

    `name` is its path inside its parent. Exactly one of `document` and `error` (`{code, message, hint}`) is there.
    """

    name: str
    data: bytes
    document: Document | None = None
    error: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: `id` is the sha256 (hex) of its bytes, `language` a BCP 47 tag ("und" if unknown).

    A mere container (a zip archive) has children and no blocks; anything else has blocks.
    """

    id: str
    name: str
    media_type: str
    title: str
    language: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    blocks: Sequence[Block] = ()
    report: ExtractionReport = ExtractionReport()
    children: tuple[Child, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages or slides there are, 0 where the format has none."""
        if self.report.pages or not isinstance(self.blocks, tuple):
            return self.report.pages
        return max((b.location.page or b.location.slide or 0 for b in self.blocks), default=0)
