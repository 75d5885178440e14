"""Nothing tries a network: with every socket refused, adding, searching and asking work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import socket, sys

def refuse(*arguments, **keywords):
    sys.stderr.write("a network was tried\\n")
    raise OSError("no network")

socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse

from rag import KnowledgeBase, Settings
kb = KnowledgeBase.open(sys.argv[1], Settings(samples=False))
kb.add(b"The library opens at nine.", "hours.txt")
kb.add("図書館は九時に開きます。".encode(), "案内.txt")
print(kb.ask("When does the library open?").text, kb.ask("図書館は何時に開きますか").text)
kb.reindex()
kb.close()
"""


def test_everything_works_without_a_network_and_nothing_tries_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "store")]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == ["The", "library", "opens", "at", "nine.", "図書館は九時に開きます。"]
    assert "a network was tried" not in process.stderr


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = ("torch", "transformers", "sentence_transformers", "openai")
    script = f"import sys, rag, rag.__main__; print([name for name in {heavy} if name in sys.modules])"
    process = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"
