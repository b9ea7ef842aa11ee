"""The loss of late interaction: cross-entropy over the passages, and over the sentences, that might answer a question.

After Khattab and Zaharia (2020). The sentences count only for examples that say where the answer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from rag.rerankers.training.tokens import Encoded


def late_interaction_loss(network: Any, batch: Sequence[Encoded], draw: Random, device: str) -> Any:
    """Mean over the questions of -log p(passage | question), plus that of -log p(sentences with the answer | passage).

    A passage competes with those of the whole batch, and with one drawn from each question's `others`. The result is a
    scalar tensor. With Q questions of T tokens and P passages of S tokens, `cosines` is (Q, P, T, S).
    """
    import torch

    passages = [item.passage for item in batch] + [draw.choice(item.others) for item in batch if item.others]
    with torch.autocast(device, torch.bfloat16):
        asked, weights, counted = encode_batch(network, [item.question for item in batch], device)
        offered, _, held = encode_batch(network, passages, device)
    weights = weights * counted
    weights = weights / weights.sum(1, keepdim=True)
    cosines = torch.einsum("qtd,psd->qpts", asked, offered)
    cosines = cosines.masked_fill(~held[None, :, None, :], -1.0)
    scale = network.log_scale.exp()
    scores = scale * (cosines.amax(-1) * weights[:, None, :]).sum(-1)  # (questions, passages)
    # True for a question's own passage if another row offers it too: that one must not count as wrong.
    same = torch.tensor(
        [
            [at != row and passage == item.passage for at, passage in enumerate(passages)]
            for row, item in enumerate(batch)
        ]
    ).to(device)
    loss = torch.nn.functional.cross_entropy(scores.masked_fill(same, -1e4), torch.arange(len(batch)).to(device))
    parts = []
    for row, item in enumerate(batch):
        if item.gold and len(item.sentences) > 1:
            best = torch.stack([cosines[row, row, :, start:end].amax(-1) for start, end in item.sentences])
            scored = scale * (best * weights[row]).sum(-1)  # (sentences,)
            parts.append(scored.logsumexp(0) - scored[item.gold].logsumexp(0))
    return loss + torch.stack(parts).mean() if parts else loss


def encode_batch(network: Any, rows: Sequence[list[int]], device: str) -> tuple[Any, Any, Any]:
    """Vectors (B, T, dim), weights (B, T), and which tokens are parts of words (B, T).

    `rows` are the token ids of B texts, padded here to one length T. The first and the last token of a text are special
    tokens and no words.
    """
    import torch

    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    words = torch.tensor([[0 < at < len(row) - 1 for at in range(width)] for row in rows])
    vectors, weights = network(ids.to(device), mask.to(device))
    return vectors, weights, words.to(device)
