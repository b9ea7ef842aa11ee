"""Answers → markup: whatever a text says, it stays text."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from ui_answers import (
    COVER,
    Element,
    answer,
    answers,
    bare,
    citation,
    filters,
    hit,
    hostile_strings,
    link,
    read,
    silence,
    silences,
    texts,
)

from rag.archive import Archive
from rag.assistant import Assistant
from rag.text.wording import shortened
from rag.types import Answer, Filters, SearchExtent
from ui.conversations import Exchange
from ui.rendering import (
    SNIPPET_CHARS,
    escaped,
    messages,
    plain_text,
    render_answer,
    render_exchange,
    render_pending,
    render_question,
    render_welcome,
    source_line,
)
from ui.texts import filter_tags

ATTRIBUTES = {
    "article": {"class"},
    "div": {"class"},
    "p": {"class"},
    "span": {"class"},
    "ul": {"class"},
    "li": set(),
    "br": set(),
    "a": {"class", "href", "title"},
    "button": {"type", "class", "title"},
    "details": {"class"},
    "summary": set(),
}
CLASSES = set(
    "or-answer or-pending or-failed or-silent or-welcome or-question or-asked or-actions or-act or-title or-choices or-chip "
    "or-quote or-unverified or-related or-related-title or-tags or-tag or-searched or-edit or-retry or-copy or-up or-down "
    "or-upload or-samples or-example".split()
)


def own(markup: str) -> Element:
    """The tree of a markup, all of whose elements, attributes and links are this page's."""
    assert len(markup.splitlines()) == 1  # a blank line would end the block of HTML in Markdown
    tree = read(markup)
    for element in tree.find():
        assert set(element.attributes) <= ATTRIBUTES[element.tag]
        assert set(element.attributes.get("class", "").split()) <= CLASSES
        assert re.fullmatch(r"#(?:cite|place)/[\w.~%-]*\.\d+-\d+", element.attributes.get("href", "#cite/.0-0"), re.A)
        assert element.attributes.get("type", "button") == "button"
    return tree


def links(tree: Element) -> list[str]:
    return [element.attributes["href"] for element in tree.find("a")]


def body_text(tree: Element) -> str:
    """What stands in an answer before the tags, what was searched and the buttons; without notes on citations."""
    parts = [part for part in tree.find("article")[0].inside if isinstance(part, Element) and not part.attributes]
    notes = [note.text for part in parts for note in part.find("span", "or-unverified")]
    text = "".join(part.text for part in parts)
    for note in notes:
        text = text.replace(note, "", 1)
    return text


@settings(max_examples=100, deadline=None)
@given(answers())
def test_an_answer_holds_its_text_and_the_chips_of_its_markers_and_nothing_else(given: Answer) -> None:
    tree = own(render_answer(given))
    cited = {one.marker: one for one in given.citations}
    assert [(chip.text, chip.attributes["href"], chip.attributes["class"]) for chip in tree.find("a")] == [
        (f"[{number}]", link("cite", cited[number].document_id, cited[number].start, cited[number].end), "or-chip")
        for _, _, number in given.markers
    ]
    assert [bare(chip.attributes["title"]) for chip in tree.find("a")] == [
        bare(source_line(cited[number])) for _, _, number in given.markers
    ]


@settings(max_examples=100, deadline=None)
@given(answers())
def test_the_words_of_an_answer_are_shown_as_they_are(given: Answer) -> None:
    verified = replace(given, citations=tuple(replace(one, verified=True) for one in given.citations))
    assert bare(body_text(own(render_answer(verified)))) == bare(given.text)


@settings(max_examples=100, deadline=None)
@given(answers())
def test_a_chip_is_marked_unverified_exactly_where_its_citation_is(given: Answer) -> None:
    inside = [part for paragraph in own(render_answer(given)).find("p") for part in paragraph.inside]
    elements = [part for part in inside if isinstance(part, Element)]
    verified = {one.marker: one.verified for one in given.citations}
    followed = [
        following.attributes.get("class") == "or-unverified"
        for chip, following in zip(elements, [*elements[1:], Element("", {})], strict=True)
        if chip.tag == "a"
    ]
    assert followed == [not verified[number] for _, _, number in given.markers]


