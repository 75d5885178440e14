"""pypdf's reader, without its search of the whole file for each object that is named but is not there."""

from __future__ import annotations

import io
import logging
import re
from functools import cached_property

from pypdf import PdfReader
from pypdf.generic import IndirectObject, PdfObject

_OBJECT = re.compile(rb"\s(\d{1,10})\s+(\d{1,10})\s+obj")
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it has a line for each fault of a damaged file


class Reader(PdfReader):
    """Reads as leniently as it can."""

    def __init__(self, data: bytes, password: str | None) -> None:
        self._data = data
        super().__init__(io.BytesIO(data), strict=False, password=password)

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        """The object; None where the file has none of this number, which is looked for once for all numbers."""
        if isinstance(indirect_reference, int):
            number, generation = indirect_reference, 0
        else:
            number, generation = indirect_reference.idnum, indirect_reference.generation
        listed = number in self.xref.get(generation, ()) or (generation == 0 and number in self.xref_objStm)
        if not listed and (number, generation) not in self._numbers:
            return None
        return super().get_object(indirect_reference)

    @cached_property
    def _numbers(self) -> frozenset[tuple[int, int]]:
        return frozenset((int(found[1]), int(found[2])) for found in _OBJECT.finditer(self._data))
