"""The doors for other programs, asked by the programs that use them, against a server in its own process."""

from __future__ import annotations

import asyncio
import base64
import html
import http.client
import json
import os
import re
import shlex
import shutil
import socket
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
from conftest import ROOT, SMALL_WORDS, transcript
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag.archive import Archive, open_archive
from rag.assistant import MAX_QUESTION_CHARS, Assistant
from rag.config import Settings
from rag.errors import InputError
from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json
from rag.text.tokens import estimate_tokens
from rag.types import Answer, Filters
from ui.api.auth import Access, read_token
from ui.api.context import MAX_REQUEST_BYTES, ApiContext
from ui.api.disconnect import iterate_in_thread
from ui.api.errors import ApiError
from ui.api.openai import CHECKED, MAX_MESSAGES, openai_router, shown_pieces
from ui.api.queue import AdmissionQueue
from ui.api.rest import rest_router
from ui.api.text_forms import MarkdownEscapeStream, afterword, escape_active_markdown, passage_of
from ui.login import Login
from ui.server import build_server
from ui.service import ChatService, with_heartbeat
from ui.throttle import WRONG_LOGINS

GATES, BUTTON, TUNGSTEN = (
    "When will the gates move?",
    "And who presses the button?",
    "What is the boiling point of tungsten?",
)
ANN = Login("ann", "right: ünsafe")
BASIC = "Basic " + base64.b64encode(f"{ANN.user}:{ANN.password}".encode()).decode()
TOKEN = "a-token-of-its-own-1"
DOORS = {
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name:path}"),
    ("POST", "/v1/chat/completions"),
    *((method, "/v1/{rest:path}") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
    ("GET", "/api/ask"),
    ("POST", "/api/ask"),
    ("GET", "/api/search"),
    ("POST", "/api/search"),
    ("GET", "/api/documents"),
    ("GET", "/api/documents/{id:path}"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    *((method, "/api/{rest:path}") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], ready: Callable[[], bool], **environment: str) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    with subprocess.Popen(
        [sys.executable, *command],
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


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):
            return True
    except OSError:
        return False


@contextmanager
def serving(archive: Path, *options: str, **environment: str) -> Iterator[str]:
    """The command that users type."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["-m", "rag", "chat", "--archive", str(archive), "--port", str(port), *options]
    with running(command, lambda: answers(f"{url}/healthz"), **environment):
        yield url


@pytest.fixture(scope="module")
def archive(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(bundled_folder, tmp_path_factory.mktemp("doors") / "archive"))


@pytest.fixture(scope="module")
def url(archive: Path) -> Iterator[str]:
    with serving(archive, "--api") as address:
        yield address


@pytest.fixture(scope="module")
def locked_url(archive: Path) -> Iterator[str]:
    login = f"{ANN.user}:{ANN.password}"
    with serving(archive, "--api", "--read-only", ONRECORD_AUTH=login, ONRECORD_TOKEN=TOKEN) as address:
        yield address


@pytest.fixture(scope="module")
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
    return status, json.loads(text) if got.get("content-type") == "application/json" else text, got


# -- the openai SDK ----------------------------------------------------------------------------------------------------


def test_the_openai_sdk_lists_a_model_for_each_generator(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["onrecord", "onrecord-extractive"]
    assert client.models.retrieve("onrecord-extractive").owned_by == "onrecord"


def test_the_openai_sdk_asks_and_gets_text_sources_and_citations(
    client: Any, url: str, archive: Path, expected: Callable[..., dict[str, Any]]
) -> None:
    done = client.chat.completions.create(model="onrecord", messages=asked(GATES), temperature=0.3, max_tokens=5)
    (choice,) = done.choices
    answer = choice.message.model_extra["onrecord"]
    assert untimed(answer) == expected(GATES)
    text, _, sources = choice.message.content.partition("\n\nSources:\n")
    assert text == answer["text"]
    assert sources.splitlines() == [
        f"- [{c['marker']}] {c['speaker']}, {c['date']}, {c['source']}, characters {c['start']}–{c['end']}"
        f"{', 00:06:04' if c['source'] == 'podcast.md' else ''}: {url}/#cite/{c['document_id']}.{c['start']}-{c['end']}"
        for c in answer["citations"]
    ]
    opened = open_archive(archive)
    assert answer["citations"]
    for citation in answer["citations"]:
        assert opened.document(citation["document_id"]).text[citation["start"] : citation["end"]] == citation["quote"]
    assert (choice.finish_reason, choice.message.role, done.model) == ("stop", "assistant", "onrecord")
    written = estimate_tokens(choice.message.content)
    # "Be brief." has 1 + 2 + 1 tokens by estimate, "When will the gates move?" 1 + 1 + 1 + 2 + 1 + 1.
    assert (done.usage.prompt_tokens, done.usage.completion_tokens, done.usage.total_tokens) == (
        11,
        written,
        11 + written,
    )


def test_the_openai_sdk_streams_the_same_answer(client: Any) -> None:
    whole = client.chat.completions.create(model="onrecord-extractive", messages=asked(GATES)).choices[0].message
    chunks = list(client.chat.completions.create(model="onrecord-extractive", messages=asked(GATES), stream=True))
    pieces = [chunk.choices[0].delta.content for chunk in chunks]
    assert "".join(filter(None, pieces)) == whole.content
    assert len([piece for piece in pieces if piece]) > 3
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert untimed(chunks[-1].model_extra["onrecord"]) == untimed(whole.model_extra["onrecord"])
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_the_openai_sdk_counts_a_stream_where_it_is_asked_to(client: Any) -> None:
    stream = client.chat.completions.create(
        model="onrecord", messages=asked(GATES), stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)
    assert (last.choices, last.usage.prompt_tokens, last.usage.completion_tokens) == ([], 11, estimate_tokens(text))
    assert chunks[-1].model_extra["onrecord"]["text"] in text


@pytest.mark.parametrize("stream", [False, True])
def test_the_openai_sdk_gives_filters_in_an_extra_key(
    client: Any, expected: Callable[..., dict[str, Any]], stream: bool
) -> None:
    only = {"speaker": "Tobias Merrin", "before": "2025", "k": 2}
    done = client.chat.completions.create(
        model="onrecord", messages=asked(GATES), stream=stream, extra_body={"onrecord": only}
    )
    answer = (list(done)[-1] if stream else done.choices[0].message).model_extra["onrecord"]
    meant = Filters(speaker=("Tobias Merrin",), before="2025")
    assert untimed(answer) == expected(GATES, k=2, filters=meant)
    assert {citation["speaker"] for citation in answer["citations"]} == {"Chief Engineer Tobias Merrin"}


def test_earlier_user_messages_are_the_history(client: Any, expected: Callable[..., dict[str, Any]]) -> None:
    done = client.chat.completions.create(model="onrecord", messages=asked(BUTTON, GATES))
    answer = done.choices[0].message.model_extra["onrecord"]
    assert untimed(answer) == expected(BUTTON, history=[GATES])
    assert answer["query"] == f"{GATES} {BUTTON}"


def test_a_question_in_parts_is_one_question(client: Any) -> None:
    parts = [{"type": "text", "text": "When will the gates"}, {"type": "text", "text": "move?"}]
    done = client.chat.completions.create(model="onrecord", messages=asked(parts))
    assert done.choices[0].message.model_extra["onrecord"]["question"] == "When will the gates\nmove?"


def test_what_is_not_on_record_is_said_to_be_so(client: Any) -> None:
    message = client.chat.completions.create(model="onrecord", messages=asked(TUNGSTEN)).choices[0].message
    record = message.model_extra["onrecord"]
    assert message.content == f"{record['text']}\n\n{record['note']}"
    assert message.content.startswith("Not on record: ")
    assert record["note"] == "“boiling” occurs in no passage, “point” in none, “tungsten” in none."
    assert (message.model_extra["onrecord"]["status"], message.model_extra["onrecord"]["citations"]) == (
        "not_on_record",
        [],
    )


def test_the_openai_sdk_reads_the_errors(client: Any) -> None:
    import openai

    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-4", messages=asked(GATES))
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert caught.value.body["message"] == "there is no model 'gpt-4'; there are: onrecord, onrecord-extractive"
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError, match="the question has 4,001 characters, 4,000 are allowed"):
            client.chat.completions.create(model="onrecord", messages=asked("a" * 4001), stream=stream)


@pytest.mark.parametrize(
    ("body", "status", "sentence", "param"),
    [
        (b"{", 400, "the body is no JSON", None),
        (b"[" * 100_000, 400, "the body is no JSON", None),
        (b'{"model": "\xe9"}', 400, "the body is no JSON", None),
        (b"[]", 400, "the body must be a JSON object, sent with Content-Type: application/json", None),
        ({"messages": []}, 400, "there is no 'model' in the request; it is needed", "model"),
        ({"model": "onrecord"}, 400, "there is no 'messages' in the request; it is needed", "messages"),
        ({"model": "onrecord", "messages": []}, 400, "there is no question; the last message of the user is empty", "messages"),
        ({"model": "onrecord", "messages": asked(" ")}, 400, "there is no question; the last message of the user is empty", "messages"),
        ({"model": "onrecord", "messages": asked(GATES), "n": 2}, 400, "n is 2; there is one answer to a question", "n"),
        ({"model": "onrecord", "messages": asked([{"type": "image_url", "image_url": {"url": "x"}}])}, 400, "a part of type 'image_url' cannot be read; send text", "messages"),
        ({"model": "onrecord", "messages": asked(GATES), "onrecord": {"speker": "x"}}, 400, "there is no 'speker'; did you mean 'speaker'? known: k, speaker, document, role, after, before", "speker"),
        ({"model": "onrecord", "messages": asked(GATES), "onrecord": {"role": "king"}}, 400, "there is no role 'king'; known: respondent, other", None),
        ({"model": "onrecord", "messages": asked(GATES), "onrecord": {"k": 0}}, 400, "onrecord.k is 0: it should be greater than or equal to 1", "onrecord.k"),
        ({"model": "onrecord", "messages": asked(GATES) * MAX_MESSAGES}, 400, "messages: it should have at most 500 items after validation", "messages"),
        ({"model": "onrecord", "messages": "x" * MAX_REQUEST_BYTES}, 413, "a request may have 1,000,000 bytes", None),
    ],
    ids=range(15),
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_openais_form(
    url: str, body: Any, status: int, sentence: str | None, param: str | None
) -> None:
    code, told, _ = fetch(f"{url}/v1/chat/completions", body)
    assert (code, list(told), list(told["error"])) == (status, ["error"], ["message", "type", "param", "code"])
    assert told["error"]["type"] == "invalid_request_error"
    assert told["error"]["param"] == param
    assert sentence is None or told["error"]["message"] == sentence


def test_a_question_that_was_too_long_does_not_end_the_conversation(client: Any) -> None:
    messages = asked(BUTTON, "a" * (MAX_QUESTION_CHARS + 1), GATES)
    done = client.chat.completions.create(model="onrecord", messages=messages)
    assert done.choices[0].message.model_extra["onrecord"]["query"] == f"{GATES} {BUTTON}"


def test_what_openai_has_and_this_door_has_not_is_told_in_its_form(url: str) -> None:
    for method, path in (("POST", "embeddings"), ("GET", "chat/completions"), ("DELETE", "models")):
        status, told, _ = fetch(f"{url}/v1/{path}", {} if method == "POST" else None, method=method)
        assert (status, told["error"]["message"]) == (
            404,
            f"there is no /v1/{path} here; there are: /v1/models, /v1/chat/completions",
        )


# -- curl --------------------------------------------------------------------------------------------------------------


def curl(*words: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = subprocess.run(
        ["curl", "--silent", "--show-error", *words], capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_curl_asks_the_rest_door(url: str, expected: Callable[..., dict[str, Any]]) -> None:
    asked_by_address = curl("-G", f"{url}/api/ask", "--data-urlencode", f"question={GATES}")
    assert untimed(json.loads(asked_by_address)) == expected(GATES)
    body = json.dumps({"question": BUTTON, "history": [GATES], "k": 2})
    sent = curl(f"{url}/api/ask", "-H", "Content-Type: application/json", "-d", body)
    assert untimed(json.loads(sent)) == expected(BUTTON, history=[GATES], k=2)


def test_curl_gets_server_sent_events_that_end_with_done(url: str) -> None:
    body = json.dumps({"model": "onrecord", "messages": asked(GATES), "stream": True})
    text = curl("-N", "-i", f"{url}/v1/chat/completions", "-H", "Content-Type: application/json", "-d", body)
    head, _, events = text.partition("\n\n")
    assert "content-type: text/event-stream" in head
    lines = [line for line in events.splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    parsed = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert {chunk["object"] for chunk in parsed} == {"chat.completion.chunk"}
    assert ["onrecord" in chunk for chunk in parsed] == [False] * (len(parsed) - 1) + [True]


# -- the REST door -----------------------------------------------------------------------------------------------------


def printed(archive: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "rag", *words, "--archive", str(archive), "--json"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_the_rest_door_gives_what_the_command_line_prints(url: str, archive: Path) -> None:
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
        ("ask?question=+", 400, 'the question is empty; type one, for instance: onrecord ask "What did she say about the harbour?"'),
        ("ask?qestion=x", 400, "there is no 'qestion'; did you mean 'question'? known: k, speaker, document, role, after, before, question, history"),
        ("ask?question=x&k=0", 400, "k is '0': it should be greater than or equal to 1"),
        ("ask?question=x&k=101", 400, "k is '101': it should be less than or equal to 100"),
        ("ask?question=x&k=many", 400, "k is 'many': it should be a valid integer"),
        ("ask?question=x&role=king", 400, "there is no role 'king'; known: respondent, other"),
        ("ask?question=x&after=soon", 400, "--after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
        ("search?query=+", 400, "the query is empty; type some words"),
        ("documents/nobody", 404, None),
        ("documents/../healthz", 404, None),
        ("nothing", 404, "there is no /api/nothing for this kind of request; /api/docs lists what there is"),
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
        ("Transfer-Encoding: chunked", 411, "a request must say its length"),
        ("Origin: https://evil.example", 403, "requests from other sites' pages are refused"),
        ("Host: evil.example", 421, "this page answers only to the address that it was started with"),
    ],
)
def test_what_is_turned_away_before_a_door_is_told_in_its_form(
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


# -- who is let in -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


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


def doors_of(app: Any) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for route in routes(app.routes)
        for method in route.methods or ()
        if route.path.startswith(("/v1", "/api"))
    }


def test_the_doors_are_these_and_none_of_them_is_open_without_a_login(locked_app: Any) -> None:
    assert doors_of(locked_app) == DOORS
    somebody = visitor(locked_app, "10.1.0.1")
    wanted = "log in: the page's name and password by HTTP Basic, or the token as Authorization: Bearer TOKEN"
    for method, path in DOORS:
        answer = somebody.request(method, re.sub(r"\{[^}]*\}", "1", path), json={} if method == "POST" else None)
        assert (method, path, answer.status_code) == (method, path, 401)
        error = answer.json()["error"]
        assert (error if path.startswith("/api") else error["message"]) == wanted
        assert answer.headers["www-authenticate"] == 'Basic realm="onrecord"'
        assert "content-security-policy" in answer.headers


def test_without_api_there_are_no_doors(bundled: Archive, environment: None) -> None:
    app = build_server(bundled, settings=Settings())
    assert doors_of(app) == set()
    with TestClient(app, base_url="http://127.0.0.1:7860") as page:
        for method, path in DOORS:
            answer = page.request(method, re.sub(r"\{[^}]*\}", "1", path), json={} if method == "POST" else None)
            assert (method, path, answer.status_code in (404, 405)) == (method, path, True)
        assert page.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


@pytest.mark.parametrize("given", [BASIC, f"Bearer {TOKEN}", f"bearer  {TOKEN}", BASIC.replace("Basic", "BASIC")])
def test_the_login_and_the_token_open_every_door(locked_app: Any, given: str) -> None:
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


def test_a_token_opens_no_page_and_no_page_opens_a_door(locked_app: Any) -> None:
    bearer = visitor(locked_app, "10.1.0.3", authorization=f"Bearer {TOKEN}")
    assert bearer.get("/config").status_code == 401
    page = visitor(locked_app, "10.1.0.4")
    assert page.post("/login", data={"username": ANN.user, "password": ANN.password}).status_code == 200
    assert page.get("/config").status_code == 200
    assert page.get("/api/documents").status_code == 401


def test_ten_wrong_tries_shut_doors_and_page_alike(locked_app: Any) -> None:
    guesser = visitor(locked_app, "10.1.0.5")
    tried = [guesser.get("/api/documents", headers={"authorization": f"Bearer guess-{n}"}) for n in range(WRONG_LOGINS)]
    assert [answer.status_code for answer in tried] == [401] * WRONG_LOGINS
    right = {"authorization": f"Bearer {TOKEN}"}
    refused = guesser.get("/v1/models", headers=right)
    assert (refused.status_code, refused.json()["error"]["message"]) == (429, "too many wrong logins; wait ten minutes")
    assert guesser.get("/api/documents", headers=right).status_code == 429
    assert guesser.post("/login", data={"username": ANN.user, "password": ANN.password}).status_code == 429
    assert visitor(locked_app, "10.1.0.6").get("/v1/models", headers=right).status_code == 200


def test_a_right_try_does_not_forgive_a_guesser_at_the_same_address(locked_app: Any) -> None:
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
def test_what_opens_no_door_is_told_in_one_line(tmp_path: Path, options: list[str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag", "chat", "--archive", str(tmp_path / "a"), *options],
        cwd=ROOT, env={k: v for k, v in os.environ.items() if k != "ONRECORD_AUTH"}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


# -- nobody waits any more ---------------------------------------------------------------------------------------------


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


@pytest.fixture
def slow() -> Iterator[tuple[SlowService, int]]:
    import uvicorn
    from fastapi import FastAPI

    service = SlowService()
    app = FastAPI()
    context = ApiContext(service, Access())  # type: ignore[arg-type]
    app.include_router(openai_router(context))
    app.include_router(rest_router(context))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield service, server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES), "stream": True}),
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES)}),
        ("/api/ask", {"question": GATES}),
    ],
)
def test_when_nobody_waits_the_generator_stops(slow: tuple[SlowService, int], path: str, body: dict[str, Any]) -> None:
    service, port = slow
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    if body.get("stream"):
        assert connection.getresponse().readline().startswith(b'data: {"id":"chatcmpl-')
    assert service.begun.wait(5)
    assert not service.closed.is_set()
    connection.close()
    connection.sock and connection.sock.close()
    assert service.closed.wait(5)


def test_an_iterator_is_closed_when_its_reader_stops() -> None:
    service = SlowService()

    async def read_two() -> list[Any]:
        pieces = iterate_in_thread(service.stream(GATES))
        found = [await anext(pieces), await anext(pieces)]
        await pieces.aclose()
        return found

    assert asyncio.run(read_two()) == ["word ", "word "]
    assert service.closed.wait(5)


def test_a_model_that_wants_to_end_its_process_does_not_end_the_server() -> None:
    def wild() -> Iterator[str | Answer]:
        yield "word "
        raise SystemExit

    async def read() -> list[Any]:
        return [piece async for piece in iterate_in_thread(wild())]

    with pytest.raises(RuntimeError, match="SystemExit"):
        asyncio.run(read())


def test_too_many_questions_at_once_are_told_to_come_again() -> None:
    async def crowd() -> list[str]:
        queue, free = AdmissionQueue(at_once=1, waiting=1), asyncio.Event()

        async def one() -> str:
            try:
                async with queue.admit():
                    await free.wait()
                    return "answered"
            except ApiError as error:
                return f"{error.status} {error.sentence}"

        waiting = [asyncio.create_task(one()) for _ in range(3)]
        await asyncio.sleep(0.01)
        free.set()
        first = [await task for task in waiting]
        return [*first, await one()]

    assert asyncio.run(crowd()) == [
        "answered",
        "answered",
        "429 too many questions at once; ask again in a moment",
        "answered",
    ]


# -- what a generator writes -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def models() -> Iterator[str]:
    """A server of models, good and bad."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([str(ROOT / "tests" / "fake_model_server.py"), str(port)], lambda: answers(f"{url}/v1/models")):
        yield f"{url}/v1"


def said_by(
    archive: Path, models: str, model: str, *more: str, stream: bool, **environment: str
) -> tuple[str, dict[str, Any]]:
    """(text, answer) that a program gets where this model writes."""
    openai = pytest.importorskip("openai", reason="openai is not installed")
    options = ["--api", "--generator", "openai", "--base-url", models, "--model", model, *more]
    with serving(archive, *options, **environment) as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none is needed", max_retries=0)
        assert [found.id for found in client.models.list()] == ["onrecord", "onrecord-openai", "onrecord-extractive"]
        if not stream:
            message = client.chat.completions.create(model="onrecord", messages=asked(GATES)).choices[0].message
            return message.content, message.model_extra["onrecord"]
        chunks = list(client.chat.completions.create(model="onrecord-openai", messages=asked(GATES), stream=True))
        return "".join(c.choices[0].delta.content or "" for c in chunks), chunks[-1].model_extra["onrecord"]


def test_a_sentence_that_is_not_borne_out_is_marked_in_the_text(archive: Path, models: str) -> None:
    text, answer = said_by(archive, models, "numbers", stream=True)
    (claim,) = answer["claims"]
    assert claim["support"] != "supported"
    assert f"- {claim['support']}: {answer['text'][claim['start'] : claim['end']]} ({claim['reason']})" in text


def test_a_model_that_fails_is_told_of_and_the_record_is_quoted(archive: Path, models: str) -> None:
    text, answer = said_by(archive, models, "says-nothing", stream=True)
    assert (answer["generator"], bool(answer["citations"])) == ("extractive", True)
    assert text.count(answer["note"]) == text.count(answer["text"]) == 1
    assert CHECKED not in text


def test_with_strict_nothing_is_shown_before_it_is_checked(archive: Path, models: str) -> None:
    text, answer = said_by(archive, models, "numbers", stream=True, ONRECORD_STRICT="1")
    assert "1066" not in text
    assert text.startswith(answer["text"])


def test_the_flags_of_ask_are_those_of_chat_and_mcp(archive: Path, models: str) -> None:
    text, answer = said_by(archive, models, "numbers", "--strict", stream=False)
    assert ("1066" in text, "nothing that it wrote is borne out" in answer["note"]) == (False, True)
    _, late = said_by(archive, models, "waits", "--timeout", "1", stream=True)
    assert "(no complete answer within 1 s)" in late["note"]
    options = ("--generator", "openai", "--base-url", models, "--model")

    async def use(client: Any) -> Any:
        return (await client.call_tool("ask", {"question": GATES})).structured_content["note"]

    assert "nothing that it wrote is borne out" in through_mcp(archive, use, *options, "numbers", "--strict")
    assert "(no complete answer within 1 s)" in through_mcp(archive, use, *options, "waits", "--timeout", "1")


def test_a_real_model_behind_a_real_server_is_checked_like_any_other(
    archive: Path, bundled: Archive, small_model: Path
) -> None:
    pytest.importorskip("openai", reason="openai is not installed")
    options = ["--api", "--generator", "transformers", "--model", str(small_model)]
    with serving(archive, *options) as url:
        reached = {"model": "onrecord-transformers", "base_url": f"{url}/v1"}
        # One passage, since a question at that door may have 4,000 characters.
        answer = Assistant(bundled, generator="openai", options=reached).ask(GATES, k=1)
    assert (answer.generator, answer.note) == ("openai", "")
    said = answer.text.partition("\n")[0]
    assert said
    assert set(re.sub(r"\[\d+\]", "", said).split()) <= {*SMALL_WORDS, "[1.1]"}
    for citation in answer.citations:
        assert bundled.document(citation.document_id).text[citation.start : citation.end] == citation.quote


def answer_with(text: str, **fields: Any) -> Answer:
    return Answer(GATES, GATES, "answered", text, 0.9, "made", (), (), **fields)


def pieces_shown(*items: str | Answer, whole: bool = False) -> list[str]:
    context = ApiContext(SlowService(), Access())  # type: ignore[arg-type]

    async def collect() -> list[Any]:
        return [piece async for piece in shown_pieces(context, iter(items), whole=whole, page="")]

    *pieces, answer = asyncio.run(collect())
    assert answer["question"] == GATES
    return [piece for piece in pieces if piece]


def test_a_checked_text_that_differs_from_its_pieces_is_added() -> None:
    assert pieces_shown("It's ", "late.", answer_with("It's  late.\n")) == ["It's ", "late."]
    assert pieces_shown("It's late.", answer_with("It’s late.")) == [
        "It's late.",
        "\n\nChecked against the record, the answer reads:\n\nIt’s late.",
    ]
    assert pieces_shown("It's late.", answer_with("It’s late."), whole=True) == ["It’s late."]


def test_nothing_in_a_text_fetches_anything_where_it_is_rendered() -> None:
    hostile = "“![x](http://evil.example/?q=1) <img src=http://evil.example/>” [1]"
    safe = r"“\![x](http://evil.example/?q=1) \<img src=http://evil.example/>” [1]"
    assert pieces_shown(*hostile, answer_with(hostile)) == list(pieces_shown(*hostile, answer_with(hostile)))
    assert "".join(pieces_shown(*hostile, answer_with(hostile))) == safe
    assert pieces_shown(answer_with(hostile), whole=True) == [safe]
    citation = {
        "marker": 1, "speaker": "![x](y)", "date": None, "source": "<b>.txt", "start": 1, "end": 2, "document_id": "d",
        "verified": False,
    }  # fmt: skip
    told = afterword({"text": hostile, "note": "", "citations": [citation]})
    assert told == "Sources:\n- [1] \\![x](y), \\<b>.txt, characters 1–2, NOT VERIFIED"


@given(st.lists(st.text(alphabet="\\![<a/ 1", max_size=4), max_size=8))
def test_text_in_pieces_is_made_harmless_like_the_whole(pieces: list[str]) -> None:
    stream = MarkdownEscapeStream()
    shown = "".join(map(stream.add, pieces)) + stream.end()
    assert shown == escape_active_markdown("".join(pieces))
    # As a renderer reads it: each backslash takes what follows with it, and neither an image nor a tag begins.
    assert not re.search(r"!\[|<[A-Za-z/!?]", re.sub(r"\\(.)", "·", shown))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES), "stream": True}),
        ("/v1/chat/completions", {"model": "onrecord", "messages": asked(GATES)}),
        ("/api/ask", {"question": GATES}),
    ],
    ids=["stream", "whole", "rest"],
)
@pytest.mark.parametrize("model", ["waits", "waits-at-once"])
def test_when_nobody_waits_the_model_is_hung_up_on(
    waiting: dict[str, str], models: str, path: str, body: dict[str, Any], model: str
) -> None:
    port = int(waiting[model].rpartition(":")[2])
    before = hung_up(models, model)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    time.sleep(1)
    connection.close()
    for _ in range(60):
        if hung_up(models, model) > before:
            break
        time.sleep(0.05)
    assert hung_up(models, model) == before + 1


