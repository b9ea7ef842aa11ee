"""Which sentence is quoted, without a model that reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.archive import Archive, open_archive
from rag.followups import build_query
from rag.reading.heuristic import READING, ReadingWeights, weigh
from rag.retrieval import retrieve
from rag.types import Scope, Sentence

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
    query = build_query(question, speakers=archive.speakers())
    return weigh(archive, query, retrieve(archive, query, scope=Scope()), searched=3, weights=weights)[0]


def test_the_question_that_was_asked_lends_its_words_to_its_answer(talk: Archive) -> None:
    question = "What became of the toll gate?"
    garden, rusts = quotes(talk, question, replace(READING, near_cover=0.0))
    (first,) = quotes(talk, question)
    assert (garden.text, first.text) == ("In spring I oil the garden gate.", rusts.text)
    assert first.text.startswith("It rusts.")
    # All of the question's words stand in the question that was asked, none in the answer itself.
    assert first.score - rusts.score == pytest.approx(READING.near_cover)


def test_a_name_in_the_question_does_not_draw_the_quote_to_the_sentence_that_introduces_it(talk: Archive) -> None:
    alone = replace(READING, join=9.0)  # the best sentence without its neighbours, so that one sees which it is
    first, *_ = quotes(talk, "What did Hadiya Orsun give for the drawings?", alone)
    assert first.text.endswith("She took the drawings and gave me a rope in return.")