@settings(max_examples=100, deadline=None)
@given(texts, filters, texts)
def test_questions_errors_and_tags_are_text(question: str, chosen: Filters, error: str) -> None:
    asked = own(render_question(question))
    assert bare(asked.find("p", "or-asked")[0].text) == bare(question)
    failed = own(render_exchange(Exchange(question, chosen, error=error)))
    assert bare(failed.find("p")[1].text) == bare(error)
    assert [bare(tag.text) for tag in failed.find("button", "or-tag")] == [
        bare(f"{name} ×") for name, _ in filter_tags(chosen)
    ]
    assert links(asked) + links(failed) == []


@settings(max_examples=100, deadline=None)
@given(texts)
def test_an_answer_that_is_being_written_has_no_link(text: str) -> None:
    tree = own(render_pending(text))
    assert links(tree) == []
    assert bare(tree.text) == bare(text if text.strip() else "Searching the record …")


@settings(max_examples=100, deadline=None)
@given(silences)
def test_silence_cites_nothing_and_links_the_nearest_passages(given: Answer) -> None:
    tree = own(render_answer(given))
    assert links(tree) == [
        link("place", found.passage.document_id, found.passage.start, found.passage.end) for found in given.passages[:3]
    ]
    assert [bare(item.text) for item in tree.find("ul", "or-related")[:1] for item in item.find("li")] == [
        bare(
            f"{', '.join(filter(None, [p.speaker, '28 March 2024' if p.date else '', p.source]))}{shortened(p.text, SNIPPET_CHARS)}"
        )
        for p in (found.passage for found in given.passages[:3])
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, max_size=4))
def test_example_questions_are_text_on_buttons(examples: list[str]) -> None:
    tree = own(render_welcome(examples, empty=False, samples=True, read_only=False))
    assert [bare(button.text) for button in tree.find("button", "or-example")] == [bare(text) for text in examples]


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_an_escaped_text_reads_as_the_text(text: str) -> None:
    markup = escaped(text)
    assert len(f"{markup}.".splitlines()) == 1
    controls = re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text)
    assert read(markup).text == re.sub(r"\r\n|[\r\v\f\x85\u2028\u2029]", "\n", controls)


def test_a_number_in_brackets_within_a_quote_is_no_chip() -> None:
    quote = "It is [1] of three."
    tree = own(render_answer(answer(f"Ann Reed: “{quote}” [1]", [citation(quote=quote, start=4, end=23)])))
    assert links(tree) == ["#cite/d1.4-23"]
    assert [span.text for span in tree.find("span", "or-quote")] == [f"“{quote}”"]


def test_a_number_that_nothing_stands_behind_is_no_chip() -> None:
    tree = own(render_answer(answer("As I said [7]. So [1].", [citation()])))
    assert [chip.text for chip in tree.find("a")] == ["[1]"]
    assert body_text(tree) == "As I said [7]. So [1] ."


def test_paragraphs_are_parted_at_blank_lines_and_nowhere_else() -> None:
    tree = own(render_answer(answer("One\ntwo [1]\n \n\nthree\n\n", [citation()])))
    assert [part.text for part in tree.find("p") if not part.attributes][:2] == ["One\ntwo [1] ", "three"]


def test_a_quote_across_a_blank_line_is_one_quote() -> None:
    quote = "First.\n\nSecond."
    (span,) = own(render_answer(answer(f"“{quote}” [1]", [citation(quote=quote)]))).find("span", "or-quote")
    assert span.text == f"“{quote}”"


def test_silence_looks_different_and_says_what_was_searched() -> None:
    silent, answered = own(render_answer(silence([hit()]))), own(render_answer(answer("Yes [1].", [citation()])))
    assert silent.find("article")[0].attributes["class"] == "or-answer or-silent"
    assert answered.find("article")[0].attributes["class"] == "or-answer"
    assert [title.text for title in silent.find("p", "or-title")] == ["Not on record"]
    cover = "Searched 40 answers by 3 speakers in 2 documents, from 28 March 2024 to 9 October 2026."
    assert silent.find("p")[1].text == cover
    assert [title.text for title in silent.find("p", "or-related-title")] == ["Related, does not answer"]
    assert links(silent) == ["#place/d1.3-20"]


def test_silence_without_anything_searched_says_why() -> None:
    nothing = SearchExtent(0, 0, 0)
    empty = own(render_answer(silence(cover=nothing)))
    filtered = own(render_answer(silence(cover=nothing, filters=Filters(after="2030"))))
    assert empty.find("p")[1].text == "There is nothing in this archive yet."
    assert filtered.find("p")[1].text == "Nothing fits these filters."
    assert empty.find("ul", "or-related") == filtered.find("ul", "or-related") == []


