"""LangChain: the splitter and FAISS of its tutorial; EnsembleRetriever of BM25 and FAISS, half each."""
# pyright: reportMissingImports=false

from _task import answer, read_task
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

task = read_task()
documents = [Document(page_content=d["text"], metadata={"id": d["id"]}) for d in task["documents"]]
splits = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
store = FAISS.from_documents(splits, HuggingFaceEmbeddings(model_name=task["model"]))
dense = store.as_retriever(search_kwargs={"k": task["depth"]})
words = BM25Retriever.from_documents(splits)
words.k = task["depth"]
both = EnsembleRetriever(retrievers=[words, dense], weights=[0.5, 0.5])
answer(
    task["queries"],
    {
        "default": lambda query: [d.metadata["id"] for d in dense.invoke(query)],
        "hybrid": lambda query: [d.metadata["id"] for d in both.invoke(query)],
    },
)
