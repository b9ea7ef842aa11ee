"""The trained reranker's network in torch: the encoder's own transformer, and the vector and weight of each token.

It is used for training, and once to write the ONNX graph; answering a question never loads it.
"""

from __future__ import annotations

from math import log
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel

START_SCALE = 40.0  # one hundredth of a cosine is 0.4 in log-odds


class LateNetwork(torch.nn.Module):
    """Token ids (B, T) → their unit vectors (B, T, dim) and the weight of each in a question (B, T), above 0.

    Before training all weights are equal, so that it begins as the encoder that it is made from.
    """

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.base: Any = AutoModel.from_pretrained(str(base), add_pooling_layer=False, trust_remote_code=False)
        self.weight = torch.nn.Linear(self.base.config.hidden_size, 1)
        torch.nn.init.zeros_(self.weight.weight)
        torch.nn.init.zeros_(self.weight.bias)
        self.log_scale = torch.nn.Parameter(torch.tensor(log(START_SCALE)))

    def forward(self, input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
        """`input_ids` and `attention_mask` are (B, T) int64; returns vectors (B, T, dim) and weights (B, T)."""
        hidden = self.base(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        weights = torch.nn.functional.softplus(self.weight(hidden).squeeze(-1).float())
        return torch.nn.functional.normalize(hidden, dim=-1), weights

    def trainable(self) -> dict[str, torch.nn.Parameter]:
        """The parameters that training changes: all but the embeddings, half of the weights, which would overfit."""
        return {name: value for name, value in self.named_parameters() if not name.startswith("base.embeddings.")}
