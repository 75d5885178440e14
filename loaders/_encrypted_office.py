"""Office documents with a password: an OLE container around the encrypted package ([MS-OFFCRYPTO])."""

from __future__ import annotations

import io

from loaders._errors import EncryptedDocument

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def decrypted(data: bytes, password: str | None) -> bytes:
    """The document inside; any other file as it is. Raises EncryptedDocument where the password is missing or wrong."""
    if not data.startswith(_OLE) or _PACKAGE not in data:
        return data
    if not password:
        raise EncryptedDocument("This Office document is encrypted and needs a password.", "Give its password.")
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    opened = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password)
        office.decrypt(opened)
    except InvalidKeyError as error:
        raise EncryptedDocument("The password is wrong.", "Type it again; capitals count.") from error
    except (DecryptionError, ValueError, KeyError, OSError) as error:
        hint = "Open it, remove the password and save it again."
        raise EncryptedDocument(f"This kind of encryption cannot be opened here ({error}).", hint) from error
    return opened.getvalue()
