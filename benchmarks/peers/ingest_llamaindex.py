"""LlamaIndex: SimpleDirectoryReader and VectorStoreIndex as in its first example."""
# pyright: reportMissingImports=false

from _ingest_task import loaded, measure, read_task
from llama_index.core import Settings, SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.schema import MetadataMode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

task = read_task()
Settings.llm = None
Settings.embed_model = HuggingFaceEmbedding(model_name=task["model"])
if task["fitting"]:
    Settings.chunk_size, Settings.chunk_overlap = 256, 50  # tokens, of another tokenizer; the default is 1,024 and 200


def ingest(files: list[str]) -> list[str]:
    documents = loaded(lambda file: SimpleDirectoryReader(input_files=[file]).load_data(), files)
    index = VectorStoreIndex.from_documents(documents)
    return [node.get_content(MetadataMode.EMBED) for node in index.docstore.docs.values()]


measure(ingest, task, lambda: Settings.embed_model.get_query_embedding("warm-up"))
