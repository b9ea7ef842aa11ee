"""The page in a browser: texts that want to run, load or forge something."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from conftest import ROOT, transcript
from outside import not_here
from ui_browser import (
    ask,
    last_kept,
    needs_browser,
    plugin_folder,
    serving,
)

from rag import open_archive

pytest_plugins = "ui_browser"
pytestmark = needs_browser

HOSTILE = ROOT.parent / "shared" / "data" / "hostile"


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
            cited = (kept["answer"] or {}).get("citations", [])
            places = {c["marker"]: f"#cite/{c['document_id']}.{c['start']}-{c['end']}" for c in cited}
            chips = [places[c["marker"]] for c in cited for mark in markers if mark[2] == c["marker"]]
            hrefs = "links => links.map(link => link.getAttribute('href')).filter(href => !href.startsWith('#place/'))"
            assert shown.locator("a.or-chip").evaluate_all(hrefs) == chips
            assert set(shown.locator("a").evaluate_all(hrefs)) <= set(places.values())
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
