"""The fakes that the package ships: they keep the promises of what they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Encoder
from rag.generators import GenerationRequest
from rag.testing import FakeEncoder, ScriptedGenerator

REQUEST = GenerationRequest("When do the gates move?", history=(), evidence=())


@given(st.lists(st.text(max_size=40), max_size=4), st.integers(min_value=1, max_value=40))
def test_every_vector_is_a_unit_row_and_a_query_is_encoded_as_a_passage(texts: list[str], dim: int) -> None:
    encoder: Encoder = FakeEncoder(dim)
    rows = encoder.encode_passages(texts)
    assert (rows.shape, rows.dtype) == ((len(texts), dim), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    for row, text in zip(rows, texts, strict=True):
        assert np.array_equal(row, encoder.encode_query(text))


def test_two_encoders_agree_if_and_only_if_their_fingerprints_do() -> None:
    text = "The gates move in 2028."
    same, other = FakeEncoder(), FakeEncoder(seed=1)
    assert FakeEncoder().fingerprint == same.fingerprint != other.fingerprint
    assert np.array_equal(FakeEncoder().encode_query(text), same.encode_query(text))
    assert not np.allclose(same.encode_query(text), other.encode_query(text))
    assert len({FakeEncoder(d, max_tokens=n).fingerprint for d in (8, 16) for n in (4, 5)}) == 4


def test_vectors_are_the_same_on_every_machine() -> None:
    assert FakeEncoder(4).encode_query("gates").tolist() == pytest.approx([-0.7467, 0.3717, -0.3200, -0.4493], abs=1e-4)


def test_a_span_has_the_vector_of_its_own_words_and_zeros_behind_the_last_token_that_is_read() -> None:
    encoder = FakeEncoder(max_tokens=6)
    text = "boats left. rain came. we went home."
    rows, spans = encoder.encode_spans([text, ""], [[(0, 11), (12, 22), (23, 36)], []])
    assert np.array_equal(rows, encoder.encode_passages([text, ""]))
    assert np.array_equal(spans[0][:2], encoder.encode_passages(["boats left.", "rain came."]))
    assert not spans[0][2].any()
    assert spans[1].shape == (0, 8)
    assert np.array_equal(encoder.encode_query(text), encoder.encode_query("boats left. rain came."))


def test_a_text_is_said_to_every_question_and_a_list_is_said_one_by_one() -> None:
    same, listed = ScriptedGenerator("It was late."), ScriptedGenerator(["one", "two"], piece_length=2)
    assert ["".join(same.generate(REQUEST)) for _ in range(2)] == ["It was late.", "It was late."]
    assert [list(listed.generate(REQUEST)) for _ in range(3)] == [["on", "e"], ["tw", "o"], ["tw", "o"]]
    assert listed.requests == [REQUEST] * 3


def test_a_function_says_a_text_or_the_pieces_themselves() -> None:
    asked = ScriptedGenerator(lambda request: request.question, piece_length=9)
    assert list(asked.generate(REQUEST)) == ["When do t", "he gates ", "move?"]
    assert list(ScriptedGenerator(lambda _: ["a [1", "]"]).generate(REQUEST)) == ["a [1", "]"]
