"""The page in a browser: ask, click a citation, see the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
    quotes_as_read,
    serving,
    shown,
)

from rag import Assistant, open_archive
from rag.text.clock import clock
from rag.text.dates import spoken_date
from rag.text.reading import as_read, on_one_line
from rag.types import Answer

pytest_plugins = "ui_browser"
pytestmark = needs_browser

CLIPBOARD_HTML = """async () => {
    const [item] = await navigator.clipboard.read();
    return new DOMParser().parseFromString(await (await item.getType('text/html')).text(), 'text/html').body.innerHTML }"""


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_click_on_a_chip_marks_exactly_the_quote_in_sight(
    site: str, visit: Any, expected_answer: Callable[..., Answer], viewport: dict[str, int]
) -> None:
    page = visit(site, viewport=viewport)
    first, second = expected_answer(GATES), expected_answer(BUTTON, history=[GATES])
    for question, answer in ((GATES, first), (BUTTON, second)):
        card = ask(page, question)
        assert card.locator("a.or-chip").all_inner_texts() == [f"[{c.marker}]" for c in shown(answer)]
        for number, quote in enumerate(quotes(answer)):
            card.locator("a.or-chip").nth(number).click()
            page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quote)
            assert marked(page) == quote
            if viewport == NARROW:
                page.click(".or-back")
    page.locator("#chat a.or-chip").first.click()
    page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=quotes(first)[0])
    assert marked(page) == quotes(first)[0]
    assert page.locator(".or-question-asked span").inner_text().split() == shown(first)[0].asked.split()


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
    restored = finished(page, 1)
    assert page.locator("#chat .or-asked").all_inner_texts() == [GATES]
    restored.locator("a.or-chip").first.click()
    assert marked(page) == quotes(answer)[0]
    second = ask(page, BUTTON)  # the restored question is the history of the next one
    follow_up = expected_answer(BUTTON, history=[GATES])
    assert second.locator(".or-quote").all_inner_texts() == quotes_as_read(follow_up)


def test_a_permalink_opens_the_page_on_its_passage(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    citation = shown(expected_answer(GATES))[0]
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
        page.click(".or-doc-file summary")
        assert page.locator(".or-doc-file li").all_inner_texts()[:2] == [
            "talk.pdf",
            f"Who speaks is read from: label with colon. Sure to {round(document.confidence * 100)} %.",
        ]
        assert page.locator(".or-omitted summary").all_inner_texts() == ["Left out", "Left out"]
        assert [box.text_content() for box in page.locator(".or-omitted div").all()] == [head[0], end[1]]


def test_a_citation_is_copied_with_its_place_and_as_a_link(
    site: str, visit: Any, expected_answer: Callable[..., Answer]
) -> None:
    page = visit(site, permissions=["clipboard-read", "clipboard-write"])
    citation = shown(expected_answer(GATES))[0]
    ask(page, GATES).locator("a.or-chip").first.click()
    page.wait_for_selector("mark")
    page.click(".or-copy-citation")
    page.wait_for_function("document.querySelector('.or-status')?.textContent == 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"“{on_one_line(citation.quote)}” ({citation.speaker}, {citation.title}, {spoken_date(citation.date)}, "
        f"{f'{clock(citation.seconds)}, ' if citation.seconds is not None else ''}{citation.source})"
    )
    assert page.evaluate(CLIPBOARD_HTML).startswith(f"<p>“{on_one_line(citation.quote)}” ({citation.speaker}, <cite>")
    page.click(".or-copy-link")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('http')")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"{site}/#cite/{citation.document_id}.{citation.start}-{citation.end}"
    )
    page.locator(DONE).locator(".or-copy").click()
    page.wait_for_function("async () => !(await navigator.clipboard.readText()).startsWith('http')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(as_read(expected_answer(GATES).text))
    assert f"[{citation.marker}] {citation.speaker}, {citation.title}" in copied


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


WRAPPED = (
    "---\nsource_url: https://example.org/talks/7\ntitle: The talk at the harbour\ndate: 2024-05-03\n---\n\n"
    "Question: Good afternoon. What did the Francis Scott\nKey wall cost in all?\n\n"
    "Ann Reed: Let me think for a moment. The Francis \\[Scott\\] Key wall\ncost nine million crowns, which the harbour\n"
    "paid in May. Nobody else had to pay.\n\nIt will not cost more than that. "
    + " ".join(
        f"In year {year} a gull sat on its stones, and people came from the town to look at it." for year in range(1, 8)
    )
    + "\n\n"
    "Question: And does the council feel that it —\n\nAnn Reed: Yes.\n\n"
    "Question: — has to pay for the second wall?\n\nAnn Reed: No, the second wall is paid by the town of Ottel.\n"
)
COST = "What did the Francis Scott Key wall cost?"


@pytest.fixture(scope="module")
def wrapped_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a hard-wrapped Markdown file with an address, and an earlier one without."""
    folder = tmp_path_factory.mktemp("wrapped")
    (folder / "talk.md").write_text(WRAPPED, encoding="utf-8")
    earlier = (
        WRAPPED.replace("2024-05-03", "2023-01-02").replace("nine million", "four million").replace("source_url", "x")
    )
    (folder / "earlier.md").write_text(earlier, encoding="utf-8")
    open_archive(folder / "archive").ingest([folder / "talk.md", folder / "earlier.md"])
    with serving(folder / "archive") as address:
        yield address


