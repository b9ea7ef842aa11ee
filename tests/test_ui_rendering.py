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
    quoted_alone,
    quoting,
    read,
    silence,
    silences,
    texts,
)

from rag.archive import Archive
from rag.assistant import Assistant
from rag.text.reading import as_read, on_one_line
from rag.text.wording import shortened
from rag.types import Answer, Citation, Filters
from ui.conversations import Exchange
from ui.markup import escaped
from ui.rendering import (
    SNIPPET_CHARS,
    is_quotes_alone,
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
    "section": {"class"},
    "div": {"class", "dir"},
    "h2": {"class", "dir"},
    "p": {"class", "dir"},
    "blockquote": {"class", "dir"},
    "span": {"class", "dir", "title"},
    "strong": set(),
    "bdi": set(),
    "b": set(),
    "i": set(),
    "ul": {"class"},
    "ol": set(),
    "li": {"value"},
    "br": set(),
    "a": {"class", "href", "title"},
    "button": {"type", "class", "title", "aria-pressed"},
    "details": {"class"},
    "summary": set(),
}
CLASSES = set(
    "or-answer or-pending or-failed or-stopped or-silent or-unsure or-welcome or-question or-asked or-actions or-act or-title "
    "or-choices or-chip or-open-place or-quote or-prose or-written or-below or-unverified or-related or-related-title or-tags "
    "or-tag or-searched or-edit or-retry or-copy or-up or-down or-upload or-samples or-example or-noted or-unsure-why "
    "or-order or-by-date or-by-relevance or-cards or-card or-card-head or-card-asked or-card-note or-card-quote or-card-tools "
    "or-closest or-left-out or-introduction or-doubt or-unsupported or-weak or-uncited or-meant or-tags-meant or-earlier or-later or-cite or-save".split()
)


def own(markup: str) -> Element:
    """The tree of a markup, all of whose elements, attributes and links are this page's."""
    assert len(markup.splitlines()) == 1  # a blank line would end the block of HTML in Markdown
    tree = read(markup)
    for element in tree.find():
        assert set(element.attributes) <= ATTRIBUTES[element.tag]
        assert {
            re.sub(r"^or-rank-\d+$", "or-card", name) for name in element.attributes.get("class", "").split()
        } <= CLASSES
        assert re.fullmatch(r"#(?:cite|place)/[\w.~%-]*\.\d+-\d+", element.attributes.get("href", "#cite/.0-0"), re.A)
        assert element.attributes.get("type", "button") == "button"
    return tree


def links(tree: Element, kind: str = "") -> list[str]:
    return [element.attributes["href"] for element in tree.find("a", kind)]


def letters(text: str) -> str:
    """What Markdown cannot take for a mark."""
    return "".join(char for char in text if char.isalnum())


def prose_of(tree: Element) -> str:
    """A model's text as it is shown, without what the page adds to it; the number of a list's item is in an attribute."""
    (box,) = tree.find("div", "or-prose")
    for element in box.find("li"):
        element.inside.insert(0, element.attributes.get("value", ""))
    added = [note.text for note in box.find("span", "or-unverified")]
    text = box.text
    for note in added:
        text = text.replace(note, "", 1)
    return text


def target(cited: Citation) -> str:
    return link("cite", cited.document_id, cited.start, cited.end)


@settings(max_examples=100, deadline=None)
@given(answers())
def test_a_models_text_holds_the_chips_of_its_markers_and_the_cards_the_words_that_are_cited(given: Answer) -> None:
    tree = own(render_answer(given))
    cited = {one.marker: one for one in given.citations}
    if is_quotes_alone(given):
        return
    assert [(chip.text, chip.attributes["href"]) for chip in tree.find("a", "or-chip")] == [
        (f"[{number}]", target(cited[number])) for _, _, number in given.markers
    ]
    assert sorted(links(tree, "or-open-place")) == sorted(map(target, given.citations))
    assert len(tree.find("a")) == len(given.markers) + len(given.citations)
    for one in tree.find("a"):
        assert bare(one.attributes["title"]) in [bare(on_one_line(source_line(each))) for each in given.citations]
    assert letters(prose_of(tree)) == letters(given.text)


