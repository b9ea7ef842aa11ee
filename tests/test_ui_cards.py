"""Citations → cards: one a statement, in an order that misleads nobody."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from ui_answers import citation, quoted_alone, read

from rag.types import Citation
from ui.cards import by_date, cards_of, render_cards
from ui.rendering import render_answer

PRICE = "What does it cost?"


def put(marker: int, start: int, **changed: object) -> Citation:
    return citation(marker, **{"document_id": "d", "start": start, "end": start + 20, "asked": PRICE, **changed})


def test_what_is_said_in_one_exchange_is_one_card_in_the_order_of_the_text() -> None:
    best, other, before = put(1, 500), put(2, 9000, asked="And why?"), put(3, 400)
    assert [[one.marker for one in card.citations] for card in cards_of([best, other, before])] == [[3, 1], [2]]


def test_a_question_that_somebody_asks_himself_stands_before_its_answer_with_nothing_between() -> None:
    answers, asks = put(1, 120, end=123, quote="No."), put(2, 100, end=119, quote="Was he ever there?")
    tree = read(render_answer(quoted_alone(answers, asks)))
    assert [quote.text for quote in tree.find("blockquote")] == ["“Was he ever there?” [2] “No.” [1]"]


def test_statements_that_are_apart_in_one_turn_show_that_something_is_left_out() -> None:
    tree = read(render_answer(quoted_alone(put(1, 100, quote="One."), put(2, 400, quote="Two."))))
    assert [quote.text for quote in tree.find("blockquote")] == ["“One.” [1] […] “Two.” [2]"]


def test_two_people_or_two_questions_are_two_cards() -> None:
    assert len(cards_of([put(1, 100), put(2, 200, speaker="Bo Lind")])) == 2
    assert len(cards_of([put(1, 100), put(2, 200, asked="")])) == 2
    assert len(cards_of([put(1, 100), put(2, 200, speaker_certain=False)])) == 2
    assert len(cards_of([put(1, 100, asked=""), put(2, 30_000, asked="")])) == 2


def test_cards_come_by_date_and_the_closest_match_is_marked() -> None:
    dates = ["2025-06-09", "2024-01-02", None, "2025-03-01"]
    cited = [put(n, 0, document_id=f"d{n}", date=day) for n, day in enumerate(dates, start=1)]
    tree = read(render_cards(cited, PRICE))
    heads = [head.text for head in tree.find("p", "or-card-head")]
    assert [head.split(" · ")[1] for head in heads] == ["2 January 2024", "1 March 2025", "9 June 2025", "The harbour"]
    assert ["closest match" in head for head in heads] == [False, False, True, False]
    assert [button.text for button in tree.find("button") if "aria-pressed" in button.attributes] == [
        "By date",
        "By relevance",
    ]


def test_one_date_needs_no_order_and_one_card_no_closest_match() -> None:
    tree = read(render_cards([put(1, 0)], PRICE))
    assert (tree.find("p", "or-order"), tree.find("span", "or-closest")) == ([], [])


def test_a_card_says_who_when_and_which_event_and_what_was_asked_and_hides_the_file() -> None:
    tree = read(render_cards([put(1, 0, asked="Thank you. You were there. What does it\ncost?")], PRICE))
    (head,) = tree.find("p", "or-card-head")
    assert head.text == "Ann Reed · 28 March 2024 · The harbour"
    assert [strong.text for strong in head.find("strong")] == ["Ann Reed"]
    assert [part.attributes.get("title") for part in head.find("span")] == ["harbour.txt"]
    assert [asked.text for asked in tree.find("p", "or-card-asked")] == [
        "Asked: Thank you. You were there. What does it cost?"
    ]
    assert read(render_cards([put(1, 0, asked="")], PRICE)).find("p", "or-card-asked") == []


def test_a_quote_of_somebody_else_says_so_and_is_introduced() -> None:
    cited = put(1, 100, quote="“I will not pay.”", quotes_another=True, introduction="Let me read\nwhat Bo wrote.")
    tree = read(render_cards([cited], PRICE))
    assert [note.text for note in tree.find("p", "or-card-note")] == ["Repeats somebody else’s words"]
    assert tree.find("blockquote")[0].text == "Let me read what Bo wrote. ““I will not pay.”” [1]"


def test_lines_flow_and_markdown_is_undone_in_a_quote() -> None:
    tree = read(render_cards([put(1, 0, quote="The Francis Scott\nKey \\[sic\\] Bridge\n\nfell.")], PRICE))
    assert tree.find("span", "or-quote")[0].text == "“The Francis Scott Key [sic] Bridge\n\nfell.”"


def test_the_sentence_with_the_words_that_were_asked_for_has_weight() -> None:
    said = "We looked at it for long. It costs nine million in all. That is that."
    tree = read(render_cards([put(1, 0, quote=said)], "What will it cost in millions?"))
    assert [bold.text for bold in tree.find("b")] == ["It costs nine million in all."]
    assert tree.find("span", "or-quote")[0].text == f"“{said}”"


@given(
    st.permutations(range(1, 6)), st.lists(st.sampled_from([None, "2024-01-02", "2025-03-01"]), min_size=5, max_size=5)
)
def test_no_citation_is_lost_and_both_orders_hold_the_same_cards(places: list[int], days: list[str | None]) -> None:
    cited = [
        replace(put(n, place * 100), date=day, document_id=str(day))
        for n, (place, day) in enumerate(zip(places, days, strict=True), 1)
    ]
    cards = cards_of(cited)
    assert sorted(one.marker for card in cards for one in card.citations) == [1, 2, 3, 4, 5]
    assert [card.rank for card in cards] == sorted(card.rank for card in cards)
    assert sorted(card.rank for card in by_date(cards)) == [card.rank for card in cards]
    for card in cards:
        assert [one.start for one in card.citations] == sorted(one.start for one in card.citations)
