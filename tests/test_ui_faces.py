"""The three faces of an answer, what a model wrote, and what is shown while it writes."""

from __future__ import annotations

from ui_answers import answer, citation, hit, quoted_alone, read, silence

from rag.types import Claim, Filters, SearchExtent
from ui.conversations import Exchange
from ui.rendering import render_answer, render_exchange, render_pending


def test_what_a_model_wrote_says_so_and_quotes_alone_do_not() -> None:
    written = read(render_answer(answer("They move [1].", [citation()], generator="llama")))
    assert [note.text for note in written.find("p", "or-written")] == ["Written by llama, checked against the record"]
    assert read(render_answer(quoted_alone(citation()))).find("p", "or-written") == []


def test_a_doubtful_sentence_says_why_in_sight() -> None:
    doubtful = Claim(0, 17, "unsupported", (1,), "1066 is in none of the cited sentences")
    tree = read(render_answer(answer("Since 1066 [1] so.", [citation()], claims=(doubtful,))))
    assert [span.text for span in tree.find("span", "or-doubt")] == [
        "not supported: 1066 is in none of the cited sentences"
    ]


def test_quotes_that_were_found_are_shown_while_a_model_still_writes() -> None:
    tree = read(render_pending("", [citation()], "When?"))
    assert [span.text for span in tree.find("span", "or-quote")] == ["“They move in May 1.”"]
    assert tree.find("div", "or-prose")[0].text == "Writing …"
    assert tree.find("a", "or-chip") == []


def test_a_stop_that_was_meant_is_no_failure() -> None:
    stopped = read(render_exchange(Exchange("When?", error="In May\n\nStopped. The answer is not complete.")))
    assert [part.attributes["class"] for part in stopped.find("article")] == ["or-answer or-stopped"]
    assert stopped.find("p", "or-title") == []
    failed = read(render_exchange(Exchange("When?", error="the model does not answer")))
    assert [part.attributes["class"] for part in failed.find("article")] == ["or-answer or-failed"]


def test_an_answer_has_three_faces() -> None:
    sure, weak = quoted_alone(citation()), quoted_alone(citation(), confidence_level="unsure")
    faces = [read(render_answer(each)).find("article")[0].attributes["class"] for each in (sure, weak, silence())]
    assert faces == ["or-answer", "or-answer or-unsure", "or-answer or-silent"]
    assert [title.text for title in read(render_answer(weak)).find("p", "or-title")] == [
        "Closest on record, may not answer"
    ]
    assert read(render_answer(sure)).find("p", "or-title") == []


def test_silence_looks_different_and_says_what_was_searched() -> None:
    silent, answered = read(render_answer(silence([hit()]))), read(render_answer(quoted_alone(citation())))
    assert silent.find("article")[0].attributes["class"] == "or-answer or-silent"
    assert answered.find("article")[0].attributes["class"] == "or-answer"
    assert [title.text for title in silent.find("p", "or-title")] == ["Not on record"]
    cover = "Searched 40 answers by 3 speakers in 2 documents, from 28 March 2024 to 9 October 2026."
    assert silent.find("p")[1].text == cover
    assert [title.text for title in silent.find("p", "or-related-title")] == ["Related, does not answer"]
    assert [link.attributes["href"] for link in silent.find("a")] == ["#place/d1.3-20"]


def test_silence_without_anything_searched_says_why() -> None:
    nothing = SearchExtent(0, 0, 0)
    empty = read(render_answer(silence(cover=nothing)))
    filtered = read(render_answer(silence(cover=nothing, filters=Filters(after="2030"))))
    assert empty.find("p")[1].text == "There is nothing in this archive yet."
    assert filtered.find("p")[1].text == "Nothing fits these filters."
    assert empty.find("ul", "or-related") == filtered.find("ul", "or-related") == []
