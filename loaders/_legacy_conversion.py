"""Old Office files become their successors' formats: LibreOffice converts them, with a profile of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from loaders import docx, pptx, xlsx
from loaders._content import Content
from loaders._errors import DamagedDocument, UnsupportedFormat

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TIMEOUT_S = 180
_PROGRAMS = ("soffice", "libreoffice")
_COMMON = "/org.openoffice.Office.Common"
# No macro runs, and nothing that a document links to is fetched.
_SETTINGS = (
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),
)
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>"""
_ITEM = '<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'


class _Target(NamedTuple):
    """What a file of one program is converted to: its old ending, the new one, and what reads that."""

    ending: str
    successor: str
    load: Callable[[bytes, str, str | None], Content]


_TARGETS = {
    "WordDocument": _Target("doc", "docx", docx.load),
    "PowerPoint Document": _Target("ppt", "pptx", pptx.load),
    "Workbook": _Target("xls", "xlsx", xlsx.load),
    "Book": _Target("xls", "xlsx", xlsx.load),
}


def target_of(data: bytes) -> _Target | None:
    """What the streams in an OLE container's directory make of it; None for anything else."""
    if not data.startswith(_OLE):
        return None
    import olefile

    try:
        with olefile.OleFileIO(data) as container:
            streams = {path[0] for path in container.listdir() if len(path) == 1}
    except (OSError, ValueError, IndexError, TypeError, RecursionError):  # a damaged directory, or one inside itself
        return None
    return next((target for stream, target in _TARGETS.items() if stream in streams), None)


def read(data: bytes, name: str, password: str | None) -> Content:
    """Converts and reads; raises UnsupportedFormat without LibreOffice, DamagedDocument where it cannot read it."""
    target = target_of(data)
    assert target is not None
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise UnsupportedFormat(
            f"Files of Office 97-2003 (.{target.ending}) are read by LibreOffice, which is not installed here.",
            f"Install it (Debian: apt-get install libreoffice), or save the file as .{target.successor}.",
        )
    return target.load(_converted(data, target, program), name, password)


def _converted(data: bytes, target: _Target, program: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tenkyo-office-") as folder:
        source = Path(folder) / f"document.{target.ending}"
        source.write_bytes(data)
        profile = _profile(Path(folder) / "profile")
        command = [
            program,
            "--headless",
            "--norestore",
            "--nolockcheck",
            f"-env:UserInstallation={profile.as_uri()}",
            "--convert-to",
            target.successor,
            "--outdir",
            folder,
            str(source),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise DamagedDocument(
                "LibreOffice did not finish reading the file.", "Save it in a newer format."
            ) from error
        converted = source.with_suffix(f".{target.successor}")
        if not converted.exists():
            raise DamagedDocument("LibreOffice could not read the file.", f"Save it as .{target.successor}.")
        return converted.read_bytes()


def _profile(folder: Path) -> Path:
    """A new user profile with the settings above."""
    (folder / "user").mkdir(parents=True)
    items = "".join(_ITEM.format(*setting) for setting in _SETTINGS)
    (folder / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")
    return folder
