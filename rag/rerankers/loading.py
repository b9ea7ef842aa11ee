"""From a name to a reranker: the trained one, a model from the hub or a folder, or one from an installed package.

A model is exported as an ONNX graph at its first use, in a child process, and kept beside the exported encoders.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from embeddings.models import cache_folder, locate
from embeddings.registry import Registry
from embeddings.subprocesses import run_module
from embeddings.types import EmbeddingError
from rag.rerankers.cross import CrossReranker
from rag.rerankers.late import LateReranker
from rag.rerankers.protocol import Reranker
from rag.rerankers.weights import TRAINED, TRAINED_SHA256

HEURISTIC = "heuristic"
DEFAULT_RERANKER = TRAINED
RERANKERS = Registry("onrecord.reading")

log = logging.getLogger(__name__)


def load_reranker(name: str = DEFAULT_RERANKER) -> Reranker | None:
    """The reranker called `name`; None for "heuristic", which stands for no model.

    If the trained one cannot be exported (no torch, another base model) the result is None too, and the log says why.
    Raises EmbeddingError for any other name that cannot be used.
    """
    if name == HEURISTIC:
        return None
    if name in RERANKERS.names():
        reranker: Reranker = RERANKERS.get(name)()
        return reranker
    try:
        return _open(_export_once(name), late=name == TRAINED)
    except EmbeddingError as error:
        if name != TRAINED:
            raise
        log.warning("the trained reader cannot be used, sentences are chosen without it: %s", error)
        return None


def fingerprint_of(reranker: Reranker | None) -> str:
    """The fingerprint of a reranker's weights; empty for None."""
    return reranker.fingerprint if reranker is not None else ""


def is_made(name: str) -> bool:
    """Whether a reranker can be used without exporting it first. Raises EmbeddingError if there is no such model."""
    return name in (HEURISTIC, *RERANKERS.names()) or _folder_of(name).is_dir()


def graph_folder(fingerprint: str) -> Path:
    """Where the exported graph of these weights is kept."""
    return cache_folder() / "readers" / fingerprint[:32]


def _export_once(name: str) -> Path:
    """The folder of a reranker's graph. The first call exports it, which takes seconds and torch."""
    folder = _folder_of(name)
    if not folder.is_dir() and (reason := run_module("rag.rerankers.export", name, str(folder))):
        raise EmbeddingError(reason)
    return folder


def _folder_of(name: str) -> Path:
    return graph_folder(TRAINED_SHA256 if name == TRAINED else locate(name).fingerprint)


@lru_cache(maxsize=4)
def _open(folder: Path, *, late: bool) -> Reranker:
    """The reranker in a folder. A process opens it once: a session takes 100 MB, and many threads can use it."""
    return LateReranker(folder) if late else CrossReranker(folder)
