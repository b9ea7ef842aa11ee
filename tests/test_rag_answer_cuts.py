"""A quotation holds only what its sentence says as a whole: no denial, doubt or condition is cut off."""

from __future__ import annotations

import pytest

from rag.answer.cuts import judge_cuts
from rag.answer.quotations import find_quotations
from rag.notes import CUT_DENIAL, CUT_OUT_OF_DENIAL
from rag.types import Passage


def judged(quoted: str, said: str) -> tuple[str, str]:
    passage = Passage("p", "d", "talk.txt", "Ann Reed", "respondent", "", 100, 100 + len(said), said)
    (quotation,) = find_quotations(f"“{quoted}”", [passage])
    assert quotation.passage is not None
    return judge_cuts(passage, quotation.places)


@pytest.mark.parametrize(
    ("quoted", "said"),
    [
        ("I would … sell the orchard", "I would not sell the orchard."),
        ("We have […] sold an apple to them", "We have never sold an apple to them."),
        ("I … want to sell it", "I didn’t ever want to sell it."),
        ("The press is old. … The trees are mine.", "The press is old. Nobody uses it. The trees are mine."),
        ("Ich habe … den Garten verkauft", "Ich habe nie den Garten verkauft."),
        ("Я … продал сад вчера", "Я не продал сад вчера."),
    ],
)
def test_a_gap_holds_no_denial(quoted: str, said: str) -> None:
    assert judged(quoted, said) == ("unsupported", CUT_DENIAL)


@pytest.mark.parametrize(
    ("quoted", "said"),
    [
        ("the orchard was sold", "I did not say that the orchard was sold."),
        ("The orchard was sold", "The orchard was sold to nobody."),
        ("the orchard was sold", "It is false that the orchard was sold."),
        ("the orchard was sold", "My brother denies that the orchard was sold."),
        ("we sell the orchard", "If the frost comes back, and the barn is full, we sell the orchard."),
        ("we sell the orchard", "In April we sell the orchard, unless the frost stays away."),
        ("we … sell the orchard", "In April we might sell the orchard."),
        ("den Garten verkauft habe", "Ich bestreite, dass ich den Garten verkauft habe."),
        ("果园卖给了邻居", "我没有说果园卖给了邻居。"),
    ],
)
def test_a_quotation_cut_out_of_a_denial_a_doubt_or_a_condition_is_weak(quoted: str, said: str) -> None:
    assert judged(quoted, said) == ("weak", CUT_OUT_OF_DENIAL)


@pytest.mark.parametrize(
    ("quoted", "said"),
    [
        ("I did not say that the orchard was sold", "I did not say that the orchard was sold."),
        ("the orchard was sold", "I know nothing of the barn, but the orchard was sold."),
        ("the orchard was sold in April", "In the end the orchard was sold in April; nobody came."),
        ("The orchard … was sold", "I never lie. The orchard by the mill was sold. Nobody came."),
    ],
)
def test_what_another_clause_or_sentence_denies_cuts_nothing_off(quoted: str, said: str) -> None:
    assert judged(quoted, said) == ("supported", "")
