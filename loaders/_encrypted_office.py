"""Office documents with a password: an OLE container around the encrypted package ([MS-OFFCRYPTO])."""

from __future__ import annotations

import hashlib
import io
import struct
from typing import Any

from loaders._errors import EncryptedDocument

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KEY_BLOCK = bytes((0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6))
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
        office: Any = msoffcrypto.OfficeFile(io.BytesIO(data))  # each of its formats takes keys of its own
        if (key := _long_key(office, password)) is not None:
            office.load_key(secret_key=key)
        else:
            office.load_key(password=password)
        office.decrypt(opened)
    except InvalidKeyError as error:
        raise EncryptedDocument("The password is wrong.", "Type it again; capitals count.") from error
    except (DecryptionError, ValueError, KeyError, OSError) as error:
        hint = "Open it, remove the password and save it again."
        raise EncryptedDocument(f"This kind of encryption cannot be opened here ({error}).", hint) from error
    return opened.getvalue()


def _long_key(office: Any, password: str) -> bytes | None:
    """The key where it is longer than the hash that it is made of, which msoffcrypto does not pad; else None.

    [MS-OFFCRYPTO] 2.3.4.11 and 2.3.4.13, as Excel and Word 2010 write it: SHA-1 and AES with 256 bits.
    """
    if office.type != "agile":
        return None
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    info, size = office.info, office.info["passwordKeyBits"] // 8
    made = hashlib.new(info["passwordHashAlgorithm"], info["passwordSalt"] + password.encode("utf-16-le")).digest()
    if len(made) >= size:
        return None
    for turn in range(info["spinValue"]):
        made = hashlib.new(info["passwordHashAlgorithm"], struct.pack("<I", turn) + made).digest()
    made = hashlib.new(info["passwordHashAlgorithm"], made + _KEY_BLOCK).digest().ljust(size, b"\x36")
    aes = Cipher(algorithms.AES(made), modes.CBC(info["passwordSalt"])).decryptor()
    return (aes.update(info["encryptedKeyValue"]) + aes.finalize())[:size]