def test_each_filter_is_a_tag_of_its_own() -> None:
    chosen = Filters(("Ann Reed", "Bo Li"), ("harbour.txt",), "2024", "2025-01-31", ("respondent",))
    names = [
        "speaker: Ann Reed",
        "speaker: Bo Li",
        "document: harbour.txt",
        "role: answers",
        "from 2024",
        "until 2025-01-31",
    ]
    for tree in (own(render_answer(silence(filters=chosen))), own(render_answer(answer("Yes.", filters=chosen)))):
        assert [tag.text for tag in tree.find("button", "or-tag")] == [f"{name} ×" for name in names]
    assert [fewer for _, fewer in filter_tags(chosen)] == [
        replace(chosen, speaker=("Bo Li",)),
        replace(chosen, speaker=("Ann Reed",)),
        replace(chosen, document=()),
        replace(chosen, role=()),
        replace(chosen, after=None),
        replace(chosen, before=None),
    ]


def test_what_was_searched_is_folded_under_the_answer() -> None:
    given = answer("Yes.", searched=("And when?", "When do the gates move? And when?"), timings_ms={"total": 10.6})
    (folded,) = own(render_answer(given)).find("details")
    assert [item.text for item in folded.find("li")] == ["And when?", "When do the gates move? And when?"]
    assert folded.find("p")[-1].text == "confidence 0.90, 11 ms, extractive"


def test_the_chat_greets_and_then_shows_questions_and_answers_in_turn() -> None:
    done, asked = Exchange("One?", answer=answer("Yes.")), Exchange("Two?")
    assert messages([], welcome="<p>hello</p>") == [{"role": "assistant", "content": "<p>hello</p>"}]
    shown = messages([done], welcome="<p>hello</p>", pending=asked, text="Per")
    assert [message["role"] for message in shown] == ["user", "assistant", "user", "assistant"]
    assert [message["content"] for message in shown] == [
        render_question("One?"),
        render_exchange(done),
        render_question("Two?"),
        render_pending("Per"),
    ]


def test_an_empty_archive_is_explained_and_filled_only_where_it_may_be() -> None:
    def buttons(*, samples: bool, read_only: bool) -> list[str]:
        tree = own(render_welcome([], empty=True, samples=samples, read_only=read_only))
        assert tree.find("p", "or-title")[0].text == "This archive is empty"
        return [button.attributes["class"] for button in tree.find("button")]

    assert buttons(samples=True, read_only=False) == ["or-act or-upload", "or-act or-samples"]
    assert buttons(samples=False, read_only=False) == ["or-act or-upload"]
    assert buttons(samples=True, read_only=True) == []


def test_a_copied_answer_lists_its_sources() -> None:
    given = answer("Yes [1]. No [2].", [citation(), citation(2, date=None, title="")])
    assert plain_text(given) == (
        "Yes [1]. No [2].\n\n"
        "[1] Ann Reed, The harbour, 28 March 2024, harbour.txt, characters 10–15\n"
        "[2] Ann Reed, harbour.txt, characters 20–25"
    )
    assert plain_text(silence()) == "Not on record: nothing answers this."


def test_real_answers_show_their_text_quotes_and_chips(bundled: Archive) -> None:
    for question in ("When will the gates move?", "How many hectares of eelgrass will be lost for good?"):
        given = Assistant(bundled).ask(question)
        tree = own(render_answer(given))
        assert bare(body_text(tree)) == bare(given.text)
        assert [span.text for span in tree.find("span", "or-quote")] == [f"“{one.quote}”" for one in given.citations]
        assert links(tree) == [link("cite", one.document_id, one.start, one.end) for one in given.citations]


def test_hostile_strings_stay_text_wherever_they_stand() -> None:
    for text in hostile_strings(400):
        cited = citation(quote=text, speaker=text, title=text, source=text, asked=text, document_id=text)
        given = answer(
            f"{text} “{text}” [1]", [cited], generator=text, searched=(text,), filters=Filters((text,), (text,))
        )
        tree = own(render_answer(given))
        assert bare(body_text(tree)) == bare(given.text)
        assert links(tree) == [link("cite", text, 10, 15)] * len(given.markers)
        silent = own(render_answer(silence([hit(text=text, speaker=text, source=text, document_id=text)], cover=COVER)))
        assert links(silent) == [link("place", text, 3, 20)]
        assert bare(own(render_question(text)).find("p", "or-asked")[0].text) == bare(text)
        assert links(own(render_pending(text))) == []
        own(render_welcome([text], empty=False, samples=False, read_only=False))
