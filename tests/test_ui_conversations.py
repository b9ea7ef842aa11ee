"""What a browser keeps comes back as it was, or is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_answers import answer, answers, citation, filters, hit, silence, silences, texts

from rag.archive import Archive
from rag.assistant import Assistant
from rag.errors import InputError
from rag.types import Filters, Understood
from ui.conversations import MAX_EXCHANGES, NEAREST, Exchange, from_json, history_of, to_json
from ui.export import export
from ui.rendering import messages, plain_text

QUESTIONS = (
    "When will the gates move?",
    "How many hectares of eelgrass will be lost for good?",
    "Who won the 1998 final?",
)


def kept(exchange: Exchange) -> Exchange:
    """An exchange with what a conversation keeps of it: the nearest passages, rounded numbers."""
    if exchange.answer is None:
        return exchange
    given = exchange.answer
    return replace(
        exchange,
        answer=replace(
            given,
            confidence=round(given.confidence, 4),
            passages=tuple(
                replace(hit, score=round(hit.score, 4), passage=replace(hit.passage, turn=0, language=None))
                for hit in given.passages[:NEAREST]
            ),
            timings_ms={stage: round(spent, 2) for stage, spent in given.timings_ms.items()},
            dangling=0,
            understood=replace(given.understood, asked=(), spans=()),
        ),
    )


def through_the_browser(exchanges: list[Exchange]) -> Any:
    return json.loads(json.dumps(to_json(exchanges)))


exchanges = st.builds(
    lambda question, chosen, given, error, away: Exchange(question, chosen, given, "" if given else error, away),
    texts,
    filters,
    st.one_of(st.none(), answers(), silences),
    texts,
    st.builds(
        Understood, st.lists(texts).map(tuple), st.sampled_from([None, "2024-03-01"]), documents=st.tuples(texts)
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(exchanges, max_size=3))
def test_a_conversation_comes_back_as_it_was(given: list[Exchange]) -> None:
    assert from_json(through_the_browser(given)) == [kept(exchange) for exchange in given]


def test_real_answers_come_back_and_look_the_same(bundled: Archive) -> None:
    assistant = Assistant(bundled)
    given = [Exchange(question, answer=assistant.ask(question)) for question in QUESTIONS]
    assert [exchange.answer.status for exchange in given if exchange.answer] == [
        "answered",
        "answered",
        "not_on_record",
    ]
    back = from_json(through_the_browser(given))
    assert back == [kept(exchange) for exchange in given]
    assert [plain_text(exchange.answer) for exchange in back if exchange.answer] == [
        plain_text(exchange.answer) for exchange in given if exchange.answer
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield from places(inside, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with something else at a path; without what is there where the new is `...`."""
    if not path:
        return new
    whole = copy.deepcopy(value)
    inside = whole
    for key in path[:-1]:
        inside = inside[key]
    if new is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = new
    return whole


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


GIVEN = [
    Exchange(
        "When?",
        Filters(("Ann Reed",), ("harbour.txt",), "2024", "2025", ("respondent",)),
        answer("“a” [1] [2]", [citation(quote="a"), citation(2)]),
    ),
    Exchange("Who?", answer=silence([hit()])),
    Exchange("Why?", error="nobody knows"),
]
SOUND = through_the_browser(GIVEN)
PLACES = list(places(SOUND))
VALUES: list[Any] = [
    ..., None, True, False, 0, 1, -1, 3, 10**30, 10**400, 0.5, float("nan"), float("inf"), "", "x", "[1]", "1e999", "nan",
    "2024-03-28", "2024-13-40", "\ud800", "respondent", [], ["x"], [[0, 3, 1]], [[4, 7, 1], [4, 7, 1]], [0, 3, 9], [0], {}, {"x": 1},
    {"total": float("nan")}, {"total": 10**400},
]  # fmt: skip


def used(conversation: list[Exchange]) -> None:
    """Everything that the page does with a conversation that came from a browser."""
    messages(conversation, welcome="")
    json.dumps(to_json(conversation), allow_nan=False).encode()
    for exchange in conversation:
        if exchange.answer:
            plain_text(exchange.answer).encode()
    for form in ("markdown", "json", "html"):
        export(conversation, lambda _: None, form=form, when=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)).encode()  # type: ignore[arg-type]


def refused(value: object) -> str:
    with pytest.raises(InputError) as caught:
        from_json(value)
    return str(caught.value)


