"""The REST interface, asked with curl and over plain HTTP; its manual."""

from __future__ import annotations

import html
import json
import re
import shlex
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ui_api import (
    BUTTON,
    GATES,
    TUNGSTEN,
    curl,
    fetch,
    printed,
    untimed,
)

from rag.types import Filters

pytest_plugins = "ui_api"


def test_curl_asks_the_rest_interface(url: str, expected: Callable[..., dict[str, Any]]) -> None:
    asked_by_address = curl("-G", f"{url}/api/ask", "--data-urlencode", f"question={GATES}")
    assert untimed(json.loads(asked_by_address)) == expected(GATES)
    body = json.dumps({"question": BUTTON, "history": [GATES], "k": 2})
    sent = curl(f"{url}/api/ask", "-H", "Content-Type: application/json", "-d", body)
    assert untimed(json.loads(sent)) == expected(BUTTON, history=[GATES], k=2)


def test_the_rest_interface_gives_what_the_command_line_prints(url: str, archive: Path) -> None:
    rows = fetch(f"{url}/api/documents")[1]
    assert rows == printed(archive, "documents")
    assert len(rows) == 4
    assert fetch(f"{url}/api/documents/{rows[0]['id']}")[1] == printed(archive, "show", rows[0]["id"])
    assert fetch(f"{url}/api/documents/podcast.md")[1] == printed(archive, "show", "podcast.md")
    found = fetch(f"{url}/api/search?query=flood+siren&k=3&after=2026")[1]
    assert found == printed(archive, "search", "flood siren", "-k", "3", "--after", "2026")
    assert fetch(f"{url}/api/search", {"query": "flood siren", "k": 3, "after": "2026"})[1] == found
    answer = fetch(f"{url}/api/ask?question=When+will+the+gates+move%3F")[1]
    assert untimed(answer) == untimed(printed(archive, "ask", GATES))
    assert sorted(answer["timings_ms"]) == ["generate", "read", "retrieve", "total"]