def test_on_the_page_an_answer_that_is_stopped_stops_the_model(bundled: Archive, models: str) -> None:
    pytest.importorskip("openai", reason="openai is not installed")
    configured = Settings(generator="openai", base_url=models, model="waits-for-the-page")
    service, cancel = ChatService(bundled, settings=configured), CancelToken()
    answer = service.answer(GATES, [], filters=Filters(), generator="openai", k=8, cancel=cancel)
    steps = with_heartbeat(answer, cancel)
    started = time.monotonic()
    longest = 0.0
    while (now := time.monotonic()) < started + 1.5:
        next(steps)
        longest = max(longest, time.monotonic() - now) if now > started + 0.7 else 0.0
    steps.close()
    assert longest < 0.5  # whoever presses Stop waits no longer
    for _ in range(60):
        if found := hung_up(models, "waits-for-the-page"):
            break
        time.sleep(0.05)
    assert found == 1


def hung_up(models: str, model: str) -> int:
    """How often this model's client has gone before it had answered."""
    seen = json.loads(fetch(f"{models.removesuffix('/v1')}/seen")[1])["seen"]
    return sum(one.get("gone") is True for one in seen if one["body"]["model"] == model)


@pytest.fixture(scope="module")
def waiting(archive: Path, models: str) -> Iterator[dict[str, str]]:
    """A server for each model that begins to answer, or does not, and says no more."""
    pytest.importorskip("openai", reason="openai is not installed")
    options = ["--api", "--generator", "openai", "--base-url", models]
    with (
        serving(archive, *options, "--model", "waits") as one,
        serving(archive, *options, "--model", "waits-at-once") as other,
    ):
        yield {"waits": one, "waits-at-once": other}


