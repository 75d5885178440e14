"""Office files with a password."""

from __future__ import annotations

import base64
import hashlib
import io
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.format.ooxml import OOXMLFile

from loaders import EncryptedDocument, load
from loaders._encrypted_office import _long_key


def test_a_password_opens_a_document_and_another_one_does_not(word) -> None:
    plain, encrypted = word(lambda document: document.add_paragraph("The water is free.")), io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt("秘密", encrypted)
    assert load(encrypted.getvalue(), "a.docx", password="秘密").blocks[0].text == "The water is free."
    for password in (None, "", "wrong"):
        with pytest.raises(EncryptedDocument):
            load(encrypted.getvalue(), "a.docx", password=password)


def test_a_key_that_is_longer_than_its_hash_is_padded() -> None:
    """What Word 2010 wrote of a real file: the key opens the verifier, whose hash is stored beside it."""
    stored = {
        "passwordSalt": "9RlQPPwHNtspZiNXOcohcw==",
        "encryptedKeyValue": "hwgN0JyiDmDK3iOabEGeF4Lrv2kUYRuTtnQ5JqDjqVA=",
    }
    info = {key: base64.b64decode(text) for key, text in stored.items()}
    info |= {"passwordHashAlgorithm": "SHA1", "passwordKeyBits": 256, "spinValue": 100_000}
    key = _long_key(SimpleNamespace(type="agile", info=info), "pass")
    assert key is not None
    # The key encrypts the checksum's own key, padded with zeros from 20 to 32 bytes: [MS-OFFCRYPTO] 2.3.4.14.
    salt, block = base64.b64decode("FhVi7e1h9mD0+smujb8/SA=="), bytes.fromhex("5fb2ad010cb9e1f6")
    start = hashlib.sha1(salt + block).digest()[:16]
    aes = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    opened = aes.update(base64.b64decode("hLeuC7qMo2RtBNB84jfH5XkDaUqgy/IhDcZc7ApgulY=")) + aes.finalize()
    assert opened[20:] == bytes(12)
    wrong = _long_key(SimpleNamespace(type="agile", info=info), "pase")
    assert wrong != key