@pytest.mark.parametrize(
    ("filters", "meant"),
    [
        ({"speaker": ["Tobias Merrin"]}, Filters(speaker=("Tobias Merrin",))),
        ({"speaker": ["Tobias Merrin", "Henrike Vaal"]}, Filters(speaker=("Tobias Merrin", "Henrike Vaal"))),
        ({"document": ["podcast.md"], "role": ["respondent"]}, Filters(document=("podcast.md",), role=("respondent",))),
        ({"after": "2025-04", "before": "2026"}, Filters(after="2025-04", before="2026")),
    ],
)
def test_filters_are_those_of_the_command_line(
    url: str, expected: Callable[..., dict[str, Any]], filters: dict[str, Any], meant: Filters
) -> None:
    address = f"{url}/api/ask?{urllib.parse.urlencode({'question': GATES, **filters}, doseq=True)}"
    answer = untimed(fetch(address)[1])
    assert answer == expected(GATES, filters=meant)
    assert answer == untimed(fetch(f"{url}/api/ask", {"question": GATES, **filters})[1])


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("ask", 400, "there is no 'question' in the request; it is needed"),
        ("ask?question=+", 400, "the question is empty"),
        ("ask?qestion=x", 400, "there is no 'qestion'; did you mean 'question'? known: k, speaker, document, role, after, before, question, history"),
        ("ask?question=x&k=0", 400, "k is '0': it should be greater than or equal to 1"),
        ("ask?question=x&k=101", 400, "k is '101': it should be less than or equal to 100"),
        ("ask?question=x&k=many", 400, "k is 'many': it should be a valid integer"),
        ("ask?question=x&role=king", 400, "there is no role 'king'; known: respondent, other"),
        ("ask?question=x&after=soon", 400, "after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
        ("search?query=+", 400, "the query is empty; type some words"),
        ("documents/nobody", 404, None),
        ("documents/../healthz", 404, None),
        ("search?query=x&offset=-1", 400, "offset is '-1': it should be greater than or equal to 0"),
        ("nothing", 404, "there is no /api/nothing; /api/docs lists what there is"),
        ("", 404, "there is no /api; /api/docs lists what there is"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_one_sentence(url: str, path: str, status: int, sentence: str | None) -> None:
    code, told, _ = fetch(f"{url}/api/{path}")
    assert (code, list(told)) == (status, ["error"])
    assert len(told["error"].splitlines()) == 1
    assert sentence is None or told["error"] == sentence


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.text(max_size=4) | st.just("2024"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


KEYS = [
    "question",
    "query",
    "history",
    "k",
    "speaker",
    "document",
    "role",
    "after",
    "before",
    "model",
    "messages",
    "stream",
    "n",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["/api/ask", "/api/search", "/v1/chat/completions"]),
    st.dictionaries(st.sampled_from(KEYS), JSON_VALUES, max_size=4),
)
def test_whatever_is_sent_gets_an_answer_or_one_sentence(url: str, path: str, body: dict[str, Any]) -> None:
    status, told, _ = fetch(url + path, body)
    assert status in (200, 400, 404)
    if status != 200:
        error = told["error"]
        sentence = error if isinstance(error, str) else error["message"]
        assert len(sentence.splitlines()) == 1
        assert "Traceback" not in sentence


@pytest.mark.parametrize(
    ("header", "status", "sentence"),
    [
        ("Origin: https://evil.example", 403, "requests from other sites' pages are refused"),
        ("Host: evil.example", 421, "this page answers only to the address that it was started with"),
    ],
)
def test_a_refusal_by_the_guard_has_the_form_of_the_interface(
    url: str, header: str, status: int, sentence: str
) -> None:
    told = {"message": sentence, "type": "invalid_request_error", "param": None, "code": None}
    for path, text in (
        ("api/ask", json.dumps({"error": sentence})),
        ("v1/chat/completions", json.dumps({"error": told})),
        ("gradio_api/x", sentence),
    ):
        sent = ("-H", header, "-H", "Content-Type: application/json", "-d", "{}", "-w", "\n%{http_code}")
        assert curl(f"{url}/{path}", *sent) == f"{text}\n{status}"


def test_a_failure_names_no_folder_of_the_server(url: str, archive: Path) -> None:
    for path in ("documents/nobody", "ask?question=x&speaker=nobody", "search?query=x&document=nobody"):
        status, told, _ = fetch(f"{url}/api/{path}")
        assert (path, status >= 400, str(archive) in told["error"]) == (path, True, False)
        assert "nobody" in told["error"]


def test_half_a_character_is_no_fault(url: str) -> None:
    answer = fetch(f"{url}/api/ask", b'{"question": "When will the gates move? \\ud800"}')
    assert (answer[0], answer[1]["status"]) == (200, "answered")


def test_the_manual_loads_nothing_and_names_every_route(url: str) -> None:
    status, page, headers = fetch(f"{url}/api/docs")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r"""(?:src|href|action|srcset|data)\s*=\s*["']?([^"'\s>]+)""", page) == ["openapi.json"]
    assert re.findall(r"<(script|link|img|iframe|object|embed|base)|@import|url\(", page) == []
    assert set(re.findall(r"https?://[^/\s<]+", page)) == {url}
    schema = fetch(f"{url}/api/openapi.json")[1]
    named = {(method.upper(), path) for path, found in schema["paths"].items() for method in found}
    assert named == {
        ("GET", "/api/ask"), ("POST", "/api/ask"), ("GET", "/api/search"), ("POST", "/api/search"),
        ("GET", "/api/documents"), ("GET", "/api/documents/{id}"),
    }  # fmt: skip
    assert [f"{method} {path}" for method, path in named if f"<code>{method} {path}</code>" not in page] == []
    assert schema["openapi"].startswith("3.")
    assert "securitySchemes" not in schema["components"]


def test_every_command_in_the_manual_answers(url: str) -> None:
    page = fetch(f"{url}/api/docs")[1]
    commands = [html.unescape(found) for found in re.findall(r"<pre>(.*?)</pre>", page)]
    assert len(commands) == 6
    for command in commands:
        told = json.loads(curl(*shlex.split(command.replace("/ID", "/podcast.md"))[1:]))
        assert (command, "error" in told) == (command, False)


def test_a_request_may_come_in_chunks(url: str) -> None:
    asked = json.dumps({"question": TUNGSTEN})
    words = ("-H", "Content-Type: application/json", "-d", asked, "-w", "\n%{http_code}")
    whole, status = curl(f"{url}/api/ask", *words).rsplit("\n", 1)
    chunked, again = curl(f"{url}/api/ask", "-H", "Transfer-Encoding: chunked", *words).rsplit("\n", 1)
    assert (status, again) == ("200", "200")
    assert untimed(json.loads(chunked)) == untimed(json.loads(whole))


def test_chunks_that_are_too_much_for_an_interface_are_refused(url: str, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"question": "x" * 1_000_000}), encoding="utf-8")
    words = ("-H", "Content-Type: application/json", "-H", "Transfer-Encoding: chunked", "-d", f"@{body}")
    told = {"error": "a request may have 1,000,000 bytes"}
    assert json.loads(curl(f"{url}/api/ask", *words)) == told


