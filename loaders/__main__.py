"""`python -m loaders FILE [--password P] [--json]`: what is read of a file."""

from __future__ import annotations

import argparse
import json
import sys

from loaders import Document, LoadError, load


def main() -> int:
    """Prints the document; on an error one line on standard error, and 1."""
    parser = argparse.ArgumentParser(prog="python -m loaders", description="Shows what Tenkyo reads of a file.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--password", help="password of an encrypted PDF")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a listing")
    arguments = parser.parse_args()
    try:
        document = load(arguments.file, password=arguments.password)
    except (LoadError, OSError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    print(json.dumps(as_dict(document), ensure_ascii=False) if arguments.json else listing(document))
    return 0


def as_dict(document: Document) -> dict[str, object]:
    """The document as JSON has it; a PDF's boxes are left out."""
    names = ("id", "name", "media_type", "title", "language")
    about: dict[str, object] = {name: getattr(document, name) for name in names}
    about["metadata"] = dict(document.metadata)
    blocks = [
        {"kind": block.kind, "text": block.text, "level": block.level, "location": block.location.as_dict()}
        for block in document.blocks
    ]
    return {"document": about, "blocks": blocks}


def listing(document: Document) -> str:
    """The document for a person to read, a line per block."""
    about = {"media type": document.media_type, "language": document.language, **document.metadata}
    lines = [
        f"{document.title} ({document.name})",
        *(f"  {name}: {value}" for name, value in about.items()),
        "",
    ]
    for block in document.blocks:
        where = " ".join(f"{name} {value}" for name, value in block.location.as_dict().items())
        kind = f"{block.kind} {block.level}" if block.level else block.kind
        text = block.text.replace("\n", "\n" + " " * 28)
        lines.append(f"{where:<14}{kind:<14}{text}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
