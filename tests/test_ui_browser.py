"""The page in a real browser: Debian's chromium, driven by Playwright.

Where there is no browser these tests are skipped with a reason; where `CI` is set they must run.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import BUNDLED, ROOT, transcript
from made_files import column, pdf
from outside import not_here

from rag import Assistant, open_archive
from rag.types import Answer

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
AXE = ROOT / ".ci" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = ROOT.parent / "shared" / "data" / "hostile"
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
GATES, BUTTON, TUNGSTEN = (
    "When will the gates move?",
    "And who presses the button?",
    "What is the boiling point of tungsten?",
)
DONE = "#chat .or-answer:not(.or-pending):not(.or-welcome)"

pytestmark = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no chromium is installed; on Debian: apt-get install chromium"
)


@contextmanager
def serving(archive: Path, *options: str, path: Path | None = None, port: int = 0) -> Iterator[str]:
    """The page of an archive, served by the command that users type; `path` is put before Python's own."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    environment.pop("ONRECORD_AUTH", None)
    command = [sys.executable, "-m", "rag", "chat", "--archive", str(archive), "--port", str(port), *options]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def archive(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(bundled_folder, tmp_path_factory.mktemp("page") / "archive"))


@pytest.fixture(scope="module")
def url(archive: Path) -> Iterator[str]:
    with serving(archive) as address:
        yield address


@pytest.fixture(scope="module")
def expected(archive: Path) -> Callable[..., Answer]:
    """What the Python API answers to the same question."""
    assistant = Assistant(open_archive(archive))
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


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


# -- ask, click, see the place --------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_click_on_a_chip_marks_exactly_the_quote_in_sight(
    url: str, visit: Any, expected: Callable[..., Answer], viewport: dict[str, int]
) -> None:
    page = visit(url, viewport=viewport)
    first, second = expected(GATES), expected(BUTTON, history=[GATES])
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


def test_a_chip_is_opened_by_keyboard_and_left_by_escape(url: str, visit: Any, expected: Callable[..., Answer]) -> None:
    page = visit(url)
    answer = expected(GATES)
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
    url: str, visit: Any, expected: Callable[..., Answer]
) -> None:
    page = visit(url)
    answer = expected(GATES)
    ask(page, GATES)
    last_kept(page, GATES)  # a moment after the answer is drawn
    page.reload()
    shown = finished(page, 1)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
    shown.locator("a.or-chip").first.click()
    assert marked(page) == quotes(answer)[0]
    second = ask(page, BUTTON)  # the restored question is the history of the next one
    follow_up = expected(BUTTON, history=[GATES])
    assert second.locator(".or-quote").all_inner_texts() == [f"“{quote}”" for quote in quotes(follow_up)]


def test_a_permalink_opens_the_page_on_its_passage(url: str, visit: Any, expected: Callable[..., Answer]) -> None:
    citation = expected(GATES).citations[0]
    page = visit(f"{url}/#cite/{citation.document_id}.{citation.start}-{citation.end}")
    assert marked(page) == citation.quote
    page.goto(f"{url}/#cite/0000000000000000.1-2")
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
    url: str, visit: Any, expected: Callable[..., Answer]
) -> None:
    page = visit(url, permissions=["clipboard-read", "clipboard-write"])
    citation = expected(GATES).citations[0]
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
        f"{url}/#cite/{citation.document_id}.{citation.start}-{citation.end}"
    )
    page.locator(DONE).locator(".or-copy").click()
    page.wait_for_function("async () => !(await navigator.clipboard.readText()).startsWith('http')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(expected(GATES).text)
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


# -- silence, filters, following up ---------------------------------------------------------------------------------


def test_silence_says_what_was_searched_and_shows_related_passages_without_a_citation(url: str, visit: Any) -> None:
    page = visit(url)
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
    url: str, visit: Any, expected: Callable[..., Answer]
) -> None:
    page = visit(url)
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


