"""Figures for docs/benchmarks.md, each by a command: `python -m benchmarks NAME DATA`."""
