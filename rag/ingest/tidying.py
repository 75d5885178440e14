"""Originals that nothing needs are deleted; none that a damaged catalog may only have lost sight of."""

from __future__ import annotations

from rag.storage.catalog import Catalog
from rag.storage.originals import Label, Originals


def tidy(catalog: Catalog, originals: Originals) -> None:
    """Deletes originals that nothing refers to, which a crash left, and labels those that have no label.

    Raises StoreError where a document's row is damaged; then nothing is deleted.
    """
    with originals.locked():
        documents = catalog.documents()
        originals.remove_all_but(catalog.referenced_originals() | _of_the_lost(catalog, originals))
        for info in documents.values():
            if info.has_original and info.parent is None and not originals.is_labelled(info.sha256):
                originals.label(info.sha256, Label(info.name, info.collection, info.metadata))


def _of_the_lost(catalog: Catalog, originals: Originals) -> set[str]:
    """Files with the label of something whose own file is missing: its sha256 in the catalog may be the damage."""
    kept = originals.all()
    lost = {key for sha256, added in catalog.labels().items() if sha256 not in kept for key in added}
    return {sha256 for sha256, label in originals.labelled() if label[:2] in lost} if lost else set()
