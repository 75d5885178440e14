"""Files of Office 97-2003: read by LibreOffice where it is installed; else what to install is said."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from docx import Document as Word

from loaders import UnsupportedFormat, load


def old_word(folder: Path) -> bytes:
    """A .doc as LibreOffice writes it."""
    document = Word()
    document.add_heading("Rules", 1)
    document.add_paragraph("有給休暇は十日です。")
    stream = io.BytesIO()
    document.save(stream)
    (folder / "a.docx").write_bytes(stream.getvalue())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "doc", "--outdir", str(folder), str(folder / "a.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (folder / "a.doc").read_bytes()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_doc_is_read_and_without_libreoffice_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = old_word(tmp_path)
    document = load(data, "a.doc")
    assert [(b.kind, b.text) for b in document.blocks] == [("heading", "Rules"), ("paragraph", "有給休暇は十日です。")]
    assert document.media_type == "application/msword"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnsupportedFormat, match="LibreOffice") as raised:
        load(data, "a.doc")
    assert "libreoffice" in raised.value.hint


def test_another_container_is_no_office_document() -> None:
    from loaders import legacy_office

    assert not legacy_office.recognises(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000))
    assert not legacy_office.recognises(b"PK\x03\x04")
