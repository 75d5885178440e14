"""Haystack: the in-memory store with its embedding retriever; joined with its BM25 by reciprocal rank fusion."""
# pyright: reportMissingImports=false

from _task import answer, read_task
from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

task = read_task()
splitter = DocumentSplitter()
reader = SentenceTransformersDocumentEmbedder(model=task["model"], progress_bar=False)
asker = SentenceTransformersTextEmbedder(model=task["model"], progress_bar=False)
for part in (splitter, reader, asker):
    if hasattr(part, "warm_up"):
        part.warm_up()
documents = [Document(content=d["text"], meta={"id": d["id"]}) for d in task["documents"]]
store = InMemoryDocumentStore()
store.write_documents(reader.run(splitter.run(documents)["documents"])["documents"])
dense = InMemoryEmbeddingRetriever(store, top_k=task["depth"])
words = InMemoryBM25Retriever(store, top_k=task["depth"])
joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=task["depth"])


def by_vectors(query: str) -> list[Document]:
    return dense.run(query_embedding=asker.run(query)["embedding"])["documents"]


def by_both(query: str) -> list[Document]:
    return joiner.run([words.run(query)["documents"], by_vectors(query)])["documents"]


answer(
    task["queries"],
    {
        "default": lambda query: [d.meta["id"] for d in by_vectors(query)],
        "hybrid": lambda query: [d.meta["id"] for d in by_both(query)],
    },
)
