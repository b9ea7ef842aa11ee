"""The derived indexes of an archive, generation by generation: Tantivy for words, FAISS for vectors.

Each generation is a folder of its own with a manifest of SHA-256 digests. A new one starts from the one before it if that
is sound, and else from the database alone, so that every index can be deleted and made again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.indexes import load_index_type
from embeddings.indexes.faiss import FLAT_LIMIT
from embeddings.models import sha256_of
from embeddings.types import FloatMatrix, RowIds, StoredIndex
from rag.storage.folder import INDEX, index_folder
from rag.storage.lexical import FORMAT as WORDS_FORMAT
from rag.storage.lexical import LexicalIndex, copy_index
from rag.storage.sqlite import Store
from rag.text.files import sync_folder, write_whole
from rag.types import Passage

MANIFEST, VECTORS, WORDS = "manifest.json", "vectors.faiss", "words"


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit changes in the indexes."""

    added: Sequence[tuple[int, Passage]] = ()  # (row, passage)
    vectors: FloatMatrix | None = None  # (added, dim) float32, unit rows
    removed_documents: Sequence[str] = ()
    removed_rows: Sequence[int] = ()


NO_CHANGE = Change()


def write_index(store: Store, archive: Path, generation: int, *, base: int | None, change: Change = NO_CHANGE) -> None:
    """Write the indexes of a generation: those of `base` with a change, or all of the store's passages if it is None.

    `store` holds the passages after the change. The folder appears whole or not at all.
    """
    folder = index_folder(archive, generation)
    staging = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    before = None if base is None else index_folder(archive, base)
    _write_words(store, staging, before, change)
    described = _write_vectors(store, staging, before, change)
    files = sorted(path for path in staging.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    manifest = {
        "words_format": WORDS_FORMAT,
        **described,
        "sha256": {path.relative_to(staging).as_posix(): sha256_of(path) for path in files},
    }
    write_whole(staging / MANIFEST, json.dumps(manifest, indent=1).encode())
    sync_folder(staging)
    _move_into_place(staging, folder)


def _write_words(store: Store, staging: Path, before: Path | None, change: Change) -> None:
    if before is None:
        passages = ((stored.row, stored.passage) for stored in store.all_passages())
        LexicalIndex(staging / WORDS).write(passages)
        return
    copy_index(before / WORDS, staging / WORDS)
    LexicalIndex(staging / WORDS).write(change.added, change.removed_documents)


def _write_vectors(store: Store, staging: Path, before: Path | None, change: Change) -> dict[str, Any]:
    """Write the vector index; its part of the manifest. It is built anew when the archive has outgrown it."""
    index_type = load_index_type(store.index_name)
    if before is not None:
        manifest = json.loads((before / MANIFEST).read_text(encoding="utf-8"))
        built_rows, recall = int(manifest["built_rows"]), float(manifest["recall@10"])
        count = store.counts()[1]
        if count <= FLAT_LIMIT or (built_rows > FLAT_LIMIT and count < 2 * built_rows):
            index = index_type.from_bytes((before / VECTORS).read_bytes())
            if change.removed_rows:
                index.remove(np.asarray(change.removed_rows, np.int64))
            if change.added and change.vectors is not None:
                index.add(np.asarray([row for row, _ in change.added], np.int64), change.vectors)
            write_whole(staging / VECTORS, index.to_bytes())
            return {"built_rows": built_rows, "kind": index.kind, "recall@10": round(recall, 4)}
    rows, matrix = store.all_vectors()
    index = index_type.build(rows, matrix)
    write_whole(staging / VECTORS, index.to_bytes())
    recall = measure_recall_at_10(index, rows, matrix)
    return {"built_rows": len(rows), "kind": index.kind, "recall@10": round(recall, 4)}


def _move_into_place(staging: Path, folder: Path) -> None:
    old = folder.with_name(f"{folder.name}.old")
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(folder, old)
    os.replace(staging, folder)
    shutil.rmtree(old, ignore_errors=True)
    sync_folder(folder.parent)


def drop_generations(archive: Path, current: int) -> None:
    """Delete what an interrupted write left behind, and all but the last two generations.

    The one before is kept for readers that opened it. If a system refuses, the next write tries again.
    """
    for folder in (archive / INDEX).glob("*"):
        number = re.fullmatch(r"\d{8}", folder.name)
        if not number or not current - 1 <= int(folder.name) <= current:
            shutil.rmtree(folder, ignore_errors=True)


def find_fault(folder: Path) -> str:
    """What is wrong with one generation of the indexes, in words; empty if nothing is."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest.get("words_format") != WORDS_FORMAT:
            return f"{folder} was written by another version"
        for name, digest in manifest["sha256"].items():
            if sha256_of(folder / name) != digest:
                return f"{folder / name} is damaged"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{folder} is missing or damaged ({type(error).__name__})"
    return ""


def describe_index(folder: Path) -> dict[str, Any]:
    """Kind and measured recall of a generation's vector index."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return {"kind": found["kind"], "recall@10": found["recall@10"]}


def measure_recall_at_10(index: StoredIndex, rows: RowIds, matrix: FloatMatrix, *, samples: int = 100) -> float:
    """Share of the ten true neighbours that the index finds, over a seeded sample of its own rows."""
    if index.kind == "flat" or len(rows) == 0:
        return 1.0
    chosen = np.random.default_rng(0).choice(len(rows), size=min(samples, len(rows)), replace=False)
    found = 0
    for position in chosen:
        truth = rows[np.argsort(-(matrix @ matrix[position]), kind="stable")[:10]]
        found += len(set(truth.tolist()) & set(index.search(matrix[position], k=10)[0].tolist()))
    return found / (10 * len(chosen))
