"""What an archive is called, and whom a filter may have meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.archive import open_archive
from rag.errors import ArchiveError, InputError
from rag.storage.filters import resolve
from rag.storage.folder import folder_of
from rag.types import Filters

NAMES = [f"Member {number:02d}" for number in range(14)] + ["Mr. Kirby", "Ms. Kirkby", "Ms. Bernstein"]


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("archive", "archive"),
        ("/srv/my archive", "/srv/my archive"),
        ("file:///srv/my%20archive", "/srv/my archive"),
        ("FILE://localhost/srv/a", "/srv/a"),
        ("c:archive", "c:archive"),
        ("a:b/c", "a:b/c"),
    ],
)
def test_a_path_or_a_file_url_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if ":" in folder:  # a folder may be called so here, if it is there
        Path(folder).mkdir(parents=True)
    assert folder_of(url) == Path(folder)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://example.org/a", "https://example.org/a: this version keeps archives in folders only; give a folder"),
        ("milvus:a.db", "milvus:a.db: this version keeps archives in folders only; give a folder"),
        ("file://other/a", "file://other/a: this names no folder of this machine; write file:///path/to/archive"),
        ("file://", "file://: this names no folder of this machine; write file:///path/to/archive"),
        ("C:\\Users\\ann\\archive", "C:\\Users\\ann\\archive: this is a path of Windows, and this system has no drives; give another folder"),
        ("d:/archive", "d:/archive: this is a path of Windows, and this system has no drives; give another folder"),
        ("\\\\host\\share\\archive", "\\\\host\\share\\archive: this is a path of Windows, and this system has no drives; give another folder"),
    ],
)  # fmt: skip
def test_what_is_no_folder_of_this_machine_is_told_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArchiveError) as caught:
        open_archive(url)
    assert str(caught.value) == sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Kirbi", "did you mean 'Mr. Kirby' or 'Ms. Kirkby'? "),
        ("bernstien", "did you mean 'Ms. Bernstein'? "),
        ("Ms Bernstine", "did you mean 'Ms. Bernstein'? "),
        ("Gonzales", ""),
    ],
)
def test_a_name_that_is_nearly_right_is_asked_for_and_a_long_list_says_how_long_it_is(given: str, meant: str) -> None:
    there = ", ".join(NAMES[:12])
    with pytest.raises(InputError) as caught:
        resolve(Filters(speaker=(given,)), speakers=NAMES, heads=list, archive="a")
    assert str(caught.value) == f"nobody called {given!r} speaks in a; {meant}there are: {there} and 5 more"
