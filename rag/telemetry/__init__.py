"""Runs, and what is told of them: the log and the traces."""
