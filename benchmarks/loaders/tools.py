"""The tools that are compared: ours, and others in a virtual environment of their own.

`python tools.py NAME`, run by that environment's Python, reads lines of JSON `{"file", "path", "password"}` from
standard input and writes one line of JSON per file: `{"file", "seconds", "text"}` or `{"file", "seconds", "error"}`.
It therefore imports nothing of ours at the top.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path


def markitdown() -> Callable[[str], str]:
    """markitdown with its optional packages, without plugins and without a chat model."""
    from markitdown import MarkItDown  # type: ignore[import-not-found]

    converter = MarkItDown(enable_plugins=False)
    return lambda path: converter.convert(path).text_content


def unstructured() -> Callable[[str], str]:
    """unstructured's `partition` by file type, PDFs by their text layer; tables as the HTML that it gives."""
    from unstructured.partition.auto import partition  # type: ignore[import-not-found]

    def read(path: str) -> str:
        elements = partition(path, strategy="fast")
        return "\n\n".join(element.metadata.text_as_html or element.text for element in elements)

    return read


def docling() -> Callable[[str], str]:
    """docling's own models read PDFs; without them it fails at the first PDF, which counts as an error."""
    from docling.document_converter import DocumentConverter  # type: ignore[import-not-found]

    converter = DocumentConverter()
    return lambda path: converter.convert(path).document.export_to_markdown()


def _seconds() -> float:
    """Processor time of this process and of those that it has waited for."""
    return sum(os.times()[:4])


TOOLS: dict[str, Callable[[], Callable[[str], str]]] = {
    "markitdown": markitdown,
    "unstructured": unstructured,
    "docling": docling,
}


def main() -> None:
    """Answers requests until the input ends. Standard output is ours alone: what a tool prints goes to the errors."""
    replies, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    read = TOOLS[sys.argv[1]]()
    for line in sys.stdin:
        request = json.loads(line)
        start = _seconds()
        try:
            reply: dict[str, object] = {"text": read(str(Path(request["path"])))}
        except Exception as error:  # noqa: BLE001 - whatever a tool raises is its answer
            reply = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(
            json.dumps({**reply, "file": request["file"], "seconds": _seconds() - start}),
            file=replies,
            flush=True,
        )


if __name__ == "__main__":
    main()
