"""gradio_client, the programs in the documentation, and an archive in which there is nothing yet."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from forks import onrecord_command
from starlette.testclient import TestClient
from ui_api import (
    ANN,
    BUTTON,
    GATES,
    asked,
    curl,
    fetch,
    serving,
    untimed,
)

from rag.archive import open_archive
from rag.config import Settings
from ui.server import build_server

pytest_plugins = "ui_api"


def gradio(address: str, **options: Any) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False, analytics_enabled=False, download_files=False, **options)


def test_gradio_client_asks(url: str, expected: Callable[..., dict[str, Any]]) -> None:
    client = gradio(url)
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask"]
    assert untimed(client.predict(GATES, api_name="/ask")) == expected(GATES)
    assert untimed(client.predict(BUTTON, [GATES], api_name="/ask")) == expected(BUTTON, history=[GATES])
    with pytest.raises(Exception, match="the question is empty"):
        client.predict(" ", api_name="/ask")
    client.close()


def test_gradio_client_needs_the_login(locked_url: str) -> None:
    from gradio_client.exceptions import AuthenticationError

    with pytest.raises(AuthenticationError):
        gradio(locked_url)
    client = gradio(locked_url, auth=(ANN.user, ANN.password))
    assert client.predict(GATES, api_name="/ask")["status"] == "answered"
    client.close()


def test_gradio_client_finds_nothing_to_call_without_api(archive: Path) -> None:
    with serving(archive) as url:
        client = gradio(url)
        assert client.view_api(return_format="dict")["named_endpoints"] == {}
        with pytest.raises(ValueError, match="/ask"):
            client.predict(GATES, api_name="/ask")
        client.close()
        assert fetch(f"{url}/v1/models")[0] == fetch(f"{url}/api/ask?question=x")[0] == 404


def shown_in_docs(kind: str) -> list[str]:
    text = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, re.S)


def test_every_curl_command_in_the_documentation_answers(url: str) -> None:
    lines = [line for block in shown_in_docs("bash") for line in block.splitlines()]
    assert len(lines) == 6
    for line in lines:
        program, *words = shlex.split(line.replace("http://localhost:7860", url))
        told = json.loads(curl(*words))
        assert (program, line, "error" in told) == ("curl", line, False)


def test_every_program_in_the_documentation_prints_an_answer(url: str) -> None:
    pytest.importorskip("openai", reason="openai is not installed")
    programs = shown_in_docs("python")
    assert len(programs) == 2
    for program in programs:
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program.replace("http://localhost:7860", url)],
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "On 9 October 2026, Henrike Vaal: “" in done.stdout


def test_the_configuration_in_the_documentation_starts_the_command(archive: Path) -> None:
    (text,) = shown_in_docs("json")
    server = json.loads(text)["mcpServers"]["onrecord"]
    words = [str(archive) if word == "/path/to/archive" else word for word in server["args"]]
    done = subprocess.run(
        [*onrecord_command(), *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert (server["command"], done.returncode, done.stdout, done.stderr) == ("onrecord", 0, "", "")


def test_an_empty_archive_says_so_at_every_interface(tmp_path: Path, environment: None) -> None:
    app = build_server(open_archive(tmp_path / "nothing"), settings=Settings(), api=True)
    with TestClient(app, base_url="http://127.0.0.1:7860") as page:
        assert page.get("/api/ask?question=x").json() == {"error": "There is nothing in this archive yet."}
        told = page.post("/v1/chat/completions", json={"model": "onrecord", "messages": asked(GATES), "stream": True})
        assert (told.status_code, told.json()["error"]["message"]) == (400, "There is nothing in this archive yet.")
        assert page.get("/api/documents").json() == []
        assert page.get("/api/documents/x").status_code == 404
        assert page.get("/api/search?query=x").status_code == 400
