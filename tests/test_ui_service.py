"""The steps of an answer, and the greeting with its example questions."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import transcript
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_answers import BUTTON, GATES, MAY, answer, read, sent, texts

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.examples import example_questions
from rag.query.narrowed import both
from rag.transcript import parse
from rag.types import Answer, Document, Filters, Understood
from ui.conversations import Exchange
from ui.documents import add_file
from ui.service import ChatService, Step
from ui.texts import meant_tags


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive")


@pytest.fixture(scope="module")
def service(bundled: Archive) -> ChatService:
    return ChatService(bundled)


def steps(
    service: ChatService,
    question: str,
    past: list[Exchange] | tuple[Exchange, ...] = (),
    *,
    filters: Filters = Filters(),  # noqa: B008
    generator: str = "extractive",
    k: int = 8,
    not_meant: Understood | None = None,
) -> list[Step]:
    return list(service.answer(question, past, filters=filters, generator=generator, k=k, not_meant=not_meant))


def comparable(given: Answer | None) -> Answer:
    assert given is not None
    return replace(given, timings_ms={})


def failure(found: list[Step]) -> str:
    last = found[-1]
    assert (last.pending, last.text, last.exchanges[-1].answer) == (None, "", None)
    return last.exchanges[-1].error


def test_an_answer_comes_in_steps_and_ends_with_its_exchange(service: ChatService, bundled: Archive) -> None:
    expected = Assistant(bundled).ask(GATES)
    first, *growing, last = steps(service, f"  {GATES} \n")
    assert first == Step((), Exchange(GATES))
    assert [step.pending for step in growing] == [Exchange(GATES)] * len(expected.citations)
    assert [step.text for step in growing] == [
        expected.text[: expected.text.index(mark) + len(mark)]
        for mark in (f"[{citation.marker}]" for citation in expected.citations)
    ]
    (exchange,) = last.exchanges
    assert (last.pending, exchange.question, exchange.error) == (None, GATES, "")
    assert comparable(exchange.answer) == comparable(expected)


def test_the_conversation_is_the_history(service: ChatService, bundled: Archive) -> None:
    past = [*steps(service, GATES)[-1].exchanges, Exchange("failed", error="no")]
    found = steps(service, BUTTON, past)
    expected = Assistant(bundled).ask(BUTTON, history=[GATES])
    assert [step.exchanges for step in found[:-1]] == [tuple(past)] * (len(found) - 1)
    assert found[-1].exchanges[:-1] == tuple(past)
    assert comparable(found[-1].exchanges[-1].answer) == comparable(expected)
    assert comparable(Assistant(bundled).ask(BUTTON)).searched != expected.searched


def test_a_conversation_longer_than_the_history_goes_on(service: ChatService) -> None:
    past = [Exchange(GATES, answer=answer("Yes."))] * 60
    assert failure_free(steps(service, BUTTON, past)).status == "answered"


def failure_free(found: list[Step]) -> Answer:
    given = found[-1].exchanges[-1].answer
    assert given is not None, found[-1].exchanges[-1].error
    return given


def test_filters_and_depth_are_those_of_the_question(service: ChatService, bundled: Archive) -> None:
    source = Assistant(bundled).ask(GATES).citations[0].source
    chosen = Filters(document=(source,))
    found = steps(service, GATES, filters=chosen, k=2)
    assert found[0].pending == Exchange(GATES, chosen)
    given = failure_free(found)
    assert (given.filters, found[-1].exchanges[-1].filters) == (chosen, chosen)
    assert [hit.passage.source for hit in given.passages] == [source] * 2


def test_what_a_visitor_takes_away_is_not_understood_again(service: ChatService, bundled: Archive) -> None:
    question = "What did Pell Aronsen say about the gates in 2025?"
    meant = failure_free(steps(service, question)).understood
    assert (meant.speakers, meant.after, meant.before) == (("Pell Aronsen",), "2025-01-01", "2025-12-31")
    (_, person), (_, year) = meant_tags(meant)
    only_year = steps(service, question, not_meant=person)[-1].exchanges[-1]
    assert only_year.not_meant == person
    assert only_year.answer.understood == replace(meant, speakers=(), asked=())
    neither = failure_free(steps(service, question, not_meant=both(person, year)))
    assert neither.understood == replace(meant, speakers=(), asked=(), after=None, before=None)
    assert {citation.speaker for citation in neither.citations} > {"Henrike Vaal"}


@pytest.mark.parametrize(
    ("question", "changed", "sentence"),
    [
        ("x" * 4001, {}, "the question has 4,001 characters, 4,000 are allowed; shorten it"),
        (GATES, {"generator": "nobody"}, "generators: there is no 'nobody'; known: "),
        (GATES, {"k": 0}, "-k is 0; ask for at least 1 passage"),
        (GATES, {"filters": Filters(speaker=("Nemo",))}, "nobody called 'Nemo' speaks in "),
        (GATES, {"filters": Filters(document=("none.txt",))}, "there is no document 'none.txt' in "),
        (GATES, {"filters": Filters(after="soon")}, "--after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
        (GATES, {"filters": Filters(role=("interviewer",))}, "there is no role 'interviewer'; known: respondent, other"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_a_sentence(
    service: ChatService, question: str, changed: dict[str, Any], sentence: str
) -> None:
    past = (Exchange("before", answer=answer("Yes.")),)
    found = steps(service, question, past, **changed)
    assert failure(found).startswith(sentence)
    assert found[-1].exchanges[:-1] == past
    assert [step.pending for step in found[:-1]] == [Exchange(question, changed.get("filters", Filters()))]


def test_half_a_character_in_a_question_is_replaced(service: ChatService) -> None:
    found = steps(service, f"{GATES} \ud800")
    assert found[-1].exchanges[-1].question == f"{GATES} ?"
    assert failure_free(found).question == f"{GATES} ?"


def test_an_archive_without_documents_is_said_to_be_empty(archive: Archive) -> None:
    assert failure(steps(ChatService(archive), GATES)) == "There is nothing in this archive yet."
    assert not archive.exists


def test_an_archive_whose_documents_were_all_removed_answers_that_nothing_is_there(archive: Archive) -> None:
    add_file(archive, "may.txt", sent(MAY))
    archive.remove("may.txt")
    given = failure_free(steps(ChatService(archive), GATES))
    assert (given.status, given.text) == ("not_on_record", "Not on record: there is nothing in this archive yet.")


FAILING = """
class Broken:
    def generate(self, request):
        yield "First words. "
        raise RuntimeError("/home/somebody/secret.py says no")

