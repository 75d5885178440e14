"""Every way in which Tenkyo can fail, as one tree; `rag.errors` grows the rest of it from here.

TenkyoError
└── LoadError              the file could not be read
    ├── UnsupportedFormat  no loader for it
    ├── EncryptedDocument  a password is needed, or the one given is wrong
    ├── DamagedDocument    not what its name says, truncated, malformed
    ├── EmptyDocument      read, but there is no text in it
    ├── DocumentTooLarge   over a limit that protects the machine
    └── FetchFailed        an address gave nothing
        └── ForbiddenAddress  it is not on the public internet
"""

from __future__ import annotations


class TenkyoError(Exception):
    """An error for a person: what happened (`message`), what to do next (`hint`), and to which `file`.

    `code` is stable and names the error for programs and translations.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "", file: str = "") -> None:
        super().__init__(message, hint, file)
        self.message = message
        self.hint = hint
        self.file = file

    def __str__(self) -> str:
        parts = [f"{self.file}: {self.message}" if self.file else self.message, self.hint]
        return " ".join(part for part in parts if part)

    def as_dict(self) -> dict[str, str]:
        """`{code, message, hint}` as the command line and the API print it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class LoadError(TenkyoError):
    """The file could not be read."""

    code = "load_failed"


class UnsupportedFormat(LoadError):
    """No loader reads this kind of file."""

    code = "unsupported_format"


class EncryptedDocument(LoadError):
    """A password is needed, or the one given is wrong."""

    code = "encrypted"


class DamagedDocument(LoadError):
    """The bytes are not what the name says, or are truncated or malformed."""

    code = "damaged"


class EmptyDocument(LoadError):
    """The file was read, and there is no text in it."""

    code = "empty"


class DocumentTooLarge(LoadError):
    """The file is over a limit that protects the machine."""

    code = "too_large"


class FetchFailed(LoadError):
    """An address gave nothing: it does not exist, does not answer, or refuses."""

    code = "fetch_failed"


class ForbiddenAddress(FetchFailed):
    """An address that is not fetched from: not http(s), not public, or with a login in it."""

    code = "forbidden_address"
