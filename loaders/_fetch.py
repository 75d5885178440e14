"""What stands at an address: a page or a file, or what a service gives out through its own interface."""

from __future__ import annotations

import codecs
import importlib
import mimetypes
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from loaders._web import Response, Web

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_TYPES = {
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/x-subrip": ".srt",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
    "text/vtt": ".vtt",
}
_VAGUE = ("", "application/octet-stream", "binary/octet-stream", "application/force-download")
_NO_NAME = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as `loaders.load` takes it, with the address that it came from in the end.

    `metadata` is what is known of it from outside: "url", "content_type", and what a service says.
    """

    name: str
    data: bytes
    metadata: Mapping[str, str] = field(default_factory=dict)


class Service(Protocol):
    """A plain file of `loaders/_services`: something on the web whose pages are not what a person wants to read."""

    NAME: str
    """What it is called, as the key of its token: "figma"."""
    ADDRESSES: re.Pattern[str]
    """The addresses that it answers for, from their beginning."""

    def fetch(self, url: str, web: Web, token: str) -> Fetched:
        """What the address stands for. Raises what `Web.get` does, and FetchFailed where a token is needed."""
        ...


def is_address(source: object) -> bool:
    """Whether this is a web address rather than a path."""
    return isinstance(source, str) and _ADDRESS.match(source) is not None


def fetch(url: str, tokens: Mapping[str, str] | None = None, web: Web | None = None) -> Fetched:
    """The file at a public http(s) address; `tokens` by service: "figma", "google_drive".

    Raises ForbiddenAddress, FetchFailed, DocumentTooLarge; EmptyDocument where a service has no text for it.
    """
    web = web or Web()
    service = next((each for each in services() if each.ADDRESSES.match(url)), None)
    if service:
        return service.fetch(url, web, (tokens or {}).get(service.NAME, ""))
    return page_or_file(web.get(url))


def page_or_file(response: Response) -> Fetched:
    """The content with a name that says its type, in UTF-8 where only the header said its encoding."""
    data, charset = response.data, response.charset
    if charset and response.media_type.startswith("text/") and not data.startswith((codecs.BOM_UTF8, b"\xff\xfe")):
        data = _in_utf8(data, charset)
    metadata = {"url": response.url, "content_type": response.media_type}
    return Fetched(_name(response), data, metadata)


@cache
def services() -> tuple[Service, ...]:
    """The plain files of `loaders/_services`."""
    import loaders._services

    names = sorted(module.name for module in pkgutil.iter_modules(loaders._services.__path__))
    return tuple(cast(Service, importlib.import_module(f"loaders._services.{name}")) for name in names)


def file_name(title: str, extension: str) -> str:
    """A title as the name of a file."""
    return (" ".join(_NO_NAME.sub(" ", title).split()) or "document")[:150] + extension


def _in_utf8(data: bytes, charset: str) -> bytes:
    """Text whose encoding stands in the header alone: a byte order mark says it to every reader from here on."""
    try:
        if codecs.lookup(charset).name in ("utf-8", "ascii"):
            return data
        return codecs.BOM_UTF8 + data.decode(charset).encode()
    except (LookupError, UnicodeError):
        return data  # the header is wrong; readers look at the content


def _name(response: Response) -> str:
    parts = urlsplit(response.url)
    last = response.file_name or unquote(PurePosixPath(parts.path).name)
    name = _NO_NAME.sub(" ", last).strip()[-150:] or (parts.hostname or "page")
    if response.media_type in _VAGUE or (
        not response.media_type.startswith("text/html") and PurePosixPath(name).suffix
    ):
        return name
    extension = _TYPES.get(response.media_type) or mimetypes.guess_extension(response.media_type) or ""
    same = mimetypes.guess_type(name)[0] == response.media_type
    return name if same or name.lower().endswith(extension) else name + extension