class Told:
    def generate(self, request):
        from rag.errors import InputError
        yield "First words. "
        raise InputError("the model is asleep; wake it")

class Missing:
    def generate(self, request):
        yield "First words. "
        open("/nowhere/model.bin")

class Unmade:
    def __init__(self):
        raise ValueError("cannot be made")

class Wrong:
    def generate(self, request):
        yield 7
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with generators that fail, each in its own way."""
    info = tmp_path / "failing-1.0.dist-info"
    info.mkdir()
    (tmp_path / "failing_generators.py").write_text(FAILING, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: failing\nVersion: 1.0\n", encoding="utf-8")
    names = "".join(
        f"{name.lower()} = failing_generators:{name}\n" for name in ("Broken", "Told", "Missing", "Unmade", "Wrong")
    )
    (info / "entry_points.txt").write_text(f"[onrecord.generators]\n{names}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


LOGGED = "something went wrong ({}); the terminal where onrecord runs says more"


@pytest.mark.parametrize(
    ("generator", "reason"),
    [
        ("broken", "it failed: RuntimeError"),
        ("told", "the model is asleep; wake it"),
        ("missing", "/nowhere/model.bin: No such file or directory"),
        ("wrong", "it failed: TypeError"),
    ],
)
@pytest.mark.usefixtures("plugins")
def test_where_a_generator_fails_the_record_is_quoted_and_the_note_says_why(
    bundled: Archive, caplog: pytest.LogCaptureFixture, generator: str, reason: str
) -> None:
    service = ChatService(bundled)
    with caplog.at_level(logging.WARNING, logger="rag"):
        found = steps(service, GATES, generator=generator)
    given = failure_free(found)
    assert given.text == Assistant(bundled).ask(GATES).text
    assert given.note == (
        f"The {generator} generator did not answer ({reason}). These are quotes from the record instead."
    )
    assert [record.exc_info is not None for record in caplog.records] == [True] * reason.startswith("it failed")
    assert failure_free(steps(service, GATES)).status == "answered"


@pytest.mark.usefixtures("plugins")
def test_a_generator_that_cannot_be_made_is_told_in_a_sentence(
    bundled: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    service = ChatService(bundled)
    with caplog.at_level(logging.ERROR, logger="ui"):
        found = steps(service, GATES, generator="unmade")
    assert failure(found) == LOGGED.format("ValueError")
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert failure_free(steps(service, GATES)).status == "answered"


def labels(markup: str, kind: str) -> list[str]:
    return [element.text for element in read(markup).find("", kind)]


def test_the_greeting_explains_an_empty_archive_and_then_offers_its_own_questions(
    archive: Archive, tmp_path: Path
) -> None:
    service = ChatService(archive, samples=tmp_path)
    assert labels(service.welcome(), "or-title") == ["This archive is empty"]
    assert labels(service.welcome(), "or-act") == ["Add transcripts", "Try it with the bundled interviews"]
    add_file(archive, "may.txt", sent(MAY))
    assert labels(service.welcome(), "or-title") == ["Ask the record"]
    assert labels(service.welcome(), "or-example") == ["When will the harbour gates move for the first time in spring?"]
    archive.remove("may.txt")
    assert labels(service.welcome(), "or-title") == ["This archive is empty"]


def test_a_read_only_page_offers_no_upload(archive: Archive, tmp_path: Path) -> None:
    assert labels(ChatService(archive, read_only=True, samples=tmp_path).welcome(), "or-act") == []


def test_example_questions_are_asked_in_the_documents_and_can_be_answered(bundled: Archive) -> None:
    examples = ChatService(bundled).examples()
    said = " ".join(" ".join(document.text.split()) for document in bundled.documents())
    assert len(examples) == 4
    assert [example for example in examples if example not in said or not example.endswith("?")] == []
    answered = [Assistant(bundled).ask(example).status for example in examples]
    assert answered == ["answered"] * 4
    assert labels(ChatService(bundled).welcome(), "or-example") == examples


def interview(*questions: str) -> Document:
    turns = [
        turn for text in questions for turn in (("Reporter", text), ("Ann Reed", "We have looked into that at length."))
    ]
    return parse(transcript(*turns), source="a.txt")


def test_examples_stand_on_their_own() -> None:
    given = interview(
        "And why did the harbour close in the year of the flood?",
        "When will he open the harbour to the ships from abroad?",
        "Why?",
        "when will the harbour open to the ships from abroad?",
        "The harbour opens to the ships from abroad in May.",
        f"When will the harbour {'and the basin ' * 8}open to the ships from abroad?",
        "Good evening. When will the harbour open to ships from abroad? Thank you.",
    )
    assert example_questions([given]) == ["When will the harbour open to ships from abroad?"]


def test_a_question_that_nobody_answered_is_no_example() -> None:
    text = transcript(
        ("Reporter", "When will the harbour open to ships from abroad?"),
        ("Ann Reed", "It will open in May, when the ice has gone."),
        ("Reporter", "What will the new crane in the harbour have cost?"),
    )
    assert example_questions([parse(text, source="a.txt")]) == ["When will the harbour open to ships from abroad?"]


def test_examples_come_from_as_many_documents_as_there_are_and_no_more_are_read() -> None:
    def documents() -> Iterator[Document]:
        for place in ("harbour", "station", "airport"):
            yield interview(
                f"When will the {place} open to visitors?", f"What will the new {place} have cost the taxpayers?"
            )
        raise AssertionError("one document too many was read")

    assert example_questions(documents(), count=3) == [
        "What will the new harbour have cost the taxpayers?",
        "What will the new station have cost the taxpayers?",
        "What will the new airport have cost the taxpayers?",
    ]
    alone = [
        interview("When will the harbour open to visitors?", "What will the new harbour have cost the taxpayers?")
    ] * 2
    assert example_questions(alone, count=3) == [
        "What will the new harbour have cost the taxpayers?",
        "When will the harbour open to visitors?",
    ]
    assert example_questions([]) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_any_question_on_record_makes_an_example_or_none(questions: list[str]) -> None:
    for example in example_questions([interview(*questions)]):
        assert 25 <= len(example) <= 110
        assert example == " ".join(example.split())
