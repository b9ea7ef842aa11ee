"""Vector indexes: one contract, checked against every inner product."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from embeddings.indexes import INDEXES, load_index_type
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from embeddings.types import EmbeddingError, FloatMatrix, RowIds, StoredIndex

Build = Callable[[RowIds, FloatMatrix], StoredIndex]


def unit_rows(count: int, dim: int = 32, seed: int = 0) -> FloatMatrix:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(params=sorted(INDEXES.builtins))
def build(request: pytest.FixtureRequest) -> Build:
    return load_index_type(request.param).build


def test_the_nearest_rows_come_best_first(build: Build) -> None:
    vectors, ids = unit_rows(200), np.arange(1000, 1200)
    query = unit_rows(1, seed=9)[0]
    found, scores = build(ids, vectors).search(query, k=10)
    truth = vectors @ query
    assert found.tolist() == ids[np.argsort(-truth)[:10]].tolist()
    np.testing.assert_allclose(scores, np.sort(truth)[::-1][:10], atol=1e-6)


def test_removed_rows_are_not_found_and_added_ones_are(build: Build) -> None:
    vectors = unit_rows(50)
    index = build(np.arange(50), vectors)
    index.remove(np.array([7, 8]))
    assert index.search(vectors[7], k=1)[0][0] != 7
    index.add(np.array([70]), vectors[7:8])
    assert (index.search(vectors[7], k=1)[0].tolist(), len(index)) == ([70], 49)


def test_a_search_among_allowed_rows_finds_no_other(build: Build) -> None:
    vectors = unit_rows(50)
    index = build(np.arange(50), vectors)
    allowed = np.array([3, 4, 5])
    assert sorted(index.search(vectors[9], k=10, allowed=allowed)[0].tolist()) == [3, 4, 5]
    assert index.search(vectors[9], k=10, allowed=np.zeros(0, np.int64))[0].tolist() == []


def test_more_rows_than_there_are_gives_all_of_them(build: Build) -> None:
    assert len(build(np.arange(5), unit_rows(5)).search(unit_rows(1)[0], k=99)[0]) == 5


def test_inverted_lists_find_nine_of_ten_true_neighbours() -> None:
    # Texts lie in clusters, by what they are about; directions drawn evenly would be the one case that lists cannot serve.
    vectors = np.repeat(unit_rows(60, dim=48), 100, axis=0) + 0.5 * unit_rows(6000, dim=48, seed=1)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    index, reference = (
        FaissIndex.build(np.arange(6000), vectors, flat_limit=1000),
        ExactIndex.build(np.arange(6000), vectors),
    )
    assert index.kind == "ivf"
    hits = sum(len(set(index.search(q, k=10)[0]) & set(reference.search(q, k=10)[0])) for q in vectors[:100])
    assert hits >= 900
    allowed = np.arange(0, 6000, 7)
    assert set(index.search(vectors[1], k=20, allowed=allowed)[0]) <= set(allowed.tolist())


@pytest.mark.parametrize("left", [20, 200, 2000])
def test_a_filter_that_leaves_few_rows_loses_no_neighbour_to_inverted_lists(left: int) -> None:
    vectors = unit_rows(20_000, seed=3)
    index = FaissIndex.build(np.arange(20_000), vectors, flat_limit=1000)
    assert index.kind == "ivf"
    allowed = np.random.default_rng(4).permutation(20_000)[:left]
    found = true = 0
    for query in unit_rows(20, seed=5):
        ids, _ = index.search(query, k=10, allowed=allowed)
        near = allowed[np.argsort(-(vectors[allowed] @ query))[:10]]
        assert len(ids) == 10
        found, true = found + len(set(ids) & set(near)), true + 10
    assert found / true >= 0.97  # the rest is lost to eight bits


def test_an_index_written_to_bytes_answers_as_before(build: Build) -> None:
    vectors = unit_rows(300)
    index = build(np.arange(300), vectors)
    again = type(index).from_bytes(index.to_bytes())
    assert (again.kind, len(again)) == ("flat", 300)
    again.add(np.array([999]), unit_rows(1, seed=4))
    assert again.search(vectors[5], k=3)[0].tolist() == index.search(vectors[5], k=3)[0].tolist()
    assert len(again) == 301


@pytest.mark.parametrize(("name", "reader"), [("faiss", "FAISS"), ("exact", "NumPy")])
def test_bytes_that_are_no_index_are_refused_in_a_sentence(name: str, reader: str) -> None:
    with pytest.raises(EmbeddingError, match=f"{reader} cannot read the vector index"):
        load_index_type(name).from_bytes(b"no index at all")
