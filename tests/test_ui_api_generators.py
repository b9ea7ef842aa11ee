"""What programs get of a model's answer: checked, marked, and harmless where it is rendered."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL_WORDS, transcript
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from ui_api import (
    GATES,
    SlowService,
    asked,
    serving,
    through_mcp,
)

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.config import Settings
from rag.notes import NOTHING_SUPPORTED, no_answer_within
from rag.types import Answer
from ui.api.auth import Access
from ui.api.context import ApiContext
from ui.api.openai import CHECKED, shown_pieces
from ui.api.text_forms import MarkdownEscapeStream, afterword, escape_active_markdown
from ui.server import build_server

pytest_plugins = "ui_api"


def said_by(
    archive: Path, models: str, model: str, *more: str, stream: bool, **environment: str
) -> tuple[str, dict[str, Any]]:
    """(text, answer) that a program gets where this model writes."""
    openai = pytest.importorskip("openai", reason="openai is not installed")
    options = ["--api", "--generator", "openai", "--answer", "prose", "--base-url", models, "--model", model, *more]
    with serving(archive, *options, **environment) as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none is needed", max_retries=0)
        assert [found.id for found in client.models.list()] == ["onrecord", "onrecord-openai", "onrecord-extractive"]
        if not stream:
            message = client.chat.completions.create(model="onrecord", messages=asked(GATES)).choices[0].message
            return message.content, message.model_extra["onrecord"]
        chunks = list(client.chat.completions.create(model="onrecord-openai", messages=asked(GATES), stream=True))
        return "".join(c.choices[0].delta.content or "" for c in chunks), chunks[-1].model_extra["onrecord"]


def test_an_unsupported_sentence_is_marked_in_the_text(archive: Path, models: str) -> None:
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
    assert ("1066" in text, NOTHING_SUPPORTED in answer["note"]) == (False, True)
    _, late = said_by(archive, models, "waits", "--timeout", "1", stream=True)
    assert no_answer_within(1) in late["note"]
    options = ("--generator", "openai", "--answer", "prose", "--base-url", models, "--model")

    async def use(client: Any) -> Any:
        return (await client.call_tool("ask", {"question": GATES})).structured_content["note"]

    assert NOTHING_SUPPORTED in through_mcp(archive, use, *options, "numbers", "--strict")
    assert no_answer_within(1) in through_mcp(archive, use, *options, "waits", "--timeout", "1")


def test_a_real_model_behind_a_real_server_is_checked_like_any_other(
    archive: Path, bundled: Archive, small_model: Path
) -> None:
    pytest.importorskip("openai", reason="openai is not installed")
    options = ["--api", "--generator", "transformers", "--answer", "prose", "--model", str(small_model)]
    with serving(archive, *options) as url:
        reached = {"model": "onrecord-transformers", "base_url": f"{url}/v1"}
        # One passage, since a question there may have 4,000 characters.
        answer = Assistant(bundled, generator="openai", options=reached, answer="prose").ask(GATES, k=1)
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
