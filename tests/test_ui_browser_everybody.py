"""The page in a browser: ten visitors at once, and no serious violation of accessibility."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import BUNDLED, ROOT
from ui_browser import (
    BROWSER,
    DONE,
    FLAGS,
    GATES,
    NARROW,
    TUNGSTEN,
    WIDE,
    ask,
    needs_browser,
    watch,
)

from rag import Assistant, open_archive

pytest_plugins = "ui_browser"
pytestmark = needs_browser

AXE = ROOT / ".ci" / "npm" / "node_modules" / "axe-core" / "axe.min.js"


def test_ten_browsers_at_once_get_their_own_answers(site: str, site_archive: Path) -> None:
    questions = [
        json.loads(line)["question"]
        for path in sorted(BUNDLED.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ][:40]
    plans = [questions[number::10] for number in range(10)]
    assistant = Assistant(open_archive(site_archive))
    wanted = [
        [assistant.ask(question, history=plan[:number]).text for number, question in enumerate(plan)] for plan in plans
    ]
    found: list[Any] = [None] * 10
    seen: list[str] = []

    async def one(chromium: Any, number: int) -> None:
        context = await chromium.new_context(viewport=WIDE)
        page = await context.new_page()
        page.set_default_timeout(120_000)  # ten browsers on two cores
        watch(page, seen)
        await page.goto(site)
        await page.wait_for_selector("#chat .or-welcome")
        for count, question in enumerate(plans[number], start=1):
            await page.fill("#or-box textarea", question)
            await page.press("#or-box textarea", "Enter")
            await page.wait_for_function(
                "([done, count]) => document.querySelectorAll(done).length == count && !document.querySelector('#chat .or-pending')",
                arg=[DONE, count],
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
def test_axe_finds_no_serious_violation(site: str, visit: Any, scheme: str, viewport: dict[str, int]) -> None:
    page = visit(site, viewport=viewport, color_scheme=scheme)
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
    page.click(".or-filter-open")
    page.wait_for_selector(".or-filter-people li")
    page.locator(".or-filter-people input[type=checkbox]").first.check()
    found += violations(page)
    assert sorted(set(found)) == []


def violations(page: Any) -> list[str]:
    """axe-core's serious and critical findings, each with the element it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "() => axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
    )
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:160]} {[each['message'] for each in node['any'] + node['all'] + node['none']][:1]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
