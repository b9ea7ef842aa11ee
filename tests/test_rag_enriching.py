"""Questions that a model writes for passages: written once, searched, dropped on demand, and never shown as said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import transcript

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.enriching import EnrichReport, enrich
from rag.errors import Cancelled, GeneratorError, InputError
from rag.generators import NumberedPassage, load_generator
from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json
from rag.rerankers import HEURISTIC
from rag.storage.enriched import ENRICHED, EnrichedIndex, EnrichedQuestions
from rag.testing import FakeEncoder, ScriptedGenerator

RUST = "It rusts, so we paint it again every second spring."
WRITTEN = "How often does the ironwork receive another coat?"
TURNS = [
    ("Question", "And the bridge?"),
    ("Ann Reed", RUST),
    ("Question", "What of the toll?"),
    ("Ann Reed", "Nobody has collected it since the flood of that year."),
    ("Question", "The ferry?"),
    ("Jo Field", "The ferry sails at nine and comes back before the evening."),
]


class Asks:
    """Writes one question for the passage about rust, and none for others; counts what it is asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def questions(self, passage: NumberedPassage) -> Sequence[str]:
        self.texts.append(passage.passage.text)
        return [WRITTEN] if passage.passage.text == RUST else []


@pytest.fixture
def talk(tmp_path: Path) -> Archive:
    (tmp_path / "talk.txt").write_text(transcript(*TURNS), encoding="utf-8")
    archive = open_archive(tmp_path / "archive", encoder=FakeEncoder(64))
    archive.ingest([tmp_path / "talk.txt"])
    return archive


def found(archive: Archive, question: str = WRITTEN) -> list[str]:
    return [hit.passage.text for hit in archive.search(question)]


def test_a_question_in_other_words_is_found_after_it_and_not_before_and_not_when_it_is_removed(talk: Archive) -> None:
    before = talk.search(WRITTEN)
    assert found(talk)[0] != RUST
    assert enrich(talk, Asks(), model="asks") == EnrichReport(written=3, before=0, failed=0, questions=1)
    assert found(talk)[0] == RUST
    assert EnrichedQuestions(talk.folder).remove() == (3, 1)
    assert talk.search(WRITTEN) == before
    assert EnrichedQuestions(talk.folder).remove() == (0, 0)


def test_nothing_of_it_is_shown_or_quoted(talk: Archive) -> None:
    enrich(talk, Asks(), model="asks")
    answer = Assistant(talk, reader=HEURISTIC).ask("How often is the ironwork painted?")
    assert "coat" not in str(answer_to_json(answer))


def test_each_passage_is_written_for_once_by_each_model(talk: Archive) -> None:
    asks = Asks()
    enrich(talk, asks, model="asks")
    assert enrich(talk, asks, model="asks") == EnrichReport(written=0, before=3, failed=0, questions=1)
    assert len(asks.texts) == 3
    assert enrich(talk, asks, model="another").written == 3


def test_whoever_stops_goes_on_from_there(talk: Archive) -> None:
    cancel = CancelToken()

    class Stops(Asks):
        def questions(self, passage: NumberedPassage) -> Sequence[str]:
            if len(self.texts) == 1:
                cancel.cancel()
            return super().questions(passage)

    with pytest.raises(Cancelled):
        enrich(talk, Stops(), model="asks", cancel=cancel)
    assert enrich(talk, Asks(), model="asks") == EnrichReport(written=2, before=1, failed=0, questions=1)


def test_what_was_written_holds_for_a_text_that_is_read_again(talk: Archive, tmp_path: Path) -> None:
    enrich(talk, Asks(), model="asks")
    (tmp_path / "talk.txt").write_text(transcript(*TURNS, ("Question", "So?"), ("Jo Field", "That is all I know.")))
    talk.ingest([tmp_path / "talk.txt"])
    assert found(talk)[0] == RUST
    assert enrich(talk, Asks(), model="asks").written == 1


def test_with_another_encoder_it_is_encoded_again_and_no_model_is_asked(talk: Archive, tmp_path: Path) -> None:
    enrich(talk, Asks(), model="asks")
    talk.close()
    other = open_archive(tmp_path / "archive", encoder=FakeEncoder(32, name="other"), rebuild=True)
    other.ingest([tmp_path / "talk.txt"])
    assert found(other)[0] != RUST
    asks = Asks()
    assert enrich(other, asks, model="asks").written == 3
    assert (asks.texts, found(other)[0]) == ([], RUST)


def test_a_model_that_fails_is_counted_and_one_that_only_fails_is_told(talk: Archive) -> None:
    class Fails(Asks):
        def questions(self, passage: NumberedPassage) -> Sequence[str]:
            if passage.passage.text != RUST:
                raise GeneratorError("model.example: it is overloaded")
            return super().questions(passage)

    assert enrich(talk, Fails(), model="fails") == EnrichReport(written=1, before=0, failed=2, questions=1)
    with pytest.raises(InputError, match="extractive cannot write questions"):
        enrich(talk, load_generator("extractive"), model="extractive")


def test_after_five_failures_in_a_row_no_more_passages_are_asked(talk: Archive, tmp_path: Path) -> None:
    more = [(name, f"{word} is what was said here.") for word in "abcdef" for name in ("Question", "Ann Reed")]
    (tmp_path / "more.txt").write_text(transcript(*more), encoding="utf-8")
    talk.ingest([tmp_path / "more.txt"])
    asked: list[object] = []

    class Fails:
        def questions(self, passage: NumberedPassage) -> Sequence[str]:
            asked.append(passage)
            raise GeneratorError("model.example: it is overloaded")

    with pytest.raises(GeneratorError, match="failed 5 times in a row, the last time: model"):
        enrich(talk, Fails(), model="fails")
    assert len(asked) == 5


def test_a_model_that_only_writes_is_asked_in_words(talk: Archive) -> None:
    writes = ScriptedGenerator(f"Here they are:\n1. {WRITTEN} [1.1]\n2. no question\n")
    assert enrich(talk, writes, model="writes").questions == 3
    assert writes.requests[0].passages[0].passage.text == RUST
    assert [sentence.text for sentence in writes.requests[0].evidence] == [RUST]


def test_a_damaged_file_is_left_aside(talk: Archive) -> None:
    before = talk.search(WRITTEN)
    (talk.folder / ENRICHED).write_bytes(b"no database")
    assert talk.search(WRITTEN) == before


def test_the_nearest_questions_are_those_of_a_reference() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(40, 8)).astype(np.float32)
    index = EnrichedIndex(np.sort(random.integers(0, 12, 40)), vectors)
    query = random.normal(size=8).astype(np.float32)
    allowed = np.asarray([1, 3, 4, 7, 8])
    best = {int(row): float(max(vectors[index.rows == row] @ query)) for row in np.unique(index.rows)}
    expected = sorted(((row, score) for row, score in best.items() if row in allowed), key=lambda item: -item[1])
    got = index.nearest(query, k=3, allowed=allowed)
    assert [row for row, _ in got] == [row for row, _ in expected[:3]]
    assert [score for _, score in got] == pytest.approx([score for _, score in expected[:3]])
    for row in range(13):
        assert index.of(row).tolist() == vectors[index.rows == row].tolist()
