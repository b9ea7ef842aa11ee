"""The page in a browser: silence, filters, follow-ups, and conversations that are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ui_browser import (
    BUTTON,
    GATES,
    TUNGSTEN,
    ask,
    finished,
    last_kept,
    needs_browser,
    quotes,
    quotes_as_read,
)

from rag.types import Answer

pytest_plugins = "ui_browser"
pytestmark = needs_browser


def test_silence_says_what_was_searched_and_shows_related_passages_without_a_citation(site: str, visit: Any) -> None:
    page = visit(site)
    shown = ask(page, TUNGSTEN)
    assert "or-silent" in shown.get_attribute("class")
    assert shown.locator(".or-title").inner_text() == "Not on record"
    assert re.search(
        r"^Searched \d+ answers by \d+ speakers in 4 documents, from 12 March 2025 to 9 October 2026\.$",
        shown.locator("p").nth(1).inner_text(),
    )
    assert shown.locator("a[href^='#cite/']").count() == 0
    related = shown.locator(".or-related a")
    assert related.count() == 3
    related.first.click()
    page.wait_for_selector(".or-marked")
    assert page.locator("mark").count() == 0


def test_what_was_searched_is_there_folded(site: str, visit: Any) -> None:
    page = visit(site)
    ask(page, GATES)
    shown = ask(page, BUTTON)
    assert shown.locator("details li").first.is_visible() is False
    shown.locator("summary").click()
    assert shown.locator("details li").all_inner_texts() == [BUTTON, f"{GATES} {BUTTON}"]


def test_an_edited_question_replaces_what_came_after(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    ask(page, TUNGSTEN)
    ask(page, BUTTON)
    page.locator("#chat .or-edit").first.click()
    page.wait_for_function("text => document.querySelector('#or-box textarea').value == text", arg=TUNGSTEN)
    page.fill("#or-box textarea", GATES)
    page.press("#or-box textarea", "Enter")
    shown = finished(page, 1)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
    assert shown.locator(".or-quote").all_inner_texts() == quotes_as_read(expected_answer(GATES))
    page.locator("#chat .or-retry").first.click()
    page.wait_for_timeout(300)
    finished(page, 1).locator(".or-quote").nth(len(quotes(expected_answer(GATES))) - 1).wait_for()


def test_conversations_are_kept_here_reopened_and_deleted(site: str, visit: Any) -> None:
    page = visit(site)
    ask(page, GATES)
    page.click(".or-new")
    page.wait_for_selector("#chat .or-welcome")
    ask(page, TUNGSTEN)
    page.click("#or-tab-conversations")
    titles = page.locator(".or-conversations .or-row-title")
    assert sorted(titles.all_inner_texts()) == sorted([GATES, TUNGSTEN])
    page.locator(".or-row", has_text=GATES).get_by_role("button", name="Open").click()
    page.wait_for_function("text => document.querySelector('#chat .or-asked')?.textContent == text", arg=GATES)
    page.locator(".or-row", has_text=TUNGSTEN).get_by_role("button", name="Delete").click()
    assert titles.all_inner_texts() == [GATES]
    page.locator(".or-status button").click()  # undo
    assert sorted(titles.all_inner_texts()) == sorted([GATES, TUNGSTEN])
    page.click(".or-delete-all")
    assert titles.count() == 0
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('conversation'))") == []
    page.wait_for_selector("#chat .or-welcome")  # what was shown was deleted with the others
    page.uncheck(".or-keep-all")
    ask(page, BUTTON)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('conversation'))") == []


def test_a_conversation_is_exported_in_three_forms(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    answer = expected_answer(GATES)
    ask(page, GATES)
    page.click("#or-tab-conversations")
    texts = {}
    for name in ("Markdown", "JSON", "Evidence pack"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        saved = Path(waiting.value.path())
        texts[waiting.value.suggested_filename.rpartition(".")[2]] = saved.read_text(encoding="utf-8")
    assert sorted(texts) == ["html", "json", "md"]
    found = json.loads(texts["json"])["conversation"][0]["answer"]["citations"]
    assert [citation["quote"] for citation in found] == [citation.quote for citation in answer.citations]
    assert texts["html"].count("<mark>") == len(quotes(answer))


def test_feedback_is_noted_beside_the_archive(site: str, visit: Any, site_archive: Path) -> None:
    page = visit(site)
    ask(page, GATES).locator(".or-up").click()
    page.fill(".or-comment input", "the very place")
    page.press(".or-comment input", "Enter")
    page.wait_for_function("document.querySelector('.or-comment')?.textContent.startsWith('Thank you')")
    line = json.loads((site_archive / "feedback.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (line["helpful"], line["comment"], line["question"]) == (True, "the very place", GATES)


def test_what_two_tabs_ask_in_one_conversation_is_kept_and_shown_in_both(site: str, visit: Any) -> None:
    first = visit(site)
    ask(first, GATES)
    last_kept(first, GATES)
    second = first.context.new_page()
    second.set_default_timeout(60_000)
    second.goto(site)
    second.click("#or-tab-conversations")
    second.locator(".or-conversations .or-row").first.get_by_role("button", name="Open").click()
    second.wait_for_selector("#chat .or-asked")
    ask(second, BUTTON)
    last_kept(second, BUTTON)
    first.wait_for_function("document.querySelectorAll('#chat .or-asked').length == 2")
    ask(first, TUNGSTEN)
    for page in (first, second):
        page.wait_for_function("document.querySelectorAll('#chat .or-asked').length == 3")
        assert page.locator("#chat .or-asked").all_inner_texts() == [GATES, BUTTON, TUNGSTEN]
    kept = first.evaluate(
        "() => JSON.parse(Object.entries(localStorage).find(([k]) => k.startsWith('onrecord:conv'))[1]).exchanges"
    )
    assert [each["question"] for each in kept] == [GATES, BUTTON, TUNGSTEN]
