"""UTF-8 text and Markdown: bytes → canonical text.

A UTF-8 file with `\\n` line ends and no byte order mark is its own canonical text, so that offsets hold on the file.
"""

from __future__ import annotations

from pathlib import Path

from rag.errors import InputError

SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
MAX_BYTES = 200_000_000


def read_text(path: Path) -> str:
    """The canonical text of a file. Raises InputError with the reason where it cannot be read as text."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{size / 1e6:.0f} MB is more than the {MAX_BYTES // 1_000_000} MB that onrecord reads; split the file"
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error
    return decode(data)


def decode(data: bytes) -> str:
    r"""Bytes as canonical text: no byte order mark, `\n` line ends.

    >>> decode(b"Ann Reed: Yes.\r\n")
    'Ann Reed: Yes.\n'
    """
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise InputError("the file is empty")
    if b"\0" in data[:65536]:
        raise InputError("this is a binary file, not text; save the transcript as UTF-8 text or Markdown")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"line {line} is not valid UTF-8 (byte 0x{data[error.start]:02x} at position {error.start}); "
            "save the file as UTF-8 and ingest it again"
        ) from error
    controls = sum(char < " " and char not in "\n\r\t\f\v" for char in text[:65536])
    if controls > len(text[:65536]) // 20:
        raise InputError("this is a binary file, not text; save the transcript as UTF-8 text or Markdown")
    return text.replace("\r\n", "\n").replace("\r", "\n")
