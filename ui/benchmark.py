"""How fast the page is in a real browser: `make bench`. Prints medians of several visits, and checks none of them."""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from rag.archive import open_archive

REPEATS = 5
TURNS = 1_500
QUESTION = "What was said about pier 700?"


def main() -> None:
    """Print everything."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("page: not measured, playwright is not installed")
        return
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("page: not measured, no chromium is installed")
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "long.txt").write_text(_long_interview(), encoding="utf-8")
        open_archive(folder / "archive").ingest([folder / "long.txt"])
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        with _serving(folder / "archive") as (url, ready_s):
            measured = [_visit(chromium, url) for _ in range(REPEATS)]
        chromium.close()
    paints, pieces, first_clicks, clicks = ([visit[number] for visit in measured] for number in range(4))
    print(f"page, {TURNS:,} turns in one transcript, medians of {REPEATS}")
    print(f"  server ready    {ready_s:.1f} s")
    print(f"  first paint     {statistics.median(paints):.2f} s, with the greeting readable")
    print(f"  first piece     {1000 * statistics.median(pieces):.0f} ms after sending")
    print(
        f"  click to mark   {1000 * statistics.median(first_clicks):.0f} ms the first time, "
        f"{1000 * statistics.median(clicks):.0f} ms after that"
    )


def _visit(chromium: Any, url: str) -> tuple[float, float, float, float]:
    """Seconds to the greeting, to the first piece of an answer, and from each of two clicks to its mark in sight."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    started = perf_counter()
    page.goto(url)
    page.wait_for_selector("#chat .or-welcome")
    paint = perf_counter() - started
    page.wait_for_timeout(500)
    # Times are measured in the page, without the driver's round trips.
    page.evaluate(_WATCH)
    page.fill("#or-box textarea", QUESTION)
    page.press("#or-box textarea", "Enter")
    page.wait_for_selector("#chat a.or-chip")
    page.wait_for_timeout(500)
    piece = page.evaluate("(window.benched.piece - window.benched.sent) / 1000")
    clicks = [page.evaluate(_CLICK, number) / 1000 for number in (0, 0)]
    context.close()
    return paint, float(piece), *clicks


_WATCH = """() => {
  window.benched = {};
  document.addEventListener('keydown', () => { window.benched.sent = performance.now(); }, {capture: true});
  new MutationObserver(() => {
    if (!window.benched.piece && document.querySelector('#chat .or-pending, #chat .or-answer:not(.or-welcome)')) {
      window.benched.piece = performance.now();
    }
  }).observe(document.querySelector('#chat'), {childList: true, subtree: true, characterData: true});
}"""
_CLICK = """async (number) => {
  const chip = document.querySelectorAll('#chat a.or-chip')[number], before = document.querySelector('mark');
  const started = performance.now();
  chip.click();
  for (;;) {
    const mark = document.querySelector('mark');
    if (mark && mark !== before && mark.getBoundingClientRect().top > 0) return performance.now() - started;
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def _long_interview() -> str:
    pairs = (
        f"Question: What happened at pier {number}?\n\nAnn Reed: At pier {number} the ferry waited {number % 60} minutes, "
        f"and pier {number} was painted in the spring by a man who had walked there from the hills."
        for number in range(1, TURNS // 2 + 1)
    )
    return "\n\n".join(pairs)


@contextmanager
def _serving(archive: Path) -> Iterator[tuple[str, float]]:
    """The page's address, and the seconds it took to answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    started = perf_counter()
    command = [sys.executable, "-m", "rag", "chat", "--archive", str(archive), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while True:
                try:
                    with urllib.request.urlopen(f"{url}healthz"):
                        break
                except OSError:
                    if server.poll() is not None:
                        raise
                    sleep(0.05)
            yield url, perf_counter() - started
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
