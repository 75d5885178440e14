"""Files become Documents. Imports nothing of ours; knows nothing of retrieval.

A plain file of this folder reads one format and is found by its name: it says what it is (`NAME`, `EXTENSIONS`),
knows its files by their first bytes (`recognises`) and reads them (`load`). An underscored file is machinery.
"""

from loaders._document import Block, BlockKind, Box, Child, Document, ExtractionReport, Location, Skipped
from loaders._errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    FetchFailed,
    ForbiddenAddress,
    LoadError,
    TenkyoError,
    UnsupportedFormat,
)
from loaders._fetch import Fetched, fetch, is_address
from loaders._language import detect_language, eastern_language
from loaders._page_image import render_page
from loaders._registry import extensions, load
from loaders._web import Web

__all__ = [
    "Block",
    "BlockKind",
    "Box",
    "Child",
    "DamagedDocument",
    "Document",
    "DocumentTooLarge",
    "EmptyDocument",
    "EncryptedDocument",
    "ExtractionReport",
    "FetchFailed",
    "Fetched",
    "ForbiddenAddress",
    "LoadError",
    "Location",
    "Skipped",
    "TenkyoError",
    "UnsupportedFormat",
    "Web",
    "detect_language",
    "eastern_language",
    "extensions",
    "fetch",
    "is_address",
    "load",
    "render_page",
]
