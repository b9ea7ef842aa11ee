"""What the page's script may call, and what a read-only page refuses."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from ui_page import GATES, RIGHT, call, somebody

from rag.archive import Archive
from rag.assistant import Assistant
from ui.conversations import Exchange, to_json

pytest_plugins = "ui_page"


def test_the_script_gets_the_archives_documents(page: TestClient, page_archive: Archive) -> None:
    documents = list(page_archive.documents())
    described = call(page, "describe_page", None)
    assert (described["documents"], described["answers"]) == page_archive.counts()
    assert described["readOnly"] is False
    assert page_archive.url not in str(described)  # visitors learn nothing of the server's folders
    assert [row["id"] for row in call(page, "list_documents", None)] == [document.id for document in documents]
    view = call(page, "get_source", documents[0].id)
    assert [text for *_, text in view["turns"]] == [
        documents[0].text[turn.start : turn.end] for turn in documents[0].turns
    ]


def test_only_a_whole_id_opens_a_document(page: TestClient, page_archive: Archive) -> None:
    gone = {"error": "This document is no longer in the archive, or was replaced by a newer version."}
    first = next(iter(page_archive.documents()))
    for wrong in (first.id[:6], first.source, "", None, 7, [first.id], {"id": first.id}, "../archive.sqlite"):
        assert call(page, "get_source", wrong) == gone


def test_only_a_whole_id_removes_a_document(page: TestClient, page_archive: Archive) -> None:
    gone = {"error": "This document is no longer in the archive, or was replaced by a newer version."}
    before = [document.id for document in page_archive.documents()]
    for wrong in (before[0][:6], next(iter(page_archive.documents())).source, "", None, 7):
        assert call(page, "remove_document", wrong) == gone
    assert [document.id for document in page_archive.documents()] == before
    text = b64encode(b"Reporter: When will the ferry sail?\n\nAnn Reed: The ferry will sail on the ninth of June.\n")
    assert call(page, "add_document", {"name": "ferry.txt", "data": text.decode()})["source"] == "ferry.txt"
    (added,) = {document.id for document in page_archive.documents()} - set(before)
    assert call(page, "remove_document", added) == {"removed": "ferry.txt"}
    assert [document.id for document in page_archive.documents()] == before


def test_a_conversation_is_exported_from_what_the_browser_kept(page: TestClient, page_archive: Archive) -> None:
    kept = to_json([Exchange(GATES, answer=Assistant(page_archive).ask(GATES))])
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
    refused = {"error": "This page is for reading: documents are added where the archive is kept."}
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
