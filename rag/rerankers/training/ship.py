"""Make the file that ships from a training's result: the weights in eight bits, and the biases of the scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.rerankers.training.data import Example
from rag.rerankers.training.loss import encode_batch
from rag.rerankers.training.tokens import Recipe, encode, load_tokenizer

RESULT, SMALL = "reader.safetensors", "small.safetensors"
Scored = tuple[float, bool]  # a MaxSim score, and whether it is of a right answer


def ship(recipe: Recipe, apart: Sequence[Example], folder: Path) -> tuple[float, float]:
    """Write the small file: what training changed, and the two biases, MaxSim scores at which log-odds are 0.

    The biases, of passages and of sentences, are also returned. They are fitted on examples kept `apart`: each question
    with its passage and the nearest other one, and with every sentence of its passage.
    """
    import torch
    from safetensors.numpy import load_file, save_file

    from embeddings.models import locate
    from rag.rerankers.network import LateNetwork
    from rag.rerankers.weights import pack

    network = LateNetwork(Path(recipe.base)).eval()
    # Copies, because loading the trained weights writes into the tensors of the network.
    base = {name: value.numpy().copy() for name, value in network.state_dict().items() if name.startswith("base.")}
    trained = load_file(folder / RESULT)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in trained.items()}, strict=False)
    passages, sentences = _scores_of(network, apart, recipe)
    scale = network.log_scale.exp().item()
    passage_bias, sentence_bias = fit_bias(passages, scale=scale), fit_bias(sentences, scale=scale)
    metadata = {
        "base_sha256": locate(recipe.base).fingerprint,
        "even": repr(passage_bias),
        "even_sentence": repr(sentence_bias),
    }
    save_file(pack(trained, base), folder / SMALL, metadata)
    return passage_bias, sentence_bias


def _scores_of(network: Any, examples: Sequence[Example], recipe: Recipe) -> tuple[list[Scored], list[Scored]]:
    """MaxSim scores of passages and of sentences, each with whether it answers its question."""
    import torch

    tokenizer = load_tokenizer(Path(recipe.base))
    passages: list[Scored] = []
    sentences: list[Scored] = []
    for example in examples:
        item = encode(tokenizer, example, recipe)
        with torch.no_grad():
            vectors, weights, words = encode_batch(network, [item.question, item.passage, *item.others[:1]], "cpu")
        counted = weights[0][words[0]] / weights[0][words[0]].sum()
        cosines = (vectors[0][words[0]] @ vectors[1:].mT).masked_fill(~words[1:, None, :], -1.0)
        passages += [(float(each.amax(1) @ counted), row == 0) for row, each in enumerate(cosines)]
        sentences += [
            (float(cosines[0][:, start:end].amax(1) @ counted), number in item.gold)
            for number, (start, end) in enumerate(item.sentences)
        ]
    return passages, sentences


def fit_bias(scored: Sequence[Scored], *, scale: float) -> float:
    """The score b at which log-odds are 0: the sum of sigmoid(scale · (score - b)) is the number of right ones.

    >>> round(fit_bias([(0.8, True), (0.7, True), (0.6, False), (0.5, False)], scale=40.0), 3)
    0.65
    """
    scores, right = np.asarray([score for score, _ in scored]), sum(was for _, was in scored)
    low, high = float(scores.min()), float(scores.max())
    for _ in range(60):  # bisection: the higher the bias, the fewer are expected to be right
        middle = (low + high) / 2
        expected = float((1 / (1 + np.exp(-scale * (scores - middle)))).sum())
        low, high = (middle, high) if expected > right else (low, middle)
    return (low + high) / 2