def test_a_date_that_is_none_is_told_in_the_chat(url: str, visit: Any) -> None:
    page = visit(url)
    page.click("#or-filters > button")
    page.get_by_label("Until").fill("soon")
    shown = ask(page, GATES)
    assert "or-failed" in shown.get_attribute("class")
    assert (
        shown.locator("p").nth(1).inner_text() == "--before 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"
    )


def test_what_was_searched_is_there_folded(url: str, visit: Any) -> None:
    page = visit(url)
    ask(page, GATES)
    shown = ask(page, BUTTON)
    assert shown.locator("details li").first.is_visible() is False
    shown.locator("summary").click()
    assert shown.locator("details li").all_inner_texts() == [BUTTON, f"{GATES} {BUTTON}"]


def test_an_edited_question_replaces_what_came_after(url: str, visit: Any, expected: Callable[..., Answer]) -> None:
    page = visit(url)
    ask(page, TUNGSTEN)
    ask(page, BUTTON)
    page.locator("#chat .or-edit").first.click()
    page.wait_for_function("text => document.querySelector('#or-box textarea').value == text", arg=TUNGSTEN)
    page.fill("#or-box textarea", GATES)
    page.press("#or-box textarea", "Enter")
    shown = finished(page, 1)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
    assert shown.locator(".or-quote").all_inner_texts() == [f"“{quote}”" for quote in quotes(expected(GATES))]
    page.locator("#chat .or-retry").first.click()
    page.wait_for_timeout(300)
    assert finished(page, 1).locator(".or-quote").count() == len(quotes(expected(GATES)))


def test_conversations_are_kept_here_reopened_and_deleted(url: str, visit: Any) -> None:
    page = visit(url)
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


def test_a_conversation_is_exported_in_three_forms(url: str, visit: Any, expected: Callable[..., Answer]) -> None:
    page = visit(url)
    answer = expected(GATES)
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
    assert [citation["quote"] for citation in found] == quotes(answer)
    assert texts["html"].count("<mark>") == len(quotes(answer))


