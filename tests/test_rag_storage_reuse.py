"""No text is encoded twice: what a document takes the place of gives its vectors to what did not change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import transcript
from made_storages import IMPLEMENTATIONS

from embeddings.types import FloatMatrix
from rag.correcting import correct_document
from rag.ingest import ingest
from rag.storage.local import LocalStorage
from rag.storage.memory import MemoryStorage
from rag.storage.protocol import Storage
from rag.testing import FakeEncoder
from rag.transcript.corrections import Correction

FERRY = "The ferry leaves at noon. It takes two hours."
TOLL = "The toll pays for the bridge."


class CountingEncoder(FakeEncoder):
    """A fake that keeps the texts it was given."""

    def __init__(self) -> None:
        super().__init__(16)
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        self.encoded += texts
        return super().encode_passages(texts, threads=threads)

    def taken(self) -> list[str]:
        """The texts since the last call."""
        texts, self.encoded = self.encoded, []
        return texts


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(params=IMPLEMENTATIONS)
def storage(request: pytest.FixtureRequest, tmp_path: Path, encoder: CountingEncoder) -> Iterator[Storage]:
    made = {"local": LocalStorage, "memory": MemoryStorage}[request.param](tmp_path / "archive", encoder=encoder)
    yield made
    made.close()


def write(path: Path, *answers: str, question: str = "When does it leave?") -> Path:
    turns = [turn for answer in answers for turn in (("Question", question), ("Ann Reed", answer))]
    path.write_text(transcript(*turns), encoding="utf-8")
    return path


def vectors_in(storage: Storage) -> list[tuple[str, list[float], list[float], list[list[float]]]]:
    (document,) = storage.documents()
    return [
        (each.passage.text, each.vector.tolist(), each.asked_vector.tolist(), each.sentence_vectors.tolist())
        for each in storage.encoded(document.id)
    ]


def test_a_file_that_is_read_again_has_its_new_texts_encoded_and_the_vectors_of_a_fresh_ingest(
    storage: Storage, encoder: CountingEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "talk.txt"
    ingest(storage, [write(path, FERRY, TOLL)])
    assert encoder.taken() == [FERRY, TOLL, "When does it leave?"]
    assert ingest(storage, [write(path, FERRY, "Nobody pays for it.", TOLL)]).replaced == [str(path)]
    assert encoder.taken() == ["Nobody pays for it."]
    ingest(storage, [write(path, FERRY, "Nobody pays for it.", TOLL, question="Who pays?")])
    assert encoder.taken() == ["Who pays?"]
    fresh = MemoryStorage(tmp_path / "fresh", encoder=FakeEncoder(16))
    ingest(fresh, [path])
    assert vectors_in(storage) == vectors_in(fresh)


def test_a_corrected_document_is_not_encoded_again(storage: Storage, encoder: CountingEncoder, tmp_path: Path) -> None:
    ingest(storage, [write(tmp_path / "talk.txt", FERRY, TOLL)])
    before = vectors_in(storage)
    encoder.taken()
    (document,) = storage.documents()
    correct_document(storage, document, Correction(rename={"Ann Reed": "Bo Stone"}))
    assert encoder.taken() == []
    assert vectors_in(storage) == before
    assert {each.speaker for each in storage.encoded(document.id)} == {"Bo Stone"}
    assert storage.encoded("nothing") == []


def test_a_text_that_occurs_twice_is_encoded_once(storage: Storage, encoder: CountingEncoder, tmp_path: Path) -> None:
    ingest(storage, [write(tmp_path / "talk.txt", FERRY, TOLL, FERRY)])
    assert encoder.taken() == [FERRY, TOLL, "When does it leave?"]
    found = vectors_in(storage)
    assert [text for text, *_ in found] == [FERRY, TOLL, FERRY]
    assert found[0] == found[2]
    np.testing.assert_array_equal(found[1][1], FakeEncoder(16).encode_query(TOLL))


def test_a_rebuild_encodes_everything_again(tmp_path: Path, encoder: CountingEncoder) -> None:
    path = write(tmp_path / "talk.txt", FERRY, TOLL)
    ingest(LocalStorage(tmp_path / "archive", encoder=encoder), [path])
    encoder.taken()
    ingest(LocalStorage(tmp_path / "archive", encoder=encoder, rebuild=True), [path])
    assert encoder.taken() == [FERRY, TOLL, "When does it leave?"]
