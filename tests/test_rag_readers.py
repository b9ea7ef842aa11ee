"""Bytes → canonical text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.readers.text import MAX_BYTES, decode, read_text


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


@pytest.mark.parametrize(
    ("mark", "position"),
    [
        (b"", 13),
        (b"\xef\xbb\xbf", 16),
    ],
)
def test_the_line_and_byte_that_are_not_utf8_are_named_with_what_to_do(mark: bytes, position: int) -> None:
    with pytest.raises(InputError) as told:
        decode(mark + b"one\r\ntwo\r\nthr\xe9e\r\n")
    assert str(told.value) == (
        f"line 3 is not valid UTF-8 (byte 0xe9 at position {position}); save the file as UTF-8 and ingest it again"
    )


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="200 MB is more than the 200 MB that onrecord reads; split the file"):
        read_text(tmp_path / "large.txt")


@pytest.mark.parametrize("name", ["nowhere.txt", "folder.txt"])
def test_what_cannot_be_opened_is_refused_with_the_systems_reason(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(InputError, match=r"cannot be read: (No such file|Is a directory|Permission denied)"):
        read_text(tmp_path / name)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff"), min_size=1))
def test_any_text_without_control_characters_comes_back_as_it_was_written(text: str) -> None:
    text = f"Ann Reed: {text}\n\n\tend"
    assert decode(text.encode()) == text
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text
    assert decode(text.replace("\n", "\r\n").encode()) == text


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_text_or_refused_with_a_reason(data: bytes) -> None:
    try:
        text = decode(data)
    except InputError as error:
        assert re.search("the file is empty|binary file|line [0-9]+ is not valid UTF-8", str(error))
    else:
        assert text == data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        assert "\r" not in text
