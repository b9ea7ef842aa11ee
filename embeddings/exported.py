"""The folder of an exported model: an ONNX graph, its tokenizer, and a manifest with the SHA-256 of both.

A folder is made whole or not at all, and its files are compared with the manifest whenever it is opened. Encoders
(`embeddings.export`) and rerankers (`rag.rerankers.export`) are kept in the same form; each adds its own facts.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embeddings.models import sha256_of
from embeddings.types import EmbeddingError

GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
OPSET = 17  # of the ONNX operators


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """A new, empty folder beside `folder`, which takes that name when the block ends without an exception.

    If another process has made `folder` meanwhile, that one stays and the new one is deleted.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
        staging = Path(name) / "export"
        staging.mkdir()
        yield staging
        if not folder.exists():
            os.replace(staging, folder)


def write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Save a tokenizer that neither truncates nor pads; the code that opens the folder sets that as needed."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / TOKENIZER))


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest: `facts` (`name`, `fingerprint` and `max_tokens` at least) and the hashes of the files."""
    manifest = {**facts, "sha256": {part: sha256_of(folder / part) for part in (GRAPH, TOKENIZER)}}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The facts in the manifest, after comparing every file with its hash.

    Raises EmbeddingError if a file is missing or differs from its SHA-256.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        damaged = [part for part, digest in manifest["sha256"].items() if sha256_of(folder / part) != digest]
        manifest["max_tokens"] = int(manifest["max_tokens"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbeddingError(
            f"{folder} is no exported model ({error}); delete the folder, it will be made again"
        ) from error
    if damaged:
        raise EmbeddingError(f"{folder / damaged[0]} is damaged; delete the folder {folder}, it will be made again")
    return manifest
