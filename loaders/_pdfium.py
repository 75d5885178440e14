"""PDFium, opened safely: it must never be used by two threads at once."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders._errors import DamagedDocument, EncryptedDocument

_LOCK = threading.RLock()
_CUT_OFF: WeakSet[pdfium.PdfDocument] = WeakSet()
_WRONG_PASSWORD = pdfium_c.FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = pdfium_c.FPDF_ERR_SECURITY


@contextmanager
def opened(data: bytes, password: str | None) -> Iterator[pdfium.PdfDocument]:
    """The document, with the lock held until the end of the `with`.

    Raises EncryptedDocument where the password is wrong or missing, DamagedDocument where PDFium cannot open the
    file even after pypdf has written it anew.
    """
    with _LOCK:
        document = _open(data, password)
        try:
            yield document
        finally:
            document.close()


def _open(data: bytes, password: str | None) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data, password=password)
        if len(document):
            return document
    except pdfium.PdfiumError as error:
        if error.err_code in (_WRONG_PASSWORD, _UNKNOWN_SECURITY):
            raise _encrypted(password) from error
    repaired, whole = _repaired(data, password)
    document = _reopen(repaired)
    if not whole:
        _CUT_OFF.add(document)
    return document


def is_cut_off(document: pdfium.PdfDocument) -> bool:
    """Whether only pages are left of the file, and not its list of them: some may be missing."""
    return document in _CUT_OFF


def _reopen(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _damaged() from error
    if not len(document):
        raise _damaged()
    return document


def _repaired(data: bytes, password: str | None) -> tuple[bytes, bool]:
    """The file written anew by pypdf, which reads some files that PDFium does not; or with the pages that are left.

    Says whether it is whole.
    """
    from pypdf import PdfWriter

    from loaders._pdf_salvage import salvaged
    from loaders._pypdf import Reader

    try:
        writer = PdfWriter(clone_from=Reader(data, password))
        written = io.BytesIO()
        writer.write(written)
    except Exception as error:
        if found := salvaged(data):
            return found, False
        raise _damaged() from error
    return written.getvalue(), True


def _damaged() -> DamagedDocument:
    return DamagedDocument(
        "The PDF is damaged and could not be repaired.", "Open it in a PDF reader and save it again."
    )


def _encrypted(password: str | None) -> EncryptedDocument:
    if password:
        return EncryptedDocument("The password for this PDF is wrong.", "Check the password and add the file again.")
    return EncryptedDocument("This PDF is encrypted and needs a password.", "Add it again with its password.")
