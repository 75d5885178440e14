"""LlamaIndex: SimpleDirectoryReader and VectorStoreIndex as in its first example."""
# pyright: reportMissingImports=false

from _ingest_task import loaded, measure, read_task
from llama_index.core import Settings, SimpleDirectoryReader, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

task = read_task()
Settings.llm = None
Settings.embed_model = HuggingFaceEmbedding(model_name=task["model"])


def ingest(files: list[str]) -> int:
    documents = loaded(lambda file: SimpleDirectoryReader(input_files=[file]).load_data(), files)
    return len(VectorStoreIndex.from_documents(documents).index_struct.nodes_dict)


measure(ingest, task["files"], lambda: Settings.embed_model.get_query_embedding("warm-up"))