@pytest.mark.parametrize("path", [path for path in PLACES if path], ids=lambda path: ".".join(map(str, path)))
def test_whatever_is_put_there_a_conversation_is_refused_or_can_be_used(path: tuple[Any, ...]) -> None:
    for new in VALUES:
        try:
            conversation = from_json(changed(SOUND, path, new))
        except InputError:
            continue
        used(conversation)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(PLACES), st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)
)
def test_any_value_anywhere_is_refused_or_can_be_used(path: tuple[Any, ...], new: Any) -> None:
    try:
        conversation = from_json(changed(SOUND, path, new))
    except InputError:
        return
    used(conversation)


LATER = {
    "speaker_certain",
    "quotes_another",
    "confidence_level",
    "understood",
    "other_forms",
    "not_meant",
}  # not in earlier versions


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in PLACES
        if path and isinstance(path[-1], str) and "timings_ms" not in path[:-1] and path[-1] not in LATER
    ],
    ids=str,
)
def test_a_field_that_is_missing_is_named(path: tuple[Any, ...]) -> None:
    sentence = f"this conversation cannot be read ({path[-1]!r}); delete it and ask again"
    assert refused(changed(SOUND, path, ...)) == sentence


CHOICES = ("status", "role", "confidence_level", 0)  # one of a few words


@pytest.mark.parametrize(
    "path",
    [path for path in PLACES if not isinstance(at(SOUND, path), list | dict | bool)],
    ids=lambda path: ".".join(map(str, path)),
)
def test_a_value_of_the_wrong_type_is_refused(path: tuple[Any, ...]) -> None:
    wrong: list[Any] = [["x"], {"x": 1}]
    assert [new for new in wrong if not refused(changed(SOUND, path, new))] == []
    assert "was expected, not bool" in refused(changed(SOUND, path, True)) or path[-1] in CHOICES


def test_only_what_is_true_is_verified() -> None:
    for new in (False, 1, "true", None, [True]):
        (exchange,) = from_json(changed(SOUND[:1], (0, "answer", "citations", 1, "verified"), new))
        assert exchange.answer is not None
        assert [cited.verified for cited in exchange.answer.citations] == [True, False]


@pytest.mark.parametrize(
    "forged",
    [
        [[0, 3, 1]],  # in a quote
        [[9, 12, 1]],  # elsewhere in the text
        [[10, 13, 2]],  # another's number
        [[10, 13, 9]],  # nobody's
        [[-5, -2, 2]],
        [[10, 13, 1], [10, 13, 1]],
        [[14, 17, 2], [10, 13, 1]],
        [[10, 13, True]],
        [[10, 13]],
        [[10, 13, 1, 1]],
        ["abc"],
        [None],
    ],
)
def test_forged_markers_are_refused(forged: list[Any]) -> None:
    given = answer("“[1] of 3” [1] [2]", [citation(quote="[1] of 3"), citation(2)])
    sound = through_the_browser([Exchange("How many?", answer=given)])
    assert sound[0]["answer"]["markers"] == [[11, 14, 1], [15, 18, 2]]
    assert "cannot be read" in refused(changed(sound, (0, "answer", "markers"), forged))


def test_fewer_markers_than_there_are_numbers_are_no_forgery() -> None:
    assert from_json(changed(SOUND, (0, "answer", "markers"), []))[0].answer == replace(
        kept(GIVEN[0]).answer,  # type: ignore[type-var]
        markers=(),
    )


def test_two_citations_with_one_number_are_refused() -> None:
    assert "two citations with one number" in refused(changed(SOUND, (0, "answer", "citations", 1, "marker"), 1))


def test_a_conversation_may_have_500_exchanges() -> None:
    many = through_the_browser([Exchange("Why?", error="nobody knows")]) * (MAX_EXCHANGES + 1)
    assert len(from_json(many[:-1])) == 500
    assert refused(many) == "this conversation cannot be read (501 exchanges); delete it and ask again"


@pytest.mark.parametrize("value", [None, 1, "[]", {}, [None], [[]], [1], {"0": {}}])
def test_what_is_no_conversation_is_refused(value: object) -> None:
    assert "was expected" in refused(value)


def test_the_history_is_the_last_questions_that_were_answered() -> None:
    exchanges = [Exchange(f"Q{number}", answer=answer("Yes.")) for number in range(4)]
    exchanges.insert(2, Exchange("failed", error="no"))
    assert history_of(exchanges, 50) == ["Q0", "Q1", "Q2", "Q3"]
    assert history_of(exchanges, 2) == ["Q2", "Q3"]
    assert history_of([], 2) == []
