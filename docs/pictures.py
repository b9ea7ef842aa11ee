"""Makes the pictures of this folder, from the bundled interviews in a real browser: `python docs/pictures.py`.

It needs chromium and the package playwright; both are there where the tests run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PORT = 7977
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
GATES = "When will the gates move?"
COLOURS = 128  # of a picture: letters stay sharp, and a file stays small


def main() -> None:
    """Ask, look and write each picture."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address, browser() as chromium:
        page = opened(chromium, address, WIDE)
        asked(page, GATES)
        keep(page, "page.png")
        page.fill(".or-words", "siren")
        page.wait_for_timeout(400)
        keep(page, "page-transcript.png")
        page.click("#or-tab-documents")
        page.wait_for_selector(".or-documents li")
        page.click(".or-filter-open")
        page.wait_for_selector(".or-filter-people li")
        keep(page, "page-documents.png")
        page.close()

        page = opened(chromium, address, WIDE, colours="dark")
        asked(page, "What did Pell Aronsen say about the gates in 2025?")
        keep(page, "page-unsure.png")
        page.close()

        page = opened(chromium, address, NARROW)
        asked(page, "What is the boiling point of tungsten?")
        keep(page, "page-silent.png")
        asked(page, GATES)
        page.locator("#chat a.or-chip").first.click()
        page.wait_for_selector("mark")
        page.wait_for_timeout(800)
        keep(page, "page-telephone.png")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a page over the bundled interviews."""
    command = [sys.executable, "-m", "rag"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    archive = str(folder / "archive")
    subprocess.run([*command, "ingest", str(ROOT / "eval" / "sets"), "--archive", archive], env=environment, check=True)
    serve = [*command, "chat", "--archive", archive, "--port", str(PORT)]
    with subprocess.Popen(serve, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{PORT}/"
            for _ in range(240):
                try:
                    urllib.request.urlopen(f"{address}healthz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.25)
            yield address
        finally:
            server.terminate()


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


def opened(chromium: Any, address: str, size: dict[str, int], *, colours: str = "light") -> Any:
    """The page as a new visitor sees it."""
    page = chromium.new_page(viewport=size, color_scheme=colours)
    page.goto(address)
    page.wait_for_selector("#chat .or-welcome .or-example")
    return page


def asked(page: Any, question: str) -> None:
    """Ask, and wait until the answer and the place of its first quote are there."""
    page.fill("#or-box textarea", question)
    page.press("#or-box textarea", "Enter")
    page.wait_for_selector(f'#chat .or-asked:has-text("{question[:20]}")')
    page.wait_for_function("() => document.querySelector('#or-send') && !document.querySelector('#chat .or-pending')")
    page.wait_for_timeout(1800)  # what moves into sight has arrived


def keep(page: Any, name: str) -> None:
    """A screenshot with few colours."""
    from PIL import Image

    picture = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    picture.save(DOCS / name, optimize=True)


if __name__ == "__main__":
    main()
