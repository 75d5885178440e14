"""Imported once by the server that forks the processes to be killed: moments are to fall in work, not in imports."""

import faiss  # noqa: F401
import onnxruntime  # noqa: F401
import sudachipy  # noqa: F401
import tokenizers  # noqa: F401

import benchmarks.__main__  # noqa: F401 - which each process reads first
import loaders._worker  # noqa: F401
from rag.text.languages import detect_language

detect_language("Which model knows this language?")  # reads the model, which takes a second
