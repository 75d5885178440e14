"""Which change is made to which file: always the same for the same seed."""

from __future__ import annotations

import random

from benchmarks.fuzz.containers import change_entries, change_object
from benchmarks.fuzz.mutations import changed
from benchmarks.fuzz.pieces import PIECES, piece_of

_WHOLE = 0.05  # of the mutants are of the whole file at most, the others of a piece, where it is large
_WHOLE_SIZE = 5_000  # bytes; a file of ten times a size is broken as a whole a tenth as often


def mutant(data: bytes, seed: str) -> bytes:
    """One broken copy of a file, or of a piece of it."""
    chance = random.Random(seed)
    whole = chance.random() < min(_WHOLE, _WHOLE_SIZE / (len(data) or 1))
    source = data if whole else piece_of(data, chance.randrange(PIECES))
    if source.startswith(b"PK") and chance.random() < 0.85:
        return change_entries(source, chance)
    if source.startswith(b"%PDF") and chance.random() < 0.65:
        return change_object(source, chance)
    return changed(source, chance)
