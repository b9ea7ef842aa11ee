"""An archive's folder: its file names, the lock of its one writer, and whether it can be written.

archive.sqlite          documents, passages, vectors; `meta.generation` says which index belongs to it
index/<generation>/     words/, vectors.faiss, manifest.json with the SHA-256 of every file
calibration.json        confidence calibration by model, if it was fitted (see rag/evidence/calibration.py)
write.lock              one writer at a time; readers need no lock
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import ArchiveError

DATABASE, INDEX, LOCK = "archive.sqlite", "index", "write.lock"
LOCK_TIMEOUT_S = 10.0


def index_folder(folder: Path, generation: int) -> Path:
    """Where one generation of the indexes is.

    >>> index_folder(Path("archive"), 7).as_posix()
    'archive/index/00000007'
    """
    return folder / INDEX / f"{generation:08d}"


def make_writable(folder: Path) -> None:
    """Create the folder if it is missing. Raises ArchiveError if nothing can be written there."""
    try:
        (folder / INDEX).mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ArchiveError(
            f"the archive {folder} cannot be written ({error.strerror or error}); give another folder with --archive"
        ) from error


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Be the only writer. Raises ArchiveError if another one does not end within `LOCK_TIMEOUT_S`."""
    from filelock import FileLock, Timeout

    try:
        lock = FileLock(folder / LOCK, is_singleton=True)  # one for all, so that who holds it can take it again
        lock.acquire(timeout=LOCK_TIMEOUT_S)
    except Timeout as error:
        raise ArchiveError(f"another process is writing to {folder}; try again when it has ended") from error
    except OSError as error:
        raise ArchiveError(f"the archive {folder} cannot be written ({error.strerror or error})") from error
    try:
        yield
    finally:
        lock.release()


def remove_database(folder: Path) -> None:
    """Delete a database and its indexes, of which nothing was ever committed."""
    shutil.rmtree(folder / INDEX, ignore_errors=True)
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (folder / name).unlink(missing_ok=True)


def remove_if_empty(folder: Path) -> None:
    """Undo `make_writable` if no archive came of it; files that are not ours stay."""
    with suppress(OSError):  # not empty, or no folder at all: it was there before, with other things in it
        (folder / LOCK).unlink(missing_ok=True)
        (folder / INDEX).rmdir()
        folder.rmdir()
