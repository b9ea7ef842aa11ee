"""The guard before the page: whom it answers, and what everybody is answered without a login."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT
from starlette.testclient import TestClient
from ui_page import ANN, HERE, RIGHT

from rag.archive import Archive
from ui.guard import BROKEN, HEADERS, MAX_BODY_BYTES, SHUT, Guard

pytest_plugins = "ui_page"

# Everything that somebody without a login is answered. None of it says what is in the archive, see below.
ANONYMOUS = {
    ("GET", "/"),  # the form to log in
    ("HEAD", "/"),
    ("GET", "/healthz"),
    ("POST", "/login"),
    ("POST", "/login/"),
    ("GET", "/logout"),
    # The page's own files.
    ("GET", "/assets/{path:path}"),
    ("GET", "/favicon.ico"),
    ("GET", "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}"),
    ("GET", "/gradio_api/theme.css"),
    ("GET", "/manifest.json"),
    ("GET", "/pwa_icon"),
    ("GET", "/pwa_icon/{size}"),
    ("GET", "/robots.txt"),
    ("GET", "/static/{path:path}"),
    ("GET", "/svelte/{path:path}"),
    ("GET", "/theme.css"),
    # Who am I, are you there.
    ("GET", "/gradio_api/app_id"),
    ("GET", "/gradio_api/app_id/"),
    ("GET", "/gradio_api/heartbeat/{session_hash}"),
    ("GET", "/gradio_api/login_check"),
    ("GET", "/gradio_api/login_check/"),
    ("GET", "/gradio_api/startup-events"),
    ("GET", "/gradio_api/token"),
    ("GET", "/gradio_api/token/"),
    ("GET", "/gradio_api/user"),
    ("GET", "/gradio_api/user/"),
    # An event is named by a random number that only its visitor has.
    ("POST", "/gradio_api/cancel"),
    ("POST", "/gradio_api/reset"),
    ("POST", "/gradio_api/reset/"),
    ("POST", "/gradio_api/stream/{event_id}"),
    ("POST", "/gradio_api/stream/{event_id}/close"),
    ("GET", "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file"),
    ("GET", "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8"),
    ("GET", "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}"),
    # Switched off, and refused by Gradio itself.
    ("GET", "/gradio_api/runs"),
    ("GET", "/gradio_api/runs/"),
    ("GET", "/gradio_api/vibe-code"),
    ("GET", "/gradio_api/vibe-code/"),
    ("POST", "/gradio_api/undo-vibe-edit"),
    ("POST", "/gradio_api/undo-vibe-edit/"),
    ("POST", "/gradio_api/vibe-code"),
    ("POST", "/gradio_api/vibe-code/"),
    ("POST", "/gradio_api/vibe-edit"),
    ("POST", "/gradio_api/vibe-edit/"),
    ("POST", "/gradio_api/vibe-starter-queries"),
    ("POST", "/gradio_api/vibe-starter-queries/"),
    ("GET", "/monitoring/{key}"),
}


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860", "127.0.0.1"])
def test_a_name_of_this_machine_is_answered(page: TestClient, host: str) -> None:
    assert page.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "evil@x", "", "192.168.0.7", "[", "[::1", "@", "evil@localhost", "localhost:7961, evil.example", "localhost:7961#@evil.example",
     "localhost/", "localhost?", "localhost:x", "localhost:7860:1", "localhost ", " localhost", "[localhost]", "[::1]x", "user:pw@[::1]", "localhost\\evil.example"],
)  # fmt: skip
def test_another_name_for_this_machine_is_refused(page: TestClient, host: str) -> None:
    assert page.get("/healthz", headers={"host": host}).status_code == 421


def test_with_a_login_any_name_is_answered(locked: TestClient) -> None:
    assert locked.get("/healthz", headers={"host": "anything.example"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),  # no browser
        ({"origin": HERE}, False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "null"}, True),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, True),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "http://127.0.0.1:9999"}, True),
        ({"origin": "http://localhost:7860"}, True),
        ({"origin": f"{HERE}.evil.example"}, True),
        ({"origin": "http://["}, True),
    ],
    ids=str,
)
def test_only_this_page_may_post(page: TestClient, headers: dict[str, str], refused: bool) -> None:
    answer = page.post("/gradio_api/reset", json={"event_id": "x"}, headers=headers)
    assert answer.status_code == (403 if refused else 200)


def test_a_link_on_another_site_opens_the_page(page: TestClient) -> None:
    assert page.get("/", headers={"origin": "https://evil.example"}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9999", HERE])
def test_no_other_site_may_read_an_answer(page: TestClient, locked: TestClient, origin: str) -> None:
    # With a login, what another site could read is the visitor's session itself.
    for client, path in ((page, "/config"), (locked, "/"), (locked, "/gradio_api/token"), (locked, "/healthz")):
        answer = client.get(path, headers={"origin": origin})
        assert answer.status_code == 200
        assert [name for name in answer.headers if name.startswith("access-control-")] == []


def test_another_site_is_not_told_what_it_may_send(locked: TestClient) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = locked.options("/gradio_api/component_server", headers=asked)
    assert answer.status_code == 403
    assert [name for name in answer.headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize(
    ("length", "status"), [(str(MAX_BODY_BYTES + 1), 413), ("9" * 30, 413), ("many", 400), (str(MAX_BODY_BYTES), 422)]
)
def test_a_body_that_is_too_large_is_refused_before_it_is_read(page: TestClient, length: str, status: int) -> None:
    answer = page.post("/gradio_api/reset", content=b"{}", headers={"content-length": length})
    assert answer.status_code == status


def test_a_body_in_chunks_is_read_up_to_the_limit(page: TestClient) -> None:
    assert page.post("/gradio_api/reset", content=iter([b"{", b"}"])).status_code == 422
    piece = b" " * 1_000_000
    assert page.post("/gradio_api/reset", content=iter([piece] * (MAX_BODY_BYTES // 1_000_000 + 1))).status_code == 413


def through_guard(scope: dict[str, Any], *, hosts: frozenset[str] | None = None) -> list[dict[str, Any]]:
    """What a guard sends of its own accord; what it guards says nothing."""
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        sent.append({"type": "inner"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Guard(inner, hosts=hosts)(scope, None, send))
    return sent


@pytest.mark.parametrize(
    ("length", "read"),
    [(b"6", ["abc", "def"]), (b"2000000", []), (b"many", [])],
)
def test_a_short_body_is_read_before_the_request_is_refused_and_a_long_one_is_not(
    length: bytes, read: list[str]
) -> None:
    pieces = ["def", "abc"]
    happened: list[str] = []

    async def receive() -> dict[str, Any]:
        happened.append(pieces.pop())
        return {"type": "http.request", "body": happened[-1].encode(), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        happened.append(str(message.get("status", "text")))

    headers = [(b"host", b"evil.example"), (b"content-length", length)]
    scope = {"type": "http", "method": "POST", "path": "/api/ask", "headers": headers}
    asyncio.run(Guard(None, hosts=frozenset({"localhost"}))(scope, receive, send))
    assert happened == [*read, "421", "text"]


def test_a_socket_from_elsewhere_is_closed() -> None:
    scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"a"), (b"origin", b"https://evil.example")]}
    assert through_guard(scope) == [{"type": "websocket.close", "code": 1008}]
    scope["headers"] = [(b"host", b"a"), (b"origin", b"http://a")]
    assert through_guard(scope) == [{"type": "inner"}]
    assert through_guard(scope, hosts=frozenset({"b"})) == [{"type": "websocket.close", "code": 1008}]


def routes(found: list[Any]) -> Iterator[Any]:
    """Every route of an application, also of those within it."""
    for route in found:
        inside = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(inside, "routes") and not hasattr(route, "dependant"):
            yield from routes(inside.routes)
        else:
            yield route


def asks_for_login(dependant: Any) -> bool:
    called = getattr(dependant.call, "__name__", "")
    return called == "login_check" or any(map(asks_for_login, dependant.dependencies))


def test_nobody_is_answered_without_a_login_but_on_these_routes(locked_app: Any, locked: TestClient) -> None:
    anonymous, guarded = set(), set()
    for route in routes(locked_app.routes):
        own = asks_for_login(route.dependant) and route.endpoint.__name__ != "login_check"
        (guarded if own else anonymous).update((method, route.path) for method in route.methods)
    assert anonymous == ANONYMOUS
    assert len(guarded) > 30
    for method, path in guarded:
        answer = locked.request(method, re.sub(r"\{[^}]*\}", "1", path))
        expected = 404 if SHUT.fullmatch(re.sub(r"\{[^}]*\}", "1", path)) else 401
        assert (method, path, answer.status_code) == (method, path, expected)


def test_gradios_own_ways_to_leave_files_here_are_shut(page: TestClient) -> None:
    for path in ("/upload", "/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/process_recording"):
        assert page.post(path, files={"files": b"x"}).status_code == 404


# What the page's script and Gradio's client ask for; every other route of Gradio's is shut.
OPEN = {
    *("/", "/healthz", "/login", "/logout", "/config", "/theme.css", "/favicon.ico", "/robots.txt"),
    *("/svelte/{path:path}", "/static/{path:path}", "/assets/{path:path}"),
    *(
        f"/gradio_api/{name}"
        for name in ("user", "login_check", "token", "app_id", "info", "reset", "cancel", "theme.css")
    ),
    *(f"/gradio_api/{name}" for name in ("heartbeat/{session_hash}", "queue/join", "queue/data", "component_server")),
}


def test_every_route_that_the_page_does_not_use_is_shut(locked_app: Any) -> None:
    paths = {route.path for route in routes(locked_app.routes)}
    is_open = {path.rstrip("/") or "/" for path in paths if not SHUT.fullmatch(re.sub(r"\{[^}]*\}", "1", path))}
    assert is_open == OPEN


def test_two_hosts_in_one_request_are_refused() -> None:
    headers = [(b"host", b"evil.example"), (b"host", b"localhost")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    assert through_guard(scope, hosts=frozenset({"localhost"}))[0]["status"] == 421


def test_what_fails_is_answered_with_a_sentence_and_the_security_headers() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("embedded null byte")

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/api/ask", "headers": []}
    asyncio.run(Guard(broken, hosts=None)(scope, None, send))
    assert (sent[0]["status"], sent[1]["body"]) == (500, json.dumps({"error": BROKEN}).encode())
    assert {name.lower().encode(): value.encode() for name, value in HEADERS.items()}.items() <= set(sent[0]["headers"])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_of_a_login_is_for_this_page_alone(locked_app: Any, scheme: str) -> None:
    visitor = TestClient(locked_app, base_url=f"{scheme}://archive.example", client=("10.0.0.9", 4000))
    cookies = visitor.post("/login", data=RIGHT).headers.get_list("set-cookie")
    parts = [{part.strip().lower() for part in cookie.split(";")[1:]} for cookie in cookies]
    assert len(parts) == 2
    assert all({"httponly", "samesite=lax"} <= each and "samesite=none" not in each for each in parts)
    assert all("secure" in each for each in parts) or scheme == "http"


def test_no_anonymous_answer_says_what_is_in_the_archive(locked: TestClient, bundled: Archive) -> None:
    said = {name for document in bundled.documents() for name in (document.title, document.source, *document.speakers)}
    words = {word for word in said if len(word) > 3} | {bundled.url, str(ROOT / "eval"), ANN.password}
    for method, path in ANONYMOUS - {("GET", "/gradio_api/heartbeat/{session_hash}")}:  # which never ends
        answer = locked.request(method, re.sub(r"\{[^}]*\}", "1", path), json={} if method == "POST" else None)
        assert (path, [word for word in words if word in answer.text]) == (path, [])
        assert answer.status_code < 500
