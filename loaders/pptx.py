"""PowerPoint presentations (.pptx), slide by slide."""

from __future__ import annotations

from loaders._content import Content
from loaders._sniffing import zip_names

NAME = "a PowerPoint presentation (.pptx)"
EXTENSIONS = {
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    ".ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    ".potx": "application/vnd.openxmlformats-officedocument.presentationml.template",
}
BINARY = True


def recognises(data: bytes) -> bool:
    """A zip container with PowerPoint's folder in it."""
    return any(name.startswith("ppt/") for name in zip_names(data))


def load(data: bytes, name: str, password: str | None) -> Content:
    """Per slide: its title as heading, texts, tables, charts' data, diagrams and pictures' descriptions as
    they lie on it, and the speaker's notes."""
    del name, password
    from loaders._office_package import Package
    from loaders._office_parts import with_parts
    from loaders._pptx_blocks import read

    package = Package(data)
    return with_parts(read(data, package), package, "ppt")
