"""Write a reading model as one ONNX graph: `python -m rag.rerankers.export MODEL FOLDER`.

Runs in a process of its own, so that torch never enters the one that answers. Three kinds of models are understood: the
reader that was trained here, which gives each token its vector and weight, cross-encoders that say how well a passage
answers (one label), and extractive readers that say where the answer begins and ends. The graph is compared with torch
before it is kept.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from embeddings.models import ModelFiles, locate, sha256_of
from embeddings.types import EmbeddingError

GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
TRAINED = "trained"
WEIGHTS = Path(__file__).parent / "reader.safetensors"
TRAINED_SHA256 = "1b09988d4a290ab2403d806ade9742382cfa6b8be13469718664338faf077a11"
MAX_DIFFERENCE = 1e-2  # of a score, in logits
MAX_DIFFERENCE_OF_VECTORS = 1e-4  # of a component
MOST_TOKENS = 512
OPSET = 17
_TEXTS = ["Who paid for the bridge?", "The bridge was paid for by the county. It cost four million."]
_PAIRS = [(_TEXTS[0], _TEXTS[1]), ("When?", "No. " * 60)]


@dataclass(frozen=True, slots=True)
class _Model:
    """A network with what goes in and comes out of it."""

    files: ModelFiles  # of the tokenizer and base
    network: Any
    inputs: tuple[str, ...]
    outputs: list[str]
    samples: Sequence[str | tuple[str, str]]  # to trace it with, and to compare it by
    facts: Mapping[str, float] = field(default_factory=dict)  # for whoever reads the outputs

    def run(self, tensors: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs in torch."""
        found = self.network(**dict(zip(self.inputs, tensors, strict=True)))
        if isinstance(found, tuple):
            return found
        return (found.start_logits, found.end_logits) if hasattr(found, "start_logits") else (found.logits.squeeze(-1),)


def write(model: str, folder: Path) -> None:
    """Write the graph of `model` into `folder`, whole or not at all. Raises EmbeddingError."""
    loaded = _load(model)
    folder.parent.mkdir(parents=True, exist_ok=True)
    from tokenizers import Tokenizer

    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
        staging = Path(name) / "export"
        staging.mkdir()
        tokenizer = _tokenizer(loaded.files, Tokenizer)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.save(str(staging / TOKENIZER))
        _write_graph(loaded, tokenizer, staging / GRAPH)
        manifest = {
            "name": model,
            "fingerprint": fingerprint_of(model, loaded.files),
            "max_tokens": _max_tokens(loaded.files),
            "outputs": loaded.outputs,
            **loaded.facts,
            "sha256": {part: sha256_of(staging / part) for part in (GRAPH, TOKENIZER)},
        }
        (staging / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        _check(loaded, tokenizer, staging / GRAPH)
        if not folder.exists():  # another process may have been faster
            os.replace(staging, folder)


def fingerprint_of(model: str, files: ModelFiles) -> str:
    """SHA-256 that names the weights; for the trained reader, of what was learnt."""
    return TRAINED_SHA256 if model == TRAINED else files.fingerprint


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

    from rag.rerankers.training.network import LateNetwork
    from rag.rerankers.weights import load, unpack

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


def _tokenizer(files: ModelFiles, kind: Any) -> Any:
    """The fast tokenizer; one that exists only in the old form is converted."""
    path = files.folder / "tokenizer.json"
    if path.is_file():
        return kind.from_file(str(path))
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(files.folder), trust_remote_code=False).backend_tokenizer


def _max_tokens(files: ModelFiles) -> int:
    config = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))
    positions = int(config.get("max_position_embeddings", MOST_TOKENS))
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2  # their positions begin after the padding's
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
        Named().eval(),  # else the exporter would leave the network in training mode, with dropout
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
    import torch

    found = [tokenizer.encode(*((sample,) if isinstance(sample, str) else sample)) for sample in model.samples]
    width = max(len(one.ids) for one in found)
    parts: list[Callable[[Any], list[int]]] = [lambda o: o.ids, lambda o: [1] * len(o.ids), lambda o: o.type_ids]
    return [
        torch.tensor([part(one) + [0] * (width - len(part(one))) for one in found])
        for part in parts[: len(model.inputs)]
    ]


def _check(model: _Model, tokenizer: Any, path: Path) -> None:
    import numpy as np
    import onnxruntime
    import torch

    tensors = _tensors(replace(model, samples=model.samples[::-1]), tokenizer)
    with torch.no_grad():
        wanted = model.run(tensors)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
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
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    try:
        write(sys.argv[1], Path(sys.argv[2]))
    except EmbeddingError as error:
        print(error, file=sys.stderr)
        return 1
    except Exception as error:  # whatever an exporter raises, the parent reads without this model and says so
        print(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