@settings(max_examples=100, deadline=None)
@given(quoting())
def test_quotes_alone_are_cards_with_their_words_as_they_are_read(given: Answer) -> None:
    tree = own(render_answer(given))
    assert is_quotes_alone(given)
    assert tree.find("div", "or-prose") == []
    assert sorted(links(tree)) == sorted(map(target, given.citations))
    assert sorted(bare(span.text) for span in tree.find("span", "or-quote")) == sorted(
        bare(f"“{as_read(one.quote)}”") for one in given.citations
    )
    for quote in tree.find("blockquote") + tree.find("h2"):
        assert quote.attributes["dir"] == "auto"


@settings(max_examples=100, deadline=None)
@given(st.one_of(answers(), quoting()))
def test_a_citation_is_marked_unverified_exactly_where_it_is(given: Answer) -> None:
    tree = own(render_answer(given))
    shown = {target(one): one.verified for one in given.citations}
    assert len(tree.find("span", "or-unverified")) == sum(not shown[href] for href in links(tree))


@settings(max_examples=100, deadline=None)
@given(texts, filters, texts)
def test_questions_errors_and_tags_are_text(question: str, chosen: Filters, error: str) -> None:
    asked = own(render_question(question))
    assert bare(asked.find("h2", "or-asked")[0].text) == bare(question)
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
    for element in tree.find("li"):
        element.inside.insert(0, element.attributes.get("value", ""))
    assert letters(tree.text) == letters(text if text.strip() else "Searching the record …")


@settings(max_examples=100, deadline=None)
@given(silences)
def test_silence_cites_nothing_and_links_the_nearest_passages(given: Answer) -> None:
    tree = own(render_answer(given))
    assert links(tree) == [
        link("place", found.passage.document_id, found.passage.start, found.passage.end) for found in given.passages[:3]
    ]
    for item, found in zip(tree.find("li"), given.passages[:3], strict=False):
        passage = found.passage
        assert bare(shortened(as_read(passage.text), SNIPPET_CHARS)) in bare(item.text)
        assert bare(passage.speaker) in bare(item.text)


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
    tree = own(render_answer(quoted_alone(citation(quote=quote, start=4, end=23))))
    assert links(tree) == ["#cite/d1.4-23"]
    assert [span.text for span in tree.find("span", "or-quote")] == [f"“{quote}”"]


def test_a_number_that_nothing_stands_behind_is_no_chip() -> None:
    tree = own(render_answer(answer("As I said [7]. So [1].", [citation()])))
    assert [chip.text for chip in tree.find("a", "or-chip")] == ["[1]"]
    assert prose_of(tree) == "As I said [7]. So [1]."


def test_two_chips_side_by_side_are_parted() -> None:
    tree = own(render_answer(answer("So [1][2].", [citation(), citation(2)])))
    assert prose_of(tree) == "So [1] [2]."


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


def test_real_answers_show_their_quotes_and_chips(bundled: Archive) -> None:
    for question in ("When will the gates move?", "How many hectares of eelgrass will be lost for good?"):
        given = Assistant(bundled).ask(question)
        tree = own(render_answer(given))
        assert is_quotes_alone(given)
        assert sorted(bare(span.text) for span in tree.find("span", "or-quote")) == sorted(
            bare(f"“{one.quote}”") for one in given.citations
        )
        assert sorted(links(tree)) == sorted(map(target, given.citations))


def test_hostile_strings_stay_text_wherever_they_stand() -> None:
    for text in hostile_strings(400):
        cited = citation(quote=text, speaker=text, title=text, source=text, asked=text, document_id=text)
        given = answer(
            f"{text} “{text}” [1]", [cited], generator=text, searched=(text,), filters=Filters((text,), (text,))
        )
        tree = own(render_answer(given))
        assert letters(prose_of(tree)) == letters(given.text)
        assert links(tree, "or-chip") == [link("cite", text, 10, 15)] * len(given.markers)
        silent = own(render_answer(silence([hit(text=text, speaker=text, source=text, document_id=text)], cover=COVER)))
        assert links(silent) == [link("place", text, 3, 20)]
        assert bare(own(render_question(text)).find("h2", "or-asked")[0].text) == bare(text)
        assert links(own(render_pending(text))) == []
        own(render_welcome([text], empty=False, samples=False, read_only=False))
