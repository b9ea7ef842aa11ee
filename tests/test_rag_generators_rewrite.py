"""A model that rewrites a follow-up: one more variant to search with, and never more than that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import pytest
from made_models import ADDRESSES, BOTH, GATES, Says

from rag.archive import Archive
from rag.assistant import Assistant
from rag.notes import no_answer_within
from rag.query.asked import MAX_QUESTION_CHARS

pytest.importorskip("openai", reason="the openai package is not installed")


@BOTH
def test_a_follow_up_is_rewritten_as_one_more_leg(bundled: Archive, model_server: str, generator: str) -> None:
    options = {"model": "rewrites", "base_url": f"{model_server}{ADDRESSES[generator]}"}
    answer = Assistant(bundled, generator=generator, options=options, answer="prose").ask(
        "And the first one?", history=[GATES]
    )
    assert answer.searched == (
        "And the first one?", f"{GATES} And the first one?", "When will the first gate be lowered?"
    )  # fmt: skip
    alone = Assistant(bundled, generator=generator, options=options, answer="prose").ask("And the first one?")
    assert alone.searched == ("And the first one?", "When will the first gate be lowered?")


class Rewrites(Says):
    """Says one thing, and rewrites a follow-up in its own way."""

    def __init__(self, rewrite: Callable[[], Any]) -> None:
        super().__init__("So it is [1.1].")
        self._rewrite = rewrite

    def rewrite(self, question: str, history: Sequence[str]) -> Any:
        return self._rewrite()


def raises() -> str:
    raise RuntimeError("secret detail")


@pytest.mark.parametrize(
    "rewrite",
    [raises, lambda: "", lambda: " \n ", lambda: None, lambda: ["And the first one?"], lambda: "And the first one?"],
    ids=["it raises", "it is empty", "it is blank", "it is none", "it is a list", "it is the question"],
)
def test_a_rewrite_that_is_none_changes_nothing(bundled: Archive, rewrite: Callable[[], Any]) -> None:
    plain = Assistant(bundled).ask("And the first one?", history=[GATES])
    answer = Assistant(bundled, generator=Rewrites(rewrite)).ask("And the first one?", history=[GATES])
    assert (answer.searched, answer.query) == (plain.searched, plain.query)
    assert [hit.passage.id for hit in answer.passages] == [hit.passage.id for hit in plain.passages]
    assert (answer.generator, answer.note, "secret" in answer.text) == ("Rewrites", "", False)


def test_a_rewrite_that_takes_too_long_is_left_out(bundled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.assistant.VARIANTS_TIMEOUT_S", 0.05)
    never = threading.Event()
    answer = Assistant(bundled, generator=Rewrites(never.wait)).ask("And the first one?", history=[GATES])
    assert answer.searched == ("And the first one?", f"{GATES} And the first one?")
    assert (answer.generator, answer.note) == ("Rewrites", "")
    never.set()


@BOTH
def test_a_rewrite_takes_its_time_from_the_answers(bundled: Archive, model_server: str, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": "hangs", "base_url": f"{model_server}{ADDRESSES[generator]}"}
    assistant = Assistant(bundled, generator=generator, options=options, answer="prose", timeout_s=2)
    started = monotonic()
    answer = assistant.ask("And the first one?", history=[GATES])
    assert monotonic() - started < 3
    assert no_answer_within(2) in answer.note


def test_a_rewrite_of_any_length_and_kind_is_one_line_of_a_questions_length(bundled: Archive) -> None:
    wild = Rewrites(lambda: "When\n\nwill \udcff it " + "move " * 5000)
    answer = Assistant(bundled, generator=wild).ask("And the first one?", history=[GATES])
    assert answer.searched[:2] == ("And the first one?", f"{GATES} And the first one?")
    assert answer.searched[2].startswith("When will ? it move move ")
    assert len(answer.searched[2]) <= MAX_QUESTION_CHARS
