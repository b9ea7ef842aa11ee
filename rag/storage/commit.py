"""A change to an archive's folder, all or nothing.

The next generation's indexes are written into a new folder, and only then SQLite commits, which raises the generation in the
same transaction. A first commit writes a database of another name, which gets its own when it is whole. Whenever the process
dies, the archive opens with exactly the old or the new state.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.precision import FLOAT32, coarsest, precision_of
from embeddings.types import Encoder
from rag.errors import ArchiveError, ModelMismatch
from rag.storage.folder import DATABASE, NEW_DATABASE, index_folder, remove_new_database, write_lock
from rag.storage.generations import Change, drop_generations, find_fault, write_index
from rag.storage.sqlite import Store
from rag.storage.staged import StagedDocument
from rag.text.files import sync_folder
from rag.types import Passage

log = logging.getLogger(__name__)


def write_commit(
    folder: Path,
    staged: Sequence[StagedDocument],
    *,
    encoder: Encoder | None,
    index: str,
    removed: Sequence[str],
    fresh: bool,
) -> None:
    """Write documents and remove others, as `Storage.commit` says; waits for other writers.

    Raises ArchiveError if the change could not be made. What fails when it is made already is logged, and is no error.
    """
    with write_lock(folder, create=True):
        before = _generation_in(folder)
        try:
            if (folder / DATABASE).is_file():
                _write(folder, DATABASE, staged, encoder, index, removed, fresh=fresh)
            else:
                _write_first(folder, staged, encoder, index, removed, fresh=fresh)
        except ModelMismatch:
            raise
        except (OSError, ArchiveError) as error:
            try:
                after = _generation_in(folder)
            except ArchiveError:
                raise ArchiveError(
                    f"{folder}: {_reason(error)}; whether it was changed cannot be read now, try later: "
                    f"onrecord verify --archive {folder}"
                ) from error
            if after == before:
                raise ArchiveError(f"{folder} was not changed: {_reason(error)}") from error
            log.warning("%s was changed, and then: %s", folder, _reason(error))


def _write_first(
    folder: Path,
    staged: Sequence[StagedDocument],
    encoder: Encoder | None,
    index: str,
    removed: Sequence[str],
    *,
    fresh: bool,
) -> None:
    """Write the first commit into a database of another name, which gets its own when it is whole."""
    remove_new_database(folder)
    try:
        _write(folder, NEW_DATABASE, staged, encoder, index, removed, fresh=fresh)
        os.replace(folder / NEW_DATABASE, folder / DATABASE)
        sync_folder(folder)
    except BaseException:
        remove_new_database(folder)
        if not (folder / DATABASE).is_file():
            shutil.rmtree(index_folder(folder, 1), ignore_errors=True)
        raise


def _generation_in(folder: Path) -> int:
    """The generation that the database says, 0 if there is none yet. Raises ArchiveError if it cannot be read."""
    if not (folder / DATABASE).is_file():
        return 0
    store = Store(folder / DATABASE, create=False)
    try:
        return store.generation
    finally:
        store.close()


def _reason(error: Exception) -> str:
    """Why something could not be written, in a few words."""
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}"
    return str(error.__cause__) if isinstance(error.__cause__, sqlite3.Error) else str(error)


def check_name(folder: Path, built: str, dim: str, wanted: str | None) -> None:
    """Raise ModelMismatch if an archive that was `built` with one model is opened with the name of another."""
    if built and wanted and wanted != built:
        raise ModelMismatch(
            f"{folder} was built with {built!r} ({dim} dims), not {wanted!r}; ask with that model, or run: "
            f"onrecord ingest --rebuild --encoder {wanted} --archive {folder} FOLDER"
        )


def check_weights(folder: Path, name: str, fingerprint: str, encoder: Encoder) -> None:
    """Raise ModelMismatch if an archive's vectors, made by the model `name`, are another model's than `encoder`'s."""
    if name and name != encoder.name:
        raise ModelMismatch(
            f"{folder} was built with {name!r}, not {encoder.name!r}; ask with that model, or run: "
            f"onrecord ingest --rebuild --encoder {encoder.name} --archive {folder} FOLDER"
        )
    if fingerprint and fingerprint != encoder.fingerprint:
        raise ModelMismatch(
            f"{folder} was built with other weights of {name!r}; "
            f"run: onrecord ingest --rebuild --archive {folder} FOLDER"
        )


def _write(
    folder: Path,
    database: str,
    staged: Sequence[StagedDocument],
    encoder: Encoder | None,
    index: str,
    removed: Sequence[str],
    *,
    fresh: bool,
) -> None:
    store = Store(folder / database, create=True)
    try:
        if encoder is not None and not fresh:
            check_weights(folder, store.meta("encoder"), store.meta("fingerprint"), encoder)
        old = store.generation
        drop_generations(folder, old)
        try:
            with store.transaction():
                change = _write_rows(store, staged, removed)
                if encoder is not None:
                    store.set_meta("encoder", encoder.name)
                    store.set_meta("fingerprint", encoder.fingerprint)
                    store.set_meta("dim", str(encoder.dim))
                    held = FLOAT32 if fresh else store.meta("precision", FLOAT32)
                    store.set_meta("precision", coarsest([held, precision_of(encoder)]))
                if old == 0 or fresh:
                    store.set_meta("index", index)
                store.set_meta("generation", str(old + 1))
                store.seal()
                sound = old > 0 and not fresh and not find_fault(index_folder(folder, old))
                write_index(store, folder, old + 1, base=old if sound else None, change=change)
        except BaseException:
            if store.generation == old:  # an interrupt can come when the change is made already
                shutil.rmtree(index_folder(folder, old + 1), ignore_errors=True)
            raise
        store.checkpoint()
        drop_generations(folder, old + 1)
    finally:
        store.close()


def _write_rows(store: Store, staged: Sequence[StagedDocument], removed: Sequence[str]) -> Change:
    # What a path held before goes, and so does the same text under the path that it was moved from.
    replaced = (found for item in staged for found in (store.id_at(item.document.path), item.document.id))
    gone = [found for found in dict.fromkeys([*removed, *replaced]) if found and store.path_of(found) is not None]
    removed_rows = [row for document_id in gone for row in store.remove(document_id)]
    added: list[tuple[int, Passage]] = []
    for item in staged:
        added += zip(store.add(item), item.passages, strict=True)
    vectors = np.concatenate([item.vectors for item in staged]) if staged else None
    return Change(added, vectors, gone, removed_rows)
