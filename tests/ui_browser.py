"""The page in a real browser: Debian's chromium, driven by Playwright. What the tests of it share.

If there is no browser these tests are skipped with a reason; if `CI` is set they must run. The fixtures come with
`pytest_plugins = "ui_browser"`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from ports import free_port

from rag import Assistant, open_archive
from rag.text.reading import as_read
from rag.types import Answer, Citation
from ui.cards import by_date, cards_of

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
GATES, BUTTON, TUNGSTEN = (
    "When will the gates move?",
    "And who presses the button?",
    "What is the boiling point of tungsten?",
)
DONE = "#chat .or-answer:not(.or-pending):not(.or-welcome)"

needs_browser = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no chromium is installed; on Debian: apt-get install chromium"
)


@contextmanager
def serving(archive: Path, *options: str, path: Path | None = None, port: int = 0) -> Iterator[str]:
    """The page of an archive, served by the command that users type; `path` is put before Python's own."""
    if not port:
        port = free_port()
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    environment.pop("ONRECORD_AUTH", None)
    command = [sys.executable, "-m", "rag", "chat", "--archive", str(archive), "--port", str(port), *options]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(3000):  # a busy machine starts it slowly; one that has ended is told below
                try:
                    with urllib.request.urlopen(f"{url}/healthz"):
                        break
                except OSError:
                    assert server.poll() is None, server.communicate()[0].decode()
                    time.sleep(0.1)
            yield url
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="module")  # while it is open, `asyncio.run` cannot be used
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site_archive(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(bundled_folder, tmp_path_factory.mktemp("page") / "archive"))


@pytest.fixture(scope="session")
def site(site_archive: Path) -> Iterator[str]:
    with serving(site_archive) as address:
        yield address


@pytest.fixture(scope="session")
def expected_answer(site_archive: Path) -> Callable[..., Answer]:
    """What the Python API answers to the same question."""
    assistant = Assistant(open_archive(site_archive))
    return assistant.ask


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a browser of its own; afterwards no script error, dialog or outside request may have happened."""
    contexts: list[Any] = []
    seen: list[str] = []

    def open_page(address: str, *, viewport: dict[str, int] = WIDE, **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # a limit for what never comes, not a measure of speed
        watch(page, seen)
        page.goto(address)
        page.wait_for_selector("#chat .or-answer")
        page.wait_for_function("document.querySelector('.or-counts')?.textContent > ''")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen == []


def watch(page: Any, seen: list[str]) -> None:
    page.on("pageerror", lambda error: seen.append(f"script error: {error}"))
    page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: None if is_own(request.url) else seen.append(f"outside request: {request.url}"))


def is_own(address: str) -> bool:
    return bool(re.match(r"http://127\.0\.0\.1:\d+/|data:|blob:", address))


def ask(page: Any, question: str) -> Any:
    """Send a question as a user does; its finished answer."""
    before = page.locator(DONE).count()
    page.fill("#or-box textarea", question)
    page.press("#or-box textarea", "Enter")
    return finished(page, before + 1)


def finished(page: Any, count: int) -> Any:
    """The last answer, once there are `count` and nothing is being written."""
    page.wait_for_function(
        "([done, count]) => document.querySelectorAll(done).length == count && !document.querySelector('#chat .or-pending')"
        " && document.querySelector('#or-send')",
        arg=[DONE, count],
    )
    return page.locator(DONE).nth(count - 1)


def marked(page: Any) -> str:
    """The marked text, which must be in sight as a whole or fill the pane."""
    page.wait_for_selector("mark")
    box = page.evaluate(
        """() => { const m = document.querySelector('mark').getClientRects(), first = m[0], last = m[m.length - 1];
        const at = document.elementFromPoint(first.x + 2, first.y + first.height / 2);
        return {top: first.top, left: first.left, right: first.right, bottom: last.bottom,
                height: innerHeight, width: innerWidth, seen: !!at && at.tagName == 'MARK'} }"""
    )
    assert box["seen"], box
    assert min(box["top"], box["left"]) >= 0, box
    assert box["right"] <= box["width"], box
    assert box["bottom"] <= box["height"], box
    assert page.locator("mark").count() == 1
    return str(page.evaluate("document.querySelector('mark').textContent"))


def last_kept(page: Any, question: str) -> Any:
    """The exchange that answers `question`, as the browser keeps it."""
    handle = page.wait_for_function(
        """question => {
        const kept = JSON.parse(localStorage.getItem('onrecord:conversation:' + sessionStorage.getItem('onrecord:current')));
        const last = kept?.exchanges.at(-1);
        return last?.question == question && last }""",
        arg=question,
    )
    return handle.json_value()


def shown(answer: Answer) -> list[Citation]:
    """The citations in the order in which the page shows them."""
    return [citation for card in by_date(cards_of(answer.citations)) for citation in card.citations]


def quotes(answer: Answer) -> list[str]:
    """The quotes in the order in which the page shows them."""
    return [citation.quote for citation in shown(answer)]


def quotes_as_read(answer: Answer) -> list[str]:
    """The quotes as cards show them."""
    return [f"“{as_read(quote)}”" for quote in quotes(answer)]


def plugin_folder(folder: Path, source: str) -> Path:
    """An installed package that adds the generator `other`, of class `Other`."""
    info = folder / "other-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "other_generator.py").write_text(source, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[onrecord.generators]\nother = other_generator:Other\n", encoding="utf-8")
    return folder
