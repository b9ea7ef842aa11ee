"""Text and Markdown: bytes → canonical text.

A UTF-8 file with `\\n` line ends and no byte order mark is its own canonical text, so that offsets hold on the file.
Other encodings are guessed from statistics, which can be wrong: a note says which one was assumed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rag.errors import InputError
from rag.readers.chats import read_chat
from rag.readers.detect import TEXT_SUFFIXES as SUFFIXES
from rag.readers.pipe_tables import read_pipe_tables
from rag.types import Hints

MAX_BYTES = 200_000_000
_BINARY = "this is a binary file, not text; save the transcript as UTF-8 text or Markdown"
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\n\r\t\f\v")
_SAMPLE_BYTES = 200_000
# What transcripts are written in; charset-normalizer knows a hundred more, and takes short Russian texts for Japanese.
_ENCODINGS = [
    *(
        "cp1252",
        "cp1250",
        "cp1251",
        "koi8_r",
        "iso8859_2",
        "iso8859_5",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
    ),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "mac_roman", "cp437", "cp850", "cp866"),
]

__all__ = ["MAX_BYTES", "SUFFIXES", "decode", "decode_any", "read", "read_bytes", "read_text"]


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a text file in any encoding."""
    text, note = decode_any(data)
    hints = read_chat(text) or read_pipe_tables(text) or Hints()
    return text, replace(hints, notes=(note, *hints.notes)) if note else hints


def read_text(path: Path) -> str:
    """The canonical text of a UTF-8 file. Raises InputError with the reason if it cannot be read as text."""
    return decode(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that is not too large. Raises InputError."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{size / 1e6:.0f} MB is more than the {MAX_BYTES // 1_000_000} MB that onrecord reads; split the file"
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


def decode(data: bytes) -> str:
    r"""UTF-8 as canonical text: no byte order mark, `\n` line ends.

    >>> decode(b"Ann Reed: Yes.\r\n")
    'Ann Reed: Yes.\n'
    """
    _check_is_text(data)
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"line {line} is not valid UTF-8 (byte 0x{data[error.start]:02x} at position {error.start}); "
            "save the file as UTF-8 and ingest it again"
        ) from error
    return _canonical(text)


def decode_any(data: bytes) -> tuple[str, str]:
    r"""Text in any encoding as canonical text, and a note if the encoding had to be guessed.

    >>> decode_any("Größe und Übermut, Fuß und Café: so heißt es.\r\n".encode("latin-1"))[0]
    'Größe und Übermut, Fuß und Café: so heißt es.\n'
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return _canonical(data.decode("utf-16")), ""
        except UnicodeDecodeError as error:
            raise InputError(f"this is no valid UTF-16 ({error.reason}); save the file as UTF-8") from error
    try:
        return decode(data), ""
    except InputError:
        _check_is_text(data)
        encoding = guess_encoding(data)
        if not encoding:
            raise
    note = f"not UTF-8: read as {encoding}; if letters look wrong, save the file as UTF-8 and ingest it again"
    return _canonical(data.decode(encoding, "replace")), note


def guess_encoding(data: bytes) -> str | None:
    """The likeliest encoding of bytes that are not UTF-8; None if none fits.

    Relatives of Windows-1252 differ from it in letters that the text may not have; if nine in ten of the letters
    outside ASCII are the same in both, it is taken for the commoner one.
    """
    from charset_normalizer import from_bytes

    # Lines with letters outside ASCII tell encodings apart; a long file has them anywhere.
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    sample = b"".join(lines)[:_SAMPLE_BYTES]
    best = from_bytes(sample, cp_isolation=_ENCODINGS).best()
    common = "cp1252"
    own = best.encoding if best else common
    try:
        data.decode(own)
    except UnicodeDecodeError:
        return None
    if own == common or own.startswith(("utf", "cp1252")):
        return own
    high = bytes(byte for byte in sample if byte >= 0x80)
    try:
        ours, theirs = high.decode(own), high.decode(common, "replace")
    except UnicodeDecodeError:
        return own  # several bytes a letter: no relative
    same = sum(a == b for a, b in zip(ours, theirs, strict=False))
    fits = len(ours) == len(theirs) and same >= 0.9 * len(ours) and b"\x81" not in data
    return common if fits and "\ufffd" not in theirs else own


def _check_is_text(data: bytes) -> None:
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise InputError("the file is empty")
    if b"\0" in data[:65536]:
        raise InputError(_BINARY)
    sample = data[:65536]
    if len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 20:
        raise InputError(_BINARY)


def _canonical(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
