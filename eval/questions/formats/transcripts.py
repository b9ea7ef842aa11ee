"""Texts that come with a question set, written as transcripts that the archive reads character for character."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from rag.errors import InputError
from rag.text.files import write_whole
from rag.text.terms import encodable

_MAX_NAME_BYTES = 120  # of 255 that file systems allow; temporary names are longer


def file_name_of(name: str) -> str:
    """A file name for any id, percent-encoded so that paths and shells take it as it is and no two ids share one.

    >>> file_name_of("MED-10"), file_name_of("../a b")
    ('MED-10.txt', '..%2Fa%20b.txt')
    """
    safe = quote(name, safe="")
    if len(safe) > _MAX_NAME_BYTES:
        safe = f"{safe[: _MAX_NAME_BYTES - 17]}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return f"{safe}.txt"


def canonical(text: str) -> str:
    r"""A text of the same length that reading a file leaves as it is: `\n` line ends, no byte order mark.

    Each character is replaced by one character, so that offsets into the given text hold in the written one.

    >>> canonical("\ufeffOne\r\ntwo\rthree")
    ' One \ntwo\nthree'
    """
    text = text.replace("\r\n", " \n").replace("\r", "\n").replace("\0", " ")
    if text.startswith("\ufeff"):
        text = f" {text[1:]}"
    return encodable(text)


def write_texts(texts: Iterable[tuple[str, str]], folder: Path) -> list[Path]:
    """Write (file name, text) pairs; the paths. An empty text makes no file, since no reader takes one."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts:
            if text.strip():
                write_whole(folder / name, canonical(text).encode())
                written.append(folder / name)
    except OSError as error:
        raise InputError(f"{folder}: the transcripts cannot be written ({error.strerror or error})") from error
    return written
