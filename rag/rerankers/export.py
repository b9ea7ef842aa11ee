"""Write a reranker as one ONNX graph: `python -m rag.rerankers.export MODEL FOLDER`.

It runs in a child process, so that torch is never imported by the process that answers. Three kinds of models can be
exported: the trained reranker, which gives each token a vector and a weight; cross-encoders, which score how well a
passage answers (one label); and extractive question-answering models, which score where the answer begins and ends.
The graph is compared with torch before it is kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from embeddings.exported import GRAPH, OPSET, staged_folder, write_manifest, write_tokenizer
from embeddings.models import ModelFiles, locate, sha256_of
from embeddings.quiet import import_onnxruntime
from embeddings.subprocesses import run_child
from embeddings.types import EmbeddingError
from rag.rerankers.weights import TRAINED, TRAINED_SHA256, WEIGHTS, load, unpack

MAX_DIFFERENCE = 1e-2  # of a score, in logits
MAX_DIFFERENCE_OF_VECTORS = 1e-4  # of a component
MOST_TOKENS = 512
_TEXTS = ["Who paid for the bridge?", "The bridge was paid for by the county. It cost four million."]
_PAIRS = [(_TEXTS[0], _TEXTS[1]), ("When?", "No. " * 60)]


@dataclass(frozen=True, slots=True)
class _Model:
    """A network with its inputs and outputs."""

    files: ModelFiles  # of the tokenizer and the base model
    network: Any
    inputs: tuple[str, ...]  # names; each is (texts, tokens)
    outputs: list[str]
    samples: Sequence[str | tuple[str, str]]  # texts to trace it with and to compare it on
    facts: Mapping[str, float] = field(default_factory=dict)  # for the code that interprets the outputs

    def run(self, tensors: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs in torch, in the order of `outputs`."""
        found = self.network(**dict(zip(self.inputs, tensors, strict=True)))
        if isinstance(found, tuple):
            return found
        return (found.start_logits, found.end_logits) if hasattr(found, "start_logits") else (found.logits.squeeze(-1),)


def write(model: str, folder: Path) -> None:
    """Write the graph of `model` into `folder`, whole or not at all. Raises EmbeddingError."""
    loaded = _load(model)
    tokenizer = _tokenizer(loaded.files)
    with staged_folder(folder) as staging:
        write_tokenizer(tokenizer, staging)
        _write_graph(loaded, tokenizer, staging / GRAPH)
        facts = {
            "name": model,
            "fingerprint": TRAINED_SHA256 if model == TRAINED else loaded.files.fingerprint,
            "max_tokens": _max_tokens(loaded.files),
            "outputs": loaded.outputs,
            **loaded.facts,
        }
        write_manifest(staging, facts)
        _check(loaded, tokenizer, staging / GRAPH)


def _load(model: str) -> _Model:
    if model == TRAINED:
        return _load_trained()
    files = locate(model)
    try:
        architecture = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))["architectures"][0]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise EmbeddingError(f"{model!r} is no transformers model: its config.json names no architecture") from error
    from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification

    options = {"trust_remote_code": False, "use_safetensors": True}
    if architecture.endswith("ForSequenceClassification"):
        network = AutoModelForSequenceClassification.from_pretrained(str(files.folder), **options)
        if network.config.num_labels != 1:
            raise EmbeddingError(
                f"{model!r} gives {network.config.num_labels} labels; a reader needs a cross-encoder with one score"
            )
        outputs = ["relevance"]
    elif architecture.endswith("ForQuestionAnswering"):
        network = AutoModelForQuestionAnswering.from_pretrained(str(files.folder), **options)
        outputs = ["start", "end"]
    else:
        raise EmbeddingError(
            f"{model!r} is a {architecture}; a reader is a cross-encoder (…ForSequenceClassification) or an extractive "
            "reader (…ForQuestionAnswering)"
        )
    takes_types = getattr(network.config, "type_vocab_size", 0) > 1
    inputs = ("input_ids", "attention_mask", *(("token_type_ids",) if takes_types else ()))
    return _Model(files, network.eval(), inputs, outputs, _PAIRS)


