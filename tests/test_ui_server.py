"""The server around the page: who may ask it what."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import InputError
from ui.conversations import Exchange, to_json
from ui.guard import HEADERS, MAX_BODY_BYTES, SHUT, Guard
from ui.login import Login, read_login
from ui.server import build_server, check_address, prepare_environment
from ui.throttle import WRONG_LOGINS

HERE = "http://127.0.0.1:7860"
ANN = Login("ann", "right: ünsafe")
RIGHT = {"username": ANN.user, "password": ANN.password}
GATES = "When will the gates move?"

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


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """What `build_server` does to the environment is undone for the other tests."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def archive(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The bundled documents, which visitors of the page may add to."""
    return open_archive(shutil.copytree(bundled_folder, tmp_path_factory.mktemp("page") / "archive"), create=False)


@pytest.fixture(scope="module")
def open_app(archive: Archive, environment: None) -> Any:
    return build_server(archive, settings=Settings())


@pytest.fixture(scope="module")
def locked_app(bundled: Archive, environment: None) -> Any:
    return build_server(bundled, settings=Settings(), login=ANN, host="0.0.0.0", read_only=True)


@pytest.fixture(scope="module")
def page(open_app: Any) -> Iterator[TestClient]:
    with TestClient(open_app, base_url=HERE) as client:
        yield client


@pytest.fixture(scope="module")
def locked(locked_app: Any) -> Iterator[TestClient]:
    with TestClient(locked_app, base_url="http://archive.example:7860", follow_redirects=False) as client:
        yield client


def somebody(app: Any, address: str) -> TestClient:
    """Another visitor of a server that runs already."""
    return TestClient(app, base_url="http://archive.example:7860", client=(address, 4000))


def call(client: TestClient, name: str, value: Any) -> Any:
    """What the page's script gets from one of the server's functions."""
    (pane,) = [part for part in client.get("/config").json()["components"] if part["props"].get("elem_id") == "or-pane"]
    body = {"session_hash": "s", "component_id": pane["id"], "fn_name": name, "data": value}
    answer = client.post("/gradio_api/component_server", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


# -- what everybody gets -----------------------------------------------------------------------------------------------


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
        ("/gradio_api/file=/etc/passwd", 403),
        ("/gradio_api/queue/data", 422),
    ],
)
def test_every_response_has_the_security_headers_once(page: TestClient, path: str, status: int) -> None:
    answer = page.get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {name: [text] for name, text in HEADERS.items()}


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
    assert page.get(switched_off).status_code == 403


def test_the_page_names_no_other_host(page: TestClient) -> None:
    html = page.get("/").text
    fetched = re.findall(r"""(?:src|href|action)=["']?([^"'\s>]+)""", html)
    assert [
        address for address in fetched if re.match(r"(?:[a-z]+:)?//", address) and not address.startswith(HERE)
    ] == []


def test_no_file_is_served_but_the_pages_own(page: TestClient, archive: Archive) -> None:
    folder = Path(archive.url)
    wanted = [
        folder / "archive.sqlite",
        folder / "index",
        ROOT / "pyproject.toml",
        Path("/etc/passwd"),
        Path("pyproject.toml"),
    ]
    tried = {str(path): page.get(f"/gradio_api/file={path}").status_code for path in wanted}
    assert tried == dict.fromkeys(map(str, wanted), 403)
    assert page.get("/gradio_api/proxy=http://127.0.0.1:1/").status_code == 400
    assert page.get("/static/../../../../../../etc/passwd").status_code == 404
    assert page.get("/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd").status_code in (403, 404)


# -- whom it answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860", "127.0.0.1"])
def test_a_name_of_this_machine_is_answered(page: TestClient, host: str) -> None:
    assert page.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "evil@x", "", "192.168.0.7", "[", "[::1", "@"],
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


def test_a_body_of_unknown_length_is_refused(page: TestClient) -> None:
    assert page.post("/gradio_api/reset", content=iter([b"{}"])).status_code == 411


def through_guard(scope: dict[str, Any], *, hosts: frozenset[str] | None = None) -> list[dict[str, Any]]:
    """What a guard sends of its own accord; what it guards says nothing."""
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        sent.append({"type": "inner"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Guard(inner, hosts=hosts)(scope, None, send))
    return sent


def test_a_socket_from_elsewhere_is_closed() -> None:
    scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"a"), (b"origin", b"https://evil.example")]}
    assert through_guard(scope) == [{"type": "websocket.close", "code": 1008}]
    scope["headers"] = [(b"host", b"a"), (b"origin", b"http://a")]
    assert through_guard(scope) == [{"type": "inner"}]
    assert through_guard(scope, hosts=frozenset({"b"})) == [{"type": "websocket.close", "code": 1008}]


# -- logins ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_this_machine_needs_no_login(host: str) -> None:
    check_address(host, None)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.0.7", "archive.example", "", "127.0.0.1.evil.example", "8.8.8.8"]
)
def test_an_address_that_others_reach_needs_a_login(host: str) -> None:
    check_address(host, ANN)
    with pytest.raises(InputError) as caught:
        check_address(host, None)
    assert str(caught.value) == f"--host {host} can be reached by others; add --auth NAME:PASSWORD, or leave out --host"


