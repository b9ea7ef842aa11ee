"""The page in a browser: what is in sight after a question, what Back does, and ways through a transcript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import transcript
from ui_browser import (
    BUTTON,
    GATES,
    NARROW,
    TUNGSTEN,
    WIDE,
    ask,
    finished,
    last_kept,
    marked,
    needs_browser,
    quotes,
    serving,
    shown,
)

from rag import open_archive
from rag.types import Answer

pytest_plugins = "ui_browser"
pytestmark = needs_browser

MIDDLE = {"width": 1024, "height": 768}
SHORT = {"width": 390, "height": 480}


def place_of_question(page: Any) -> tuple[int, int]:
    """(top of the last question, top of the chat that scrolls), in pixels."""
    found = page.evaluate(
        """() => [[...document.querySelectorAll('#chat .or-question')].at(-1), document.querySelector('#chat .panel-wrap')]
        .map(each => Math.round(each.getBoundingClientRect().top))"""
    )
    return found[0], found[1]


def wait_for_mark(page: Any, quote: str) -> None:
    page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quote)


def shown_view(page: Any) -> str:
    return str(page.get_attribute("[role=tab][aria-selected=true]", "data-view"))


@pytest.mark.parametrize("viewport", [WIDE, MIDDLE, NARROW, SHORT], ids=["1400", "1024", "390", "390 short"])
def test_a_new_question_stands_at_the_top_of_the_chat_and_stays_there(
    site: str, visit: Any, viewport: dict[str, int]
) -> None:
    page = visit(site, viewport=viewport)
    for question in (GATES, BUTTON, TUNGSTEN):
        ask(page, question)
        page.wait_for_timeout(300)
        question_top, chat_top = place_of_question(page)
        assert 0 <= question_top - chat_top <= 20
    first_line = page.locator("#chat .or-silent .or-title").bounding_box()
    assert first_line["y"] + first_line["height"] <= page.locator("#or-box").bounding_box()["y"]


def test_back_closes_the_sheet_of_a_telephone_and_the_chat_is_as_it_was(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site, viewport=NARROW)
    card = ask(page, GATES)
    card.locator("a.or-chip").nth(1).click()
    wait_for_mark(page, quotes(expected_answer(GATES))[1])
    page.go_back()
    page.wait_for_function("getComputedStyle(document.querySelector('#or-right')).display == 'none'")
    assert page.url.rstrip("/") == site
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
    page.click(".or-bar [data-view=documents]")
    page.locator(".or-documents .or-row").first.get_by_role("button", name="Read").click()
    page.wait_for_selector("#or-turn-0")
    page.go_back()
    page.wait_for_function("!document.querySelector('#or-view-documents').hidden")
    page.go_back()
    page.wait_for_function("getComputedStyle(document.querySelector('#or-right')).display == 'none'")
    card.locator("a.or-chip").first.click()
    page.wait_for_selector("mark")
    page.keyboard.press("n")
    page.click(".or-back")  # the button and the system's Back lead to the same place
    page.wait_for_function("getComputedStyle(document.querySelector('#or-right')).display == 'none'")
    assert page.url.rstrip("/") == site


def test_back_and_forward_go_through_the_citations_that_were_opened(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    first, second = quotes(expected_answer(GATES))
    card = ask(page, GATES)
    wait_for_mark(page, first)
    card.locator("a.or-chip").nth(1).click()
    wait_for_mark(page, second)
    page.go_back()
    wait_for_mark(page, first)
    assert page.locator("#chat a[aria-current]").all_inner_texts() == [f"[{shown(expected_answer(GATES))[0].marker}]"]
    page.go_forward()
    wait_for_mark(page, second)
    assert page.locator(".or-where").inner_text().startswith("2 / 2 · ")


def test_on_a_wide_screen_the_documents_come_first_and_then_the_first_citation(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    page.wait_for_selector(".or-documents .or-row")
    assert shown_view(page) == "documents"
    page.focus("#or-box textarea")
    ask(page, GATES)
    wait_for_mark(page, quotes(expected_answer(GATES))[0])
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"  # the next question can be typed
    citation = shown(expected_answer(GATES))[0]
    assert page.url == f"{site}/#cite/{citation.document_id}.{citation.start}-{citation.end}"


def test_on_a_telephone_nothing_opens_by_itself(site: str, visit: Any) -> None:
    page = visit(site, viewport=NARROW)
    ask(page, GATES)
    page.wait_for_timeout(500)
    assert page.locator("#or-right").is_visible() is False
    assert page.url.rstrip("/") == site


def test_nothing_of_an_earlier_answer_stays_beside_a_silent_one(site: str, visit: Any) -> None:
    page = visit(site)
    ask(page, GATES)
    page.wait_for_selector("mark")
    ask(page, TUNGSTEN)
    page.wait_for_function("!document.querySelector('#or-view-documents').hidden")
    assert page.url.rstrip("/") == site
    page.click(".or-new")
    page.wait_for_selector("#chat .or-welcome")
    assert shown_view(page) == "documents"


def test_next_and_previous_stay_within_one_answer_also_after_a_reload(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    second = shown(expected_answer(BUTTON, history=[GATES]))
    ask(page, GATES)
    card = ask(page, BUTTON)
    card.locator("a.or-chip").last.click()
    wait_for_mark(page, second[-1].quote)
    for _ in range(3):
        page.keyboard.press("n")
    assert page.locator(".or-where").inner_text().startswith(f"{len(second)} / {len(second)} · ")
    last_kept(page, BUTTON)
    page.reload()
    finished(page, 2)
    wait_for_mark(page, second[-1].quote)
    page.focus(".or-transcript")
    page.keyboard.press("p")
    wait_for_mark(page, second[-2].quote)
    assert page.locator(".or-where").inner_text().startswith(f"{len(second) - 1} / {len(second)} · ")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_deep_link_into_a_long_transcript_shows_the_whole_mark(
    tmp_path: Path, visit: Any, viewport: dict[str, int]
) -> None:
    parts = [
        part
        for number in range(400)
        for part in (
            ("Reporter", f"What about pier {number}, and is anybody there at night?" * (1 + number % 3)),
            (
                "Ann Reed",
                f"Pier {number} is closed. " + "It rained for a long while and nobody came by. " * (number % 9),
            ),
        )
    ]
    (tmp_path / "piers.txt").write_text(transcript(*parts), encoding="utf-8")
    folder = tmp_path / "archive"
    open_archive(folder).ingest([tmp_path / "piers.txt"])
    document = open_archive(folder).document("piers.txt")
    start = document.text.index("Pier 317 is closed.")
    with serving(folder) as address:
        page = visit(f"{address}/#cite/{document.id}.{start}-{start + 19}", viewport=viewport)
        page.wait_for_selector("mark")
        page.wait_for_timeout(800)
        assert marked(page) == "Pier 317 is closed."
        mark, box = page.locator("mark").bounding_box(), page.locator(".or-transcript").bounding_box()
        assert box["y"] + 16 <= mark["y"] <= box["y"] + box["height"] / 2


def test_a_document_has_an_address_that_opens_it_again(site: str, visit: Any, site_archive: Path) -> None:
    page = visit(site)
    document = open_archive(site_archive).document("podcast.md")
    page.locator(".or-row", has_text=document.title).get_by_role("button", name="Read").click()
    page.wait_for_selector("#or-turn-0")
    assert page.url == f"{site}/#document/{document.id}"
    page.reload()
    page.wait_for_selector("#or-turn-0")
    assert page.locator(".or-doc-title").inner_text() == document.title
    assert page.locator(".or-previous").is_visible() is False  # no citation, so none before it
    page.goto(f"{site}/#document/0000000000000000")
    page.wait_for_selector(".or-gone")
    page.click(".or-transcript button")
    assert shown_view(page) == "documents"


def test_a_range_that_ends_before_it_begins_is_no_place(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    citation = expected_answer(GATES).citations[0]
    page = visit(f"{site}/#cite/{citation.document_id}.{citation.end}-{citation.start}")
    page.wait_for_selector(".or-gone")
    assert page.locator("mark, .or-place:visible").count() == 0


def test_words_and_speakers_are_found_in_the_transcript_that_is_open(site: str, visit: Any, site_archive: Path) -> None:
    page = visit(site)
    document = open_archive(site_archive).document("podcast.md")
    page.goto(f"{site}/#document/{document.id}")
    page.wait_for_selector("#or-turn-0")
    turns = [document.text[turn.start : turn.end] for turn in document.turns]
    count = sum(text.lower().count("gate") for text in turns)
    page.fill(".or-words", "GATE")
    page.press(".or-words", "Enter")
    assert page.locator(".or-found").inner_text() == f"1 of {count}"
    assert page.evaluate("[...CSS.highlights.get('or-found-one')].map(String)") == ["gate"]
    page.press(".or-words", "Shift+Enter")
    assert page.locator(".or-found").inner_text() == f"{count} of {count}"
    seen = page.evaluate(
        """() => { const [range] = CSS.highlights.get('or-found-one'), at = range.getBoundingClientRect();
        return document.elementFromPoint(at.x + 1, at.y + at.height / 2).className }"""
    )
    assert seen == "or-said"
    page.fill(".or-words", "no such words")
    assert page.locator(".or-found").inner_text() == "nowhere"
    page.fill(".or-words", "")
    name = document.turns[0].speaker
    own = [number for number, turn in enumerate(document.turns) if turn.speaker == name]
    page.wait_for_timeout(1600)  # a place is kept in sight for so long
    page.evaluate("document.querySelector('.or-transcript').scrollTop = 0")
    page.select_option(".or-whose", name)
    assert page.locator(".or-found").inner_text() == f"1 of {len(own)}"
    page.click(".or-down-there")
    assert page.locator(".or-found").inner_text() == f"2 of {len(own)}"
    top = page.evaluate(
        "n => document.querySelector(`#or-turn-${n}`).closest('.or-turn').getBoundingClientRect().top"
        " - document.querySelector('.or-transcript').getBoundingClientRect().top",
        own[1],
    )
    assert -1 <= top < 120
