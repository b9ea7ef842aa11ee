"""Which model an archive is built with, opened with, and asked with."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_talks import best, contents, write

from rag.archive import Archive, open_archive
from rag.errors import ModelMismatch
from rag.testing import FakeEncoder
from rag.types import Scope


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


def test_every_passage_is_a_range_of_its_document(bundled: Archive) -> None:
    for document in bundled.documents():
        for passage in bundled.passages(document.id):
            assert document.text[passage.start : passage.end] == passage.text
            assert bundled.encoder.count_tokens(passage.text) <= bundled.encoder.max_tokens


def test_another_model_than_the_archives_is_told_with_what_to_type(tmp_path: Path, files: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    write(files, "a.txt", "a whale")
    archive.ingest([files])
    with pytest.raises(
        ModelMismatch, match=r"all-MiniLM-L6-v2.*384 dims.*not 'other/model'.*--rebuild --encoder other/model"
    ):
        open_archive(archive.folder, encoder="other/model")


@pytest.mark.unit
def test_an_encoder_object_encodes_documents_and_queries(tmp_path: Path, files: Path) -> None:
    encoder = FakeEncoder(12)
    archive = open_archive(tmp_path / "archive", encoder=encoder)
    archive.ingest([write(files, "a.txt", "a whale"), write(files, "b.txt", "two boats")])
    assert archive.encoder is encoder
    assert best(archive, "whale") == [("a.txt", "We saw a whale in the harbour.")]
    with archive.snapshot() as snapshot:
        assert snapshot.encoder is encoder
        rows = [row for row, _ in snapshot.nearest(encoder.encode_query("two boats"), k=9, scope=Scope())]
        for stored in snapshot.load(rows):
            assert stored.vector.tolist() == encoder.encode_query(stored.passage.text).tolist()


@pytest.mark.unit
def test_an_archive_is_opened_again_with_an_encoder_of_the_same_name_and_fingerprint(
    tmp_path: Path, files: Path
) -> None:
    folder = tmp_path / "archive"
    open_archive(folder, encoder=FakeEncoder()).ingest([write(files, "a.txt", "a whale")])
    again = open_archive(folder, encoder=FakeEncoder())
    assert again.ingest([write(files, "b.txt", "two boats")]).added == [str(files / "b.txt")]
    assert contents(again) == {"a.txt": "a whale", "b.txt": "two boats"}
    with pytest.raises(ModelMismatch, match=r"was built with 'fake' \(8 dims\), not 'other'; .*--encoder other"):
        open_archive(folder, encoder=FakeEncoder(name="other"))
    with pytest.raises(ModelMismatch, match=r"was built with other weights of 'fake'; run: onrecord ingest --rebuild"):
        open_archive(folder, encoder=FakeEncoder(16))
    with pytest.raises(ModelMismatch, match="not 'sentence-transformers/all-MiniLM-L6-v2'"):
        open_archive(folder, encoder="all-MiniLM-L6-v2")


@pytest.mark.unit
def test_a_rebuild_with_another_encoder_encodes_every_document_again(tmp_path: Path, files: Path) -> None:
    folder = tmp_path / "archive"
    open_archive(folder, encoder=FakeEncoder()).ingest(
        [write(files, "a.txt", "a whale"), write(files, "b.txt", "two boats")]
    )
    other = FakeEncoder(16, name="other")
    rebuilt = open_archive(folder, encoder=other, rebuild=True)
    report = rebuilt.ingest([files / "a.txt"])
    assert (report.added, report.replaced, report.unchanged) == ([], [str(files / "a.txt")], [])
    assert contents(open_archive(folder, encoder=other)) == {"a.txt": "a whale", "b.txt": "two boats"}
    assert best(rebuilt, "boats") == [("b.txt", "We saw two boats in the harbour.")]
    assert rebuilt.ingest([files]).unchanged == [str(files / "a.txt"), str(files / "b.txt")]
