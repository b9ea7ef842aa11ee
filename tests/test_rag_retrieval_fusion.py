"""How the signals of a passage are added up."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest

from rag.query.variants import with_variants
from rag.retrieval.fusion import BM25, DENSE, FUSION, STRONG_MATCH, fuse, rare_word_weight
from rag.storage.rows import StoredPassage
from rag.types import Query

QUERY = Query("Why?", (("Why?", 1.0),))
UNIT = np.asarray([1.0, 0.0], np.float32)
# Cosines with the passage: the question .2, the question with its conversation .8, two proposals .1 and .9.
COSINES = [0.2, 0.8, 0.1, 0.9]
QUERIES = np.asarray([[cosine, (1 - cosine**2) ** 0.5] for cosine in COSINES], np.float32)
BY_WORDS = [{7: 2.0}, {7: 8.0}, {}, {7: 14.0}]


def stored(row: int, characters: int) -> StoredPassage:
    return StoredPassage(row, "Ann", b"{}", UNIT, np.zeros(2, np.float32), ((0, characters),), UNIT[None])


def test_the_same_words_count_less_in_a_large_archive_where_every_rare_word_scores_higher() -> None:
    passages = [stored(1, 9)]

    def score(size: int) -> float:
        return fuse(passages, [{1: 10.0}], UNIT[None], QUERY, BM25, size=size)[0].score

    assert score(8_000) / score(200) == pytest.approx((log(200) / log(8_000)) ** 2)
    assert score(3) == score(100)  # so few passages do not say what is rare


def test_words_worth_the_same_number_of_rare_ones_count_the_same_in_archives_of_any_size() -> None:
    passages = [stored(1, 9)]
    scores = [
        fuse(passages, [{1: 2 * rare_word_weight(size)}], UNIT[None], QUERY, BM25, size=size)[0].score
        for size in (100, 10_000, 1_000_000)
    ]
    assert scores == pytest.approx([scores[0]] * 3)


def test_of_two_passages_that_are_as_near_the_longer_one_comes_first_by_the_logarithm_of_their_lengths() -> None:
    short, long = stored(1, 94), stored(2, 394)
    found = fuse([short, long], [{}], UNIT[None], QUERY, size=500)
    assert [candidate.stored.row for candidate in found] == [2, 1]
    assert found[0].score - found[1].score == pytest.approx(FUSION.length * log(4), abs=1e-6)
    without = fuse([short, long], [{}], UNIT[None], QUERY, replace(FUSION, length=0.0), size=500)
    assert without[0].score == without[1].score


def test_a_passage_has_the_signals_of_the_proposal_that_fits_it_best() -> None:
    query = with_variants(Query("Why?", (("Why?", 1.0), ("The gates? Why?", 2.0))), ["Why the gates?", "Of the gates?"])
    (found,) = fuse([stored(7, 4)], BY_WORDS, QUERIES, query, BM25, size=100)
    assert (found.dense, found.sentence, found.words) == pytest.approx((0.9, 0.9, 14.0))
    assert found.sentence_scores == pytest.approx([0.9])
    assert found.score == pytest.approx((14 / (STRONG_MATCH * log(100))) ** 2)
    (found,) = fuse([stored(7, 4)], BY_WORDS, QUERIES, query, DENSE, size=100)
    assert found.score == pytest.approx((0.2 + 2 * 0.8 + 0.1 + 0.9) / 5)  # cosines are averaged in it


def test_a_question_and_its_conversation_are_averaged_by_their_weights() -> None:
    query = Query("Why?", (("Why?", 1.0), ("The gates? Why?", 2.0)))
    (found,) = fuse([stored(7, 4)], BY_WORDS[:2], QUERIES[:2], query, BM25, size=100)
    assert (found.dense, found.sentence, found.words) == pytest.approx((0.6, 0.6, 6.0))
    assert found.sentence_scores == pytest.approx([0.6])
    # A proposal that fits worse changes none of these.
    more = replace(query, variants=(*query.variants, ("Of what?", 1.0)), proposed=1)
    (found,) = fuse([stored(7, 4)], BY_WORDS[:3], QUERIES[:3], more, BM25, size=100)
    assert (found.dense, found.sentence, found.words) == pytest.approx((0.6, 0.6, 6.0))
