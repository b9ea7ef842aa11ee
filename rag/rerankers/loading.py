"""From a reader's name to the reader: the one that was trained here, a model of the hub or a folder, or a package's.

A model becomes an ONNX graph at its first use, in a process of its own, and is kept beside the exported encoders.
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
from rag.rerankers.export import TRAINED as TRAINED
from rag.rerankers.export import TRAINED_SHA256
from rag.rerankers.late import LateReranker
from rag.rerankers.protocol import Reranker

HEURISTIC = "heuristic"
DEFAULT_RERANKER = TRAINED
RERANKERS = Registry("onrecord.reading")

log = logging.getLogger(__name__)


def load_reranker(name: str = DEFAULT_RERANKER) -> Reranker | None:
    """The reader called `name`; None for "heuristic", which reads without a model.

    Where the trained one cannot be made (no torch, another base model) it is None too, and the log says why. Raises
    EmbeddingError for any other name that cannot be used.
    """
    if name == HEURISTIC:
        return None
    if name in RERANKERS.names():
        reader: Reranker = RERANKERS.get(name)()
        return reader
    try:
        return _opened(_graph_of(name), late=name == TRAINED)
    except EmbeddingError as error:
        if name != TRAINED:
            raise
        log.warning("the trained reader cannot be used, sentences are chosen without it: %s", error)
        return None


def fingerprint_of(reader: Reranker | None) -> str:
    """What names a reader's weights; empty where there is none."""
    return reader.fingerprint if reader is not None else ""


def is_made(name: str) -> bool:
    """Whether a reader can be used at once. Raises EmbeddingError for one that is not to be had."""
    return name in (HEURISTIC, *RERANKERS.names()) or _folder_of(name).is_dir()


def graph_folder(fingerprint: str) -> Path:
    """Where the graph of these weights is kept."""
    return cache_folder() / "readers" / fingerprint[:32]


def _graph_of(name: str) -> Path:
    """The folder of a reader's graph, which is made where there is none yet: it takes seconds, and torch."""
    folder = _folder_of(name)
    if not folder.is_dir() and (reason := run_module("rag.rerankers.export", name, str(folder))):
        raise EmbeddingError(reason)
    return folder


def _folder_of(name: str) -> Path:
    return graph_folder(TRAINED_SHA256 if name == TRAINED else locate(name).fingerprint)


@lru_cache(maxsize=4)
def _opened(folder: Path, *, late: bool) -> Reranker:
    """One session a graph and process: it takes 100 MB, and can be used by many threads."""
    return LateReranker(folder) if late else CrossReranker(folder)