def test_a_login_is_read_from_a_text_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "login"
    file.write_text("ann:pass:word\n", encoding="utf-8")
    assert read_login(str(file)) == read_login("ann:pass:word") == Login("ann", "pass:word")
    assert read_login(None) is read_login("") is None
    assert "pass" not in repr(Login("ann", "pass"))


@pytest.mark.parametrize("given", ["ann", "ann:", ":secret", ":", "nowhere/login"])
def test_what_is_no_login_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(InputError) as caught:
        read_login(given)
    assert str(caught.value) == "--auth wants NAME:PASSWORD, or a file with one such line; better set ONRECORD_AUTH"


def test_only_the_right_name_with_the_right_password_is_admitted() -> None:
    assert ANN.admits("ann", "right: ünsafe")
    wrong = [
        ("ann", "right: unsafe"),
        ("Ann", "right: ünsafe"),
        ("", ""),
        ("ann", ""),
        ("", "right: ünsafe"),
        ("ann", "r"),
    ]
    assert [pair for pair in wrong if ANN.admits(*pair)] == []


def test_a_login_opens_the_page_and_a_logout_closes_it(locked_app: Any, locked: TestClient, bundled: Archive) -> None:
    ann = somebody(locked_app, "10.0.0.1")
    assert ann.get("/config").status_code == 401
    assert ann.post("/login", data=RIGHT).status_code == 200
    assert ann.get("/config").status_code == 200
    assert len(call(ann, "list_documents", None)) == bundled.counts()[0]
    assert locked.get("/config").status_code == 401
    ann.get("/logout", follow_redirects=False)
    assert ann.get("/config").status_code == 401


def test_ten_wrong_logins_lock_out_one_visitor(locked_app: Any, locked: TestClient) -> None:
    guesser, other = somebody(locked_app, "10.0.0.2"), somebody(locked_app, "10.0.0.3")
    wrong = {**RIGHT, "password": "guess"}
    assert [guesser.post("/login", data=wrong).status_code for _ in range(WRONG_LOGINS)] == [400] * 10
    assert guesser.post("/login", data=RIGHT).status_code == 429
    assert guesser.post("/login/", data=RIGHT).status_code == 429
    assert guesser.post("/login", data=wrong).text == "too many wrong logins; wait ten minutes"
    assert guesser.get("/config").status_code == 401
    assert other.post("/login", data=RIGHT).status_code == 200


def test_a_right_login_forgives_the_wrong_ones(locked_app: Any, locked: TestClient) -> None:
    visitor = somebody(locked_app, "10.0.0.4")
    for _ in range(3):
        for _ in range(WRONG_LOGINS - 1):
            assert visitor.post("/login", data={**RIGHT, "username": "bob"}).status_code == 400
        assert visitor.post("/login", data=RIGHT).status_code == 200


def test_there_is_one_way_to_log_in(locked: TestClient) -> None:
    for path in ("/gradio_api/login", "//login", "/LOGIN", "/login/x"):
        assert locked.post(path, data=RIGHT).status_code in (404, 405)


def test_guesses_that_come_all_at_once_are_counted_too() -> None:
    reached = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope)
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    statuses = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def guess() -> None:
        guard = Guard(slow, hosts=None)
        scope = {"type": "http", "method": "POST", "path": "/login", "headers": [], "client": ("10.0.0.5", 1)}
        await asyncio.gather(*(guard(scope, None, send) for _ in range(50)))

    asyncio.run(guess())
    assert len(reached) == WRONG_LOGINS
    assert sorted(statuses) == [400] * WRONG_LOGINS + [429] * 40


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
        expected = 404 if path.endswith(SHUT) else 401
        assert (method, path, answer.status_code) == (method, path, expected)


def test_gradios_own_ways_to_leave_files_here_are_shut(page: TestClient) -> None:
    for path in ("/upload", "/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/process_recording"):
        assert page.post(path, files={"files": b"x"}).status_code == 404


def test_no_anonymous_answer_says_what_is_in_the_archive(locked: TestClient, bundled: Archive) -> None:
    said = {name for document in bundled.documents() for name in (document.title, document.source, *document.speakers)}
    words = {word for word in said if len(word) > 3} | {bundled.url, str(ROOT / "eval"), ANN.password}
    for method, path in ANONYMOUS - {("GET", "/gradio_api/heartbeat/{session_hash}")}:  # which never ends
        answer = locked.request(method, re.sub(r"\{[^}]*\}", "1", path), json={} if method == "POST" else None)
        assert (path, [word for word in words if word in answer.text]) == (path, [])
        assert answer.status_code < 500


# -- what the script may call ------------------------------------------------------------------------------------------


