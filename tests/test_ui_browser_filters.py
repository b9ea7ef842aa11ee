"""The page in a browser: what a question is restricted to stands in chips above the box, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ui_browser import BUTTON, GATES, NARROW, ask, finished, last_kept, needs_browser

from rag.types import Answer

pytest_plugins = "ui_browser"
pytestmark = needs_browser


def chips(page: Any) -> list[str]:
    return [text.removesuffix(" ×") for text in page.locator(".or-filter-chip").all_inner_texts()]


def choose(page: Any, where: str, name: str) -> None:
    """Tick a name in the open panel."""
    page.locator(f".or-filter-{where} label", has_text=name).first.locator("input").check()


def open_panel(page: Any) -> None:
    page.click(".or-filter-open")
    page.wait_for_selector(".or-filter-people li")


def test_what_the_chips_say_is_what_the_question_is_asked_with(site: str, visit: Any) -> None:
    page = visit(site)
    assert page.locator(".or-filter-open").inner_text() == "Search only in …"
    open_panel(page)
    choose(page, "people", "Pell Aronsen")
    page.fill(".or-filter-before", "2025-12-31")
    page.click(".or-filter-close")
    assert chips(page) == ["Pell Aronsen", "until 31 December 2025"]
    assert page.locator(".or-filter-open").inner_text() == "2 filters"
    ask(page, GATES)
    answer = last_kept(page, GATES)["answer"]
    assert answer["filters"] == {
        "speaker": ["Pell Aronsen"], "document": [], "after": None, "before": "2025-12-31", "role": [],
    }  # fmt: skip
    assert {found["speaker"] for found in answer["citations"] + answer["passages"]} == {"Pell Aronsen"}


def test_a_tag_that_is_taken_from_an_answer_is_taken_from_the_box_too(site: str, visit: Any) -> None:
    page = visit(site)
    open_panel(page)
    choose(page, "people", "Pell Aronsen")
    choose(page, "roles", "answers")
    assert page.evaluate("document.activeElement.value") == "respondent"  # the next key goes on from there
    page.keyboard.press("Escape")
    assert page.locator(".or-filter-panel").is_visible() is False
    ask(page, GATES).locator(".or-tag").first.click()
    finished(page, 2)
    page.wait_for_function("document.querySelectorAll('.or-filter-chip').length == 1")
    assert chips(page) == ["answers"]
    ask(page, BUTTON)
    assert last_kept(page, BUTTON)["filters"]["speaker"] == []


def test_filters_are_kept_through_a_reload_and_a_new_conversation_takes_them_away_visibly(
    site: str, visit: Any
) -> None:
    page = visit(site)
    open_panel(page)
    choose(page, "documents", "The Woman Who Counts Sleep")
    page.select_option(".or-filter-month", "2025-09")
    page.reload()
    page.wait_for_function("document.querySelectorAll('.or-filter-chip').length == 3")
    page.wait_for_function("document.querySelector('.or-filter-chip').textContent.startsWith('The Woman')")
    assert chips(page) == ["The Woman Who Counts Sleep", "from September 2025", "until September 2025"]
    ask(page, GATES)
    assert last_kept(page, GATES)["filters"]["document"] == ["long-interview.txt"]
    page.click(".or-new")
    page.wait_for_selector("#chat .or-welcome")
    assert chips(page) == []
    assert page.locator(".or-status").inner_text() == "Filters removed: the next question searches everything."


def test_a_chip_is_removed_by_keyboard_and_the_next_question_searches_everything(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site, viewport=NARROW)
    open_panel(page)
    choose(page, "people", "Edda Vantreight")
    page.click(".or-filter-close")
    page.focus(".or-filter-chip")
    page.keyboard.press("Enter")
    assert chips(page) == []
    ask(page, GATES)
    assert last_kept(page, GATES)["answer"]["text"] == expected_answer(GATES).text


def test_a_person_is_listed_once_with_everything_that_the_filter_takes(site: str, visit: Any) -> None:
    page = visit(site)
    open_panel(page)
    rows = page.locator(".or-filter-people label", has_text="Vaal").all_inner_texts()
    assert [row.split() for row in rows] == [["Henrike", "Vaal", "41"]]


def test_what_the_question_was_taken_to_ask_for_is_shown_and_taken_away(site: str, visit: Any) -> None:
    page = visit(site)
    question = "What did Pell Aronsen say about the gates in 2025?"
    answered = ask(page, question)
    tags = answered.locator(".or-meant")
    assert tags.all_inner_texts() == ["Pell Aronsen ×", "2025 ×"]
    assert {citation["speaker"] for citation in last_kept(page, question)["answer"]["citations"]} == {"Pell Aronsen"}
    tags.first.click()
    answered = finished(page, 2)
    assert answered.locator(".or-meant").all_inner_texts() == ["2025 ×"]
    kept = last_kept(page, question)
    assert kept["not_meant"]["speakers"] == ["Pell Aronsen"]
    assert {citation["speaker"] for citation in kept["answer"]["citations"]}.isdisjoint({"Pell Aronsen"})
