"""The real app as a process of its own, for browser tests and for the screenshots."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of an installed Chromium."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_app(store: Path, **settings: str) -> Iterator[str]:
    """Starts the app on this store and gives its address; ends it afterwards, as Ctrl-C would."""
    port = free_port()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TENKYO_STORE": str(store)}
    environment |= {f"TENKYO_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    log = store.with_name(store.name + ".log")
    with log.open("w", encoding="utf-8") as output:  # a file, not a pipe: nobody reads it while the app writes
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_up(process, port, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Waits until the app says that it is well."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The app did not start:\n{log.read_text(encoding='utf-8')}") from None
            time.sleep(0.1)  # between two looks, bounded by the deadline
