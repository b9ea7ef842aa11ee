"""The page in a browser: what can be done while an answer is written, and after the server starts again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ports import free_port
from ui_browser import (
    BUTTON,
    DONE,
    GATES,
    TUNGSTEN,
    ask,
    finished,
    last_kept,
    marked,
    needs_browser,
    playwright_api,
    plugin_folder,
    quotes_as_read,
    serving,
)

from rag.types import Answer

pytest_plugins = "ui_browser"
pytestmark = needs_browser

SLOW = """
import time

class Other:
    def generate(self, request):
        yield "First words. "
        for _ in range(300):
            time.sleep(0.1)
            yield "More words. "
"""


def test_an_answer_is_streamed_and_stopped(site_archive: Path, tmp_path: Path, visit: Any) -> None:
    with serving(site_archive, "--generator", "other", path=plugin_folder(tmp_path / "plugin", SLOW)) as address:
        page = visit(address)
        page.fill("#or-box textarea", GATES)
        page.press("#or-box textarea", "Enter")
        page.wait_for_function("document.querySelector('#chat .or-pending')?.textContent.includes('More words.')")
        page.click("#or-stop")
        shown = finished(page, 1)
        assert shown.inner_text().startswith("First words. More words.")
        assert "was not answered" not in shown.inner_text()
        assert "Stopped. The answer is not complete." in shown.inner_text()
        assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
        page.wait_for_timeout(500)
        assert page.locator(DONE).count() == 1


PATIENT = """
import time

class Other:
    def generate(self, request):
        yield "First words. "
        for _ in range(10):
            time.sleep(0.1)
            yield "More words. "
        yield "“" + request.evidence[0].text + "” [1]"
"""


def test_while_an_answer_is_written_one_can_type_send_and_begin_anew(
    site_archive: Path, tmp_path: Path, visit: Any
) -> None:
    with serving(site_archive, "--generator", "other", path=plugin_folder(tmp_path / "plugin", PATIENT)) as address:
        page = visit(address)
        writing = "document.querySelector('#chat .or-pending')?.textContent.includes('More words.')"
        page.fill("#or-box textarea", GATES)
        page.press("#or-box textarea", "Enter")
        page.wait_for_function(writing)
        page.fill("#or-box textarea", BUTTON)
        page.wait_for_timeout(300)  # pieces that come meanwhile leave the box alone
        assert page.input_value("#or-box textarea") == BUTTON
        page.press("#or-box textarea", "Enter")
        finished(page, 2)
        assert page.locator("#chat .or-asked").all_inner_texts() == [GATES, BUTTON]
        page.fill("#or-box textarea", "And in which year will the gates move?")
        page.press("#or-box textarea", "Enter")
        page.wait_for_selector("#chat .or-pending")
        page.click(".or-new")
        page.wait_for_selector("#chat .or-welcome")
        page.wait_for_timeout(1500)
        assert page.locator("#chat .or-asked").count() == 0


def test_an_earlier_question_asked_again_comes_at_the_end_and_nothing_is_lost(site: str, visit: Any) -> None:
    page = visit(site)
    ask(page, GATES)
    ask(page, TUNGSTEN)
    page.locator("#chat .or-retry").first.click()
    finished(page, 3)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES, TUNGSTEN, GATES]


def test_of_two_quick_clicks_the_later_one_counts(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site)
    citations = expected_answer(GATES).citations
    first = next(c for c in citations)
    other = next(c for c in citations if c.document_id != first.document_id)
    ask(page, GATES)
    last_kept(page, GATES)
    page.reload()
    shown = finished(page, 1)
    delayed: list[str] = []

    def delay(route: Any) -> None:
        if first.document_id in (route.request.post_data or "") and not delayed:
            delayed.append(first.document_id)
            time.sleep(1)
        route.continue_()

    page.route("**/component_server*", delay)
    for citation in (first, other):
        shown.locator("a.or-chip", has_text=f"[{citation.marker}]").click(no_wait_after=True)
    page.wait_for_timeout(2500)
    assert marked(page) == other.quote


def test_a_server_that_starts_again_goes_on_with_the_conversation(
    bundled_copy: Path, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    port = free_port()
    with serving(bundled_copy, port=port) as address:
        page = visit(address)
        ask(page, GATES)
    with serving(bundled_copy, port=port):
        page.wait_for_timeout(500)
        shown = ask_after_restart(page)
        assert page.locator("#chat .or-asked").all_inner_texts() == [GATES, BUTTON]
        follow_up = expected_answer(BUTTON, history=[GATES])
        assert shown.locator(".or-quote").all_inner_texts() == quotes_as_read(follow_up)


def ask_after_restart(page: Any) -> Any:
    """The page may have to find its way back first; then the question is sent."""
    for _ in range(10):
        page.fill("#or-box textarea", BUTTON)
        page.press("#or-box textarea", "Enter")
        try:
            page.wait_for_function("document.querySelectorAll('#chat .or-asked').length == 2", timeout=3000)
            return finished(page, 2)
        except playwright_api.TimeoutError:
            continue
    return finished(page, 2)
