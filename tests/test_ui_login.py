"""Logins: which are read, which are right, and how wrong ones are slowed down."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from ui_page import ANN, RIGHT, call, somebody

from rag.archive import Archive
from rag.errors import InputError
from ui.guard import Guard
from ui.login import Login, read_login
from ui.server import check_address
from ui.throttle import WRONG_LOGINS

pytest_plugins = "ui_page"


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