# -- MCP ---------------------------------------------------------------------------------------------------------------


def through_mcp(archive: Path, use: Callable[[Any], Any], *options: str) -> Any:
    """What an MCP client gets that starts the command by itself."""
    mcp = pytest.importorskip("mcp", reason="mcp is not installed")
    command = mcp.StdioServerParameters(
        command=sys.executable, args=["-m", "rag", "mcp", "--archive", str(archive), *options], cwd=str(ROOT)
    )

    async def talk() -> Any:
        async with mcp.Client(command) as client:
            return await use(client)

    return asyncio.run(asyncio.wait_for(talk(), 120))


def test_an_mcp_client_searches_asks_opens_and_lists(archive: Path, expected: Callable[..., dict[str, Any]]) -> None:
    async def use(client: Any) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["search", "ask", "get_passage", "list_documents"]
        assert all(tool.annotations.read_only_hint for tool in tools.values())
        found = await client.call_tool("ask", {"question": BUTTON, "history": [GATES]})
        assert not found.is_error
        assert untimed(found.structured_content) == expected(BUTTON, history=[GATES])
        assert found.content[0].text.startswith(found.structured_content["text"])
        listed = await client.call_tool("list_documents", {})
        assert listed.structured_content == {"documents": printed(archive, "documents")}
        filters = {"speaker": ["Tobias Merrin"], "before": "2025", "role": ["respondent"]}
        hits = await client.call_tool("search", {"query": "flood siren", "k": 2, **filters})
        assert hits.structured_content == printed(
            archive,
            "search",
            "flood siren",
            "-k",
            "2",
            "--speaker",
            "Tobias Merrin",
            "--before",
            "2025",
            "--role",
            "respondent",
        )
        only = await client.call_tool("ask", {"question": GATES, "k": 2, **filters})
        meant = Filters(speaker=("Tobias Merrin",), before="2025", role=("respondent",))
        assert untimed(only.structured_content) == expected(GATES, k=2, filters=meant)
        passage = dict(hits.structured_content["passages"][0])
        opened = await client.call_tool("get_passage", {"passage_id": passage["passage_id"]})
        del passage["score"]
        assert opened.structured_content == passage
        assert opened.content[0].text.endswith(passage["text"])

    through_mcp(archive, use)


