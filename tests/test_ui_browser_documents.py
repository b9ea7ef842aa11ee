"""The page in a browser: documents that are uploaded and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import BUNDLED, transcript
from ui_browser import (
    ask,
    finished,
    needs_browser,
    serving,
)

from rag import open_archive

pytest_plugins = "ui_browser"
pytestmark = needs_browser


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
        page.set_input_files(".or-choose-files", [str(good), str(broken), str(large)])
        page.wait_for_function("document.querySelectorAll('.or-files .or-done, .or-files .or-failed').length == 3")
        rows = page.locator(".or-files .or-file").all_inner_texts()
        assert rows[2] == "ferry.txt 1 answer"  # what needs somebody comes first
        assert rows[1].startswith("broken.txt this is a binary file, not text")
        assert rows[0] == "large.txt has 30 MB, 25 MB are allowed; split it"
        assert page.locator(".or-upload-state").inner_text().startswith("3 files: 1 read · 2 not read")
        shown = ask(page, "Why did the ferry stop?")
        assert "because its boiler burst" in shown.locator(".or-quote").first.inner_text()
        page.click("#or-tab-documents")
        row = page.locator(".or-documents .or-row", has_text="ferry.txt")
        row.wait_for()
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


def test_a_document_is_opened_to_be_read_and_read_only_hides_what_changes(site_archive: Path, visit: Any) -> None:
    with serving(site_archive, "--read-only") as address:
        page = visit(address)
        page.click("#or-tab-documents")
        page.wait_for_selector(".or-documents .or-row")
        assert page.locator(".or-upload").is_visible() is False
        assert page.get_by_role("button", name="Remove").count() == 0
        page.locator(".or-row", has_text="podcast.md").get_by_role("button", name="Read").click()
        document = open_archive(site_archive).document("podcast.md")
        page.wait_for_selector("#or-turn-0")
        assert page.locator(".or-said").all_text_contents() == [document.text[t.start : t.end] for t in document.turns]


def test_a_reader_puts_right_who_speaks_and_takes_it_back(tmp_path: Path, visit: Any) -> None:
    talk = transcript(
        *[("MR. HAMILL", "Who closed the mill?"), ("MS. STONE", "The council closed the mill in spring.")] * 2,
        ("MR. HAMMILL", "And who paid?"),
        ("MS. STONE", "Nobody has paid so far."),
    )
    (tmp_path / "talk.txt").write_text(f"Carla Stone on the mill, 3 May 2024\n\n{talk}", encoding="utf-8")
    open_archive(tmp_path / "archive").ingest([tmp_path / "talk.txt"])
    with serving(tmp_path / "archive") as address:
        page = visit(address)
        page.click("#or-tab-documents")
        page.click(".or-documents .or-row button")
        page.click(".or-who summary")
        page.wait_for_selector(".or-person")
        names = page.locator(".or-person bdi")
        assert names.all_inner_texts() == ["MR. HAMILL", "MS. STONE", "MR. HAMMILL"]
        assert page.locator(".or-suggestion").all_inner_texts() == [
            "MS. STONE: is this Carla Stone? Yes",
            "MR. HAMMILL and MR. HAMILL: one person? Yes",
        ]
        page.click(".or-suggestion:has-text('HAMMILL') button")
        page.wait_for_selector(".or-corrected")
        assert names.all_inner_texts() == ["MR. HAMILL", "MS. STONE"]
        page.click(".or-suggestion button")
        page.wait_for_selector(".or-person bdi:text('Carla Stone')")
        assert page.locator(".or-transcript .or-speaker").all_inner_texts()[1] == "Carla Stone"
        page.click("button:text('“MR. HAMMILL” is somebody else')")
        page.wait_for_function("document.querySelectorAll('.or-person').length == 3")
        page.click("button[aria-label='Rename: MR. HAMMILL']")
        page.keyboard.type("Sam Hammill")
        page.keyboard.press("Enter")
        page.wait_for_selector(".or-person bdi:text('Sam Hammill')")
        page.click("button:text('Undo the last change')")
        page.wait_for_selector(".or-person bdi:text('MR. HAMMILL')")
        page.click("button:text('Undo all')")
        page.wait_for_selector(".or-corrected", state="detached")
        assert names.all_inner_texts() == ["MR. HAMILL", "MS. STONE", "MR. HAMMILL"]


def test_a_folder_is_read_as_far_as_it_can_be_and_each_remark_stands_at_its_own_file(
    tmp_path: Path, visit: Any
) -> None:
    folder = tmp_path / "talks" / "2024"
    folder.mkdir(parents=True)
    said = [("Question", "Who painted the pier?"), ("Ann Reed", "The pier was painted by Bo Lind in 1987.")]
    (folder / "pier.txt").write_text(transcript(*said), encoding="utf-8")
    (folder.parent / "list.txt").write_text("milk\nbread\n\neggs\n", encoding="utf-8")
    (folder.parent / "cover.png").write_bytes(b"\x89PNG\r\n")
    with serving(tmp_path / "archive") as address:
        page = visit(address)
        page.set_input_files(".or-choose-folder", str(folder.parent))
        page.wait_for_function("document.querySelectorAll('.or-files .or-done, .or-files .or-failed').length == 2")
        page.wait_for_function("document.querySelector('.or-counts').textContent.startsWith('2 documents')")
        rows = {row.split()[0]: row for row in page.locator(".or-files .or-file").all_inner_texts()}
        assert sorted(rows) == ["list.txt", "pier.txt"]
        assert rows["pier.txt"] == "pier.txt 1 answer"
        assert "pier" not in rows["list.txt"].removeprefix("list.txt")
