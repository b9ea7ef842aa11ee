"""The server around the page: what everybody gets, and what its environment cannot change."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from forks import onrecord_command, python_command
from starlette.testclient import TestClient
from ui_page import HERE

from rag.archive import Archive
from ui.guard import HEADERS
from ui.server import prepare_environment
from ui.service import ChatService

pytest_plugins = "ui_page"


def test_the_server_says_that_it_is_well(page: TestClient, locked: TestClient) -> None:
    assert (page.get("/healthz").status_code, page.get("/healthz").json()) == (200, {"status": "ok"})
    assert locked.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/config", 200),
        ("/healthz", 200),
        ("/theme.css", 200),
        ("/nowhere", 404),
        ("/gradio_api/file=/etc/passwd", 404),
        ("/gradio_api/heartbeat/%00", 400),
        ("/gradio_api/queue/data", 422),
    ],
)
def test_every_response_has_the_security_headers_once(page: TestClient, path: str, status: int) -> None:
    answer = page.get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {name: [text] for name, text in HEADERS.items()}


def test_an_idle_page_does_not_keep_a_processor_busy(bundled: Archive, page: TestClient) -> None:
    from ui.page import build_app  # not before `page` has prepared the environment

    queue = build_app(ChatService(bundled))._queue
    looks = 0

    class Counted(type(queue)):  # type: ignore[misc]
        def __len__(self) -> int:
            nonlocal looks
            looks += 1
            return 0

    async def idle() -> None:
        looking = asyncio.create_task(queue.start_processing())
        await asyncio.sleep(0.5)
        queue.stopped = True
        await looking

    queue.__class__ = Counted
    asyncio.run(idle())
    assert 0 < looks <= 51


def test_refusals_have_the_security_headers_too(page: TestClient) -> None:
    answer = page.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {name: [text] for name, text in HEADERS.items()}


def test_the_policy_lets_nothing_in_from_outside() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-src"] == policy["object-src"] == "'none'"
    sources = {source for value in policy.values() for source in value.split()}
    assert sources == {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/gradio_api/docs", "/gradio_api/runs"])
def test_there_are_no_pages_that_describe_the_interface(page: TestClient, path: str) -> None:
    assert page.get(path).status_code == 404


def test_no_event_of_the_page_is_offered_as_an_interface(page: TestClient) -> None:
    assert page.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}
    config = page.get("/config").json()
    assert {name: config[name] for name in ("dev_mode", "vibe_mode", "analytics_enabled", "show_error")} == {
        "dev_mode": False,
        "vibe_mode": False,
        "analytics_enabled": False,
        "show_error": False,
    }


@pytest.mark.parametrize(
    "switched_off", ["/gradio_api/vibe-code", "/monitoring", "/monitoring/summary", "/monitoring/x"]
)
def test_what_gradio_offers_to_developers_is_off(page: TestClient, switched_off: str) -> None:
    assert page.get(switched_off).status_code == 404


def test_the_page_names_no_other_host(page: TestClient) -> None:
    html = page.get("/").text
    fetched = re.findall(r"""(?:src|href|action)=["']?([^"'\s>]+)""", html)
    assert [
        address for address in fetched if re.match(r"(?:[a-z]+:)?//", address) and not address.startswith(HERE)
    ] == []


def test_no_file_is_served_but_the_pages_own(page: TestClient, page_archive: Archive) -> None:
    folder = Path(page_archive.url)
    wanted = [
        folder / "archive.sqlite",
        folder / "index",
        ROOT / "pyproject.toml",
        Path("/etc/passwd"),
        Path("pyproject.toml"),
    ]
    tried = {str(path): page.get(f"/gradio_api/file={path}").status_code for path in wanted}
    assert tried == dict.fromkeys(map(str, wanted), 404)
    assert page.get("/gradio_api/proxy=http://127.0.0.1:1/").status_code == 404
    assert page.get("/gradio_api/proxy=http://127.0.0.1:1/%00").status_code == 404
    assert page.get("/static/../../../../../../etc/passwd").status_code == 404
    assert page.get("/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd").status_code in (403, 404)


CHILD = """
import json, sys
from starlette.testclient import TestClient
from rag.config import Settings
from rag.archive import open_archive
from ui.server import build_server
import os
app = build_server(open_archive(sys.argv[1], create=False), settings=Settings())
with TestClient(app, base_url="http://127.0.0.1:7860") as page:
    found = {path: [page.get(path).status_code, page.get(path).text] for path in sys.argv[2:]}
left = {name: value for name, value in os.environ.items() if name.startswith("GRADIO_")}
print(json.dumps({"pages": found, "left": left, "no_proxy": os.environ["NO_PROXY"]}))
"""


def test_no_secret_of_the_environment_reaches_the_page_and_no_variable_opens_it(bundled_folder: Path) -> None:
    secrets = {
        "OPENAI_API_KEY": "sk-canary-1",
        "ANTHROPIC_API_KEY": "sk-canary-2",
        "HF_TOKEN": "hf_canary-3",
        "ONRECORD_AUTH": "ann:canary-4",
    }
    opening = {
        "GRADIO_ALLOWED_PATHS": "/",
        "GRADIO_VIBE_MODE": "1",
        "GRADIO_SHARE": "True",
        "GRADIO_MCP_SERVER": "True",
        "GRADIO_ANALYTICS_ENABLED": "True",
        "GRADIO_ROOT_PATH": "/elsewhere",
        "GRADIO_RUN_HISTORY": "True",
        "GRADIO_TEMP_DIR": str(bundled_folder.parent / "cache"),
    }
    paths = [
        "/",
        "/config",
        "/gradio_api/info",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/vibe-code",
        "/gradio_api/runs",
    ]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(bundled_folder), *paths],
        cwd=ROOT,
        env={**os.environ, **secrets, **opening, "NO_PROXY": "intern.example"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {path: status for path, (status, _) in found["pages"].items()} == {
        "/": 200,
        "/config": 200,
        "/gradio_api/info": 200,
        "/gradio_api/file=/etc/passwd": 404,
        "/gradio_api/vibe-code": 404,
        "/gradio_api/runs": 404,
    }
    bodies = "".join(body for _, body in found["pages"].values())
    assert [word for word in ("canary", "elsewhere") if word in bodies] == []
    assert found["left"] == {
        "GRADIO_TEMP_DIR": opening["GRADIO_TEMP_DIR"],
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    assert found["no_proxy"] == "intern.example,127.0.0.1,localhost"


@pytest.mark.usefixtures("environment")
def test_preparing_the_environment_twice_is_preparing_it_once() -> None:
    prepare_environment()
    once = dict(os.environ)
    prepare_environment()
    assert dict(os.environ) == once


def chat(folder: Path, *options: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*onrecord_command(), "chat", "--archive", str(folder), *options],
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if k != "ONRECORD_AUTH"}, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_public_address_without_a_login_is_refused_in_one_line(tmp_path: Path) -> None:
    code, out, err = chat(tmp_path, "--host", "0.0.0.0")
    assert (code, out) == (1, "")
    assert err.endswith("--host 0.0.0.0 can be reached by others; add --auth NAME:PASSWORD, or leave out --host\n")
    assert err.count("\n") == 1


def test_a_login_that_is_none_is_refused_in_one_line_that_does_not_repeat_it(tmp_path: Path) -> None:
    for options, environment in ((["--auth", "canary"], {}), ([], {"ONRECORD_AUTH": "canary"})):
        code, out, err = chat(tmp_path, "--host", "0.0.0.0", *options, **environment)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "--auth wants NAME:PASSWORD" in err
        assert "canary" not in err


def test_a_generator_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    code, out, err = chat(tmp_path, "--generator", "nobody")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "there is no 'nobody'; known: extractive" in err


def test_a_port_that_is_taken_is_told_in_one_line_with_the_next_one(bundled_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = chat(bundled_folder, "--port", str(port))
    assert (code, out) == (1, "")
    assert err.endswith(f"127.0.0.1:{port} cannot be used (Address already in use); try: --port {port + 1}\n")
    assert err.count("\n") == 1


def test_the_help_names_what_can_be_chosen(tmp_path: Path) -> None:
    code, out, _ = chat(tmp_path, "--help", COLUMNS="200", NO_COLOR="1")
    assert code == 0
    assert [
        option for option in ("--host", "--port", "--read-only", "--auth", "--generator") if option not in out
    ] == []


ENDS_EARLY = """
import sys
import time
from rag.archive import open_archive
from rag.config import Settings
from ui.server import build_server
build_server(open_archive(sys.argv[1], create=False), settings=Settings())
time.sleep(float(sys.argv[2]))
"""


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.2, 0.3])
def test_a_server_that_ends_while_models_load_ends_well(bundled_folder: Path, after_s: float) -> None:
    done = subprocess.run(
        [*python_command(), "-c", ENDS_EARLY, str(bundled_folder), str(after_s)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
