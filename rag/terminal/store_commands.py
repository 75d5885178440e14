"""The terminal's commands that look after a store. Each gives a row for JSON, a text, and whether all is well."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag import KnowledgeBase
from rag.reports import Finding, LanguageUse, Progress, Removed, Verified

Outcome = tuple[dict[str, Any], str, bool]
Run = Callable[[Namespace, Callable[[Progress], None]], Outcome]
_USED = {True: "used", False: "not used"}
_NAMED = 3  # of the documents that a finding is about


def add_commands(command: Callable[[str, Run, str], ArgumentParser]) -> None:
    """Declares the commands; `command` is given a name, what runs it, and its help."""
    verify = command("verify", _verify, "check that originals, chunks, vectors and both indexes agree")
    verify.add_argument("--repair", action="store_true", help="bring together what can be")
    command("rebuild", _rebuild, "make a lost or damaged catalog anew from the original files")
    command("rollback", _roll_back, "go back to the index from before the last reindex")
    command("drop-old", _drop_old, "delete the index from before the last reindex")
    languages = command("languages", _languages, "for which languages vectors are used, and why")
    languages.add_argument("--check", action="store_true", help="try the embedding model on the library again")
    backup = command("backup", _backup, "write the whole store into one zip file, also while the app runs")
    backup.add_argument("file", type=Path)
    restoring = command("restore", _restore, "make a store of a backup")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--force", action="store_true", help="also where there is a store; its catalog is set aside")


def receipt(gone: Removed) -> str:
    """What a deletion took out, in counts, and what is left of it."""
    return (
        f"deleted {gone.name}: {gone.documents} documents, {gone.chunks} chunks, {gone.vectors} vectors, "
        f"{gone.index_words} entries of the word index, {gone.index_vectors} of the vector index, "
        f"{gone.original_bytes} bytes of originals; {gone.remaining} remain; "
        f"conversations that quote it, which are kept: {gone.conversations}"
    )


def _verify(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    with KnowledgeBase.open(options.store) as kb:
        found = kb.verify(options.repair, report)
    return {"agrees": found.agrees, **asdict(found)}, _verified_text(found), found.agrees


def _verified_text(found: Verified) -> str:
    figures = {
        "documents": found.documents,
        "originals": found.originals,
        "chunks": found.chunks,
        "vectors": found.vectors,
        "entries of the word index": found.index_words,
        "entries of the vector index": found.index_vectors,
    }
    lines = [f"{name:28} {value}" for name, value in figures.items()]
    lines += [f"repaired: {_named(finding)}" for finding in found.repaired]
    lines += [f"differs: {_named(finding)} {finding.hint}" for finding in found.findings]
    return "\n".join([*lines, "everything agrees" if found.agrees else "not everything agrees"])


def _named(finding: Finding) -> str:
    names = ", ".join(finding.names[:_NAMED]) + (", …" if len(finding.names) > _NAMED else "")
    return f"{finding.count} {finding.message}" + (f" ({names})." if names else ".")


def _rebuild(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    del report
    rebuilt = KnowledgeBase.rebuild(options.store)
    with KnowledgeBase.open(options.store) as kb:
        kb.work_off()
        documents = len(kb.documents())
        failed = [{"name": job.name, "error": job.error} for job in kb.jobs(rebuilt.files) if job.state == "failed"]
    row = {"set_aside": rebuilt.set_aside, "files": rebuilt.files, "documents": documents, "failed": failed}
    lines = [f"the old catalog is kept as {rebuilt.set_aside}"] if rebuilt.set_aside else []
    lines += [f"not read: {one['name']} {(one['error'] or {}).get('message', '')}" for one in failed]
    lines.append(f"{documents} documents from {rebuilt.files} files, {rebuilt.conversations} conversations")
    return {**row, "conversations": rebuilt.conversations}, "\n".join(lines), not failed


def _roll_back(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    with KnowledgeBase.open(options.store) as kb:
        kb.roll_back(report)
        stats = kb.stats()
    text = f"went back to the earlier index: {stats.documents} documents, {stats.chunks} chunks"
    return {"documents": stats.documents, "chunks": stats.chunks}, "\n".join(filter(None, [text, stats.stale])), True


def _drop_old(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    del report
    with KnowledgeBase.open(options.store) as kb:
        chunks = kb.drop_previous()
    return {"chunks": chunks}, f"dropped {chunks} chunks of the earlier index", True


def _languages(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    del report
    with KnowledgeBase.open(options.store) as kb:
        if options.check:
            kb.languages.check()
        uses = kb.languages.uses()
    lines = [
        f"{one.language:6} {one.chunks:8} chunks  vectors {_USED[one.used]} (by {one.by}){_tried(one)}" for one in uses
    ]
    return {"languages": [asdict(one) for one in uses]}, "\n".join(lines) or "the library is empty", True


def _tried(use: LanguageUse) -> str:
    if use.check is None:
        return ""
    figures = f"{use.check.by_vectors:.2f} by vectors, {use.check.by_words:.2f} by words"
    return f"; found of {use.check.passages} passages: {figures}"


def _backup(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    del report
    with KnowledgeBase.open(options.store) as kb:
        made = kb.back_up(options.file)
    text = f"{made.path}: {made.originals} original files, {made.size / 1e6:,.1f} MB"
    return {"path": str(made.path), "originals": made.originals, "bytes": made.size}, text, True


def _restore(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    del report
    originals = KnowledgeBase.restore(options.file, options.store, options.force)
    with KnowledgeBase.open(options.store) as kb:
        documents = len(kb.documents())
    return {"documents": documents, "originals": originals}, f"{documents} documents, {originals} original files", True
