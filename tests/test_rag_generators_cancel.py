"""Time limits and cancelling: a model is stopped when it is late, and when nobody waits for it any more."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from made_models import ADDRESSES, BOTH, GATES, Says, answer_of, seen_by

from rag.archive import Archive
from rag.assistant import Assistant
from rag.errors import Cancelled, GeneratorTimeout
from rag.generators import GenerationRequest
from rag.generators.cancel import CancelToken, with_deadline
from rag.notes import no_answer_within
from rag.types import Answer

pytest.importorskip("openai", reason="the openai package is not installed")


def test_the_first_piece_is_shown_before_the_model_writes_the_second(bundled: Archive) -> None:
    shown = threading.Event()

    class Waits:
        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            yield "The gates"
            assert shown.wait(30), "the first piece was held back"
            yield " move [1.1]."

    pieces = []
    for piece in Assistant(bundled, generator=Waits()).stream(GATES):
        pieces.append(piece)
        shown.set()
    assert pieces[0] == "The gates"
    assert isinstance(pieces[-1], Answer)
    assert pieces[-1].generator == "Waits"  # and not the record in its stead


def noted_of(model_server: str, model: str, *, searching: bool = False) -> list[bool | None]:
    """For each request of this model, and each that its client left, whether it is the latter; looked at for 5 seconds."""
    noted: list[bool | None] = []
    for _ in range(100):
        noted = [one.get("gone") for one in seen_by(model_server, searching=searching) if one["body"]["model"] == model]
        if True in noted:
            sleep(1)  # for another try, which there must not be
            return [
                one.get("gone") for one in seen_by(model_server, searching=searching) if one["body"]["model"] == model
            ]
        sleep(0.05)
    return noted


@BOTH
@pytest.mark.parametrize("model", ["waits", "waits-at-once"])
def test_a_model_that_keeps_one_waiting_is_stopped_by_cancelling(
    bundled: Archive, model_server: str, generator: str, model: str
) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"{model}-{generator}", "base_url": f"{model_server}{ADDRESSES[generator]}"}
    cancel = CancelToken()
    threading.Timer(1, cancel.cancel).start()
    started = monotonic()
    shown: list[str | Answer] = []
    with pytest.raises(Cancelled):
        shown.extend(
            Assistant(bundled, generator=generator, options=options, answer="prose").stream(GATES, cancel=cancel)
        )
    assert monotonic() - started < 2
    assert "" not in shown
    assert "".join(map(str, shown)) == (
        "" if model == "waits-at-once" else {"openai": "The gates move", "anthropic": "The"}[generator]
    )
    assert noted_of(model_server, options["model"]) == [None, True]


@BOTH
def test_closing_the_stream_stops_the_model(bundled: Archive, model_server: str, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"waits-closed-{generator}", "base_url": f"{model_server}{ADDRESSES[generator]}"}
    pieces = Assistant(bundled, generator=generator, options=options, answer="prose").stream(GATES)
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert noted_of(model_server, options["model"]) == [None, True]


@BOTH
def test_a_rewrite_that_keeps_one_waiting_is_stopped_by_cancelling(
    bundled: Archive, model_server: str, generator: str
) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"waits-at-once-rewrite-{generator}", "base_url": f"{model_server}{ADDRESSES[generator]}"}
    cancel = CancelToken()
    threading.Timer(0.5, cancel.cancel).start()
    started = monotonic()
    with pytest.raises(Cancelled):
        Assistant(bundled, generator=generator, options=options, answer="prose").ask(
            "And it?", history=[GATES], cancel=cancel
        )
    assert monotonic() - started < 2
    assert noted_of(model_server, options["model"], searching=True) == [None, True]


def test_a_question_that_was_cancelled_before_is_not_put_to_a_model(bundled: Archive) -> None:
    says, cancel = Says("So it is [1.1]."), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled, match="nobody waits for this answer any more"):
        Assistant(bundled, generator=says).ask(GATES, cancel=cancel)
    assert says.requests == []


@BOTH
def test_a_model_that_is_late_is_hung_up_on_and_not_asked_again(
    bundled: Archive, model_server: str, generator: str
) -> None:
    model = f"waits-at-once-late-{generator}"
    answer = answer_of(bundled, model_server, model, generator=generator, timeout_s=1)
    assert no_answer_within(1) in answer.note
    assert noted_of(model_server, model) == [None, True]


@BOTH
def test_a_rewrite_that_is_late_is_hung_up_on(bundled: Archive, model_server: str, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"waits-at-once-again-{generator}", "base_url": f"{model_server}{ADDRESSES[generator]}"}
    Assistant(bundled, generator=generator, options=options, answer="prose", timeout_s=1).ask(
        "And the first one?", history=[GATES]
    )
    assert noted_of(model_server, options["model"], searching=True).count(True) == 2


def test_closing_calls_what_the_generator_registered() -> None:
    stopped = threading.Event()

    def waits(token: CancelToken) -> Iterator[str]:
        token.on_cancel(stopped.set)
        yield "one"
        assert stopped.wait(5)

    pieces = with_deadline(waits, timeout_s=5)
    assert (next(pieces), stopped.is_set()) == ("one", False)
    pieces.close()
    assert stopped.is_set()


def test_a_deadline_cancels_the_generator_and_not_whoever_asked() -> None:
    stopped, cancel = threading.Event(), CancelToken()

    def waits(token: CancelToken) -> Iterator[str]:
        token.on_cancel(stopped.set)
        stopped.wait(5)
        yield "late"

    with pytest.raises(GeneratorTimeout, match=re.escape(no_answer_within(0.05))):
        list(with_deadline(waits, timeout_s=0.05, cancel=cancel))
    assert (stopped.wait(5), cancel.is_cancelled) == (True, False)


def test_a_callback_is_called_once_and_at_once_if_it_is_late() -> None:
    calls: list[str] = []
    token = CancelToken()

    def fails() -> None:
        raise OSError("the socket is closed")

    token.on_cancel(fails)
    token.on_cancel(lambda: calls.append("early"))
    part = token.child()
    part.on_cancel(lambda: calls.append("child"))
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: calls.append("late"))
    token.on_cancel(fails)
    assert (calls, part.is_cancelled) == (["early", "child", "late"], True)
    alone = CancelToken()
    alone.child().cancel()
    assert not alone.is_cancelled


def test_what_waits_to_be_read_is_dropped_when_it_is_cancelled() -> None:
    cancel = CancelToken()

    def fast(token: CancelToken) -> Iterator[str]:
        while True:
            yield "word "

    pieces = with_deadline(fast, timeout_s=5, cancel=cancel)
    assert next(pieces) == "word "
    sleep(0.1)  # until the queue is full
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(pieces)


def test_what_is_no_text_is_no_piece() -> None:
    with pytest.raises(TypeError, match="a generator yields text, not NoneType"):
        list(with_deadline(lambda token: iter(["one", None]), timeout_s=5))  # type: ignore[list-item]
