"""Do the loaders read what is in real files? Expectations by independent readers, and other tools beside ours.

`run` is the benchmark. `make_expectations` makes the machine-made half of the expectations again; the other half,
`by_hand.json`, was written by a person who looked at the pages.
"""

from benchmarks.loaders.compare import run

__all__ = ["run"]
