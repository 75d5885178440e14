"""The commands of `python -m rag` beside its plain ones."""
