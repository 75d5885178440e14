"""txtai: Embeddings with its defaults, and with `hybrid=True`; it does not split texts by itself."""
# pyright: reportMissingImports=false

from _task import answer, read_task
from txtai import Embeddings

task = read_task()
documents = [(d["id"], d["text"]) for d in task["documents"]]
dense, both = Embeddings(path=task["model"]), Embeddings(path=task["model"], hybrid=True)
for index in (dense, both):
    index.index(documents)
answer(
    task["queries"],
    {
        "default": lambda query: [id_ for id_, _ in dense.search(query, task["depth"])],
        "hybrid": lambda query: [id_ for id_, _ in both.search(query, task["depth"])],
    },
)
