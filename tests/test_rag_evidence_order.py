"""Several speakers, several dates: kept apart and told in order of date, behind the quote that answers best."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from conftest import BUNDLED, transcript
from hypothesis import given
from hypothesis import strategies as st

from eval.questions.load import load_questions
from eval.questions.model import Question
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.evidence.order import by_speaker_day, speaker_day
from rag.evidence.select import extract_evidence
from rag.generators import GenerationRequest
from rag.generators.extractive import ExtractiveGenerator
from rag.query.build import build_query
from rag.rerankers import HEURISTIC, TRAINED, load_reranker
from rag.retrieval.fusion import retrieve
from rag.retrieval.rerank import rerank
from rag.storage.protocol import Snapshot
from rag.types import Passage, Scope, Sentence

QUESTIONS = load_questions(sorted(BUNDLED.glob("*.jsonl")))
CONTRADICTIONS = [question for question in QUESTIONS if "contradiction" in question.tags]


def quote(date: str | None, speaker: str, start: int, text: str = "So.", source: str = "talk.txt") -> Sentence:
    passage = Passage(f"{source}-{start}", source, source, speaker, "respondent", "", 0, 99, "", date=date)
    return Sentence(passage, start, start + len(text), text, 1.0)


def written(*quotes: Sentence) -> str:
    return "".join(ExtractiveGenerator().generate(GenerationRequest("Why?", (), quotes)))


def test_the_best_voice_leads_and_the_others_follow_by_date() -> None:
    best, weaker = quote("2025-06-09", "Ann", 50), quote("2025-06-09", "Ann", 10)
    old, new, undated = quote("2024-03-03", "Ann", 20), quote("2026-01-01", "Jo", 30), quote(None, "Lee", 40)
    same_day = quote("2025-06-09", "Jo", 5)
    assert by_speaker_day([best, undated, new, same_day, old, weaker]) == (best, weaker, old, same_day, new, undated)


def test_what_is_said_in_the_turn_of_the_best_quote_follows_it_at_once() -> None:
    def said(turn: int, start: int) -> Sentence:
        passage = replace(quote("2025-06-09", "Ann", start).passage, turn=turn)
        return Sentence(passage, start, start + 3, "So.", 1.0)

    best, before, after, same = said(7, 500), said(2, 100), said(9, 900), said(7, 600)
    assert by_speaker_day([best, before, after, same]) == (best, same, before, after)


def test_voices_of_one_day_stay_in_order_of_strength() -> None:
    ranked = [quote("2025-06-09", name, start) for start, name in enumerate(("Lee", "Jo", "Ann"))]
    assert by_speaker_day(ranked) == tuple(ranked)


def test_one_voice_is_introduced_once() -> None:
    assert written(quote("2025-06-09", "Ann", 50, "Nine."), quote("2025-06-09", "Ann", 10, "Or ten.")) == (
        "Ann, 9 June 2025: “Nine.” [1] “Or ten.” [2]"
    )


def test_where_dates_differ_each_voice_begins_with_its_date() -> None:
    quotes = by_speaker_day(
        [quote("2025-06-09", "Ann", 0, "Nine."), quote(None, "", 0), quote("2025-03-03", "Ann", 0, "Five.")]
    )
    assert written(*quotes) == (
        "On 9 June 2025, Ann: “Nine.” [1]\n\nOn 3 March 2025, Ann: “Five.” [2]\n\ntalk.txt: “So.” [3]"
    )  # fmt: skip


quotes = st.builds(
    quote,
    st.sampled_from([None, "2024-03-03", "2025-06-09", "2025-06-10"]),
    st.sampled_from(["Ann", "Jo", ""]),
    st.integers(0, 40),
    source=st.sampled_from(["a.txt", "b.txt"]),
)


@given(st.lists(quotes, max_size=8))
def test_no_voice_is_cut_in_two_and_nothing_is_lost(ranked: list[Sentence]) -> None:
    told = by_speaker_day(ranked)
    assert sorted(told, key=id) == sorted(ranked, key=id)
    assert told[:1] == tuple(ranked[:1])
    voices = [voice for voice, _ in groupby(speaker_day(sentence.passage) for sentence in told)]
    assert len(voices) == len(set(voices))
    dates = [date or "9999" for date, _ in voices[1:]]
    assert dates == sorted(dates)


@pytest.mark.parametrize("reader", [TRAINED, HEURISTIC])
@pytest.mark.parametrize("question", CONTRADICTIONS, ids=lambda question: question.id)
def test_who_contradicts_whom_is_told_apart_in_order_of_date(
    bundled: Archive, bundled_snapshot: Snapshot, question: Question, reader: str
) -> None:
    answer = Assistant(bundled, reader=reader).ask(question.question)
    query = build_query(question.question, speakers=bundled_snapshot.speakers)
    candidates = retrieve(bundled_snapshot, query, scope=Scope())
    if (model := load_reranker(reader)) is not None:
        candidates = rerank(model, query, candidates)
    best = extract_evidence(bundled_snapshot, query, candidates, searched=124).quotes[0]
    assert (answer.citations[0].quote, answer.citations[0].start) == (best.text, best.start)
    assert [citation.marker for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    paragraphs = answer.text.split("\n\n")
    told = [(c.date, c.speaker) for c in answer.citations]
    voices = [voice for voice, _ in groupby(told)]
    assert len(paragraphs) == len(voices) == len(set(told))
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(voices[1:]) if earlier[0] and later[0])
    for paragraph, (_, speaker) in zip(paragraphs, voices, strict=True):
        assert speaker in paragraph.partition(": “")[0]
    assert {claim.support for claim in answer.claims} == {"supported"}


def test_the_bundled_price_is_told_as_it_rose(bundled: Archive) -> None:
    answer = Assistant(bundled, reader=HEURISTIC).ask("How many million crowns will the Ottel Barrier cost in total?")
    heads = [paragraph.partition(": “")[0] for paragraph in answer.text.split("\n\n")]
    assert heads[0] == "On 12 March 2025, Mayor Henrike Vaal"
    assert heads[-1] == "On 18 November 2025, Ms. Pirelle"
    assert answer.text.index("412 million") < answer.text.index("486 million")


def test_the_same_person_a_year_later_is_another_voice(tmp_path: Path) -> None:
    for year, price in ((2024, "four"), (2025, "seven")):
        said = transcript(
            ("Question", "What does the pier cost?"), ("Ann Reed", f"The pier costs {price} million crowns."),
            head=f"Interview with Ann Reed, 3 March {year}",
        )  # fmt: skip
        (tmp_path / f"{year}.txt").write_text(said, encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest(sorted(tmp_path.glob("*.txt")))
    paragraphs = Assistant(archive).ask("What does the pier cost?").text.split("\n\n")
    assert sorted(paragraph.partition(" [")[0] for paragraph in paragraphs) == [
        "On 3 March 2024, Ann Reed: “The pier costs four million crowns.”",
        "On 3 March 2025, Ann Reed: “The pier costs seven million crowns.”",
    ]
