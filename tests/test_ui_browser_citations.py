"""The page in a browser: ask, click a citation, see the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import transcript
from made_files import column, pdf
from ui_browser import (
    BUTTON,
    DONE,
    GATES,
    NARROW,
    WIDE,
    ask,
    finished,
    last_kept,
    marked,
    needs_browser,
    quotes,
    serving,
)

from rag import Assistant, open_archive
from rag.types import Answer

pytest_plugins = "ui_browser"
pytestmark = needs_browser


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_click_on_a_chip_marks_exactly_the_quote_in_sight(
    site: str, visit: Any, expected_answer: Callable[..., Answer], viewport: dict[str, int]
) -> None:
    page = visit(site, viewport=viewport)
    first, second = expected_answer(GATES), expected_answer(BUTTON, history=[GATES])
    for question, answer in ((GATES, first), (BUTTON, second)):
        shown = ask(page, question)
        assert shown.locator("a.or-chip").all_inner_texts() == [f"[{c.marker}]" for c in answer.citations]
        for number, quote in enumerate(quotes(answer)):
            shown.locator("a.or-chip").nth(number).click()
            page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quote)
            assert marked(page) == quote
            if viewport == NARROW:
                page.click(".or-back")
    page.locator("#chat a.or-chip").first.click()
    page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quotes(first)[0])
    assert marked(page) == quotes(first)[0]
    assert page.locator(".or-question-asked span").inner_text().split() == first.citations[0].asked.split()


def test_a_chip_is_opened_by_keyboard_and_left_by_escape(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    answer = expected_answer(GATES)
    ask(page, GATES)
    page.locator("#chat a.or-chip").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("mark")
    assert marked(page) == quotes(answer)[0]
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("n")
    page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quotes(answer)[1])
    assert marked(page) == quotes(answer)[1]
    page.keyboard.press("p")
    page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quotes(answer)[0])
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "or-chip"


def test_after_a_reload_the_conversation_and_its_chips_are_there(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    answer = expected_answer(GATES)
    ask(page, GATES)
    last_kept(page, GATES)  # a moment after the answer is drawn
    page.reload()
    shown = finished(page, 1)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
    shown.locator("a.or-chip").first.click()
    assert marked(page) == quotes(answer)[0]
    second = ask(page, BUTTON)  # the restored question is the history of the next one
    follow_up = expected_answer(BUTTON, history=[GATES])
    assert second.locator(".or-quote").all_inner_texts() == [f"“{quote}”" for quote in quotes(follow_up)]


def test_a_permalink_opens_the_page_on_its_passage(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    citation = expected_answer(GATES).citations[0]
    page = visit(f"{site}/#cite/{citation.document_id}.{citation.start}-{citation.end}")
    assert marked(page) == citation.quote
    page.goto(f"{site}/#cite/0000000000000000.1-2")
    page.reload()
    page.wait_for_function("document.querySelector('.or-status')?.textContent?.includes('no longer in the archive')")
    assert page.locator("mark").count() == 0


def test_a_pdfs_pages_and_what_was_left_out_are_shown(tmp_path: Path, visit: Any) -> None:
    lines = ["Ann Reed: Where did the water come from?", "Bo Lind: It came from the north, over the old wall."]
    head, end = ["Talk at the harbour, 3 May 2024", ""], ["", "Follow us on Telegram"]
    (tmp_path / "talk.pdf").write_bytes(pdf([column([*head, *lines], leading=30), column([*lines, *end], leading=30)]))
    archive = open_archive(tmp_path / "archive")
    archive.ingest([tmp_path / "talk.pdf"])
    document = archive.document("talk.pdf")
    start = document.text.rindex("over the old wall")
    with serving(tmp_path / "archive") as address:
        page = visit(f"{address}/#cite/{document.id}.{start}-{start + 17}")
        assert marked(page) == "over the old wall"
        assert page.locator(".or-where").inner_text() == f"p. 2 · characters {start}–{start + 17}"
        assert (
            page.locator(".or-doc-meta")
            .inner_text()
            .endswith(f"speakers by: label with colon, confidence {document.confidence:.2f}")
        )
        assert page.locator(".or-omitted summary").all_inner_texts() == ["Left out", "Left out"]
        assert [box.text_content() for box in page.locator(".or-omitted div").all()] == [head[0], end[1]]


def test_a_citation_is_copied_with_its_place_and_as_a_link(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site, permissions=["clipboard-read", "clipboard-write"])
    citation = expected_answer(GATES).citations[0]
    ask(page, GATES).locator("a.or-chip").first.click()
    page.wait_for_selector("mark")
    page.click(".or-copy-citation")
    page.wait_for_function("document.querySelector('.or-status')?.textContent == 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"“{citation.quote}” — {citation.speaker}, {citation.title}, 9 October 2026, "
        f"{citation.source}, characters {citation.start}–{citation.end}, 00:06:04"
    )
    page.click(".or-copy-link")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('http')")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"{site}/#cite/{citation.document_id}.{citation.start}-{citation.end}"
    )
    page.locator(DONE).locator(".or-copy").click()
    page.wait_for_function("async () => !(await navigator.clipboard.readText()).startsWith('http')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(expected_answer(GATES).text)
    assert f"[1] {citation.speaker}, {citation.title}" in copied


def test_characters_outside_the_basic_plane_do_not_shift_the_mark(tmp_path: Path, visit: Any) -> None:
    said = (
        "𝒜 small 🦀 walked 🦀🦀 over the pier. The harbour 🛥 was sold in 1987 to a man from Ottel. 🦀 Nobody 🦀 minded."
    )
    (tmp_path / "crabs.txt").write_text(
        transcript(("Question", "Who bought the harbour 🛥?"), ("Ann Reed", said)), encoding="utf-8"
    )
    folder = tmp_path / "archive"
    open_archive(folder).ingest([tmp_path / "crabs.txt"])
    answer = Assistant(open_archive(folder)).ask("When was the harbour sold?")
    with serving(folder) as address:
        page = visit(address)
        ask(page, "When was the harbour sold?").locator("a.or-chip").first.click()
        assert marked(page) == answer.citations[0].quote
        assert page.locator(".or-turn .or-said").last.inner_text() == said
