"""Random damage to the files of a store; after each, it must answer, or say what happened and what to do next."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.damage_look import SETTINGS, look, make

_LONGEST_S = 300
_CONTEXT = multiprocessing.get_context("forkserver")
_TABLES = ("documents", "blocks", "generations", "chunks", "embeddings", "changes", "turns", "conversations")
_MADE = ("chain_results", "chain_sources", "summaries", "language_checks")
Harm = Callable[[Path, random.Random], str]
"""Damages the store in this folder somewhere; gives what it did."""


def run(folder: Path, rounds: int, seed: int = 0, kinds: Sequence[str] = ()) -> list[dict[str, object]]:
    """Damages copies of one store that often, each part of it as often as the others; raises where that went wrong."""
    _CONTEXT.set_forkserver_preload(["benchmarks.kill_preload"])
    folder.mkdir(parents=True, exist_ok=True)
    sound, damaged = folder / "sound", folder / "damaged"
    shutil.rmtree(sound, ignore_errors=True)
    _in_a_process(make, sound)
    done, answered, bad, kinds = Counter[str](), Counter[str](), list[str](), kinds or list(HARMS)
    for number in range(rounds):
        kind = kinds[number % len(kinds)]
        chosen = random.Random(f"{seed} {number}")
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(sound, damaged)
        what = HARMS[kind](damaged, chosen)
        told, wrong = _in_a_process(look, damaged, number)
        done[kind] += 1
        answered[kind] += not told
        if wrong:
            bad.append(f"round {number} ({what}): {'; '.join(wrong[:5])}")
            print(f"\n{bad[-1]}", file=sys.stderr, flush=True)
        print(f"\r{number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if bad:
        raise AssertionError(f"{len(bad)} of {rounds} rounds went wrong")
    rows = [(kind, done[kind], answered[kind]) for kind in kinds] + [("all", done.total(), answered.total())]
    return [{"Damaged": k, "Rounds": n, "Answered as if whole": a, "Said so": n - a, "Lost": 0} for k, n, a in rows]


def _in_a_process(work: Callable[..., None], store: Path, *more: int) -> tuple[list[str], list[str]]:
    """What it told: what was said to the person, and what is wrong; FAISS may crash on damage, which is wrong, too."""
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=work, args=(store, there, *more))
    process.start()
    there.close()
    try:
        found = here.recv() if here.poll(_LONGEST_S) else ([], [f"nothing came for {_LONGEST_S} s"])
    except EOFError:
        process.join()
        found = ([], [f"the process ended with {process.exitcode}"])
    process.kill()
    process.join()
    return found


# -- harm --------------------------------------------------------------------------------------------------


def _files(*patterns: str) -> Harm:
    def harm(store: Path, chosen: random.Random) -> str:
        path = chosen.choice(sorted(path for pattern in patterns for path in store.glob(pattern) if path.is_file()))
        how = chosen.choice(list(_SPOILT))
        data = path.read_bytes()
        if how == "deleted":
            path.unlink()
        else:
            path.write_bytes(_SPOILT[how](data, chosen))
        return f"{path.relative_to(store)} {how}"

    return harm


def _flipped(data: bytes, chosen: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chosen.choice((1, 1, 20)) if data else 0):
        spoilt[chosen.randrange(len(spoilt))] ^= 1 << chosen.randrange(8)
    return bytes(spoilt)


_SPOILT: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped": _flipped,
    "cut off": lambda data, chosen: data[: chosen.randrange(len(data) + 1)],
    "emptied": lambda *_: b"",
    "zeroed": lambda data, _: bytes(len(data)),
    "overwritten": lambda data, chosen: chosen.randbytes(len(data)),
    "lengthened": lambda data, chosen: data + chosen.randbytes(chosen.randrange(1, 100)),
    "deleted": lambda *_: b"",
}


def _rows(*tables: str) -> Harm:
    """One value of one row becomes another, of another type or not even text."""

    def harm(store: Path, chosen: random.Random) -> str:
        with closing(sqlite3.connect(store / "catalog.sqlite", isolation_level=None)) as db:
            db.text_factory = bytes
            while True:
                table = chosen.choice(tables)
                columns = [row[1].decode() for row in db.execute(f"PRAGMA table_info({table})")]
                rows = db.execute(f"SELECT * FROM {table}").fetchall()
                if not rows:
                    continue
                row, n = chosen.choice(rows), chosen.randrange(len(columns))
                new = _garbled(row[n], chosen)
                where = " AND ".join(f"{column} IS ?" for column in columns)
                as_text = [value.decode() if isinstance(value, bytes) and _is_text(value) else value for value in row]
                value = "CAST(? AS TEXT)" if chosen.random() < 0.5 and isinstance(new, bytes) else "?"
                query = f"UPDATE {table} SET {columns[n]} = {value} WHERE {where}"
                try:
                    changed = db.execute(query, [new, *as_text]).rowcount
                except sqlite3.IntegrityError:
                    continue
                if changed:
                    return f"{table}.{columns[n]}: {row[n]!r:.60} became {new!r:.60} ({value})"

    return harm


def _garbled(value: object, chosen: random.Random) -> object:
    if isinstance(value, bytes) and chosen.random() < 0.5:
        return _SPOILT[chosen.choice(list(_SPOILT))](value, chosen)
    return chosen.choice((None, b"\xff\xfe", b'{"a"', b"[]", b"null", b"7", "", "x" * 1000, -1, 2**40, 1.5))


def _is_text(value: bytes) -> bool:
    try:
        return value.decode().isprintable() or value.decode().isascii()
    except ValueError:
        return False


HARMS: Mapping[str, Harm] = {
    "labels": _files("originals/labels/*/*.json"),
    "prompts": _files("prompts/*.txt"),
    "examples": _files("prompts/examples.jsonl"),
    "settings": _files(SETTINGS),
    "vector segment": _files("indexes/vectors-*/*"),
    "word index": _files("indexes/words-*/*"),
    "queue": _rows("jobs"),
    "catalog's rows": _rows(*_TABLES),
    "what was made": _rows(*_MADE),
    "catalog's pages": _files("catalog.sqlite"),
    "notes": _files("paused", "reserve", "*.lock", "indexes/*.lock", "logs/*.jsonl"),
}


if __name__ == "__main__":  # `python -m benchmarks.damage FOLDER ROUNDS SEED [KIND …]`: some kinds only
    print(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
