"""What the tests of the page's server share: one open server and one with a login, in this process, and their visitors.

The fixtures come with `pytest_plugins = "ui_page"`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.archive import Archive, open_archive
from rag.config import Settings
from ui.login import Login
from ui.server import build_server

HERE = "http://127.0.0.1:7860"
ANN = Login("ann", "right: ünsafe")
RIGHT = {"username": ANN.user, "password": ANN.password}
GATES = "When will the gates move?"


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """What `build_server` does to the environment is undone for the other tests."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def page_archive(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The bundled documents, which visitors of the page may add to."""
    return open_archive(shutil.copytree(bundled_folder, tmp_path_factory.mktemp("page") / "archive"), create=False)


@pytest.fixture(scope="module")
def open_app(page_archive: Archive, environment: None) -> Any:
    return build_server(page_archive, settings=Settings())


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
