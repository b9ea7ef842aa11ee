"""Question in, answer out."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import BUNDLED, transcript
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.questions.load import load_questions
from rag.answer.citations import cite, remove_unknown_markers
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.errors import InputError
from rag.evidence.select import extract_evidence
from rag.json_forms import answer_to_json
from rag.query.build import build_query
from rag.rerankers import HEURISTIC
from rag.retrieval.fusion import retrieve
from rag.storage.protocol import Snapshot
from rag.testing import ScriptedGenerator
from rag.types import Answer, Filters, Scope

QUESTIONS = load_questions(sorted(BUNDLED.glob("*.jsonl")))
OFF_TOPIC = [
    "What is the boiling point of tungsten?",
    "How do I bake sourdough bread?",
    "Who won the football world cup in 1998?",
    "Explain the Krebs cycle.",
]


def comparable(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


def test_every_citation_of_every_bundled_question_is_in_the_document_where_it_says(bundled: Archive) -> None:
    assistant = Assistant(bundled)
    texts = {document.id: document for document in bundled.documents()}
    cited = 0
    for question in QUESTIONS:
        for citation in assistant.ask(question.question, history=question.history).citations:
            document = texts[citation.document_id]
            assert document.text[citation.start : citation.end] == citation.quote
            turns = [t for t in document.turns if t.start <= citation.start and citation.end <= t.end]
            assert [(turn.speaker, turn.role) for turn in turns] == [(citation.speaker, "respondent")]
            assert citation.verified
            cited += 1
    assert cited > len(QUESTIONS)


def test_an_extractive_answer_quotes_its_citations_with_speaker_and_date(bundled: Archive) -> None:
    answer = Assistant(bundled, reader=HEURISTIC).ask("How many hectares of eelgrass will be lost for good?")
    assert answer.status == "answered"
    first, second = answer.citations
    assert answer.text == f"Dr. Achterberg, 18 November 2025: “{first.quote}” [1] “{second.quote}” [2]"
    assert "nineteen" in answer.citations[0].quote


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_a_question_about_something_else_is_not_on_record_and_no_generator_is_called(
    bundled: Archive, question: str
) -> None:
    generator = ScriptedGenerator("Tungsten boils at 5,930 °C [1].")
    answer = Assistant(bundled, generator=generator).ask(question, k=4)
    assert (answer.status, answer.citations, generator.requests) == ("not_on_record", (), [])
    assert len(answer.passages) == 4
    assert "123 answer passages by 8 speakers in 4 documents" in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab [1]239.\n", max_size=80))
def test_whatever_a_generator_says_only_offered_evidence_is_cited(bundled: Archive, text: str) -> None:
    answer = Assistant(bundled, generator=ScriptedGenerator(text), reader=HEURISTIC).ask(
        "How many hectares of eelgrass will be lost for good?"
    )
    documents = {document.id: document.text for document in bundled.documents()}
    for citation in answer.citations:
        assert f"[{citation.marker}]" in answer.text
        assert documents[citation.document_id][citation.start : citation.end] == citation.quote
    _, unknown = remove_unknown_markers(answer.text, offered=3)
    assert unknown == 0


def test_a_stream_ends_with_the_answer_whose_text_is_its_pieces(bundled: Archive) -> None:
    *pieces, answer = Assistant(bundled).stream("When will the gates move?")
    assert isinstance(answer, Answer)
    assert "".join(str(piece) for piece in pieces) == answer.text


def test_the_second_question_gets_what_it_would_have_got_first(bundled: Archive) -> None:
    first = comparable(Assistant(bundled).ask("When will the gates move?"))
    assistant = Assistant(bundled)
    assistant.ask("How many hectares of eelgrass will be lost for good?")
    assert comparable(assistant.ask("When will the gates move?")) == first


def test_a_follow_up_is_searched_together_with_the_question_before(bundled: Archive) -> None:
    answer = Assistant(bundled).ask("And when was it surveyed?", history=["What is the eelgrass?"])
    assert (answer.question, answer.query) == (
        "And when was it surveyed?",
        "What is the eelgrass? And when was it surveyed?",
    )


def test_a_filter_by_speaker_quotes_nobody_else(bundled: Archive) -> None:
    answer = Assistant(bundled).ask("What about the eelgrass?", filters=Filters(speaker=("Tobias Merrin",)))
    assert {hit.passage.speaker for hit in answer.passages} == {"Chief Engineer Tobias Merrin"}
    assert {citation.speaker for citation in answer.citations} <= {"Chief Engineer Tobias Merrin"}


def test_a_search_takes_filters_as_one_value_and_a_keyword_replaces_that_part_of_it(bundled: Archive) -> None:
    question, filters = "What about the eelgrass?", Filters(speaker=("Tobias Merrin",), after="2025")
    found = bundled.search(question, filters=filters)
    assert found == bundled.search(question, speaker="Tobias Merrin", after="2025")
    assert {hit.passage.speaker for hit in found} == {"Chief Engineer Tobias Merrin"}
    assert bundled.search(question, filters=filters, speaker="Achterberg") == bundled.search(
        question, speaker=["Achterberg"], after="2025"
    )


@pytest.mark.parametrize(
    "filters", [Filters(speaker=("Nobody Known",)), Filters(document=("nowhere",)), Filters(after="soon")]
)
def test_a_filter_that_fits_nothing_is_told(bundled: Archive, filters: Filters) -> None:
    with pytest.raises(InputError):
        Assistant(bundled).ask("Why?", filters=filters)


def test_dates_that_leave_nothing_leave_the_record_silent(bundled: Archive) -> None:
    answer = Assistant(bundled).ask("When will the gates move?", filters=Filters(before="1999"))
    assert (answer.status, answer.passages, answer.citations) == ("not_on_record", (), ())


@pytest.mark.parametrize(
    ("question", "k", "reason"),
    [("", 8, "empty"), ("  \n", 8, "empty"), ("x" * 10_000, 8, "10,000 characters"), ("Why?", 0, "-k is 0")],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(bundled: Archive, question: str, k: int, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Assistant(bundled).ask(question, k=k)


@pytest.mark.parametrize(
    "question", ["???", "\udcff\udcfe", '"AND OR (', 'body:x field:"y', "🙂", "\x00", "the of and"]
)
def test_a_question_of_odd_characters_is_answered_or_not_but_never_an_error(bundled: Archive, question: str) -> None:
    assert Assistant(bundled).ask(question, history=[question]).status in ("answered", "not_on_record")
    assert len(bundled.search(question, k=3)) == 3


def test_an_archive_with_nothing_in_it_says_so(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    (tmp_path / "a.txt").write_text(
        transcript(("Question", "Why?"), ("Ann Reed", "So."), ("Question", "?"), ("Ann Reed", "No."))
    )
    archive.ingest([tmp_path / "a.txt"])
    archive.remove(next(iter(archive.documents())).id)
    answer = Assistant(archive).ask("Why?")
    assert (answer.status, answer.passages, answer.text) == (
        "not_on_record",
        (),
        "Not on record: there is nothing in this archive yet.",
    )


def test_the_json_form_has_the_contracts_fields(bundled: Archive) -> None:
    value = answer_to_json(Assistant(bundled).ask("When will the gates move?"))
    assert list(value) == [
        "question", "query", "searched", "status", "text", "confidence", "confidence_level", "understood", "generator",
        "citations", "claims", "note", "absent", "occurrences", "cover", "passages", "timings_ms",
    ]  # fmt: skip
    assert list(value["citations"][0]) == [
        "marker", "passage_id", "document_id", "title", "source", "date", "speaker", "role", "asked", "quote", "start",
        "end", "seconds", "verified", "speaker_certain",
    ]  # fmt: skip
    assert {"passage_id", "document_id", "source", "speaker", "role", "start", "end", "text", "score"} <= set(
        value["passages"][0]
    )
    assert {"retrieve", "read", "generate", "total"} <= set(value["timings_ms"])


def test_a_quote_that_the_document_does_not_hold_is_not_verified(bundled: Archive, bundled_snapshot: Snapshot) -> None:
    query = build_query("When will the gates move?", speakers=bundled_snapshot.speakers)
    found = retrieve(bundled_snapshot, query, scope=Scope())
    evidence = extract_evidence(bundled_snapshot, query, found, searched=124)
    forged = replace(evidence.quotes[0], text="They will never move.")
    moved = replace(evidence.quotes[0], start=evidence.quotes[0].start + 1, end=evidence.quotes[0].end + 1)
    verified = [cite("[1]", [quote], bundled.document)[0].verified for quote in (evidence.quotes[0], forged, moved)]
    assert verified == [True, False, False]


def test_quotes_are_whole_sentences_best_first_and_none_overlaps_another(bundled_snapshot: Snapshot) -> None:
    for question in QUESTIONS:
        query = build_query(question.question, question.history, speakers=bundled_snapshot.speakers)
        candidates = retrieve(bundled_snapshot, query, scope=Scope())
        quotes = extract_evidence(bundled_snapshot, query, candidates, searched=124).quotes
        borders = {
            candidate.stored.row: {
                edge + candidate.stored.passage.start for span in candidate.stored.spans for edge in span
            }
            for candidate in candidates
        }
        rows = {candidate.stored.passage.id: candidate.stored.row for candidate in candidates}
        assert [quote.score for quote in quotes] == sorted((quote.score for quote in quotes), reverse=True)
        for number, quote in enumerate(quotes):
            assert {quote.start, quote.end} <= borders[rows[quote.passage.id]]
            for other in quotes[:number]:
                assert (
                    quote.passage.document_id != other.passage.document_id
                    or quote.end <= other.start
                    or other.end <= quote.start
                )


@pytest.mark.parametrize(
    ("question", "history", "reason"),
    [
        (None, [], "the question is None, which is no text"),
        (5, [], "the question is 5, which is no text"),
        ("Why?", [None], "the history's question is None, which is no text"),
        ("Why?", "When?", "the history is 'When?'; give a list of the earlier questions"),
    ],
)
def test_a_program_that_asks_with_something_else_than_text_is_told(
    bundled: Archive, question: Any, history: Any, reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        Assistant(bundled).ask(question, history=history)
    assert str(caught.value) == reason


def test_a_long_question_in_the_history_is_refused_like_any_other(bundled: Archive) -> None:
    with pytest.raises(InputError, match=r"history's question has 10,000 characters"):
        Assistant(bundled).ask("Why?", history=["x" * 10_000])


@pytest.mark.parametrize(
    ("question", "history", "filters"),
    [
        ("When will the gates move?", [], Filters()),
        (
            "And when was it surveyed?",
            ["What is the eelgrass?"],
            Filters(speaker=("Merrin",), after="2024", before="2026"),
        ),
        ("And what about it?", ["What is the eelgrass?"], Filters(document=("hearing.md",), role=("respondent",))),
        ("What did Merrin say about the gates in Paris in 1789, 3,501, 2031 or March?", [], Filters()),
        ("Who is Angela Merkel, and who are Hadiya Orsun, Napoleon and Beethoven?", [], Filters(before="2026")),
    ],
)
def test_a_question_takes_at_most_twelve_statements_of_sqlite(
    bundled_folder: Path, monkeypatch: pytest.MonkeyPatch, question: str, history: list[str], filters: Filters
) -> None:
    statements: list[str] = []
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    assistant = Assistant(open_archive(bundled_folder))
    assistant.ask("Why?")  # opens the indexes
    statements.clear()
    assistant.ask(question, history=history, filters=filters)
    assert 1 <= len(statements) <= 12, statements
