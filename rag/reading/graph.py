"""Write a reading model as one ONNX graph: `python -m rag.reading.graph MODEL FOLDER`.

Runs in a process of its own, so that torch never enters the one that answers. Three kinds of models are understood: the
reader that was trained here, cross-encoders that say how well a passage answers (one label), and extractive readers that
say where the answer begins and ends. The graph is compared with torch before it is kept.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from embeddings.models import ModelFiles, locate, sha256_of
from embeddings.types import EmbeddingError

GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
TRAINED = "trained"
WEIGHTS = Path(__file__).parent / "reader.safetensors"
TRAINED_SHA256 = "309e6f10c0ec3107be2b788756119e14113b109c68e69e1519e35cf288a63be0"
MAX_DIFFERENCE = 1e-2  # of any score, in logits
MOST_TOKENS = 512
OPSET = 17
_SAMPLES = [
    ("Who paid for the bridge?", "The bridge was paid for by the county. It cost four million."),
    ("When?", "No. " * 60),
]


def write(model: str, folder: Path) -> None:
    """Write the graph of `model` into `folder`, whole or not at all. Raises EmbeddingError."""
    files, network, outputs = _load(model)
    folder.parent.mkdir(parents=True, exist_ok=True)
    from tokenizers import Tokenizer

    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
        staging = Path(name) / "export"
        staging.mkdir()
        tokenizer = _tokenizer(files, Tokenizer)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.save(str(staging / TOKENIZER))
        _write_graph(network, tokenizer, outputs, staging / GRAPH)
        manifest = {
            "name": model,
            "fingerprint": fingerprint_of(model, files),
            "max_tokens": _max_tokens(files),
            "outputs": outputs,
            "sha256": {part: sha256_of(staging / part) for part in (GRAPH, TOKENIZER)},
        }
        (staging / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        _check(network, tokenizer, staging / GRAPH)
        if not folder.exists():  # another process may have been faster
            os.replace(staging, folder)


def fingerprint_of(model: str, files: ModelFiles) -> str:
    """SHA-256 that names the weights; for the trained reader, of what was learnt."""
    return TRAINED_SHA256 if model == TRAINED else files.fingerprint


def _load(model: str) -> tuple[ModelFiles, Any, list[str]]:
    """(files of the tokenizer and base, network, names of its outputs)."""
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
        return files, network.eval(), ["relevance"]
    if architecture.endswith("ForQuestionAnswering"):
        network = AutoModelForQuestionAnswering.from_pretrained(str(files.folder), **options)
        return files, network.eval(), ["start", "end"]
    raise EmbeddingError(
        f"{model!r} is a {architecture}; a reader is a cross-encoder (…ForSequenceClassification) or an extractive reader "
        "(…ForQuestionAnswering)"
    )


def _load_trained() -> tuple[ModelFiles, Any, list[str]]:
    import torch

    from rag.reading.network import ReaderNetwork
    from rag.reading.weights import load, unpack

    if (found := sha256_of(WEIGHTS)) != TRAINED_SHA256:
        raise EmbeddingError(
            f"{WEIGHTS} has SHA-256 {found[:12]}…, not {TRAINED_SHA256[:12]}…: it is damaged; install onrecord again"
        )
    small, metadata = load(WEIGHTS)
    files = locate()
    if metadata["base_sha256"] != files.fingerprint:
        raise EmbeddingError("the default model is not the one that the reader was trained from")
    network = ReaderNetwork(files.folder)
    base = {name: value.detach().numpy() for name, value in network.state_dict().items() if name.startswith("base.")}
    trained = unpack(small, base)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in trained.items()}, strict=False)
    return files, network.eval(), ["relevance", "start", "end"]


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


def _write_graph(network: Any, tokenizer: Any, outputs: list[str], path: Path) -> None:
    import torch

    class Named(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> tuple[Any, ...]:
            return _run(self.network, input_ids, attention_mask, token_type_ids)

    rows = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Named().eval(),  # else the exporter would leave the network in training mode, with dropout
        tuple(_tensors(tokenizer, _SAMPLES)),
        str(path),
        input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=outputs,
        dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), rows)
        | {name: {0: "batch"} if name == "relevance" else rows for name in outputs},
        opset_version=OPSET,
        dynamo=False,
    )


def _run(network: Any, ids: Any, mask: Any, types: Any) -> tuple[Any, ...]:
    from rag.reading.network import ReaderNetwork

    if isinstance(network, ReaderNetwork):
        relevance, start, end = network(ids, mask, types)
        return relevance, start, end
    takes_types = getattr(network.config, "type_vocab_size", 0) > 1
    found = network(input_ids=ids, attention_mask=mask, **({"token_type_ids": types} if takes_types else {}))
    if hasattr(found, "start_logits"):
        return found.start_logits, found.end_logits
    return (found.logits.squeeze(-1),)


def _tensors(tokenizer: Any, pairs: list[tuple[str, str]]) -> list[Any]:
    import torch

    found = [tokenizer.encode(*pair) for pair in pairs]
    width = max(len(one.ids) for one in found)
    parts: list[Callable[[Any], list[int]]] = [lambda o: o.ids, lambda o: [1] * len(o.ids), lambda o: o.type_ids]
    return [torch.tensor([part(one) + [0] * (width - len(part(one))) for one in found]) for part in parts]


def _check(network: Any, tokenizer: Any, path: Path) -> None:
    import numpy as np
    import onnxruntime
    import torch

    tensors = _tensors(tokenizer, _SAMPLES[::-1])
    with torch.no_grad():
        wanted = _run(network, *tensors)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    inputs = dict(zip(("input_ids", "attention_mask", "token_type_ids"), tensors, strict=True))
    found = session.run(None, {name: inputs[name].numpy() for name in names})
    real = tensors[1].numpy().astype(bool)
    for one, other in zip(wanted, found, strict=True):
        apart = np.abs(one.numpy() - other)
        if float((apart[real] if apart.ndim == 2 else apart).max()) > MAX_DIFFERENCE:
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
