"""Models with random weights, small enough to be made in a test."""

from __future__ import annotations

import shutil
from pathlib import Path

from embeddings.models import locate


def small_model(folder: Path, kind: str, *, labels: int = 1) -> Path:
    """A model with random weights and the default model's tokenizer."""
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=labels
    )
    getattr(transformers, kind)(config).save_pretrained(folder)
    shutil.copy(locate().folder / "tokenizer.json", folder / "tokenizer.json")
    return folder
