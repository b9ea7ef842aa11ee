"""An archive's folder: its file names, the lock of its one writer, and whether it can be written.

archive.sqlite          documents, passages, vectors; `meta.generation` says which index belongs to it
index/<generation>/     words/, vectors.faiss, manifest.json with the SHA-256 of every file
enriched.sqlite         questions that a model wrote for passages, if it did (see rag/storage/enriched.py)
calibration.json        confidence calibration by model, if it was fitted (see rag/evidence/calibration.py)
write.lock              one writer at a time; readers need no lock
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PureWindowsPath
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rag.errors import ArchiveError

DATABASE, INDEX, LOCK = "archive.sqlite", "index", "write.lock"
NEW_DATABASE = "archive.sqlite.new"  # until the first commit is whole: readers see the archive then or not at all
LOCK_TIMEOUT_S = 10.0
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def folder_of(url: str) -> Path:
    """The folder that an archive's URL means: a path, or one as file:///path. Raises ArchiveError for any other.

    >>> folder_of("file:///srv/my%20archive").as_posix(), folder_of("archive").as_posix()
    ('/srv/my archive', 'archive')
    """
    if url.startswith(("milvus:", "milvus+")) or (_SCHEME.match(url) and not url.lower().startswith("file://")):
        raise ArchiveError(f"{url}: this version keeps archives in folders only; give a folder")
    if _SCHEME.match(url):
        parts = urlsplit(url)
        if parts.netloc not in ("", "localhost") or parts.path in ("", "/"):
            raise ArchiveError(f"{url}: this names no folder of this machine; write file:///path/to/archive")
        return Path(url2pathname(parts.path))
    folder = Path(url).expanduser()
    if os.name != "nt" and PureWindowsPath(url).drive and not folder.exists():
        raise ArchiveError(f"{url}: this is a path of Windows, and this system has no drives; give another folder")
    return folder


def index_folder(folder: Path, generation: int) -> Path:
    """Where one generation of the indexes is.

    >>> index_folder(Path("archive"), 7).as_posix()
    'archive/index/00000007'
    """
    return folder / INDEX / f"{generation:08d}"


def make_writable(folder: Path) -> bool:
    """Create the folder if it is missing; whether it was. Raises ArchiveError if nothing can be written there."""
    created = not folder.exists()
    try:
        (folder / INDEX).mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}-{threading.get_ident()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ArchiveError(
            f"the archive {folder} cannot be written ({error.strerror or error}); give another folder with --archive"
        ) from error
    return created


@contextmanager
def write_lock(folder: Path, *, timeout_s: float | None = None, create: bool = False) -> Iterator[None]:
    """Be the only writer. Raises ArchiveError if another one does not end within `timeout_s`, or `LOCK_TIMEOUT_S`.

    With `create`, the folder is made again if it is gone: an ingest that found nothing to write has removed it.
    """
    from filelock import FileLock, Timeout

    wait_s = LOCK_TIMEOUT_S if timeout_s is None else timeout_s
    try:
        lock = FileLock(folder / LOCK, is_singleton=True)  # one for all, so that who holds it can take it again
        try:
            lock.acquire(timeout=wait_s)
        except FileNotFoundError:
            if not create:
                raise
            make_writable(folder)
            lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise ArchiveError(f"another process is writing to {folder}; try again when it has ended") from error
    except OSError as error:
        raise ArchiveError(f"the archive {folder} cannot be written ({error.strerror or error})") from error
    try:
        yield
    finally:
        lock.release()


def remove_new_database(folder: Path) -> None:
    """Delete a database whose first commit did not come to its end."""
    for ending in ("", "-wal", "-shm"):
        (folder / f"{NEW_DATABASE}{ending}").unlink(missing_ok=True)


def remove_if_empty(folder: Path, *, itself: bool = True) -> None:
    """Undo `make_writable` if no archive came of it; files that are not ours stay, and the folder unless `itself` goes."""
    with suppress(OSError):  # not empty, or no folder at all: it was there before, with other things in it
        (folder / LOCK).unlink(missing_ok=True)
        (folder / INDEX).rmdir()
        if itself:
            folder.rmdir()
