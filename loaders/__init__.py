"""Files become Documents. Imports nothing of ours; knows nothing of retrieval."""

from loaders._document import Block, BlockKind, Box, Document, Location
from loaders._errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    LoadError,
    TenkyoError,
    UnsupportedFormat,
)

__all__ = [
    "Block",
    "BlockKind",
    "Box",
    "DamagedDocument",
    "Document",
    "DocumentTooLarge",
    "EmptyDocument",
    "EncryptedDocument",
    "LoadError",
    "Location",
    "TenkyoError",
    "UnsupportedFormat",
]
