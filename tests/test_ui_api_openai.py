"""OpenAI's interface, asked with OpenAI's own library and with curl."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ui_api import (
    BUTTON,
    GATES,
    TUNGSTEN,
    asked,
    curl,
    fetch,
    untimed,
)

from rag.archive import open_archive
from rag.query.asked import MAX_QUESTION_CHARS
from rag.text.tokens import estimate_tokens
from rag.types import Filters
from ui.api.context import MAX_REQUEST_BYTES
from ui.api.openai import MAX_MESSAGES
from ui.api.wanted import Limiter, Wanted

pytest_plugins = "ui_api"


def test_the_openai_sdk_lists_a_model_for_each_generator(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["onrecord", "onrecord-extractive"]
    assert client.models.retrieve("onrecord-extractive").owned_by == "onrecord"


def test_the_openai_sdk_asks_and_gets_text_sources_and_citations(
    client: Any, url: str, archive: Path, expected: Callable[..., dict[str, Any]]
) -> None:
    done = client.chat.completions.create(model="onrecord", messages=asked(GATES), temperature=0.3, max_tokens=5000)
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
    # A piece a quote, and one for the places at which they stand.
    citations = whole.model_extra["onrecord"]["citations"]
    assert len([piece for piece in pieces if piece]) == len(citations) + 1 > 2
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
    text, _, nearest = message.content.partition("\n\nNearest passages. They are related, and do not answer:\n")
    assert text == f"{record['text']}\n\n{record['note']}"
    assert [line.rpartition("/#cite/")[2].partition(": ")[0] for line in nearest.splitlines()] == [
        f"{near['document_id']}.{near['start']}-{near['end']}" for near in record["passages"][:3]
    ]
    words = [" ".join(near["text"].split()) for near in record["passages"][:3]]
    assert [line.endswith(f": {said}") for line, said in zip(nearest.splitlines(), words, strict=True)] == [
        len(said) <= 300 for said in words
    ]
    assert message.content.startswith("Not on record: ")
    assert record["note"] == "“boiling” occurs in no passage, “point” in none, “tungsten” in none."
    assert (message.model_extra["onrecord"]["status"], message.model_extra["onrecord"]["citations"]) == (
        "not_on_record",
        [],
    )


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_as_json_is_the_answer(client: Any, expected: Callable[..., dict[str, Any]], stream: bool) -> None:
    for question in (GATES, TUNGSTEN):
        form = {"response_format": {"type": "json_object"}, "messages": asked(question)}
        text, finish = said(client, stream=stream, **form)
        assert (untimed(json.loads(text)), finish) == (expected(question), "stop")


@pytest.mark.parametrize("stream", [False, True])
def test_a_text_ends_where_the_client_wants_it_to(client: Any, stream: bool) -> None:
    whole, finish = said(client, messages=asked(GATES))
    assert finish == "stop"
    assert said(client, stream=stream, messages=asked(GATES), stop=["Sources:", "nowhere in it"]) == (
        whole.partition("Sources:")[0],
        "stop",
    )
    # "On", "9", "Octo-ber" and "20-26" have 1 + 1 + 2 + 2 tokens by estimate.
    for name in ("max_tokens", "max_completion_tokens"):
        assert said(client, stream=stream, messages=asked(GATES), **{name: 6}) == ("On 9 October 2026", "length")
    assert said(client, stream=stream, messages=asked(GATES), tools=TOOLS, tool_choice="auto") == (whole, "stop")


TOOLS = [{"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}}]


def said(client: Any, *, stream: bool = False, **options: Any) -> tuple[str, str]:
    """(text, reason of its end) of a completion."""
    done = client.chat.completions.create(model="onrecord", stream=stream, **options)
    if not stream:
        return done.choices[0].message.content, done.choices[0].finish_reason
    chunks = list(done)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks), chunks[-1].choices[0].finish_reason


@example(text="abA", cuts=[2], stops=["abA", "b"], most=None)  # "b" is there before "abA" is
@given(
    text=st.text("abAB \n", max_size=30),
    cuts=st.lists(st.integers(0, 30)),
    stops=st.lists(st.text("abAB ", min_size=1, max_size=3)),
    most=st.none() | st.integers(1, 9),
)
def test_pieces_are_limited_like_the_whole(text: str, cuts: list[int], stops: list[str], most: int | None) -> None:
    wanted = Wanted(stops=tuple(stops), most_tokens=most)
    bounds = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    limiter = Limiter(wanted)
    given_in_pieces = "".join(limiter.add(text[a:b]) for a, b in pairwise(bounds)) + limiter.end()
    ends = [(text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop in text]
    _, before = min(ends, default=(0, len(text)))  # of the stop that is complete first
    prefixes = [text[:size] for size in range(before + 1)]
    fitting = [prefix for prefix in prefixes if most is None or estimate_tokens(prefix) <= most]
    assert given_in_pieces.rstrip() == fitting[-1].rstrip()
    assert limiter.finish == ("stop" if len(fitting) == len(prefixes) else "length")


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
        ({"model": "onrecord", "messages": asked(GATES) * MAX_MESSAGES}, 400, "messages: it should have at most 500 items, not 1000", "messages"),
        ({"model": "onrecord", "messages": "x" * MAX_REQUEST_BYTES}, 413, "a request may have 1,000,000 bytes", None),
        ({"model": "onrecord", "messages": [{"role": "wizard", "content": GATES}]}, 400, "messages.0.role is 'wizard': it should be 'system', 'developer', 'user', 'assistant', 'tool' or 'function'", "messages.0.role"),
        ({"model": "onrecord", "messages": asked(GATES), "response_format": {"type": "json_schema", "json_schema": {"name": "x"}}}, 400, "response_format: an answer's JSON has its own keys; send {'type': 'json_object'} to get it", "response_format"),
        ({"model": "onrecord", "messages": asked(GATES), "response_format": {"type": "xml"}}, 400, "response_format: there is no type 'xml'; known: text, json_object", "response_format"),
        ({"model": "onrecord", "messages": asked(GATES), "tools": [], "tool_choice": "required"}, 400, "tool_choice: nothing is called here; leave it out, or send 'auto' or 'none'", "tool_choice"),
        ({"model": "onrecord", "messages": asked(GATES), "function_call": {"name": "x"}}, 400, "function_call: nothing is called here; leave it out, or send 'auto' or 'none'", "function_call"),
        ({"model": "onrecord", "messages": asked(GATES), "logprobs": True}, 400, "logprobs: a quote has no probabilities of its words; leave it out", "logprobs"),
        ({"model": "onrecord", "messages": asked(GATES), "modalities": ["text", "audio"]}, 400, "modalities: an answer is text; send ['text'], or leave it out", "modalities"),
        ({"model": "onrecord", "messages": asked(GATES), "max_tokens": 0}, 400, "max_tokens is 0: it should be greater than or equal to 1", "max_tokens"),
        ({"model": "onrecord", "messages": asked(GATES), "stop": ["x"] * 17}, 400, "stop has 17 texts, 16 are allowed", "stop"),
    ],
    ids=range(24),
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_openais_form(
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


def test_a_picture_in_an_earlier_message_is_left_aside(client: Any) -> None:
    picture = {"type": "image_url", "image_url": {"url": "x"}}
    messages = [*asked([{"type": "text", "text": GATES}, picture]), *asked([picture]), *asked(BUTTON)]
    done = client.chat.completions.create(model="onrecord", messages=messages)
    assert done.choices[0].message.model_extra["onrecord"]["query"] == f"{GATES} {BUTTON}"


def test_routes_that_only_openai_has_are_refused_in_its_form(url: str) -> None:
    there = "there are: /v1/models, /v1/chat/completions"
    for method, path, expected, sentence in (
        ("POST", "embeddings", 404, f"there is no /v1/embeddings here; {there}"),
        ("GET", "chat/completions", 405, "GET cannot be used for /v1/chat/completions; use POST"),
        ("DELETE", "models", 405, "DELETE cannot be used for /v1/models; use GET, HEAD"),
    ):
        status, told, _ = fetch(f"{url}/v1/{path}", {} if method == "POST" else None, method=method)
        assert (status, told["error"]["message"]) == (expected, sentence)


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
