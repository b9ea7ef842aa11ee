"""What every storage promises to those who read from it, by value: each test runs over each implementation."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from math import log1p
from pathlib import Path

import numpy as np
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
    passages_in,
    scored,
    staged,
    talk,
)

from rag.errors import ArchiveError, InputError
from rag.storage.protocol import Storage
from rag.storage.staged import StagedDocument
from rag.text.terms import terms_of
from rag.types import Filters, Passage, SearchExtent


@pytest.fixture(params=IMPLEMENTATIONS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    made = IMPLEMENTATIONS[request.param](tmp_path / "archive")
    yield made
    made.close()


@pytest.fixture
def talks(storage: Storage) -> list[StagedDocument]:
    return committed(storage)


def test_a_storage_that_nothing_was_written_to_is_empty(storage: Storage) -> None:
    assert (storage.exists, storage.generation, storage.counts(), storage.answer_counts()) == (False, 0, (0, 0), {})
    assert (storage.heads(), list(storage.documents()), storage.model) == ([], [], ("", ""))
    assert (storage.id_at("/talks/a.txt"), storage.path_of("a")) == (None, None)
    with pytest.raises(ArchiveError, match=r"there is no archive in .*; run: onrecord ingest FOLDER"):
        storage.snapshot()


def test_what_was_committed_is_read_back(storage: Storage, talks: list[StagedDocument]) -> None:
    by_date = sorted((item.document for item in talks), key=lambda d: (d.date or "", d.source, d.id))
    assert list(storage.documents()) == by_date
    assert storage.heads() == [(document.id, document.source, document.date) for document in by_date]
    assert storage.answer_counts() == {item.document.id: len(item.passages) for item in talks}
    assert storage.counts() == (12, sum(len(item.passages) for item in talks))
    assert storage.model == (ENCODER.name, ENCODER.fingerprint)
    for item in talks:
        assert storage.passages(item.document.id) == list(item.passages)
        assert storage.id_at(item.document.path) == item.document.id
        assert storage.path_of(item.document.id) == item.document.path


def test_a_passage_is_loaded_with_its_vectors_and_sentences_in_the_order_asked_for(
    storage: Storage, talks: list[StagedDocument]
) -> None:
    made = {
        passage.id: (vector, asked, list(spans), sentences)
        for item in talks
        for passage, vector, asked, spans, sentences in zip(
            item.passages, item.vectors, item.asked_vectors, item.spans, item.sentence_vectors, strict=True
        )
    }
    with storage.snapshot() as snapshot:
        rows = [row for row, _ in snapshot.nearest(ENCODER.encode_query("storm"), k=ALL, scope=EVERYTHING)]
        random.Random(5).shuffle(rows)
        loaded = snapshot.load([*rows, 999_999])  # a row that is gone is left out
        assert [stored.row for stored in loaded] == rows
        for stored in loaded:
            vector, asked, spans, sentences = made[stored.passage.id]
            assert stored.speaker == stored.passage.speaker
            assert np.array_equal(stored.vector, vector)
            assert list(stored.spans) == spans
            assert stored.asked_vector == pytest.approx(asked, abs=1e-3)  # kept in half precision, as sentences are
            assert stored.sentence_vectors == pytest.approx(sentences, abs=1e-3)
        assert {stored.passage.id: stored.passage for stored in loaded} == passages_in(talks)


@pytest.mark.parametrize("query", ["whale", "the eelgrass by the bridge", ""])
@pytest.mark.parametrize("k", [1, 5, ALL])
def test_the_nearest_passages_are_those_of_brute_force(
    storage: Storage, talks: list[StagedDocument], query: str, k: int
) -> None:
    vector = ENCODER.encode_query(query)
    cosines = {
        passage.id: float(row @ vector)
        for item in talks
        for passage, row in zip(item.passages, item.vectors, strict=True)
    }
    with storage.snapshot() as snapshot:
        found = snapshot.nearest(vector, k=k, scope=EVERYTHING)
        assert [score for _, score in found] == pytest.approx(sorted(cosines.values(), reverse=True)[:k], abs=1e-5)
        assert scored(snapshot, found) == {
            key: pytest.approx(cosines[key], abs=1e-4) for key in ids_of(snapshot, [row for row, _ in found])
        }


def test_passages_match_if_their_answer_or_the_question_has_one_of_the_words(
    storage: Storage, talks: list[StagedDocument]
) -> None:
    holding = {
        key: {"whale", "gate"} & {*terms_of(passage.text), *terms_of(passage.asked)}
        for key, passage in passages_in(talks).items()
    }
    with storage.snapshot() as snapshot:
        found = snapshot.matching("Whales at the gate?", k=ALL, scope=EVERYTHING)
        scores = [score for _, score in found]
        assert set(ids_of(snapshot, [row for row, _ in found])) == {key for key, words in holding.items() if words}
        assert scores == sorted(scores, reverse=True)
        assert scores[-1] > 0
        assert snapshot.matching("Whales at the gate?", k=3, scope=EVERYTHING) == found[:3]
        assert snapshot.matching("zebras", k=ALL, scope=EVERYTHING) == []
        # All answer "What about the harbour?".
        assert len(snapshot.matching("harbour", k=ALL, scope=EVERYTHING)) == len(holding)


def test_scores_of_words_are_okapi_bm25(storage: Storage) -> None:
    document = talk("a.txt", ("Ann Reed", "The whale sang."), ("Ann Reed", "A whale met a whale there."))
    storage.commit([staged(document)], encoder=ENCODER)
    # Two passages of 3 and 6 terms, both with the word: idf = ln(1 + 0.5 / 2.5); k1 = 1.2, b = 0.75, mean length 4.5.
    once = np.log(1.2) * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / 4.5))
    twice = np.log(1.2) * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 6 / 4.5))
    with storage.snapshot() as snapshot:
        found = snapshot.matching("whale", k=2, scope=EVERYTHING)
        assert ids_of(snapshot, [row for row, _ in found]) == [f"{document.id}-1", f"{document.id}-0"]
        assert [score for _, score in found] == pytest.approx([twice, once], abs=1e-4)


FILTERS = {
    "speaker": Filters(speaker=("Ann Reed",)),
    "part of a name": Filters(speaker=("field", "operator")),
    "document": Filters(document=("03.txt", "07")),
    "after": Filters(after="2025"),
    "before": Filters(before="2024-05-03"),
    "between": Filters(after="2024-05", before="2024-05"),
    "no day": Filters(after="2024-05-04", before="2025-06-03"),
    "role": Filters(role=("respondent",)),
    "all of them": Filters(speaker=("Reed",), after="2024", before="2025-06", role=("respondent", "other")),
}


def passes(passage: Passage, filters: Filters) -> bool:
    """Whether a passage is within filters, worked out without a scope."""
    names = {name for given in filters.speaker for name in SPEAKERS if given.lower() in name.lower()}
    day = passage.date or ""
    return (
        (not filters.speaker or passage.speaker in names)
        and (not filters.document or passage.source.removesuffix(".txt") in {d[:2] for d in filters.document})
        and (not filters.after or day[: len(filters.after)] >= filters.after)
        and (not filters.before or (day != "" and day[: len(filters.before)] <= filters.before))
        and (not filters.role or passage.role in filters.role)
    )


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_a_search_within_filters_is_the_search_of_everything_filtered(
    storage: Storage, talks: list[StagedDocument], filters: Filters
) -> None:
    passages = passages_in(talks)
    vector = ENCODER.encode_query("whale and lantern")
    with storage.snapshot() as snapshot:
        scope = snapshot.resolve(filters)
        for within, everywhere in (
            (snapshot.nearest(vector, k=ALL, scope=scope), snapshot.nearest(vector, k=ALL, scope=EVERYTHING)),
            (snapshot.matching("whale", k=ALL, scope=scope), snapshot.matching("whale", k=ALL, scope=EVERYTHING)),
        ):
            expected = scored(snapshot, everywhere)
            assert scored(snapshot, within) == {
                key: pytest.approx(score, abs=2e-4) for key, score in expected.items() if passes(passages[key], filters)
            }


@pytest.mark.parametrize("filters", [Filters(), *FILTERS.values()], ids=["none", *FILTERS])
def test_an_extent_counts_what_is_within_a_scope(
    storage: Storage, talks: list[StagedDocument], filters: Filters
) -> None:
    inside = [passage for passage in passages_in(talks).values() if passes(passage, filters)]
    dates = sorted(passage.date for passage in inside if passage.date)
    with storage.snapshot() as snapshot:
        assert snapshot.extent(snapshot.resolve(filters)) == SearchExtent(
            len({passage.document_id for passage in inside}),
            len({passage.speaker for passage in inside}),
            len(inside),
            dates[0] if dates else None,
            dates[-1] if dates else None,
        )


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (Filters(speaker=("Bo Stone",)), "nobody called 'Bo Stone' speaks in .*; there are: Ann Reed, Mayor Jo Field"),
        (Filters(document=("nothing",)), "there is no document 'nothing' in "),
        (Filters(document=("",)), "there is no document '' in "),
        (Filters(after="soon"), "--after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
        (Filters(before="2024-13"), "--before '2024-13' is no date"),
        (Filters(role=("interviewer",)), "there is no role 'interviewer'; known: respondent, other"),
    ],
)
def test_a_filter_that_fits_nothing_is_an_error(
    storage: Storage, talks: list[StagedDocument], filters: Filters, message: str
) -> None:
    with storage.snapshot() as snapshot, pytest.raises(InputError, match=message):
        snapshot.resolve(filters)


def test_documents_are_read_by_id_and_an_unknown_id_is_an_error(storage: Storage, talks: list[StagedDocument]) -> None:
    wanted = [talks[4].document, talks[1].document]
    with storage.snapshot() as snapshot:
        assert snapshot.documents([document.id for document in wanted]) == {d.id: d for d in wanted}
        assert snapshot.documents([]) == {}
        with pytest.raises(InputError, match="there is no document 'unknown'"):
            snapshot.documents([wanted[0].id, "unknown"])


def test_stems_frequencies_weights_and_occurrences_are_counted_over_the_answers(
    storage: Storage, talks: list[StagedDocument]
) -> None:
    held = [set(terms_of(passage.text)) for passage in passages_in(talks).values()]
    with storage.snapshot() as snapshot:
        assert snapshot.stems("The lanterns, and whales!") == ["the", "lantern", "and", "whale"]
        counts = {word: sum(stem in stems for stems in held) for word in WORDS for stem in terms_of(word)}
        assert {word: snapshot.frequency(terms_of(word)[0]) for word in WORDS} == counts
        assert snapshot.frequency("zebra") == 0
        weights = snapshot.word_weights("Did whales or zebras see the lanterns?")
        assert weights == pytest.approx(
            {stem: log1p(len(held) / max(counts.get(stem, 0), 0.5)) for stem in ("whale", "zebra", "see", "lantern")}
        )
        assert snapshot.occurrences("zebras and whales") == {"zebras": 0, "whales": counts["whale"]}


def test_letters_are_mentioned_if_a_document_holds_them_anywhere(storage: Storage) -> None:
    document = talk(
        "a.txt",
        ("Zoë Brandt", "They paid 3,500 for 50% of the a_b, and Ünal went."),
        title="The long talk",
    )
    storage.commit([staged(document)], encoder=ENCODER)
    held = "\n".join([document.text, document.title, str(document.date), *(turn.speaker for turn in document.turns)])
    texts = [
        *("3,500", "3_500", "50%", "5%0", "a_b", "a\\b", "zoë brandt", "ZOË BRANDT", "ünal", "-05-", "2024-05-03"),
        *("Question", "harbour?", "THE LONG", "bridge", "Ann", "y paid", "long  talk"),
    ]
    with storage.snapshot() as snapshot:
        found = snapshot.mentioned(texts)
        # Spaces in a row count as one, as they do for a reader.
        assert found == {text for text in texts if " ".join(text.lower().split()) in held.lower()}
        assert snapshot.mentioned([]) == frozenset()


@pytest.mark.parametrize("seed", range(3))
def test_letters_out_of_documents_are_mentioned_and_others_as_brute_force_says(
    storage: Storage, talks: list[StagedDocument], seed: int
) -> None:
    chance = random.Random(seed)
    held = [item.document.text for item in talks]
    parts = [
        text[start : start + chance.randint(1, 9)] for text in held for start in chance.sample(range(len(text)), 4)
    ]
    # Shorter ones may be part of a field's name, among which SQLite looks too.
    shuffled = ["".join(chance.sample(part, len(part))) for part in parts if len(part) > 5]
    texts = [chance.choice((str, str.upper, str.title))(text) for text in parts + shuffled if text.isprintable()]
    with storage.snapshot() as snapshot:
        assert snapshot.mentioned(texts) == {
            text for text in texts if any(text.lower() in document.lower() for document in held)
        }


def test_words_go_on_working_after_a_snapshot_is_closed(storage: Storage, talks: list[StagedDocument]) -> None:
    with storage.snapshot() as snapshot:
        asked = "whales and zebras"
        before = (
            snapshot.stems(asked),
            snapshot.word_weights(asked),
            snapshot.occurrences(asked),
            snapshot.frequency("whale"),
        )
    storage.commit([], removed=[item.document.id for item in talks])
    snapshot.close()
    after = (
        snapshot.stems(asked),
        snapshot.word_weights(asked),
        snapshot.occurrences(asked),
        snapshot.frequency("whale"),
    )
    assert before == after


def test_snapshots_can_be_read_from_several_threads_at_once(storage: Storage, talks: list[StagedDocument]) -> None:
    with storage.snapshot() as snapshot:
        expected = contents(snapshot)
    found: list[bool] = []

    def read() -> None:
        for _ in range(3):
            with storage.snapshot() as own:
                found.append(contents(own) == expected)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert found == [True] * 12
