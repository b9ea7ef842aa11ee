"""What the tests of the interfaces for programs share: servers in their own processes, and ways to ask them.

The fixtures come with `pytest_plugins = "ui_api"`, and their servers are started once for all files.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from forks import onrecord_command
from ports import free_port

from rag.archive import open_archive
from rag.assistant import Assistant
from rag.config import Settings
from rag.json_forms import answer_to_json
from rag.types import Answer
from ui.login import Login

pytest_plugins = "ui_page"  # for the fixture `environment`

GATES, BUTTON, TUNGSTEN = (
    "When will the gates move?",
    "And who presses the button?",
    "What is the boiling point of tungsten?",
)
ANN = Login("ann", "right: ünsafe")
BASIC = "Basic " + base64.b64encode(f"{ANN.user}:{ANN.password}".encode()).decode()
TOKEN = "a-token-of-its-own-1"


@contextmanager
def running(command: list[str], ready: Callable[[], bool], **environment: str) -> Iterator[None]:
    """A process of a whole command, once it is `ready`; `environment` goes on top of this one without ONRECORD variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            for _ in range(600):
                if ready():
                    break
                assert process.poll() is None, process.communicate()[0].decode()
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(20)


def is_up(url: str) -> bool:
    """Whether something answers at an address."""
    try:
        with urllib.request.urlopen(url):
            return True
    except OSError:
        return False


@contextmanager
def serving(archive: Path, *options: str, **environment: str) -> Iterator[str]:
    """The address of a server, started by the command that users type."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*onrecord_command(), "chat", "--archive", str(archive), "--port", str(port), *options]
    with running(command, lambda: is_up(f"{url}/healthz"), **environment):
        yield url


@pytest.fixture(scope="session")
def archive(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(bundled_folder, tmp_path_factory.mktemp("api") / "archive"))


@pytest.fixture(scope="session")
def url(archive: Path) -> Iterator[str]:
    with serving(archive, "--api") as address:
        yield address


@pytest.fixture(scope="session")
def locked_url(archive: Path) -> Iterator[str]:
    login = f"{ANN.user}:{ANN.password}"
    with serving(archive, "--api", "--read-only", ONRECORD_AUTH=login, ONRECORD_TOKEN=TOKEN) as address:
        yield address


@pytest.fixture(scope="session")
def expected(archive: Path) -> Callable[..., dict[str, Any]]:
    """What the Python API answers, without the times that it took."""
    ask = Assistant(open_archive(archive)).ask
    return lambda *args, **options: untimed(answer_to_json(ask(*args, **options)))


def untimed(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(answer).items() if name != "timings_ms"}


@pytest.fixture
def client(url: str) -> Any:
    openai = pytest.importorskip("openai", reason="openai is not installed")
    return openai.OpenAI(base_url=f"{url}/v1", api_key="none is needed", max_retries=0)


def asked(question: Any, *earlier: str) -> list[dict[str, Any]]:
    past = [
        message
        for text in earlier
        for message in ({"role": "user", "content": text}, {"role": "assistant", "content": "…"})
    ]
    return [{"role": "system", "content": "Be brief."}, *past, {"role": "user", "content": question}]


def fetch(address: str, body: Any = None, method: str | None = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """(status, JSON or text, headers), whatever the status."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if data is not None:
        sent = {"Content-Type": "application/json", **sent}
    request = urllib.request.Request(address, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            status, text, got = answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        status, text, got = error.code, error.read().decode(), dict(error.headers)
    return status, json.loads(text or "null") if got.get("content-type") == "application/json" else text, got


def curl(*words: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = subprocess.run(
        ["curl", "--silent", "--show-error", *words], capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def printed(archive: Path, *words: str) -> Any:
    done = subprocess.run(
        [*onrecord_command(), *words, "--archive", str(archive), "--json"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


class SlowService:
    """Writes a word every 20 ms until it is closed."""

    def __init__(self) -> None:
        self.settings, self.archive = Settings(), None
        self.begun, self.closed = threading.Event(), threading.Event()

    def generators(self) -> list[str]:
        return ["slow"]

    def stream(self, question: str, **_: Any) -> Iterator[str | Answer]:
        try:
            while True:
                self.begun.set()
                yield "word "
                time.sleep(0.02)
        finally:
            self.closed.set()


@pytest.fixture(scope="session")
def models() -> Iterator[str]:
    """A server of models, good and bad."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(
        [sys.executable, str(ROOT / "tests" / "fake_model_server.py"), str(port)], lambda: is_up(f"{url}/v1/models")
    ):
        yield f"{url}/v1"


def writing_requests(models: str, model: str) -> list[dict[str, Any]]:
    """The requests for an answer that this model had so far, without those for what to search with."""
    seen = json.loads(fetch(f"{models.removesuffix('/v1')}/seen")[1])["seen"]
    return [one for one in seen if one["body"]["model"] == model and not one.get("searching")]


def cancelled_requests(models: str, model: str) -> int:
    """How many requests to this model were ended before it had answered."""
    return sum(one.get("gone") is True for one in writing_requests(models, model))


def through_mcp(archive: Path, use: Callable[[Any], Any], *options: str) -> Any:
    """What an MCP client gets that starts the command by itself."""
    mcp = pytest.importorskip("mcp", reason="mcp is not installed")
    program, *words = [*onrecord_command(), "mcp", "--archive", str(archive), *options]
    command = mcp.StdioServerParameters(command=program, args=words, cwd=str(ROOT), env=dict(os.environ))

    async def talk() -> Any:
        async with mcp.Client(command) as client:
            return await use(client)

    return asyncio.run(asyncio.wait_for(talk(), 120))
