"""Which sentence is quoted, without a model that reads."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.archive import Archive, open_archive
from rag.evidence.score import READING, ReadingWeights
from rag.evidence.select import MAX_QUOTE_CHARS, choose_quotes, select_quotes
from rag.query.build import build_query
from rag.retrieval.fusion import Candidate, retrieve
from rag.storage.rows import StoredPassage
from rag.types import Passage, Scope, Sentence

TALK = """Interviewer: Your barrier has a toll gate on the island side, hasn't it, and what became of it?

Ann Reed: It rusts. We left the lamp on, for the ships. Nobody has asked me about that in years.

Interviewer: And the drawings?

Ann Reed: In May I met Hadiya Orsun at the mill. She took the drawings and gave me a rope in return. It rained.

Interviewer: What do you do at weekends?

Ann Reed: I sleep, mostly. In spring I oil the garden gate.
"""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest([folder / "talk.txt"])
    return archive


def quotes(archive: Archive, question: str, weights: ReadingWeights = READING) -> tuple[Sentence, ...]:
    with archive.snapshot() as snapshot:
        query = build_query(question, speakers=snapshot.speakers)
        return select_quotes(snapshot, query, retrieve(snapshot, query, scope=Scope()), searched=3, weights=weights)[0]


def test_the_question_that_was_asked_lends_its_words_to_its_answer(talk: Archive) -> None:
    question = "What became of the toll gate?"
    garden, *others = quotes(talk, question, replace(READING, near_cover=0.0, keep=0.0))
    (first,) = quotes(talk, question)
    (rusts,) = [quote for quote in others if quote.passage == first.passage]
    assert garden.text == "In spring I oil the garden gate."
    assert first.text.startswith("It rusts.")
    # All of the question's words stand in the question that was asked, none in the answer itself.
    assert first.score - rusts.score == pytest.approx(READING.near_cover)


def test_a_name_in_the_question_does_not_draw_the_quote_to_the_sentence_that_introduces_it(talk: Archive) -> None:
    alone = replace(READING, join=9.0)  # the best sentence without its neighbours, so that one sees which it is
    first, *_ = quotes(talk, "What did Hadiya Orsun give for the drawings?", alone)
    assert first.text == (
        "In May I met Hadiya Orsun at the mill. She took the drawings and gave me a rope in return. It rained."
    )


def candidate(row: int, sentences: list[str], language: str | None = "en") -> Candidate:
    text = " ".join(sentences)
    starts = np.cumsum([0, *(len(sentence) + 1 for sentence in sentences)])
    spans = tuple((int(start), int(start) + len(sentence)) for start, sentence in zip(starts, sentences, strict=False))
    start = 10_000 * row
    passage = Passage(
        f"p{row}", "d", "a.txt", "Ann", "respondent", "", start, start + len(text), text, language=language
    )  # fmt: skip
    none = np.zeros(0, np.float32)
    body = json.dumps(asdict(passage)).encode()
    stored = StoredPassage(row, "Ann", body, none, none, spans, np.zeros((len(spans), 0), np.float32))
    return Candidate(stored, 1.0, 0.0, 0.0, 0.0, none)


SENTENCES = st.lists(
    st.sampled_from(["He paid for the whole bridge.", "No.", "The toll fell in the month of May.", "This was " + "long " * 60 + "ago."]),
    min_size=1, max_size=7,
)  # fmt: skip


@given(st.lists(st.tuples(SENTENCES, st.lists(st.floats(0.1, 2.0), min_size=7, max_size=7)), min_size=1, max_size=3))
def test_quotes_are_whole_sentences_best_first_never_twice_and_bring_what_they_lean_on(
    passages: list[tuple[list[str], list[float]]],
) -> None:
    found = [(candidate(row, sentences), scores) for row, (sentences, scores) in enumerate(passages)]
    scored = sorted(
        ((score, c, n) for c, scores in found for n, score in enumerate(scores[: len(c.stored.spans)])),
        key=lambda item: -item[0],
    )
    quotes = choose_quotes(scored, 3, READING)
    assert 1 <= len(quotes) <= 3
    assert quotes[0].score == scored[0][0]
    assert [quote.score for quote in quotes] == sorted((quote.score for quote in quotes), reverse=True)
    shown: set[tuple[str, int]] = set()
    for quote in quotes:
        passage = quote.passage
        spans = found[int(passage.id[1:])][0].stored.spans
        own = {
            (passage.id, n)
            for n, (a, z) in enumerate(spans)
            if passage.start + a >= quote.start and passage.start + z <= quote.end
        }
        assert quote.text == passage.text[quote.start - passage.start : quote.end - passage.start]
        assert quote.text == " ".join(passage.text[slice(*spans[n])] for _, n in sorted(own))  # nothing is cut
        assert not own & shown
        shown |= own
    for quote in quotes:
        spans = found[int(quote.passage.id[1:])][0].stored.spans
        first = [quote.passage.start + a for a, _ in spans].index(quote.start)
        if quote.text.startswith(("He", "This", "No.")) and first and (quote.passage.id, first - 1) not in shown:
            whole = quote.end - quote.passage.start - spans[first - 1][0]
            assert whole > MAX_QUOTE_CHARS or len(quote.text.split(". ")) > 2


def test_a_sentence_that_leans_goes_on_with_the_quote_before_it_and_leans_in_its_own_language() -> None:
    told = ["The county paid for the bridge.", "He thanked them for it later.", "It rained in the hills."]
    (quote,) = choose_quotes(
        [(1.0, candidate(0, told), 0), (READING.keep, candidate(0, told), 1), (0.1, candidate(0, told), 2)], 3, READING
    )
    assert quote.text == "The county paid for the bridge. He thanked them for it later."
    german = candidate(0, ["Der Kreis hat die Brücke bezahlt.", "Dieser Kreis ist sehr arm geworden."], "de")
    (quote,) = choose_quotes([(1.0, german, 1), (0.1, german, 0)], 3, READING)
    assert quote.text == "Der Kreis hat die Brücke bezahlt. Dieser Kreis ist sehr arm geworden."


def test_a_quote_does_not_end_on_a_question_that_the_next_sentence_answers() -> None:
    told = candidate(0, ["Has the ferry been paid for by the town?", "It never was.", "The weather was mild all week."])
    (quote,) = choose_quotes([(1.0, told, 0), (0.2, told, 1), (0.1, told, 2)], 3, READING)
    assert quote.text == "Has the ferry been paid for by the town? It never was."


def test_a_question_at_the_end_of_a_passage_is_left_out_behind_what_is_said() -> None:
    told = candidate(0, ["The town has paid for the ferry.", "And who would not have paid for it?"])
    (quote,) = choose_quotes([(1.0, told, 0), (0.9, told, 1)], 3, READING)
    assert quote.text == "The town has paid for the ferry."


def test_quotes_of_one_passage_are_one_quote_in_its_order() -> None:
    told = candidate(0, ["The town paid nine.", "Rain fell over the hills.", "The county paid all of it."])
    (quote,) = choose_quotes([(1.0, told, 2), (0.9, told, 0), (0.1, told, 1)], 3, ReadingWeights(join=1.0))
    assert quote.text == "The town paid nine. Rain fell over the hills. The county paid all of it."


def test_what_does_not_fit_into_the_best_quote_of_its_passage_never_stands_before_it() -> None:
    long = "Rain fell over the hills and over the sea, " * 16
    told = candidate(0, ["The town paid nine.", f"{long.strip(', ')}.", "The county paid all of it.", "I left."])
    best_last = choose_quotes(
        [(1.0, told, 2), (0.9, told, 0), (0.1, told, 1), (0.0, told, 3)], 3, ReadingWeights(join=1.0)
    )
    assert [quote.text for quote in best_last] == ["The county paid all of it."]
    best_first = choose_quotes(
        [(1.0, told, 0), (0.9, told, 2), (0.1, told, 1), (0.0, told, 3)], 3, ReadingWeights(join=1.0)
    )
    assert [quote.text for quote in best_first] == ["The town paid nine.", "The county paid all of it."]