def test_feedback_is_noted_beside_the_archive(url: str, visit: Any, archive: Path) -> None:
    page = visit(url)
    ask(page, GATES).locator(".or-up").click()
    page.fill(".or-comment input", "the very place")
    page.press(".or-comment input", "Enter")
    page.wait_for_function("document.querySelector('.or-comment')?.textContent.startsWith('Thank you')")
    line = json.loads((archive / "feedback.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (line["helpful"], line["comment"], line["question"]) == (True, "the very place", GATES)


# -- documents ------------------------------------------------------------------------------------------------------


def test_an_empty_archive_explains_itself_and_takes_the_bundled_interviews(tmp_path: Path, visit: Any) -> None:
    with serving(tmp_path / "new") as address:
        page = visit(address)
        assert page.locator("#chat .or-title").inner_text() == "This archive is empty"
        page.click("#chat .or-samples")
        page.wait_for_selector("#chat .or-example")
        examples = page.locator("#chat .or-example")
        assert 1 <= examples.count() <= 4
        question = examples.first.inner_text()
        said = " ".join(" ".join(path.read_text(encoding="utf-8") for path in BUNDLED.glob("*.*")).split())
        assert question in said
        examples.first.click()
        finished(page, 1)
        assert page.locator("#chat .or-asked").all_inner_texts() == [question]


def test_uploads_in_one_go_add_the_good_file_and_give_reasons_for_the_others(
    bundled_copy: Path, tmp_path: Path, visit: Any
) -> None:
    good, broken, large = tmp_path / "ferry.txt", tmp_path / "broken.txt", tmp_path / "large.txt"
    good.write_text(
        transcript(
            ("Question", "Why did the ferry stop?"),
            ("Ann Reed", "The ferry stopped because its boiler burst in Ottel."),
        ),
        encoding="utf-8",
    )
    broken.write_bytes(bytes(range(256)) * 40)
    large.write_bytes(b"a" * 30_000_000)
    with serving(bundled_copy) as address:
        page = visit(address)
        page.click("#or-tab-documents")
        page.wait_for_selector(".or-documents .or-row")
        page.set_input_files(".or-upload input", [str(good), str(broken), str(large)])
        page.wait_for_function("document.querySelectorAll('.or-files .or-done, .or-files .or-failed').length == 3")
        rows = page.locator(".or-files .or-file").all_inner_texts()
        assert rows[0] == "ferry.txt 1 answer"
        assert rows[1].startswith("broken.txt this is a binary file, not text")
        assert rows[2] == "large.txt has 30 MB, 25 MB are allowed; split it"
        shown = ask(page, "Why did the ferry stop?")
        assert "because its boiler burst" in shown.locator(".or-quote").first.inner_text()
        row = page.locator(".or-documents .or-row", has_text="ferry.txt")
        assert row.count() == 1
        row.get_by_role("button", name="Remove").click()
        row.get_by_role("button", name="Keep it").click()
        row.get_by_role("button", name="Remove").click()
        row.get_by_role("button", name="Yes, remove it").click()
        page.wait_for_function("!document.querySelector('.or-documents').textContent.includes('ferry.txt')")
        # What was cited from it says so, and nothing is marked.
        shown.locator("a.or-chip").first.click()
        page.wait_for_function(
            "document.querySelector('.or-status')?.textContent?.includes('no longer in the archive')"
        )
    assert open_archive(bundled_copy).counts()[0] == 4


def test_a_document_is_opened_to_be_read_and_read_only_hides_what_changes(archive: Path, visit: Any) -> None:
    with serving(archive, "--read-only") as address:
        page = visit(address)
        page.click("#or-tab-documents")
        page.wait_for_selector(".or-documents .or-row")
        assert page.locator(".or-upload").is_visible() is False
        assert page.get_by_role("button", name="Remove").count() == 0
        page.locator(".or-row", has_text="podcast.md").get_by_role("button", name="Read").click()
        document = open_archive(archive).document("podcast.md")
        page.wait_for_selector("#or-turn-0")
        assert page.locator(".or-said").all_text_contents() == [document.text[t.start : t.end] for t in document.turns]


# -- hostile texts --------------------------------------------------------------------------------------------------


def hostile_strings(count: int) -> list[str]:
    if not HOSTILE.is_dir():
        not_here("the hostile strings in ../shared/data/hostile")
    lines = (HOSTILE / "xss-payload-list.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    naughty = [text for text in json.loads((HOSTILE / "blns.json").read_text(encoding="utf-8")) if text.strip()]
    scripts = [line for line in lines if line.strip() and len(line) < 600]
    half = count // 2
    return naughty[:: max(1, len(naughty) // half)][:half] + scripts[:: max(1, len(scripts) // half)][:half]


PARROT = '''
class Other:
    """Says what the question says, forges what it can, and cites the first quote."""

    def generate(self, request):
        yield request.question + "\\n\\n[2](#cite/0.0-1) <a class=or-chip href='#cite/0.0-1'>[1]</a> ![x](https://evil.example/x) [77]\\n\\n"
        yield "“" + request.evidence[0].text + "” [1]"
'''


def plugin_folder(folder: Path, source: str) -> Path:
    """An installed package that adds the generator `other`, of class `Other`."""
    info = folder / "other-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "other_generator.py").write_text(source, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[onrecord.generators]\nother = other_generator:Other\n", encoding="utf-8")
    return folder


def test_hostile_strings_run_nothing_call_nobody_and_forge_no_chip(tmp_path: Path, visit: Any) -> None:
    strings = hostile_strings(200)
    folder = tmp_path / "transcripts"
    folder.mkdir()
    for number, text in enumerate(strings[::8]):
        name = (
            re.sub(r"[/\x00-\x1f\ud800-\udfff]", "", text).strip(". ").encode()[:100].decode("utf-8", "ignore") or "n"
        )
        speaker = " ".join(text.replace(":", "").split())[:60] or "Ann Reed"
        several = "\n\n".join(" ".join(part.split()) for part in strings[8 * number : 8 * number + 8])
        body = transcript(
            ("Question", f"What about {text}?"), ("Ann Reed", f"The harbour holds.\n\n{several}"), (speaker, text)
        )
        (folder / f"{number}{name}.txt").write_text(body, encoding="utf-8", errors="replace")
    archive = tmp_path / "archive"
    report = open_archive(archive).ingest([folder])
    assert len(report.added) == 25, report.failed
    plugin = plugin_folder(tmp_path / "plugin", PARROT)
    with serving(archive, "--generator", "other", path=plugin) as address:
        page = visit(address)
        page.click("#or-tab-documents")
        page.wait_for_selector(".or-documents .or-row")
        for number, text in enumerate(map(" ".join, zip(strings[::2], strings[1::2], strict=True)), start=1):
            if number % 20 == 0:  # long conversations are another test's matter
                page.click(".or-new")
                page.wait_for_selector("#chat .or-welcome")
            question = " ".join(f"harbour {text}".split())
            shown = ask(page, question)
            kept = last_kept(page, question)
            markers = kept["answer"]["markers"] if kept["answer"] else []
            assert shown.locator("a").evaluate_all(
                "links => links.map(link => link.getAttribute('href')).filter(href => !href.startsWith('#place/'))"
            ) == [f"#cite/{c['document_id']}.{c['start']}-{c['end']}" for c in (kept["answer"] or {}).get("citations", []) for _ in [m for m in markers if m[2] == c["marker"]]]  # fmt: skip
            assert page.locator("#chat img, #chat script, #chat iframe, #chat form:not(.or-comment)").count() == 0
            if number % 10 == 0 and shown.locator("a.or-chip").count():
                shown.locator("a.or-chip").first.click()
                page.wait_for_function(
                    "quote => document.querySelector('mark')?.textContent == quote",
                    arg=kept["answer"]["citations"][0]["quote"],
                )
        for row in range(min(10, page.locator(".or-documents .or-row").count())):
            page.click("#or-tab-documents")
            page.locator(".or-documents .or-row").nth(row).get_by_role("button", name="Read").click()
            page.wait_for_selector(".or-said")
        assert page.locator("#or-pane img, #or-pane script, #or-pane iframe").count() == 0


SLOW = """
import time

class Other:
    def generate(self, request):
        yield "First words. "
        for _ in range(300):
            time.sleep(0.1)
            yield "More words. "
"""


def test_an_answer_is_streamed_and_stopped(archive: Path, tmp_path: Path, visit: Any) -> None:
    with serving(archive, "--generator", "other", path=plugin_folder(tmp_path / "plugin", SLOW)) as address:
        page = visit(address)
        page.fill("#or-box textarea", GATES)
        page.press("#or-box textarea", "Enter")
        page.wait_for_function("document.querySelector('#chat .or-pending')?.textContent.includes('More words.')")
        page.click("#or-stop")
        shown = finished(page, 1)
        assert shown.inner_text().startswith("This question was not answered\n\nFirst words. More words.")
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


def test_while_an_answer_is_written_one_can_type_send_and_begin_anew(archive: Path, tmp_path: Path, visit: Any) -> None:
    with serving(archive, "--generator", "other", path=plugin_folder(tmp_path / "plugin", PATIENT)) as address:
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


def test_an_earlier_question_asked_again_comes_at_the_end_and_nothing_is_lost(url: str, visit: Any) -> None:
    page = visit(url)
    ask(page, GATES)
    ask(page, TUNGSTEN)
    page.locator("#chat .or-retry").first.click()
    finished(page, 3)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES, TUNGSTEN, GATES]


def test_of_two_quick_clicks_the_later_one_counts(url: str, visit: Any, expected: Callable[..., Answer]) -> None:
    page = visit(url)
    citations = expected(GATES).citations
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
        shown.locator("a.or-chip").nth(citation.marker - 1).click(no_wait_after=True)
    page.wait_for_timeout(2500)
    assert marked(page) == other.quote


def test_a_server_that_starts_again_goes_on_with_the_conversation(
    bundled_copy: Path, visit: Any, expected: Callable[..., Answer]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with serving(bundled_copy, port=port) as address:
        page = visit(address)
        ask(page, GATES)
    with serving(bundled_copy, port=port):
        page.wait_for_timeout(500)
        shown = ask_after_restart(page)
        assert page.locator("#chat .or-asked").all_inner_texts() == [GATES, BUTTON]
        follow_up = expected(BUTTON, history=[GATES])
        assert shown.locator(".or-quote").all_inner_texts() == [f"“{quote}”" for quote in quotes(follow_up)]


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


# -- many at once, and everybody ------------------------------------------------------------------------------------


def test_ten_browsers_at_once_get_their_own_answers(url: str, archive: Path) -> None:
    questions = [
        json.loads(line)["question"]
        for path in sorted(BUNDLED.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ][:100]
    plans = [questions[number::10] for number in range(10)]
    assistant = Assistant(open_archive(archive))
    wanted = [
        [assistant.ask(question, history=plan[:number]).text for number, question in enumerate(plan)] for plan in plans
    ]
    found: list[Any] = [None] * 10
    seen: list[str] = []

    async def one(chromium: Any, number: int) -> None:
        context = await chromium.new_context(viewport=WIDE)
        page = await context.new_page()
        watch(page, seen)
        await page.goto(url)
        await page.wait_for_selector("#chat .or-welcome")
        for count, question in enumerate(plans[number], start=1):
            await page.fill("#or-box textarea", question)
            await page.press("#or-box textarea", "Enter")
            await page.wait_for_function(
                "([done, count]) => document.querySelectorAll(done).length == count && !document.querySelector('#chat .or-pending')",
                arg=[DONE, count],
                timeout=120_000,
            )
        kept = await page.wait_for_function(
            """count => { const all = Object.entries(localStorage).filter(([k]) => k.startsWith('onrecord:conv'));
            const only = all.length == 1 && JSON.parse(all[0][1]); return only?.exchanges?.length == count && only }""",
            arg=len(plans[number]),
        )
        conversation = await kept.json_value()
        found[number] = [
            (each["question"], each["answer"] and each["answer"]["text"]) for each in conversation["exchanges"]
        ]
        await context.close()

    async def all_of_them() -> None:
        from playwright.async_api import async_playwright

        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
            await asyncio.gather(*(one(chromium, number) for number in range(10)))
            await chromium.close()

    # Playwright's blocking interface holds this thread's event loop.
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(all_of_them())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failures == []
    assert found == [list(zip(plan, texts, strict=True)) for plan, texts in zip(plans, wanted, strict=True)]
    assert seen == []


@pytest.mark.skipif(
    not AXE.is_file() and not os.environ.get("CI"), reason="axe-core is not installed; .ci/run installs it"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_no_serious_violation(url: str, visit: Any, scheme: str, viewport: dict[str, int]) -> None:
    page = visit(url, viewport=viewport, color_scheme=scheme)
    found = [*violations(page)]
    ask(page, GATES)
    ask(page, TUNGSTEN)
    page.locator("#chat a.or-chip").first.click()
    page.wait_for_selector("mark")
    found += violations(page)
    for tab in ("documents", "conversations"):
        page.click(f"#or-tab-{tab}")
        page.wait_for_timeout(200)
        found += violations(page)
    if viewport == NARROW:
        page.click(".or-back")
    page.click("#or-filters > button")
    page.click("#or-settings > button")
    page.wait_for_timeout(200)
    found += violations(page)
    assert sorted(set(found)) == []


def violations(page: Any) -> list[str]:
    """axe-core's serious and critical findings, each with the element it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:160]} {[each['message'] for each in node['any'] + node['all'] + node['none']][:1]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
