"""Tokens of a text counted word by word, each word once: splitting counts every passage twice, and words recur."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WORD = re.compile(r"[^ \n]+")  # of white space, only these two are that to every tokenizer
_LONG = 40
"""Characters: a longer run (a Japanese sentence) hardly comes again."""
_MOST = 1 << 17
_FEW = 64
"""Texts for which it takes longer to hand them to other threads than to read them here."""


def count_encoded(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """How many tokens each text has, special tokens left out."""
    if len(texts) < _FEW:
        return [len(tokenizer.encode(text, add_special_tokens=False)) for text in texts]
    return [len(encoding) for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


class WordCounts:
    """Counts for a tokenizer that never joins what white space parts, so that a text's count is that of its words."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, int] = {}

    @staticmethod
    def fits(tokenizer: Tokenizer) -> bool:
        """Whether the tokenizer is of that kind: BERT's and its descendants' are."""
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        return isinstance(tokenizer.pre_tokenizer, BertPreTokenizer) and isinstance(
            tokenizer.normalizer, BertNormalizer
        )

    def count(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens left out."""
        words = [_WORD.findall(text) for text in texts]
        known = self._known if len(self._known) < _MOST else {}
        long = dict[str, int]()
        new = list(set().union(*words).difference(known))
        for word, count in zip(new, count_encoded(self._tokenizer, new), strict=True):
            (known if len(word) <= _LONG else long)[word] = count
        self._known = known  # another thread may be using the one before
        counts = ChainMap(known, long) if long else known
        return [sum(map(counts.__getitem__, line)) for line in words]
