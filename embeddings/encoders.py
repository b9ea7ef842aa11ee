"""From a model's name to an encoder: its exported graph, or torch if it cannot be exported."""

from __future__ import annotations

import logging
from pathlib import Path

from embeddings.models import DEFAULT_MODEL, ModelFiles, cache_folder, canonical_name, locate
from embeddings.precision import FLOAT32, is_installed, precision_for
from embeddings.registry import Registry
from embeddings.subprocesses import run_module
from embeddings.types import EmbeddingError, Encoder

ENCODERS = Registry("onrecord.encoders")

log = logging.getLogger(__name__)


def load_encoder(name: str = DEFAULT_MODEL, *, fingerprint: str | None = None, precision: str = FLOAT32) -> Encoder:
    """The encoder called `name`; with `fingerprint`, exactly those weights.

    An archive passes the fingerprint it was built with, and the exported graph is found by it without looking at the
    weights. A model without a graph is exported once, in a child process. `precision` is one of
    `embeddings.precision.PRECISIONS`, for passages; encoders of installed packages and of torch have their own. Raises
    EmbeddingError.
    """
    precision = precision_for(precision)
    if name in ENCODERS.names():
        encoder: Encoder = ENCODERS.get(name)()
        return encoder
    if fingerprint is not None and (exported := _exported(fingerprint, precision)):
        return exported
    files = locate(canonical_name(name))
    if fingerprint is not None and files.fingerprint != fingerprint:
        raise EmbeddingError(
            f"the weights of {name!r} found here have SHA-256 {files.fingerprint[:12]}…, but {fingerprint[:12]}… is needed"
        )
    return _exported(files.fingerprint, precision) or _export(files, precision) or _torch(files)


def export_folder(fingerprint: str) -> Path:
    """Where the exported graph of these weights is kept."""
    return cache_folder() / "models" / fingerprint[:32]


def _exported(fingerprint: str, precision: str) -> Encoder | None:
    folder = export_folder(fingerprint)
    if not folder.is_dir():
        return None
    from embeddings.onnx import OnnxEncoder

    return OnnxEncoder(folder, fast=precision if is_installed() else None)


def _export(files: ModelFiles, precision: str) -> Encoder | None:
    if reason := run_module("embeddings.export", files.name, str(export_folder(files.fingerprint))):
        log.warning("the model could not be exported, torch serves instead: %s", reason)
        return None
    return _exported(files.fingerprint, precision)


def _torch(files: ModelFiles) -> Encoder:
    from embeddings.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(files)
