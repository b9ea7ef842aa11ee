"""A copy of an archive that is consistent while the archive is in use.

SQLite copies its own files, each as it is at one moment, and keeps no writer waiting. Indexes are derived and not copied: the
copy makes its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from rag.errors import ArchiveError, InputError
from rag.storage.enriched import ENRICHED
from rag.storage.folder import DATABASE, INDEX, LOCK, NEW_DATABASE

DATABASES = (DATABASE, ENRICHED)


def copy_archive(folder: Path, target: Path) -> None:
    """Copy an archive's folder to `target`, but for its indexes. Raises InputError if something is there already."""
    if target.exists():
        raise InputError(f"{target} is there already; give the name of a folder that is not")
    if target.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{target} is inside the archive; give a folder elsewhere")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        shutil.copytree(folder, part, ignore=_not_copied)
        for name in DATABASES:
            if (folder / name).is_file():
                _copy_database(folder / name, part / name)
        os.replace(part, target)
    except (OSError, shutil.Error, sqlite3.Error) as error:
        raise ArchiveError(f"{target} was not made: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _not_copied(folder: str, names: list[str]) -> set[str]:
    """What of a folder is copied otherwise, or made again."""
    ours = (*DATABASES, NEW_DATABASE, LOCK, INDEX, ".writable-")
    return {name for name in names if name.startswith(ours)}


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
