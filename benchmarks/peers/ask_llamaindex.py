"""LlamaIndex: VectorStoreIndex with its default splitter; QueryFusionRetriever, reciprocal rank, with BM25Retriever."""
# pyright: reportMissingImports=false

from _task import answer, read_task
from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

task = read_task()
Settings.llm = None
Settings.embed_model = HuggingFaceEmbedding(model_name=task["model"])
documents = [Document(text=d["text"], doc_id=d["id"]) for d in task["documents"]]
nodes = Settings.node_parser.get_nodes_from_documents(documents)
dense = VectorStoreIndex(nodes).as_retriever(similarity_top_k=task["depth"])
words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=task["depth"])
both = QueryFusionRetriever(
    [dense, words], similarity_top_k=task["depth"], num_queries=1, mode="reciprocal_rerank", use_async=False
)
answer(
    task["queries"],
    {
        "default": lambda query: [n.node.ref_doc_id for n in dense.retrieve(query)],
        "hybrid": lambda query: [n.node.ref_doc_id for n in both.retrieve(query)],
    },
)
