"""Write a sentence-transformers model as one ONNX graph: `python -m embeddings.export MODEL FOLDER`.

It runs in a child process, so that torch is never imported by the one that ingests or answers. The graph holds the
model's whole module pipeline (transformer, pooling, dense, normalisation) and is compared with torch before it is
kept.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from embeddings.exported import GRAPH, OPSET, staged_folder, write_manifest, write_tokenizer
from embeddings.models import ModelFiles, locate
from embeddings.onnx import OnnxEncoder
from embeddings.subprocesses import run_child
from embeddings.types import EmbeddingError

MIN_COSINE = 0.9999
_SAMPLES = [
    "What did she say about the harbour?",
    "No.",
    "We have said so three times: in March, in May and again last week; nobody asked what it would cost. " * 4,
    "Über die Brücke fährt heute niemand, и это не новость, 新闻发布会。",
]


def export(files: ModelFiles, folder: Path) -> None:
    """Export the model of `files` into `folder`, whole or not at all.

    Raises EmbeddingError if the graph does not give torch's vectors; building it may raise anything.
    """
    from embeddings.sentence_transformer import dimension_of, load_sentence_transformer, prompts_of

    model: Any = load_sentence_transformer(files, device="cpu").eval()
    with staged_folder(folder) as staging:
        _write_graph(model, staging / GRAPH)
        write_tokenizer(model.tokenizer.backend_tokenizer, staging)
        query_prompt, passage_prompt = prompts_of(model)
        facts = {
            "name": files.name,
            "fingerprint": files.fingerprint,
            "dim": dimension_of(model),
            "max_tokens": int(model.max_seq_length or 512),
            "query_prompt": query_prompt,
            "passage_prompt": passage_prompt,
            "mean_pooling": _is_mean_pooled(model),
        }
        write_manifest(staging, facts)
        _check(model, staging)


def _write_graph(model: Any, path: Path) -> None:
    import torch

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
            features = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return features["sentence_embedding"], features["token_embeddings"]

    sample = model.tokenizer(["a first text to trace", "a second"], padding=True, return_tensors="pt")
    rows, columns = {0: "batch"}, {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Pipeline(),
        (sample["input_ids"], sample["attention_mask"]),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["sentence_embedding", "token_embeddings"],
        dynamic_axes={
            "input_ids": columns,
            "attention_mask": columns,
            "sentence_embedding": rows,
            "token_embeddings": columns,
        },
        opset_version=OPSET,
        dynamo=False,
    )


def _is_mean_pooled(model: Any) -> bool:
    """Whether a span's mean of token vectors lives in the same space as the text's vector."""
    modules = list(model.children())
    kinds = [type(module).__name__ for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return False
    modes = modules[1].get_config_dict()
    if "pooling_mode" in modes:
        return bool(modes["pooling_mode"] == "mean")
    return [key for key, on in modes.items() if key.startswith("pooling_mode_") and on is True] == [
        "pooling_mode_mean_tokens"
    ]


def _check(model: Any, folder: Path) -> None:
    wanted = model.encode(_SAMPLES, normalize_embeddings=True, show_progress_bar=False)
    encoder = OnnxEncoder(folder)
    found = encoder.encode_texts(_SAMPLES)
    worst = float((wanted * found).sum(axis=1).min())
    if worst < MIN_COSINE:
        raise EmbeddingError(f"the exported graph gives other vectors than torch (cosine {worst:.4f})")


def main() -> int:
    """The child process: export, or one sentence on stderr and exit status 1."""
    return run_child(lambda name, folder: export(locate(name), folder))


if __name__ == "__main__":
    sys.exit(main())
