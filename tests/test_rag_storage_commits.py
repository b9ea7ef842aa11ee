"""What every storage promises of a commit, by value: each test runs over each implementation."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from made_storages import (
    ALL,
    ENCODER,
    EVERYTHING,
    IMPLEMENTATIONS,
    SPEAKERS,
    WORDS,
    committed,
    contents,
    ids_of,
    made_talks,
    passages_in,
    staged,
    talk,
)

from embeddings.registry import UnknownName
from rag.errors import InputError, ModelMismatch
from rag.storage.folder import DATABASE, NEW_DATABASE, remove_if_empty
from rag.storage.local import LocalStorage
from rag.storage.protocol import Storage
from rag.storage.staged import StagedDocument
from rag.testing import FakeEncoder
from rag.types import SearchExtent


@pytest.fixture(params=IMPLEMENTATIONS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    made = IMPLEMENTATIONS[request.param](tmp_path / "archive")
    yield made
    made.close()


@pytest.fixture
def talks(storage: Storage) -> list[StagedDocument]:
    return committed(storage)


def test_a_document_replaces_what_was_read_from_its_path(storage: Storage, talks: list[StagedDocument]) -> None:
    other = talk("04.txt", ("Bo Stone", "A zebra stood there."), date="2026-01-01")
    storage.commit([staged(other)], encoder=ENCODER)
    old = talks[4].document
    assert storage.id_at(other.path) == other.id
    assert storage.path_of(old.id) is None
    with storage.snapshot() as snapshot:
        kept = passages_in([item for item in talks if item.document.id != old.id]) | passages_in([staged(other)])
        assert {passage.id: passage for passage in contents(snapshot)["passages"]} == kept
        assert ids_of(snapshot, [row for row, _ in snapshot.matching("zebra", k=ALL, scope=EVERYTHING)]) == [
            f"{other.id}-0"
        ]
        assert (snapshot.frequency("zebra"), "Bo Stone" in snapshot.speakers) == (1, True)
        with pytest.raises(InputError):
            snapshot.documents([old.id])


def test_a_text_that_moved_is_kept_once_under_its_new_path(storage: Storage, talks: list[StagedDocument]) -> None:
    moved = replace(talks[2].document, path="/elsewhere/z.txt", source="z.txt")
    storage.commit([staged(moved)], encoder=ENCODER)
    assert storage.counts() == (12, len(passages_in(talks)))
    assert (storage.path_of(moved.id), storage.id_at(talks[2].document.path)) == ("/elsewhere/z.txt", None)
    with storage.snapshot() as snapshot:
        assert snapshot.documents([moved.id]) == {moved.id: moved}
        assert {passage.source for passage in storage.passages(moved.id)} == {"z.txt"}


def test_a_removed_document_is_gone_from_everything(storage: Storage, talks: list[StagedDocument]) -> None:
    gone = {item.document.id for item in talks[:3]}
    storage.commit([], removed=[*gone, "unknown"])
    left = passages_in(talks[3:])
    with storage.snapshot() as snapshot:
        assert {passage.id: passage for passage in contents(snapshot)["passages"]} == left
        found = snapshot.matching("harbour", k=ALL, scope=EVERYTHING)  # all were asked about it
        assert set(ids_of(snapshot, [row for row, _ in found])) == set(left)
        assert snapshot.extent(EVERYTHING).documents == 9
        assert not snapshot.mentioned(["in 0.", "in 1.", "in 2."])
    assert storage.counts() == (9, len(left))


def test_the_last_document_can_go(storage: Storage) -> None:
    document = talk("a.txt", ("Ann Reed", "A whale."))
    storage.commit([staged(document)], encoder=ENCODER)
    storage.commit([], removed=[document.id])
    with storage.snapshot() as snapshot:
        assert snapshot.extent(EVERYTHING) == SearchExtent(0, 0, 0)
        assert snapshot.nearest(ENCODER.encode_query("whale"), k=3, scope=EVERYTHING) == []
        assert snapshot.matching("whale", k=3, scope=EVERYTHING) == []
        assert (snapshot.speakers, snapshot.frequency("whale"), snapshot.mentioned(["whale"])) == ((), 0, frozenset())


def test_each_commit_raises_the_generation(storage: Storage) -> None:
    seen = [storage.generation]
    for number, document in enumerate(made_talks(random.Random(1), 3)):
        storage.commit([staged(document)], encoder=ENCODER, removed=["unknown"] * number)
        with storage.snapshot() as snapshot:
            seen.append(snapshot.generation)
        assert storage.generation == seen[-1]
    assert seen == [0, 1, 2, 3]


def test_a_snapshot_stays_as_it_is_while_another_writes(storage: Storage, talks: list[StagedDocument]) -> None:
    new = talk("zz.txt", ("Bo Stone", "A zebra and a whale."), date="2026-01-01")
    with storage.snapshot() as pinned:
        before = contents(pinned)

        def write() -> None:
            storage.commit([staged(new)], encoder=ENCODER)
            storage.commit([], removed=[item.document.id for item in talks[:6]])
            storage.commit([staged(replace(new, title="Again"))], encoder=ENCODER)

        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=20)
        assert not writer.is_alive()  # a reader keeps no writer waiting
        assert contents(pinned) == before
        assert (pinned.frequency("zebra"), pinned.mentioned(["zebra"]), pinned.generation) == (0, frozenset(), 3)
        with storage.snapshot() as later:
            assert (later.frequency("zebra"), later.mentioned(["zebra"]), later.generation) == (1, {"zebra"}, 6)
            assert later.extent(EVERYTHING).documents == 7


def test_a_commit_that_fails_changes_nothing(storage: Storage, talks: list[StagedDocument]) -> None:
    good, bad = (staged(talk(name, ("Bo Stone", f"A zebra in {name}."))) for name in ("x.txt", "y.txt"))
    with storage.snapshot() as snapshot:
        before = contents(snapshot)
    with pytest.raises(ValueError, match="zip"):
        storage.commit([good, replace(bad, vectors=bad.vectors[:0])], encoder=ENCODER, removed=[talks[0].document.id])
    with storage.snapshot() as snapshot:
        assert (contents(snapshot), snapshot.generation) == (before, 3)
    assert storage.verify() == []


def test_vectors_of_another_model_are_refused_unless_everything_is_encoded_again(
    storage: Storage, talks: list[StagedDocument]
) -> None:
    other = FakeEncoder(16, seed=1)
    document = talk("x.txt", ("Bo Stone", "A zebra."))
    with pytest.raises(ModelMismatch, match="was built with other weights of 'fake'"):
        storage.commit([staged(document, other)], encoder=other)
    assert storage.generation == 3
    everything = [item.document.id for item in talks]
    storage.commit([staged(document, other)], encoder=other, removed=everything, fresh=True)
    assert (storage.model, storage.counts()) == ((other.name, other.fingerprint), (1, 1))
    with storage.snapshot() as snapshot:
        [(row, score)] = snapshot.nearest(other.encode_query("a zebra"), k=5, scope=EVERYTHING)
        assert (ids_of(snapshot, [row]), score) == ([f"{document.id}-0"], pytest.approx(1.0, abs=1e-5))


def test_two_writers_at_once_both_succeed(storage: Storage) -> None:
    items = [staged(document) for document in made_talks(random.Random(9), 8)]

    def write(part: Sequence[StagedDocument]) -> None:
        for item in part:
            storage.commit([item], encoder=ENCODER)

    writers = [threading.Thread(target=write, args=[items[start::2]]) for start in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert storage.generation == 8
    with storage.snapshot() as snapshot:
        assert {passage.id: passage for passage in contents(snapshot)["passages"]} == passages_in(items)


def test_any_sequence_of_changes_leaves_every_implementation_with_the_same_contents(tmp_path: Path) -> None:
    made = [make(tmp_path / name) for name, make in IMPLEMENTATIONS.items()]
    chance = random.Random(17)
    documents = made_talks(chance, 10)
    for _ in range(12):
        chosen = chance.sample(documents, 2)
        others = talk(chosen[0].source, (chance.choice(SPEAKERS), f"Only the {chance.choice(WORDS)}."))
        removed = [document.id for document in chance.sample(documents, 2)]
        change = chance.choice([[chosen[0], chosen[1]], [others], []])
        for storage in made:
            storage.commit([staged(document) for document in change], encoder=ENCODER, removed=removed)
        seen = []
        for storage in made:
            with storage.snapshot() as snapshot:
                seen.append({**contents(snapshot), "heads": storage.heads(), "generation": snapshot.generation})
        first = seen[0]
        for other in seen[1:]:
            assert other["nearest"] == pytest.approx(first["nearest"], abs=2e-4)
            # Tantivy counts the words of removed passages until it merges segments: what is found is the same, how it is
            # weighed may differ.
            assert other["matching"].keys() == first["matching"].keys()
            measured = dict.fromkeys(("nearest", "matching", "weights"))
            assert {**other, **measured} == {**first, **measured}
    for storage in made:
        storage.close()


def test_a_first_commit_that_did_not_come_to_its_end_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    first, second = (staged(talk(name, ("Ann Reed", f"A whale in {name}."))) for name in ("a.txt", "b.txt"))
    LocalStorage(folder, encoder=ENCODER).commit([first], encoder=ENCODER)
    (folder / DATABASE).rename(folder / NEW_DATABASE)  # the last moment before the commit is whole
    storage = LocalStorage(folder, encoder=ENCODER)
    assert (storage.exists, storage.generation, storage.counts()) == (False, 0, (0, 0))
    storage.commit([second], encoder=ENCODER)
    assert [document.source for document in storage.documents()] == ["b.txt"]
    assert (storage.verify(), (folder / NEW_DATABASE).exists()) == ([], False)


def test_an_archive_that_is_being_written_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    storage, other = (LocalStorage(tmp_path / "archive", encoder=ENCODER) for _ in range(2))
    storage.prepare()
    with storage.lock():
        thread = threading.Thread(target=other.discard_if_empty)
        thread.start()
        thread.join()
        storage.commit([staged(talk("a.txt", ("Ann Reed", "A whale.")))], encoder=ENCODER)
    other.discard_if_empty()
    assert storage.counts() == other.counts() == (1, 1)


def test_a_commit_makes_the_folder_again_that_another_ingest_removed_meanwhile(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    storage.prepare()
    item = staged(talk("a.txt", ("Ann Reed", "A whale.")))
    with storage.lock():
        writer = threading.Thread(target=lambda: storage.commit([item], encoder=ENCODER))
        writer.start()
        writer.join(timeout=0.3)
        assert writer.is_alive()
        remove_if_empty(storage.folder)
    writer.join(timeout=20)
    assert storage.counts() == (1, 1)


def test_an_archive_keeps_the_kind_of_vector_index_that_it_was_made_with(tmp_path: Path) -> None:
    committed(LocalStorage(tmp_path / "archive", encoder=ENCODER, index="exact"))
    committed(LocalStorage(tmp_path / "reference", encoder=ENCODER))
    item = staged(talk("z.txt", ("Ann Reed", "A whale.")))
    opened, reference = (LocalStorage(tmp_path / name, encoder=ENCODER) for name in ("archive", "reference"))
    for storage in (opened, reference):
        storage.commit([item], encoder=ENCODER)
    assert [storage.describe_index()["kind"] for storage in (opened, reference)] == ["flat", "flat"]
    vector = ENCODER.encode_query("a whale")
    with opened.snapshot() as snapshot, reference.snapshot() as other:
        assert type(snapshot._indexes.vectors).__name__ == "ExactIndex"
        found, expected = (each.nearest(vector, k=5, scope=EVERYTHING) for each in (snapshot, other))
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-6)


def test_an_unknown_kind_of_vector_index_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="known: faiss, exact"):
        LocalStorage(tmp_path / "archive", encoder=ENCODER, index="none")


def test_a_document_is_found_without_its_indexes(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    document = committed(storage)[4].document
    shutil.rmtree(storage.folder / "index")
    assert storage.find(document.source) == document
    assert not (storage.folder / "index").exists()


def test_a_closed_snapshot_reads_no_rows_and_still_knows_words(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    committed(storage)
    with storage.snapshot() as snapshot:
        stems = snapshot.stems("the whale")
    with pytest.raises(RuntimeError, match="closed"):
        snapshot.load([1])
    assert snapshot.stems("the whale") == stems
