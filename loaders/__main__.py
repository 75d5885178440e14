"""`python -m loaders FILE [--password P] [--json]`: what is read of a file."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from loaders import Document, LoadError, load


def main() -> int:
    """Prints the document; on an error one line on standard error, and 1."""
    parser = argparse.ArgumentParser(prog="python -m loaders", description="Shows what Tenkyo reads of a file.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--password", help="password of an encrypted file")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a listing")
    arguments = parser.parse_args()
    try:
        document = load(arguments.file, password=arguments.password)
    except (LoadError, OSError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(as_dict(document), ensure_ascii=False))
    else:
        sys.stdout.writelines(f"{line}\n" for line in listing(document))
    return 0


def as_dict(document: Document) -> dict[str, object]:
    """The document as JSON has it, with the files inside it; a PDF's boxes are left out."""
    names = ("id", "name", "media_type", "title", "language")
    about: dict[str, object] = {name: getattr(document, name) for name in names}
    about["metadata"] = dict(document.metadata)
    blocks = [
        {"kind": block.kind, "text": block.text, "level": block.level, "location": block.location.as_dict()}
        | ({"language": block.language} if block.language else {})
        for block in document.blocks
    ]
    children = [
        {"name": child.name, **(as_dict(child.document) if child.document else {"error": dict(child.error or {})})}
        for child in document.children
    ]
    return {"document": about, "blocks": blocks, "report": asdict(document.report), "children": children}


def listing(document: Document) -> Iterator[str]:
    """The document for a person to read, a line per block; then the files inside it."""
    yield f"{document.title} ({document.name})"
    about = {"media type": document.media_type, "language": document.language, **document.metadata}
    yield from (f"  {name}: {value}" for name, value in about.items())
    yield from (f"  {line}" for line in _report(document))
    yield ""
    for block in document.blocks:
        where = " ".join(f"{name} {value}" for name, value in block.location.as_dict().items())
        kind = " ".join(str(part) for part in (block.kind, block.level, block.language) if part)
        text = block.text.replace("\n", "\n" + " " * 28)
        yield f"{where:<14}{kind:<14}{text}"
    for child in document.children:
        if child.document:
            yield from ("", *listing(child.document))
        elif child.error:
            yield f"\n{child.name}: {child.error['message']}"


def _report(document: Document) -> Iterator[str]:
    report = document.report
    if report.misnamed:
        yield f"this is {report.misnamed}"
    if report.pages_without_text:
        yield f"pages without text: {', '.join(map(str, report.pages_without_text))} (of {report.pages})"
    yield from (f"suspicious characters ({why}): {count}" for why, count in report.suspicious.items())
    yield from (f"skipped ({one.reason}): {one.what}" for one in report.skipped)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
