"""`python -m benchmarks.loaders.speed ZOO [--large-csv MB]`: pages/s beside pypdf, MB/s, and peak memory.

Each figure is made in a process of its own and counts its processor time, that is, one core. What the first files
import and build is left out, of both: small files are read once before. So is text recognition, which pypdf has not:
pages that are pictures cost both next to nothing then. The large files are generated, always the same ones.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

_WORDS = """library budget meeting water 会議 予算 report plan citizens road school 図書館 safety result of the in
for""".split()  # noqa: SIM905 - words to read, not code
_TURNS = 3

_OURS = """
import sys, time, json, resource
from pathlib import Path
from loaders import LoadError, _ocr, load
_ocr.available = lambda: False
paths = sys.argv[1:]
first = [path for path in paths if Path(path).stat().st_size < 300_000] or paths[:1]
load(b"a,b\\n1,2\\n", "a.csv")
def read(path):
    try:
        return load(Path(path))
    except LoadError:
        return None
if paths[0].endswith(".pdf"):
    [read(path) for path in first]
start, pages, size = time.process_time(), 0, 0
for path in paths:
    if document := read(path):
        pages += document.pages
        size += Path(path).stat().st_size
seconds = time.process_time() - start
print(json.dumps({"pages": pages, "bytes": size, "seconds": seconds,
                  "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

_PYPDF = """
import sys, time, json, logging, resource
from pathlib import Path
from pypdf import PdfReader
logging.disable(logging.CRITICAL)
paths = sys.argv[1:]
first = [path for path in paths if Path(path).stat().st_size < 300_000] or paths[:1]
def read(path):
    try:
        return sum(page.extract_text() is not None for page in PdfReader(path).pages)
    except Exception:
        return 0
[read(path) for path in first]
start = time.process_time()
pages = sum(map(read, paths))
print(json.dumps({"pages": pages, "seconds": time.process_time() - start,
                  "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def large_pdf(path: Path, pages: int = 2000) -> None:
    """A report of `pages` full pages: a heading, paragraphs, a ruled table, header and footer."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    chance = random.Random(7)
    words = [word for word in _WORDS if word.isascii()]
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for page in range(1, pages + 1):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 810, "Annual report of the city")
        canvas.drawString(280, 30, f"Page {page} of {pages}")
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(60, 770, f"{page}. Section about {chance.choice(words)}")
        canvas.setFont("Helvetica", 10)
        for line in range(38):
            canvas.drawString(60, 740 - 14 * line, " ".join(chance.choice(words) for _ in range(14)))
        for row in range(6):
            canvas.line(60, 195 - 20 * row, 460, 195 - 20 * row)
            for column in range(4):
                canvas.drawString(64 + 100 * column, 180 - 20 * row, str(chance.randrange(10**6)))
        canvas.showPage()
    canvas.save()


def large_csv(path: Path, megabytes: int) -> None:
    """Rows of numbers, words in two languages and quoted texts, of which some have line breaks."""
    chance = random.Random(7)
    rows: list[str] = []
    for number in range(20_000):
        text = " ".join(chance.choice(_WORDS) for _ in range(12))
        text = f'"{text}, ""{number}""\nsecond line"' if number % 7 == 0 else text
        fields = (chance.randrange(10**9), chance.choice(_WORDS), f"{chance.random():.6f}", text, number % 12 + 1)
        rows.append(",".join(map(str, fields)) + "\r\n")
    piece = "".join(rows).encode()
    with path.open("wb") as file:
        file.write("id,種類,value,remark,month\r\n".encode())
        for _ in range(max(1, megabytes * 1_000_000 // len(piece))):
            file.write(piece)


def _measure(script: str, *paths: Path) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-c", script, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    """Prints one line per figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loaders.speed")
    parser.add_argument("zoo", type=Path)
    parser.add_argument("--large-csv", type=int, default=100, metavar="MB", help="size of the generated CSV")
    options = parser.parse_args()
    pdfs = sorted(path for path in options.zoo.rglob("*.pdf"))
    _compare("zoo", pdfs)
    with tempfile.TemporaryDirectory() as folder:
        pdf, csv = Path(folder) / "large.pdf", Path(folder) / "large.csv"
        large_pdf(pdf)
        _compare("generated, 2,000 pages", [pdf])
        large_csv(csv, options.large_csv)
        found = _measure(_OURS, csv)
        print(
            f"CSV of {found['bytes'] / 1e6:,.0f} MB: {found['bytes'] / 1e6 / found['seconds']:.1f} MB/s, "
            f"peak memory {found['rss_mb']:,.0f} MB"
        )
    return 0


def _compare(name: str, paths: list[Path]) -> None:
    """Medians of several turns, each with both: a machine is not as fast at one moment as at the next."""
    turns = [(_measure(_OURS, *paths), _measure(_PYPDF, *paths)) for _ in range(_TURNS)]
    ours, pypdf = (median(found["pages"] / found["seconds"] for found in of) for of in zip(*turns, strict=True))
    print(
        f"PDF ({name}, {len(paths)} files): ours {ours:,.0f} pages/s, pypdf {pypdf:,.0f} pages/s, "
        f"{ours / pypdf:.1f} times; peak memory {max(found['rss_mb'] for found, _ in turns):,.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