def _load_trained() -> _Model:
    import torch

    from rag.rerankers.network import LateNetwork

    if (found := sha256_of(WEIGHTS)) != TRAINED_SHA256:
        raise EmbeddingError(
            f"{WEIGHTS} has SHA-256 {found[:12]}…, not {TRAINED_SHA256[:12]}…: it is damaged; install onrecord again"
        )
    small, metadata = load(WEIGHTS)
    files = locate()
    if metadata["base_sha256"] != files.fingerprint:
        raise EmbeddingError("the default model is not the one that the reader was trained from")
    network = LateNetwork(files.folder)
    base = {name: value.detach().numpy() for name, value in network.state_dict().items() if name.startswith("base.")}
    trained = unpack(small, base)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in trained.items()}, strict=False)
    facts = {"scale": network.log_scale.exp().item()}
    facts |= {name: float(metadata[name]) for name in ("even", "even_sentence")}
    return _Model(files, network.eval(), ("input_ids", "attention_mask"), ["vectors", "weights"], _TEXTS, facts)


def _tokenizer(files: ModelFiles) -> Any:
    """The fast tokenizer; one that exists only in the old form is converted."""
    from tokenizers import Tokenizer

    path = files.folder / "tokenizer.json"
    if path.is_file():
        return Tokenizer.from_file(str(path))
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(files.folder), trust_remote_code=False).backend_tokenizer


def _max_tokens(files: ModelFiles) -> int:
    config = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))
    positions = int(config.get("max_position_embeddings", MOST_TOKENS))
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2  # they number positions from the padding token's on
    return min(MOST_TOKENS, positions)


def _write_graph(model: _Model, tokenizer: Any, path: Path) -> None:
    import torch

    class Named(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = model.network

        def forward(self, *tensors: Any) -> tuple[Any, ...]:
            return model.run(tensors)

    rows = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Named().eval(),  # the exporter would leave the network in training mode, with dropout
        tuple(_tensors(model, tokenizer)),
        str(path),
        input_names=list(model.inputs),
        output_names=model.outputs,
        dynamic_axes=dict.fromkeys(model.inputs, rows)
        | {name: {0: "batch"} if name == "relevance" else rows for name in model.outputs},
        opset_version=OPSET,
        dynamo=False,
    )


def _tensors(model: _Model, tokenizer: Any) -> list[Any]:
    """The samples as the network's inputs, (texts, tokens) int64 each, padded to one length."""
    import torch

    found = [tokenizer.encode(*((sample,) if isinstance(sample, str) else sample)) for sample in model.samples]
    width = max(len(one.ids) for one in found)
    parts: list[Callable[[Any], list[int]]] = [lambda o: o.ids, lambda o: [1] * len(o.ids), lambda o: o.type_ids]
    return [
        torch.tensor([part(one) + [0] * (width - len(part(one))) for one in found])
        for part in parts[: len(model.inputs)]
    ]


def _check(model: _Model, tokenizer: Any, path: Path) -> None:
    """Compare the graph with torch on the samples. Raises EmbeddingError if an output differs too much."""
    import numpy as np
    import torch

    tensors = _tensors(replace(model, samples=model.samples[::-1]), tokenizer)
    with torch.no_grad():
        wanted = model.run(tensors)
    session = import_onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = {name: tensor.numpy() for name, tensor in zip(model.inputs, tensors, strict=True)}
    found = session.run(model.outputs, inputs)
    real = tensors[1].numpy().astype(bool)
    for name, one, other in zip(model.outputs, wanted, found, strict=True):
        apart = np.abs(one.numpy() - other)
        most = MAX_DIFFERENCE_OF_VECTORS if name == "vectors" else MAX_DIFFERENCE
        if float((apart if name == "relevance" else apart[real]).max()) > most:
            raise EmbeddingError("the exported graph gives other scores than torch")


def main() -> int:
    """The child process: write the graph, or one sentence on stderr and exit status 1."""
    return run_child(write)


if __name__ == "__main__":
    sys.exit(main())
