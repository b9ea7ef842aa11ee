"""Bytes → canonical text."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import InputError
from rag.readers.text import decode, read_text


def test_a_utf8_file_with_unix_line_ends_is_its_own_canonical_text(tmp_path: Path) -> None:
    text = "Ann Reed: “Naïve”, 新闻\n\ttab\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    assert read_text(tmp_path / "a.txt") == text


def test_byte_order_mark_and_windows_line_ends_are_taken_out() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc") == "a\nb\nc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (b"PK\x03\x04\x00\x00text", "binary file"),
        (bytes(range(1, 32)) * 20, "binary file"),
        ("line one\nzażółć".encode("cp1250"), "line 2 is not valid UTF-8"),
    ],
)
def test_what_is_no_utf8_text_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        decode(data)
