"""How the reader's weights are learned: each question is a choice, among lines, and among spans or no answer at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from rag.reader.weights import Weights

_HIDDEN = 32
_EPOCHS = 8
_BATCH = 32
_LEARNING_RATE = 2e-3
_DROPOUT = 0.15
_LINE_LOSS = 0.5
"""What choosing a span of an answering line counts beside choosing the very span."""
_RIDGE = 1e-3
_NEVER = -1e9


class Sample(NamedTuple):
    """Spans of one question: features (n, f), which are right, which stand in a line that answers, log of a weight."""

    features: NDArray[np.float16]
    right: NDArray[np.bool_]
    answering: NDArray[np.bool_]
    log_weight: NDArray[np.float64]


def fit_lines(questions: Sequence[tuple[NDArray[np.float32], NDArray[np.bool_]]]) -> NDArray[np.float32]:
    """(s,) weights under which the lines that answer are the likeliest choice (conditional logit: McFadden 1974)."""
    longest = max(len(features) for features, _ in questions)
    lines = torch.zeros(len(questions), longest, questions[0][0].shape[1])
    there, right = (torch.zeros(len(questions), longest, dtype=torch.bool) for _ in range(2))
    for n, (features, answering) in enumerate(questions):
        lines[n, : len(features)], there[n, : len(features)] = torch.tensor(features), True
        right[n, : len(features)] = torch.tensor(answering)
    weights = torch.zeros(lines.shape[2], requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        logits = (lines @ weights).masked_fill(~there, _NEVER)
        value = _surprise(logits, right).mean() + _RIDGE * (weights**2).sum()
        value.backward()
        return value

    optimiser.step(loss)  # type: ignore[arg-type]  # torch's stubs want a float
    return weights.detach().numpy()


def fit_spans(line: NDArray[np.float32], samples: Sequence[Sample]) -> Weights:
    """A network of one hidden layer; the choice has one more option of logit 0: that there is no answer."""
    torch.manual_seed(0)
    rows = np.concatenate([sample.features[:40] for sample in samples]).astype(np.float32)
    mean, spread = torch.tensor(rows.mean(0)), torch.tensor(rows.std(0) + 0.05)
    network = torch.nn.Sequential(
        torch.nn.Linear(rows.shape[1], _HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(_DROPOUT),
        torch.nn.Linear(_HIDDEN, 1),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=1e-4)
    steps = _EPOCHS * -(-len(samples) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING_RATE, total_steps=steps)
    network.train()
    for features, right, answering, there, log_weight in _batches(samples):
        logits = network((features - mean) / spread).squeeze(-1) + log_weight
        logits = torch.cat([logits.masked_fill(~there, _NEVER), torch.zeros(len(logits), 1)], dim=1)
        named = right[:, :-1].any(1) | right[:, -1]
        loss = _LINE_LOSS * _surprise(logits, answering).mean()
        if named.any():
            loss = loss + _surprise(logits[named], right[named]).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return _weights(line, network, mean, spread)


def _batches(samples: Sequence[Sample]) -> Iterator[tuple[torch.Tensor, ...]]:
    """Features, right, answering (with "no answer" last), which spans are there, and log weights; in random order."""
    rng = np.random.default_rng(0)
    for _ in range(_EPOCHS):
        order = rng.permutation(len(samples))
        for at in range(0, len(order), _BATCH):
            batch = [samples[n] for n in order[at : at + _BATCH]]
            shape = len(batch), max(len(sample.right) for sample in batch)
            features = torch.zeros(*shape, batch[0].features.shape[1])
            right, answering = (torch.zeros(shape[0], shape[1] + 1, dtype=torch.bool) for _ in range(2))
            there, log_weight = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape)
            for n, sample in enumerate(batch):
                size = len(sample.right)
                features[n, :size] = torch.tensor(sample.features.astype(np.float32))
                right[n, :size], answering[n, :size] = torch.tensor(sample.right), torch.tensor(sample.answering)
                right[n, -1] = answering[n, -1] = not sample.answering.any()
                there[n, :size], log_weight[n, :size] = True, torch.tensor(sample.log_weight, dtype=torch.float32)
            yield features, right, answering, there, log_weight


def _surprise(logits: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Minus the logarithm of the likelihood that one of the right options is chosen."""
    return torch.logsumexp(logits, 1) - torch.logsumexp(logits.masked_fill(~right, _NEVER), 1)


def _weights(
    line: NDArray[np.float32], network: torch.nn.Sequential, mean: torch.Tensor, spread: torch.Tensor
) -> Weights:
    """The network with the centring of its features folded in."""
    hidden, out = network[0], network[3]
    assert isinstance(hidden, torch.nn.Linear)
    assert isinstance(out, torch.nn.Linear)
    with torch.no_grad():
        inward = (hidden.weight / spread).T
        bias = hidden.bias - (hidden.weight @ (mean / spread))
        arrays = [array.numpy().astype(np.float32) for array in (inward, bias, out.weight[0], out.bias)]
    return Weights(line, *arrays)
