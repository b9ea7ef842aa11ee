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


def test_filters_apply_to_the_question_and_a_tag_takes_one_away(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    page.click("#or-filters > button")
    page.get_by_label("Speakers").click()
    page.get_by_role("option", name="Pell Aronsen").click()
    page.get_by_label("Until").fill("2025")
    shown = ask(page, GATES)
    assert shown.locator(".or-tag").all_inner_texts() == ["speaker: Pell Aronsen ×", "until 2025 ×"]
    citations = page.evaluate(
        "() => JSON.parse(Object.entries(localStorage).find(([k]) => k.startsWith('onrecord:conv'))[1])"
    )
    answer = citations["exchanges"][0]["answer"]
    assert answer["filters"] == {
        "speaker": ["Pell Aronsen"], "document": [], "after": None, "before": "2025", "role": [],
    }  # fmt: skip
    assert {found["speaker"] for found in answer["citations"] + answer["passages"]} == {"Pell Aronsen"}
    shown.locator(".or-tag").first.click()
    again = finished(page, 2)
    assert again.locator(".or-tag").all_inner_texts() == ["until 2025 ×"]


def test_a_date_that_is_none_is_told_in_the_chat(site: str, visit: Any) -> None:
    page = visit(site)
    page.click("#or-filters > button")
    page.get_by_label("Until").fill("soon")
    shown = ask(page, GATES)
    assert "or-failed" in shown.get_attribute("class")
    assert (
        shown.locator("p").nth(1).inner_text() == "--before 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"
    )


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
    assert finished(page, 1).locator(".or-quote").count() == len(quotes(expected_answer(GATES)))


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
