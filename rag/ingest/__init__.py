"""The write side: files become documents, chunks and vectors, in the background."""
