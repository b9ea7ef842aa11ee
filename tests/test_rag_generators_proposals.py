"""A model that proposes what to search with: asked once, remembered, and never more than a help."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rag.errors import Cancelled, GeneratorTimeout
from rag.generators.calls import Call
from rag.generators.cancel import CancelToken
from rag.generators.capabilities import capabilities_of
from rag.generators.proposals import Proposals
from rag.generators.replies import parse_variants


class Asked:
    """Proposes what it was asked, in capitals, and counts how often it is asked."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def __call__(self, question: str, history: Sequence[str], token: CancelToken) -> list[str]:
        self.questions.append(question)
        return [question.upper(), *history]


def proposed(proposals: Proposals, question: str, *history: str) -> tuple[object, ...]:
    return proposals.begin(question, history, CancelToken()).texts()


def test_a_question_is_put_to_the_model_once_and_another_history_is_another_question() -> None:
    asked = Asked()
    proposals = Proposals(asked, timeout_s=5)
    assert proposed(proposals, "why?") == proposed(proposals, "why?") == ("WHY?",)
    assert proposed(proposals, "why?", "who?") == ("WHY?", "who?")
    assert asked.questions == ["why?", "why?"]


def test_only_so_many_questions_are_remembered_the_last_ones() -> None:
    asked = Asked()
    proposals = Proposals(asked, timeout_s=5, most=2)
    for question in "abab" + "c" + "bac":
        proposed(proposals, question)
    assert asked.questions == ["a", "b", "c", "a", "c"]


def failing(*_: Any) -> list[str]:
    raise RuntimeError("no")


@pytest.mark.parametrize("propose", [failing, lambda *_: None, lambda *_: 5, lambda *_: []])
def test_a_model_that_fails_or_gives_no_texts_proposes_nothing(propose: Callable[..., Any]) -> None:
    assert proposed(Proposals(propose, timeout_s=5), "why?") == ()


def test_what_comes_too_late_is_not_waited_for_and_the_model_is_told() -> None:
    stopped = threading.Event()

    def late(question: str, history: Sequence[str], token: CancelToken) -> list[str]:
        token.on_cancel(stopped.set)
        stopped.wait(20)
        return [question]

    assert proposed(Proposals(late, timeout_s=0.05), "why?") == ()
    assert stopped.wait(5)


def test_a_call_is_cancelled_with_the_question() -> None:
    cancel = CancelToken()
    call = Call(lambda token: cancel.cancel() or threading.Event().wait(20), timeout_s=20, cancel=cancel)
    with pytest.raises(Cancelled):
        call.result()


def test_a_call_gives_what_the_function_returns_or_raises_or_is_late() -> None:
    assert Call(lambda token: None, timeout_s=5).result() is None
    with pytest.raises(RuntimeError, match="SystemExit"):
        Call(lambda token: exit(), timeout_s=5).result()
    with pytest.raises(GeneratorTimeout):
        Call(lambda token: threading.Event().wait(5), timeout_s=0.01).result()


def test_a_method_that_rewrites_follow_ups_proposes_them_alone() -> None:
    class Rewrites:
        def rewrite(self, question: str, history: Sequence[str]) -> str:
            return f"{history[-1]} {question}"

    variants = capabilities_of(Rewrites()).variants
    assert variants
    assert variants("why?", ["who?"], CancelToken()) == ["who? why?"]
    assert variants("why?", [], CancelToken()) == []


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        ("1. Why?\n2) For what reason?\n(3) reason\n[4] How come?\n5: Because.", 5),
        ("<think>1. a\n2. b</think>\n1. Why?", 1),
        ("<think>never ends\n1. Why?", 0),
        ("1.\n2. ...\n3. 42", 0),
        ("NOT ON RECORD:", 0),
        ("x\n" * 50 + "\n".join("abcdefgh"), 6),
    ],
)
def test_a_reply_is_read_by_its_numbers_or_its_lines(reply: str, texts: int) -> None:
    assert len(parse_variants(reply)) == texts
