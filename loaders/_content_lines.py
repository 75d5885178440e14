"""Lines of calendars and contacts: "NAME;PARAMETER=value:value", folded and escaped (RFC 5545, 3.1; RFC 6350, 3.3)."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from loaders._encoding import decode

_NAME = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;(?:[^:;\"]|\"[^\"]*\")*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(r";([\w-]+)(?:=((?:[^:;\"]|\"[^\"]*\")*))?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FOLDED = re.compile(r"\r?\n[ \t]")
_QUOTED_PRINTABLE = re.compile(r"^[^\r\n:]*QUOTED-PRINTABLE[^\r\n]*(?:=\r?\n[^\r\n]*)+", re.IGNORECASE | re.MULTILINE)
_SOFT_BREAK = "=\ue000"  # a private character for the line break that a QUOTED-PRINTABLE value goes on after


@dataclass(frozen=True, slots=True)
class Property:
    """One property; `value` as written, `line` where it stands in the file."""

    name: str
    value: str
    line: int
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value without escapes, in which line breaks count."""
        return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], self.value).strip()

    @property
    def parts(self) -> list[str]:
        """What semicolons separate, without escapes."""
        parts = re.split(r"(?<!\\);", self.value)
        return [_ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], part).strip() for part in parts]


def properties(text: str) -> Iterator[Property]:
    """The properties in order; lines that are none are left out."""
    text = _QUOTED_PRINTABLE.sub(lambda match: re.sub(r"=\r?\n", _SOFT_BREAK, match[0]), text)
    number = 1
    for line in re.split(r"\r?\n(?![ \t])", text):
        begun, number = number, number + line.count("\n") + line.count(_SOFT_BREAK) + 1
        if found := _NAME.fullmatch(_FOLDED.sub("", line).strip("\r\n")):
            parameters = {key.upper(): (value or key).strip('"') for key, value in _PARAMETER.findall(found[2])}
            yield Property(found[1].upper(), _plain(found[3], parameters), begun, parameters)


def _plain(value: str, parameters: Mapping[str, str]) -> str:
    """The value of a contact of version 2.1, which mobile phones write in an encoding of its own."""
    if parameters.get("ENCODING", "").upper() != "QUOTED-PRINTABLE" and "QUOTED-PRINTABLE" not in parameters:
        return value
    data = quopri.decodestring(value.replace(_SOFT_BREAK, "").encode("latin-1", errors="replace"))
    return decode(data, parameters.get("CHARSET", ""))[0] if data else ""
