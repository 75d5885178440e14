"""Which programming language a piece of code is in, as those write it who mark up code."""

from __future__ import annotations

import re
from typing import Any

# "python", "{.python .numberLines}" (Pandoc), "{r, echo=FALSE}" (R Markdown), "js:app.js", "rust,ignore" (rustdoc)
_FENCE = re.compile(r"\{?[\s.]*(?:code-cell\}\s*)?([A-Za-z][\w+#.-]*)")
# HTML's own advice, highlight.js, Prism, GitHub, Sphinx, Rouge, SyntaxHighlighter
_CLASS = re.compile(
    r"(?:^|\s)(?:lang(?:uage)?-|highlight-(?:source-|text-)?|brush:\s*|sourceCode\s+)([A-Za-z][\w+#.-]*)"
)
_NONE = frozenset(
    ["text", "txt", "plain", "plaintext", "none", "default", "nohighlight", "no-highlight", "code", "raw"]
)
_AROUND = 3  # elements above <pre>, the nearest of which may name the language


def of_fence(info: str) -> str:
    """What stands after the fence of a Markdown code block; "" where it names no language."""
    found = _FENCE.match(info.strip())
    return _known(found[1]) if found else ""


def of_element(pre: Any) -> str:
    """What the classes of an HTML <pre>, of the <code> in it or of what stands around it name; "" for nothing."""
    inside = [child for child in pre if child.tag == "code"][:1]
    above = list(pre.iterancestors())[:_AROUND]
    for element in (*inside, pre, *above):
        stated = element.get("data-lang") or element.get("data-language") or ""
        found = _CLASS.search(element.get("class") or "")
        if name := _known(stated) or (_known(found[1]) if found else ""):
            return name
    return ""


def _known(name: str) -> str:
    name = name.strip().lower()
    return "" if name in _NONE or len(name) > 30 else name
