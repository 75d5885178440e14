"""The rest of the tree of errors (its root and the loaders' branch stand in `loaders._errors`).

TenkyoError
├── LoadError …           see `loaders`
├── StoreError            the store cannot be opened, read or written
│   └── IndexDamaged      a search index cannot be read
├── FileUnreadable        a file of a watched folder cannot be read
├── DocumentNotFound      no document has this id
├── MoveRefused           a document cannot be moved to this collection
├── ModelUnavailable      an embedding or chat model cannot be loaded or reached
│   └── ModelSilent       a chat model was asked, and for too long nothing came
├── QuestionTooLong       the question alone does not fit the model's window
├── QueryRefused          a query over a table is not one that may run, or fails
├── InvalidSchema         columns that make no table
├── InvalidDialog         messages whose roles do not make a conversation
└── InvalidSettings       a setting has a value that cannot work
    └── InvalidPrompt     a prompt template or an example cannot be used as it is written
"""

from pathlib import Path

from loaders import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    LoadError,
    TenkyoError,
    UnsupportedFormat,
)


class StoreError(TenkyoError):
    """The store cannot be opened, read or written."""

    code = "store_failed"


class IndexDamaged(StoreError):
    """A search index, which is made of the catalog and can be made of it again, cannot be read."""


def refused_by_disk(what: str, error: Exception, place: Path, more: str = "") -> StoreError:
    """`what` could not be written or opened at this place; `more` stands after what to do next."""
    hint = " ".join(filter(None, ("Check that its disk is not full or read-only.", more)))
    return StoreError(f"{what} ({error}).", hint, str(place))


class FileUnreadable(TenkyoError):
    """A file of a watched folder is there, but this process may not or cannot read it."""

    code = "file_unreadable"


class DocumentNotFound(TenkyoError):
    """No document has this id."""

    code = "not_found"


class MoveRefused(TenkyoError):
    """A document cannot be moved to this collection."""

    code = "move_refused"


class ModelUnavailable(TenkyoError):
    """An embedding or chat model cannot be loaded or reached."""

    code = "model_unavailable"


class ModelSilent(ModelUnavailable):
    """A model was asked, and for too long nothing came."""

    code = "model_silent"


class QuestionTooLong(TenkyoError):
    """The question alone does not fit the model's window."""

    code = "question_too_long"


class QueryRefused(TenkyoError):
    """A query over a table is not one that may run, or fails."""

    code = "query_refused"


class ConversationNotFound(TenkyoError):
    """No conversation of this person has this id."""

    code = "conversation_not_found"


class InvalidSchema(TenkyoError):
    """Columns that make no table."""

    code = "invalid_schema"


class InvalidDialog(TenkyoError):
    """Messages whose roles do not make a conversation."""

    code = "invalid_dialog"


class InvalidSettings(TenkyoError):
    """A setting has a value that cannot work."""

    code = "invalid_settings"


class InvalidPrompt(InvalidSettings):
    """A prompt template or an example cannot be used as it is written."""

    code = "invalid_prompt"


__all__ = [
    "ConversationNotFound",
    "DamagedDocument",
    "DocumentNotFound",
    "DocumentTooLarge",
    "EmptyDocument",
    "EncryptedDocument",
    "FileUnreadable",
    "IndexDamaged",
    "InvalidDialog",
    "InvalidPrompt",
    "InvalidSchema",
    "InvalidSettings",
    "LoadError",
    "ModelUnavailable",
    "MoveRefused",
    "QueryRefused",
    "QuestionTooLong",
    "StoreError",
    "TenkyoError",
    "UnsupportedFormat",
    "refused_by_disk",
]
