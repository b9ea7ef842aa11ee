"""An archive that is killed, hindered or damaged: it is whole, or says so."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from forks import python_command
from made_talks import ENCODER, contents, write

from rag.archive import Archive, open_archive
from rag.errors import ArchiveError, OnrecordError


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive", encoder=ENCODER)


def test_an_index_that_cannot_be_written_leaves_the_archive_as_it_was(archive: Archive, files: Path) -> None:
    archive.ingest([write(files, "a.txt", "a whale")])
    # A file stands where the next generation's folder is made.
    obstacle = archive.folder / "index" / "00000002.tmp"
    obstacle.write_text("in the way", encoding="utf-8")
    write(files, "b.txt", "a comet")
    second = open_archive(archive.folder, encoder=ENCODER)
    with pytest.raises(ArchiveError) as caught:
        second.ingest([files])
    assert str(caught.value) == f"{archive.folder} was not changed: {obstacle}: File exists"
    assert contents(open_archive(archive.folder, encoder=ENCODER)) == {"a.txt": "a whale"}
    assert open_archive(archive.folder, encoder=ENCODER).verify() == []
    obstacle.unlink()
    archive.ingest([files])
    assert contents(archive) == {"a.txt": "a whale", "b.txt": "a comet"}


_WRITER = """
import sys
from pathlib import Path
from rag.archive import open_archive
from rag.testing import FakeEncoder
archive = open_archive(Path(sys.argv[1]), encoder=FakeEncoder(64))
for path in sorted(Path(sys.argv[2]).glob("*.txt")):
    archive.ingest([path])
    print(path.name, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_writer_killed_at_any_moment_leaves_a_whole_archive(tmp_path: Path, files: Path) -> None:
    chance = random.Random(7)
    for number in range(40):
        write(files, f"{number:02d}.txt", f"thing number {number}")
    folder = tmp_path / "archive"
    for _ in range(8):
        writer = subprocess.Popen(
            [*python_command(), "-c", _WRITER, str(folder), str(files)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        assert writer.stdout is not None
        line = writer.stdout.readline()  # it has begun to write
        time.sleep(chance.uniform(0.0, 0.25))
        writer.kill()
        told = [line, *writer.stdout.read().splitlines()]
        writer.wait()
        archive = open_archive(folder, encoder=ENCODER)
        assert archive.verify() == []
        kept = contents(archive)
        assert {name.strip() for name in told if name.strip()} <= set(kept)
        assert all(fact == f"thing number {int(name[:2])}" for name, fact in kept.items())
        assert {hit.passage.source for hit in archive.search("thing in the harbour", k=200)} == set(kept)


def test_a_flipped_bit_anywhere_never_changes_an_answer(fake_bundled_folder: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    queries = ["When will the gates move?", "eelgrass", "Who pays?"]
    whole = open_archive(fake_bundled_folder, encoder=ENCODER)
    expected = [[(hit.passage, hit.score) for hit in whole.search(query, k=5)] for query in queries]
    names = [
        path.relative_to(fake_bundled_folder)
        for path in sorted(fake_bundled_folder.rglob("*"))
        if path.is_file() and path.stat().st_size
    ]
    told = repaired = 0
    for number in range(60):
        copy = tmp_path / str(number)
        shutil.copytree(fake_bundled_folder, copy)
        damaged = copy / names[number % len(names)]
        data = bytearray(damaged.read_bytes())
        position = chance.randrange(len(data))
        data[position] ^= 1 << chance.randrange(8)
        damaged.write_bytes(bytes(data))
        archive = None
        try:
            archive = open_archive(copy, encoder=ENCODER)
            found = [[(hit.passage, hit.score) for hit in archive.search(query, k=5)] for query in queries]
            assert [[p for p, _ in hits] for hits in found] == [[p for p, _ in hits] for hits in expected]
            assert [s for hits in found for _, s in hits] == pytest.approx([s for hits in expected for _, s in hits])
            repaired += 1
        except OnrecordError as error:
            assert str(copy) in str(error)
            told += 1
        finally:
            if archive:
                archive.close()
            shutil.rmtree(copy)
    assert told + repaired == 60


def test_a_damaged_index_is_named_by_verify_and_made_again_by_repair(fake_bundled_copy: Path) -> None:
    vectors = next(fake_bundled_copy.glob("index/*/vectors.faiss"))
    vectors.write_bytes(vectors.read_bytes()[:-1] + bytes([vectors.read_bytes()[-1] ^ 1]))
    archive = open_archive(fake_bundled_copy, encoder=ENCODER)
    assert archive.verify() == [f"{vectors} is damaged"]
    archive.verify(repair=True)
    assert archive.verify() == []
    assert len(archive.search("eelgrass", k=3)) == 3


def test_an_archive_without_its_indexes_makes_them_again(fake_bundled_copy: Path) -> None:
    shutil.rmtree(fake_bundled_copy / "index")
    found = open_archive(fake_bundled_copy, encoder=ENCODER).search(
        "How many hectares of eelgrass will be lost for good?", k=1
    )
    assert "We expect to lose nineteen of those for good" in found[0].passage.text


def test_a_damaged_truth_is_told_in_a_sentence(fake_bundled_copy: Path) -> None:
    chance = random.Random(5)
    expected = list(open_archive(fake_bundled_copy, encoder=ENCODER).documents())
    database = fake_bundled_copy / "archive.sqlite"
    whole = database.read_bytes()
    for _ in range(40):
        data = bytearray(whole)
        for position in chance.sample(range(len(data)), 30):
            data[position] ^= 1 << chance.randrange(8)
        database.write_bytes(bytes(data))
        try:
            archive = open_archive(fake_bundled_copy, encoder=ENCODER)
            faults = archive.verify()
            archive.search("eelgrass", k=3)
            documents = list(archive.documents())
        except OnrecordError as error:
            assert str(fake_bundled_copy) in str(error)
        else:
            assert faults or documents == expected  # a bit that no row holds