def test_an_mcp_client_is_told_what_is_wrong_and_what_is_not_on_record(archive: Path) -> None:
    async def use(client: Any) -> None:
        silent = await client.call_tool("ask", {"question": TUNGSTEN})
        assert (silent.is_error, silent.structured_content["status"]) == (False, "not_on_record")
        assert "Nearest passages. They are related, and do not answer:" in silent.content[0].text
        for tool, arguments, sentence in (
            ("ask", {"question": " "}, 'the question is empty; type one, for instance: onrecord ask "What did she say about the harbour?"'),
            ("ask", {}, "there is no 'question' in the request; it is needed"),
            ("ask", {"question": 5}, "question is 5: it should be a valid string"),
            ("ask", {"question": "x", "k": 0}, "k is 0: it should be greater than or equal to 1"),
            ("ask", {"question": "x", "speeker": ["x"]}, "there is no 'speeker'; did you mean 'speaker'? known: question, history, k, speaker, document, after, before, role"),
            ("list_documents", {"speaker": "x"}, "there is no 'speaker'; known: nothing"),
            ("asks", {}, "there is no tool 'asks'; there are: search, ask, get_passage, list_documents"),
            ("search", {"query": " "}, "the query is empty; give some words"),
            ("search", {"query": "x", "after": "soon"}, "--after 'soon' is no date; write it as 2024-03-28, 2024-03 or 2024"),
            ("ask", {"question": "x", "role": ["king"]}, "there is no role 'king'; known: respondent, other"),
            ("get_passage", {"passage_id": "nobody-1"}, "there is no passage 'nobody-1'; ids of passages come with answers and searches"),
            ("get_passage", {"passage_id": ""}, "there is no passage ''; ids of passages come with answers and searches"),
        ):  # fmt: skip
            failed = await client.call_tool(tool, arguments)
            assert (tool, failed.is_error, failed.content[0].text) == (tool, True, sentence)
        # A single name does where several can be given.
        assert not (await client.call_tool("ask", {"question": GATES, "speaker": "Tobias Merrin"})).is_error

    through_mcp(archive, use)


