"""Do broken files break the app? Every file of a zoo, changed in many ways, through the loaders."""

from benchmarks.fuzz.campaign import run

__all__ = ["run"]
