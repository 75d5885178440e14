"""Makes the int8 ONNX file of a sentence-transformers model: run as a program, so that torch leaves with it.

`python -m rag.embedders._onnx_export MODEL TARGET`; exit code 0 means that TARGET is there, whole and checked.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.embedders._precision import LEAST_COSINE, PROBES, embedded, least_cosine

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

INPUT = "input_ids"
OUTPUT = "sentence_embedding"
_OPSET = 17
_log = logging.getLogger(__name__)


def export(source: str, target: Path) -> None:
    """Exports, quantises (dynamic int8, per channel) and checks the model; raises ValueError where it is too far off.

    The graph goes from token ids, (1, tokens), to the normalised sentence embedding, (1, dimension), whatever modules
    the model is made of. There is no attention mask: a text that runs alone has no padding.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(source, device="cpu", model_kwargs={"attn_implementation": "eager"}).eval()

    class Embedding(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.normalize(self.model({INPUT: input_ids})[OUTPUT], dim=-1)

    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        full, small = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        torch.onnx.export(
            Embedding(),
            (torch.ones((1, 8), dtype=torch.long),),
            full,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {1: "tokens"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(full, small, per_channel=True, weight_type=QuantType.QInt8)
        cosine = _least_cosine(model, small)
        if cosine < LEAST_COSINE:
            raise ValueError(f"int8 vectors are too far from fp32 ones (cosine {cosine:.3f})")
        small.replace(target)


def _least_cosine(model: SentenceTransformer, path: Path) -> float:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    tokens = [
        model.tokenizer([p], truncation=True, max_length=model.max_seq_length, return_tensors="np") for p in PROBES
    ]
    found = [np.asarray(session.run(None, {INPUT: each[INPUT]})[0])[0] for each in tokens]
    return least_cosine(embedded(model), np.stack(found))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    export(sys.argv[1], Path(sys.argv[2]))