def test_the_script_gets_the_archives_documents(page: TestClient, archive: Archive) -> None:
    documents = list(archive.documents())
    described = call(page, "describe_page", None)
    assert (described["documents"], described["answers"]) == archive.counts()
    assert (described["readOnly"], described["encoder"]) == (False, archive.encoder.name)
    assert [row["id"] for row in call(page, "list_documents", None)] == [document.id for document in documents]
    view = call(page, "get_source", documents[0].id)
    assert [text for *_, text in view["turns"]] == [
        documents[0].text[turn.start : turn.end] for turn in documents[0].turns
    ]


def test_only_a_whole_id_opens_a_document(page: TestClient, archive: Archive) -> None:
    gone = {"error": "This document is no longer in the archive, or was replaced by a newer version."}
    first = next(iter(archive.documents()))
    for wrong in (first.id[:6], first.source, "", None, 7, [first.id], {"id": first.id}, "../archive.sqlite"):
        assert call(page, "get_source", wrong) == gone


def test_only_a_whole_id_removes_a_document(page: TestClient, archive: Archive) -> None:
    gone = {"error": "This document is no longer in the archive, or was replaced by a newer version."}
    before = [document.id for document in archive.documents()]
    for wrong in (before[0][:6], next(iter(archive.documents())).source, "", None, 7):
        assert call(page, "remove_document", wrong) == gone
    assert [document.id for document in archive.documents()] == before
    text = b64encode(b"Reporter: When will the ferry sail?\n\nAnn Reed: The ferry will sail on the ninth of June.\n")
    assert call(page, "add_document", {"name": "ferry.txt", "data": text.decode()})["source"] == "ferry.txt"
    (added,) = {document.id for document in archive.documents()} - set(before)
    assert call(page, "remove_document", added) == {"removed": "ferry.txt"}
    assert [document.id for document in archive.documents()] == before


def test_a_conversation_is_exported_from_what_the_browser_kept(page: TestClient, archive: Archive) -> None:
    kept = to_json([Exchange(GATES, answer=Assistant(archive).ask(GATES))])
    for form, suffix in (("markdown", "md"), ("json", "json"), ("html", "html")):
        found = call(page, "export_conversation", {"form": form, "exchanges": kept})
        assert re.fullmatch(rf"onrecord-\d{{4}}-\d\d-\d\d-\d{{4}}\.{suffix}", found["name"])
        assert "gates" in found["text"]
    assert call(page, "export_conversation", {"form": "pdf", "exchanges": kept}) == {
        "error": "there is no form 'pdf'; known: markdown, json, html"
    }
    broken = call(page, "export_conversation", {"form": "json", "exchanges": [{}]})
    assert broken == {"error": "this conversation cannot be read ('answer'); delete it and ask again"}


def test_a_read_only_page_changes_nothing(locked_app: Any, locked: TestClient, bundled: Archive) -> None:
    ann = somebody(locked_app, "10.0.0.6")
    ann.post("/login", data=RIGHT)
    before = {path: path.stat().st_mtime_ns for path in Path(bundled.url).rglob("*") if path.is_file()}
    first = next(iter(bundled.documents()))
    exchange = to_json([Exchange(GATES, error="no")])[0]
    refused = {"error": "This page is read-only: documents are added with `onrecord ingest`."}
    assert call(ann, "describe_page", None)["readOnly"] is True
    assert call(ann, "add_document", {"name": "a.txt", "data": "QUJD"}) == refused
    assert call(ann, "add_samples", None) == refused
    assert call(ann, "remove_document", first.id) == refused
    assert call(ann, "send_feedback", {"exchange": exchange, "helpful": True}) == refused
    assert {path: path.stat().st_mtime_ns for path in Path(bundled.url).rglob("*") if path.is_file()} == before


NAMES = [
    "describe_page",
    "list_documents",
    "get_source",
    "add_document",
    "remove_document",
    "export_conversation",
    "send_feedback",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "data", "form", "exchanges", "exchange", "helpful"]), inner, max_size=4
        )
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NAMES), JSON)
def test_whatever_a_script_sends_it_gets_data_or_one_sentence(page: TestClient, name: str, value: Any) -> None:
    found = call(page, name, value)
    if isinstance(found, dict) and "error" in found:
        assert set(found) == {"error"}
        assert "Traceback" not in found["error"]
        assert len(found["error"].splitlines()) == 1
    else:
        assert name in ("describe_page", "list_documents")


@pytest.mark.parametrize("name", ["postprocess", "__init__", "get_config", "answering", "nothing"])
def test_nothing_else_of_the_page_can_be_called(page: TestClient, name: str) -> None:
    (pane,) = [part for part in page.get("/config").json()["components"] if part["props"].get("elem_id") == "or-pane"]
    body = {"session_hash": "s", "component_id": pane["id"], "fn_name": name, "data": None}
    assert page.post("/gradio_api/component_server", json=body).status_code == 404


# -- from the outside --------------------------------------------------------------------------------------------------

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
        "/gradio_api/file=/etc/passwd": 403,
        "/gradio_api/vibe-code": 403,
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
        [sys.executable, "-m", "rag", "chat", "--archive", str(folder), *options],
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
