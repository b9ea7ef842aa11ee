"""The ZIP archives that office files are: what is refused before anything in them is unpacked."""

from __future__ import annotations

import io
import re
import zipfile

from rag.errors import InputError

MAX_UNPACKED = 200_000_000
MAX_RATIO = 100
_FREE_BYTES = 2_000_000  # small files may be packed as tightly as they like
_MAX_PARTS = 20_000


def check_zip(data: bytes, kind: str) -> None:
    """Refuse archives that unpack to more than they can hold, or name files outside themselves; `kind` is "a Word file"."""
    bare = kind.partition(" ")[2]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise InputError(f"the ZIP archive that {kind} is, is damaged: {error}") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_PARTS:
        raise InputError(f"this file holds {len(entries):,} parts; {kind} has a few dozen")
    if unpacked > MAX_UNPACKED or unpacked > max(MAX_RATIO * len(data), _FREE_BYTES):
        raise InputError(
            f"{len(data):,} bytes unpack to {unpacked:,}; onrecord unpacks at most {MAX_RATIO} times a file's size, "
            f"and at most {MAX_UNPACKED // 1_000_000} MB"
        )
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise InputError(f"the archive names a file outside itself ({entry.filename!r})")
        if entry.flag_bits & 1:
            raise InputError(f"this {bare} is protected by a password; save a copy without one")
