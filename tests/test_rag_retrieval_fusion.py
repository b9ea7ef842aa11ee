"""How the signals of a passage are added up."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest

from rag.retrieval.fusion import BM25, FUSION, fuse, rare_word_weight
from rag.storage.rows import StoredPassage
from rag.types import Query

QUERY = Query("Why?", (("Why?", 1.0),))
UNIT = np.asarray([1.0, 0.0], np.float32)


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
