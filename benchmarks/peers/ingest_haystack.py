"""Haystack: the converter of each format, DocumentSplitter by default, the document store in memory."""
# pyright: reportMissingImports=false

from _ingest_task import loaded, measure, read_task
from haystack.components.converters import HTMLToDocument, MarkdownToDocument, PyPDFToDocument, TextFileToDocument
from haystack.components.preprocessors import DocumentSplitter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

CONVERTERS = {"pdf": PyPDFToDocument, "html": HTMLToDocument, "md": MarkdownToDocument}

task = read_task()
embedder = SentenceTransformersDocumentEmbedder(model=task["model"], progress_bar=False)
embedder.warm_up()


def load(file: str) -> list:
    return CONVERTERS.get(file.rpartition(".")[2], TextFileToDocument)().run(sources=[file])["documents"]


def ingest(files: list[str]) -> list[str]:
    splitter = DocumentSplitter(split_length=130) if task["fitting"] else DocumentSplitter()  # words; else 200
    splitter.warm_up()
    splits = splitter.run(documents=loaded(load, files))["documents"]
    store = InMemoryDocumentStore()
    store.write_documents(embedder.run(documents=splits)["documents"], policy="overwrite")
    return [split.content for split in splits]


measure(ingest, task, lambda: None)