def test_a_slash_behind_a_path_changes_nothing(url: str) -> None:
    assert fetch(f"{url}/api/documents/")[:2] == fetch(f"{url}/api/documents")[:2]
    assert fetch(f"{url}/v1/models/")[1]["data"] == fetch(f"{url}/v1/models")[1]["data"]
    asked = {"question": TUNGSTEN}
    assert untimed(fetch(f"{url}/api/ask/", asked)[1]) == untimed(fetch(f"{url}/api/ask", asked)[1])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/ask", "GET, HEAD, POST"),
        ("DELETE", "/api/documents/podcast.md", "GET, HEAD"),
        ("OPTIONS", "/api/search", "GET, HEAD, POST"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("GET", "/v1/chat/completions", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_know_is_told_which_it_knows(
    url: str, method: str, path: str, allowed: str
) -> None:
    status, told, headers = fetch(url + path, method=method)
    assert (status, headers["allow"]) == (405, allowed)
    error = told["error"] if path.startswith("/api") else told["error"]["message"]
    assert error == f"{method} cannot be used for {path}; use {allowed}"


def test_the_root_of_each_interface_has_its_form_of_an_error(url: str) -> None:
    assert fetch(f"{url}/api")[:2] == (404, {"error": "there is no /api; /api/docs lists what there is"})
    status, told, _ = fetch(f"{url}/v1")
    there = "there is no /v1 here; there are: /v1/models, /v1/chat/completions"
    assert (status, told["error"]["message"]) == (404, there)


def test_a_history_is_a_list_of_questions(url: str) -> None:
    sentence = "history is 'one': it should be a valid list"
    assert fetch(f"{url}/api/ask", {"question": GATES, "history": "one"})[:2] == (400, {"error": sentence})
    one = fetch(f"{url}/api/ask?{urllib.parse.urlencode({'question': BUTTON, 'history': GATES})}")[1]
    assert untimed(one) == untimed(fetch(f"{url}/api/ask", {"question": BUTTON, "history": [GATES]})[1])


def test_the_pages_of_a_search_are_the_whole_search(url: str) -> None:
    whole = fetch(f"{url}/api/search", {"query": "flood siren", "k": 6})[1]["passages"]
    pages = [
        fetch(f"{url}/api/search", {"query": "flood siren", "k": 2, "offset": offset})[1]["passages"]
        for offset in (0, 2, 4)
    ]
    assert [hit["passage_id"] for page in pages for hit in page] == [hit["passage_id"] for hit in whole]
    assert fetch(f"{url}/api/search?query=flood&offset=1000")[1]["passages"] == []


def test_head_is_get_without_the_body(url: str) -> None:
    for path in ("api/documents", "v1/models"):
        status, text, headers = fetch(f"{url}/{path}", method="HEAD")
        assert (status, text) == (200, None)
        assert headers["content-length"] == fetch(f"{url}/{path}")[2]["content-length"]


def test_a_filter_that_is_empty_or_null_is_not_given(url: str) -> None:
    plain = fetch(f"{url}/api/search?query=flood&k=2")[1]
    assert fetch(f"{url}/api/search?query=flood&k=2&speaker=&after=&role=")[1] == plain
    given = {"query": "flood", "k": 2, "speaker": None, "before": "", "document": None}
    assert fetch(f"{url}/api/search", given)[1] == plain