def test_an_mcp_client_that_cancels_a_question_stops_the_model(archive: Path, models: str) -> None:
    pytest.importorskip("openai", reason="openai is not installed")
    model = "waits-for-mcp"

    async def use(client: Any) -> int:
        asking = asyncio.create_task(client.call_tool("ask", {"question": GATES}))
        await asyncio.sleep(1.5)
        assert not (await client.call_tool("search", {"query": "flood siren"})).is_error  # meanwhile
        asking.cancel()
        for _ in range(60):
            if found := await asyncio.to_thread(hung_up, models, model):
                return found
            await asyncio.sleep(0.05)
        return 0

    assert through_mcp(archive, use, "--generator", "openai", "--base-url", models, "--model", model) == 1


def test_mcp_says_what_to_type_where_something_is_missing(tmp_path: Path, archive: Path) -> None:
    block = "import sys; sys.modules['mcp'] = None; sys.modules['mcp.server'] = None; from rag.cli import main; main()"
    for command, sentence in (
        (["-m", "rag", "mcp", "--archive", str(tmp_path / "a")], f"there is no archive in {tmp_path / 'a'}; run: onrecord ingest FOLDER --archive {tmp_path / 'a'}"),
        (["-c", block, "mcp", "--archive", str(archive)], "onrecord mcp needs the package mcp; run: pip install 'onrecord[mcp]'"),
        (["-m", "rag", "mcp", "--archive", str(archive), "--model", "x"], "the extractive generator uses no model; leave out --model x, or choose a --generator"),
    ):  # fmt: skip
        done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"onrecord: {sentence}\n")


