"""LangChain: the loader of its documentation for each format, its default splitter, HuggingFaceEmbeddings, FAISS."""
# pyright: reportMissingImports=false

from _ingest_task import loaded, measure, read_task
from langchain_community.document_loaders import BSHTMLLoader, CSVLoader, Docx2txtLoader, PyPDFLoader, TextLoader
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

LOADERS = {"pdf": PyPDFLoader, "html": BSHTMLLoader, "csv": CSVLoader, "docx": Docx2txtLoader}

task = read_task()
embeddings = HuggingFaceEmbeddings(model_name=task["model"])


def load(file: str) -> list:
    kind = LOADERS.get(file.rpartition(".")[2])
    return (kind(file) if kind else TextLoader(file, encoding="utf-8")).load()


def ingest(files: list[str]) -> list[str]:
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    splits = splitter.split_documents(loaded(load, files))
    FAISS.from_documents(splits, embeddings)
    return [split.page_content for split in splits]


measure(ingest, task, lambda: embeddings.embed_query("warm-up"))
