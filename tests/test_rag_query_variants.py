"""What a model proposes to search with: more legs, cut to what can be searched, beside the literal question."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.query.build import build_query
from rag.query.variants import MAX_VARIANT_CHARS, MAX_VARIANTS, with_variants

texts = st.text(max_size=60)
anything = st.one_of(texts, st.none(), st.integers(), st.lists(texts, max_size=2), st.binary(max_size=4))


@given(texts, st.lists(texts, max_size=4), st.lists(anything, max_size=12))
def test_proposals_are_more_legs_and_change_none(question: str, history: list[str], proposed: list[object]) -> None:
    query = build_query(question, history)
    found = with_variants(query, proposed)
    assert found.variants[: len(query.variants)] == query.variants
    assert len(found.variants) <= len(query.variants) + MAX_VARIANTS
    legs = [text for text, _ in found.variants]
    new = legs[len(query.variants) :]
    assert len(set(legs)) == len(legs)
    assert all(text == " ".join(text.split()) and text.isprintable() for text in new)
    assert all(0 < len(text) <= MAX_VARIANT_CHARS for text in new)


def test_the_question_in_full_is_the_querys_text_even_if_it_was_asked_so() -> None:
    asked = build_query("Where is the mill?")
    assert (
        with_variants(asked, ["Where is the mill?", "The mill's place", "By the river."]).text == "Where is the mill?"
    )
    assert with_variants(asked, ["Where is the old mill?", "By the river."]).text == "Where is the old mill?"
    assert with_variants(asked, []) == asked


def test_the_made_up_answer_counts_twice_and_a_question_is_no_answer() -> None:
    asked = build_query("Where is the mill?")
    proposed = ["Where is the old mill?", "place of the mill", "It is by the river."]
    assert [weight for _, weight in with_variants(asked, proposed).variants] == [1.0, 1.0, 1.0, 2.0]
    assert [weight for _, weight in with_variants(asked, [*proposed[:2], "Which mill?"]).variants] == [1.0] * 4
