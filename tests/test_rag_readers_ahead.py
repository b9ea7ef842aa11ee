"""Files that are read before they are asked for: which, in what order, and what becomes of faults."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.readers.ahead import AHEAD, ReadAhead
from rag.types import Document

FILES = [Path(f"{name}.txt") for name in "abcdef"]


class Reading:
    """Parses into documents named like their files, and tells which it has done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, path: Path) -> Document:
        if path.name == "c.txt":
            raise InputError("c is empty")
        with self._changed:
            self.done.append(path.name)
            self._changed.notify_all()
        return Document(
            id=path.stem, path=str(path), source=path.name, title="", date=None, place=None, text="", turns=()
        )

    def wait_for(self, count: int) -> list[str]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.done) >= count, timeout=60)
            return list(self.done)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.mark.unit
def test_the_next_files_are_read_before_they_are_asked_for_and_no_more(pool: ThreadPoolExecutor) -> None:
    reading = Reading()
    parse = ReadAhead(reading, [FILES[0], FILES[1], FILES[3], FILES[4]], pool)
    assert parse(FILES[0]).source == "a.txt"
    assert reading.wait_for(1 + AHEAD) == ["a.txt", "b.txt", "d.txt"]
    pool.submit(int).result()  # what was begun is done, and e.txt was not begun
    assert reading.done == ["a.txt", "b.txt", "d.txt"]
    assert [parse(file).source for file in (FILES[1], FILES[3], FILES[4])] == ["b.txt", "d.txt", "e.txt"]
    assert reading.done == ["a.txt", "b.txt", "d.txt", "e.txt"]


@pytest.mark.unit
def test_a_fault_is_raised_for_the_file_that_has_it_and_a_file_of_none_of_them_is_read_too(
    pool: ThreadPoolExecutor,
) -> None:
    parse = ReadAhead(Reading(), FILES[:4], pool)
    assert [parse(FILES[0]).source, parse(FILES[1]).source, parse(FILES[5]).source] == ["a.txt", "b.txt", "f.txt"]
    with pytest.raises(InputError, match=r"^c is empty$"):
        parse(FILES[2])
    assert parse(FILES[3]).source == "d.txt"
    assert parse(FILES[0]).source == "a.txt"  # asked for again, and read again
