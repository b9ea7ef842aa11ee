"""A disk that is full at any moment of a commit: the sentence says truly whether the change was made."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from made_storages import ENCODER, staged, talk

from rag.errors import ArchiveError
from rag.storage.folder import DATABASE
from rag.storage.local import LocalStorage
from rag.storage.staged import StagedDocument

OLD, NEW = (
    staged(talk("a.txt", ("Ann Reed", "A whale."))),
    staged(talk("b.txt", *[("Bo Stone", f"A comet of the year {1000 + number}.") for number in range(60)])),
)


@pytest.fixture(params=["first", "later"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An archive in its first state, to be copied; none yet before a first commit."""
    if request.param == "later":
        storage = LocalStorage(tmp_path / "old", encoder=ENCODER)
        storage.commit([OLD], encoder=ENCODER)
        storage.close()
    return tmp_path / "old"


def commit(folder: Path, item: StagedDocument = NEW) -> None:
    storage = LocalStorage(folder, encoder=ENCODER)
    try:
        storage.commit([item], encoder=ENCODER)
    finally:
        storage.close()


def assert_told_truly(folder: Path, tried: Callable[[Path], None], name: str) -> str:
    """Try a commit in a copy of an archive, and compare what is said with what is there; what is said."""
    copy = folder.with_name(name)
    if folder.exists():
        shutil.copytree(folder, copy)
    before = {"a.txt"} if folder.exists() else set()
    said = ""
    try:
        tried(copy)
    except ArchiveError as error:
        said = str(error)
        refused = f"the archive {copy} cannot be written ", f"{copy / DATABASE} cannot be opened: "
        assert said.startswith((f"{copy} was not changed: ", *refused))
    opened = LocalStorage(copy, encoder=ENCODER)
    assert {document.source for document in opened.documents()} == (before if said else before | {"b.txt"})
    assert not opened.exists or opened.verify() == []
    opened.close()
    commit(copy)
    assert LocalStorage(copy, encoder=ENCODER).verify() == []
    return said


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file can be written beyond so many bytes, by whatever library."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_files_that_can_grow_no_more_are_told_truly(folder: Path) -> None:
    said = []
    for size in [*range(0, 4_000, 250), *range(4_096, 200_000, 12_288)]:

        def tried(copy: Path, size: int = size) -> None:
            with files_end_at(size):
                commit(copy)

        said.append(assert_told_truly(folder, tried, f"size-{size}"))
    assert said[0]
    assert not said[-1]


@pytest.mark.parametrize("name", ["fsync", "replace", "link", "mkdir", "open"])
def test_a_disk_that_is_full_at_any_call_is_told_truly(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[..., Any] = getattr(os, name)
    for moment in range(1, 40):
        calls = 0

        def full(*given: Any, moment: int = moment, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == moment:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(given[0]))
            return whole(*given, **more)

        def tried(copy: Path, full: Callable[..., Any] = full) -> None:
            with monkeypatch.context() as patched:
                patched.setattr(os, name, full)
                commit(copy)

        assert_told_truly(folder, tried, f"{name}-{moment}")
        if calls < moment:
            break
    assert moment > 1 or name == "link"  # a first commit has nothing to link to
