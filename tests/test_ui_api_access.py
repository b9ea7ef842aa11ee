"""Who is let in by the interfaces for programs: login, token, and which requests are refused."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from forks import onrecord_command
from starlette.testclient import TestClient
from ui_api import (
    ANN,
    BASIC,
    GATES,
    TOKEN,
    asked,
    curl,
    fetch,
)

from rag.archive import Archive
from rag.config import Settings
from rag.errors import InputError
from ui.api.auth import Access, read_token
from ui.api.errors import METHODS
from ui.server import build_server
from ui.throttle import WRONG_LOGINS

pytest_plugins = "ui_api"

ROUTES = {
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name:path}"),
    ("POST", "/v1/chat/completions"),
    *((method, path) for method in METHODS for path in ("/v1", "/v1/{rest:path}", "/api", "/api/{rest:path}")),
    ("GET", "/api/ask"),
    ("POST", "/api/ask"),
    ("GET", "/api/search"),
    ("POST", "/api/search"),
    ("GET", "/api/documents"),
    ("GET", "/api/documents/{id:path}"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
}


@pytest.fixture(scope="module")
def locked_app(bundled: Archive, environment: None) -> Any:
    return build_server(bundled, settings=Settings(), login=ANN, host="0.0.0.0", api=True, token=TOKEN)


def visitor(app: Any, address: str, **headers: str) -> TestClient:
    return TestClient(app, base_url="http://archive.example:7860", client=(address, 4000), headers=headers)


def routes(found: list[Any]) -> Iterator[Any]:
    for route in found:
        inside = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(inside, "routes") and not hasattr(route, "dependant"):
            yield from routes(inside.routes)
        else:
            yield route


def routes_for_programs(app: Any) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for route in routes(app.routes)
        for method in route.methods or ()
        if route.path.startswith(("/v1", "/api"))
    }


def test_the_routes_are_these_and_none_of_them_is_open_without_a_login(locked_app: Any) -> None:
    assert routes_for_programs(locked_app) == ROUTES
    somebody = visitor(locked_app, "10.1.0.1")
    wanted = "log in: the page's name and password by HTTP Basic, or the token as Authorization: Bearer TOKEN"
    for method, path in ROUTES:
        answer = somebody.request(method, re.sub(r"\{[^}]*\}", "1", path), json={} if method == "POST" else None)
        assert (method, path, answer.status_code) == (method, path, 401)
        error = answer.json()["error"]
        assert (error if path.startswith("/api") else error["message"]) == wanted
        assert answer.headers["www-authenticate"] == 'Basic realm="onrecord"'
        assert "content-security-policy" in answer.headers


def test_without_api_there_are_no_routes_for_programs(bundled: Archive, environment: None) -> None:
    app = build_server(bundled, settings=Settings())
    assert routes_for_programs(app) == set()
    with TestClient(app, base_url="http://127.0.0.1:7860") as page:
        for method, path in ROUTES:
            answer = page.request(method, re.sub(r"\{[^}]*\}", "1", path), json={} if method == "POST" else None)
            assert (method, path, answer.status_code in (404, 405)) == (method, path, True)
        assert page.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


@pytest.mark.parametrize("given", [BASIC, f"Bearer {TOKEN}", f"bearer  {TOKEN}", BASIC.replace("Basic", "BASIC")])
def test_the_login_and_the_token_open_every_route(locked_app: Any, given: str) -> None:
    ann = visitor(locked_app, "10.1.0.2", authorization=given)
    assert [
        ann.get(path).status_code for path in ("/v1/models", "/api/documents", "/api/docs", "/api/openapi.json")
    ] == [200] * 4
    schema = ann.get("/api/openapi.json").json()
    assert schema["components"]["securitySchemes"] == {
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    assert schema["security"] == [{"basic": []}, {"bearer": []}]


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Basic !", "Basic YW5u",
     "Bearer " + BASIC[6:], "Basic " + base64.b64encode(b"ann:guess").decode(), "Basic " + base64.b64encode(b"\xff:\xff").decode()],
)  # fmt: skip
def test_nothing_else_opens_one(locked_app: Any, given: str) -> None:
    address = f"10.2.0.{abs(hash(given)) % 250}"
    assert visitor(locked_app, address, authorization=given).get("/v1/models").status_code == 401


def test_a_token_opens_no_page_and_the_page_opens_no_route(locked_app: Any) -> None:
    bearer = visitor(locked_app, "10.1.0.3", authorization=f"Bearer {TOKEN}")
    assert bearer.get("/config").status_code == 401
    page = visitor(locked_app, "10.1.0.4")
    assert page.post("/login", data={"username": ANN.user, "password": ANN.password}).status_code == 200
    assert page.get("/config").status_code == 200
    assert page.get("/api/documents").status_code == 401


def test_ten_wrong_attempts_lock_interfaces_and_page_alike(locked_app: Any) -> None:
    guesser = visitor(locked_app, "10.1.0.5")
    tried = [guesser.get("/api/documents", headers={"authorization": f"Bearer guess-{n}"}) for n in range(WRONG_LOGINS)]
    assert [answer.status_code for answer in tried] == [401] * WRONG_LOGINS
    right = {"authorization": f"Bearer {TOKEN}"}
    refused = guesser.get("/v1/models", headers=right)
    assert (refused.status_code, refused.json()["error"]["message"]) == (429, "too many wrong logins; wait ten minutes")
    assert guesser.get("/api/documents", headers=right).status_code == 429
    assert guesser.post("/login", data={"username": ANN.user, "password": ANN.password}).status_code == 429
    assert visitor(locked_app, "10.1.0.6").get("/v1/models", headers=right).status_code == 200


def test_a_right_attempt_does_not_forgive_a_guesser_at_the_same_address(locked_app: Any) -> None:
    shared = visitor(locked_app, "10.1.0.7")
    for n in range(WRONG_LOGINS):
        assert shared.get("/v1/models", headers={"authorization": f"Bearer guess-{n}"}).status_code == 401
        if n < WRONG_LOGINS - 1:
            assert shared.get("/v1/models", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert shared.get("/v1/models", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 429


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_an_image_on_another_sites_page_asks_nothing(url: str, site: str, status: int) -> None:
    assert fetch(f"{url}/api/ask?question=When%3F", Sec_Fetch_Site=site)[0] == status
    assert fetch(f"{url}/v1/models", Origin="https://evil.example")[2].get("access-control-allow-origin") is None
    assert fetch(f"{url}/api/ask", {"question": GATES}, Origin="https://evil.example")[0] == 403


def test_a_locked_server_lets_the_openai_sdk_in_with_its_token(locked_url: str) -> None:
    openai = pytest.importorskip("openai", reason="openai is not installed")
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{locked_url}/v1", api_key="wrong", max_retries=0).models.list()
    client = openai.OpenAI(base_url=f"{locked_url}/v1", api_key=TOKEN, max_retries=0)
    done = client.chat.completions.create(model="onrecord", messages=asked(GATES))
    assert done.choices[0].message.model_extra["onrecord"]["status"] == "answered"


def test_a_locked_server_lets_curl_in_with_its_login(locked_url: str) -> None:
    assert "error" in json.loads(curl(f"{locked_url}/api/documents"))
    assert len(json.loads(curl("-u", f"{ANN.user}:{ANN.password}", f"{locked_url}/api/documents"))) == 4
    assert len(json.loads(curl("-H", f"Authorization: Bearer {TOKEN}", f"{locked_url}/api/documents"))) == 4


def test_without_a_login_a_token_alone_is_asked_for() -> None:
    access = Access(token=TOKEN)
    assert access.refusal({}, "a") == (401, "give the token: Authorization: Bearer TOKEN")
    assert access.refusal({"authorization": BASIC}, "a") == (401, "give the token: Authorization: Bearer TOKEN")
    assert access.refusal({"authorization": f"Bearer {TOKEN}"}, "a") is None
    assert TOKEN not in repr(access)


def test_a_token_is_read_from_a_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert read_token(str(file), {"ONRECORD_TOKEN": "another-token-of-its-own"}) == TOKEN
    assert read_token(None, {"ONRECORD_TOKEN": TOKEN}) == TOKEN
    assert read_token(None, {}) is read_token(None, {"ONRECORD_TOKEN": ""}) is None


@pytest.mark.parametrize("text", ["", "canary", "canary canary canary", "canäry-canary-canary"])
def test_a_token_that_could_be_guessed_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="a token is one word of at least 16 plain letters and digits") as caught:
        read_token(str(file), {})
    assert "can" not in str(caught.value).replace(str(file), "")
    with pytest.raises(InputError, match="No such file"):
        read_token(str(tmp_path / "nowhere"), {})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--token-file", "x"], "onrecord: --token-file is for the doors; add --api, or leave it out\n"),
        (["--api", "--token-file", "nowhere"], "onrecord: --token-file nowhere: No such file or directory\n"),
        (["--api", "--host", "0.0.0.0"], "onrecord: --host 0.0.0.0 can be reached by others; add --auth NAME:PASSWORD, or leave out --host\n"),
    ],
)  # fmt: skip
def test_options_that_open_nothing_are_explained_in_one_line(tmp_path: Path, options: list[str], sentence: str) -> None:
    done = subprocess.run(
        [*onrecord_command(), "chat", "--archive", str(tmp_path / "a"), *options],
        cwd=ROOT, env={k: v for k, v in os.environ.items() if k != "ONRECORD_AUTH"}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
