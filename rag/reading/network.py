"""The reader's network in torch: the encoder's own transformer, read across question and passage, with two heads.

Used for training, and once to write the ONNX graph; never on the way of a question.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel


class ReaderNetwork(torch.nn.Module):
    """Question and passage as one text → does the passage answer (B,), where does it begin (B, T) and end (B, T).

    The first token stands for "no answer here" in both span outputs.
    """

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.base: Any = AutoModel.from_pretrained(str(base), add_pooling_layer=False, trust_remote_code=False)
        width = self.base.config.hidden_size
        self.relevance = torch.nn.Linear(width, 1)
        self.span = torch.nn.Linear(width, 2)
        for head in (self.relevance, self.span):
            torch.nn.init.normal_(head.weight, std=0.02)
            torch.nn.init.zeros_(head.bias)

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> tuple[Any, Any, Any]:
        hidden = self.base(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        start, end = self.span(hidden).unbind(-1)
        return self.relevance(hidden[:, 0]).squeeze(-1), start, end

    def trainable(self) -> dict[str, torch.nn.Parameter]:
        """What training changes: all but the embeddings, which are half of the weights and would overfit."""
        return {name: value for name, value in self.named_parameters() if not name.startswith("base.embeddings.")}