def test_a_passage_is_found_by_its_whole_id_only(bundled: Archive) -> None:
    passage = bundled.passages("podcast.md")[3]
    assert passage_of(bundled, passage.id) == passage
    for wrong in (
        passage.id[4:],
        passage.id[:-1],
        "podcast.md-3",
        passage.document_id,
        "-3",
        f"{passage.document_id}-999",
    ):
        with pytest.raises(
            InputError, match=f"there is no passage {wrong!r}; ids of passages come with answers and searches"
        ):
            passage_of(bundled, wrong)


# -- gradio_client -----------------------------------------------------------------------------------------------------


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


# -- the documentation -------------------------------------------------------------------------------------------------


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
        [sys.executable, "-m", "rag", *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert (server["command"], done.returncode, done.stdout, done.stderr) == ("onrecord", 0, "", "")


# -- before there is anything ------------------------------------------------------------------------------------------


def test_an_empty_archive_says_so_at_every_door(tmp_path: Path, environment: None) -> None:
    app = build_server(open_archive(tmp_path / "nothing"), settings=Settings(), api=True)
    with TestClient(app, base_url="http://127.0.0.1:7860") as page:
        assert page.get("/api/ask?question=x").json() == {"error": "There is nothing in this archive yet."}
        told = page.post("/v1/chat/completions", json={"model": "onrecord", "messages": asked(GATES), "stream": True})
        assert (told.status_code, told.json()["error"]["message"]) == (400, "There is nothing in this archive yet.")
        assert page.get("/api/documents").json() == []
        assert page.get("/api/documents/x").status_code == 404
        assert page.get("/api/search?query=x").status_code == 400


def test_a_transcript_that_names_an_image_is_quoted_without_it(tmp_path: Path, environment: None) -> None:
    file = tmp_path / "ferry.txt"
    said = "The ferry sails on the ninth of June. ![logo](http://evil.example/?seen) Nobody has paid for it yet."
    file.write_text(transcript(("Reporter", "When does the ferry sail?"), ("Ann Reed", said)), encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest([file])
    app = build_server(archive, settings=Settings(), api=True)
    with TestClient(app, base_url="http://127.0.0.1:7860") as page:
        body = {"model": "onrecord", "messages": asked("When does the ferry sail on the ninth of June?")}
        message = page.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
    assert message["onrecord"]["status"] == "answered"
    assert not re.search(r"(?<!\\)!\[", message["content"])