def test_lines_of_a_wrapped_file_flow_and_the_mark_holds_its_characters(wrapped_site: str, visit: Any) -> None:
    page = visit(wrapped_site)
    answer = ask(page, COST)
    kept = last_kept(page, COST)["answer"]
    for cited in kept["citations"]:
        chip = answer.locator(f"a.or-chip[href*='{cited['document_id']}.{cited['start']}-{cited['end']}']")
        chip.click()
        page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=cited["quote"])
        assert marked(page) == cited["quote"]
        assert " ".join(page.locator("mark").inner_text().split()) == on_one_line(cited["quote"])
        assert "\\" not in page.locator("mark").inner_text()
    cards = answer.locator(".or-quote").all_inner_texts()
    assert "\n" not in "".join(cards).replace("\n\n", "")
    assert "\\" not in "".join(cards)


def test_cards_are_told_by_date_or_by_relevance_and_the_choice_is_kept(wrapped_site: str, visit: Any) -> None:
    page = visit(wrapped_site)
    answer = ask(page, COST)
    dates = "cards => cards.map((card) => card.textContent.match(/2 January 2023|3 May 2024/)[0])"
    assert answer.locator(".or-card-head").evaluate_all(dates) == ["2 January 2023", "3 May 2024"]
    assert answer.locator(".or-closest").count() == 1
    answer.locator(".or-by-relevance").click()
    assert answer.locator(".or-card").first.locator(".or-closest").count() == 1
    assert answer.locator(".or-by-relevance").get_attribute("aria-pressed") == "true"
    page.reload()
    restored = finished(page, 1)
    page.wait_for_selector(".or-by-relevance[aria-pressed=true]")
    assert restored.locator(".or-card").first.locator(".or-closest").count() == 1


def test_a_card_takes_one_more_sentence_and_copies_its_words_with_their_address(wrapped_site: str, visit: Any) -> None:
    page = visit(wrapped_site, permissions=["clipboard-read", "clipboard-write"])
    answer = ask(page, COST)
    card = answer.locator(".or-card").last
    before = card.locator(".or-quote").last.inner_text()
    text, start, end = (
        WRAPPED,
        *map(int, card.locator("a.or-chip").last.get_attribute("href").rpartition(".")[2].split("-")),
    )
    card.locator(".or-later").click()
    page.wait_for_function(
        "([card, before]) => card.innerText !== before", arg=[card.locator(".or-quote").last.element_handle(), before]
    )
    more_start, more_end = map(int, card.locator("a.or-chip").last.get_attribute("href").rpartition(".")[2].split("-"))
    assert more_start == start
    assert more_end > end
    added = text[end:more_end]
    assert len(re.findall(r"[.!?]", added)) == 1
    card.locator("a.or-chip").last.click()
    page.wait_for_function("quote => document.querySelector('mark')?.textContent == quote", arg=text[start:more_end])
    card.locator(".or-cite").click()
    page.wait_for_function("document.querySelector('.or-status')?.textContent == 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("(Ann Reed, The talk at the harbour, 3 May 2024, https://example.org/talks/7)")
    assert "\n" not in copied
    assert "[Scott]" in copied
    assert 'href="https://example.org/talks/7"' in page.evaluate(CLIPBOARD_HTML)


def test_the_question_that_is_shown_is_whole_or_none(wrapped_site: str, visit: Any) -> None:
    page = visit(wrapped_site)
    start = WRAPPED.index("No, the second")
    ask(page, COST)
    document_id = last_kept(page, COST)["answer"]["citations"][0]["document_id"]
    page.goto(f"{wrapped_site}/#cite/{document_id}.{start}-{start + 10}")
    page.wait_for_selector("mark")
    page.wait_for_function(
        "document.querySelector('.or-question-asked span').textContent == 'And does the council feel that it — has to pay for the second wall?'"
    )
