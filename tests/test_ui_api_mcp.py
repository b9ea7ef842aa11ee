"""The MCP interface, asked by an MCP client that starts the command itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from forks import onrecord_command
from ui_api import (
    BUTTON,
    GATES,
    TUNGSTEN,
    cancelled_requests,
    printed,
    through_mcp,
    untimed,
    writing_requests,
)

from rag.archive import Archive
from rag.errors import InputError
from rag.types import Filters
from ui.api.text_forms import passage_of

pytest_plugins = "ui_api"


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
        # Not on record, so the model is not asked; but everything that a question needs is loaded then.
        silent = await client.call_tool("ask", {"question": TUNGSTEN})
        assert silent.structured_content["status"] == "not_on_record"
        before = len(writing_requests(models, model))
        asking = asyncio.create_task(client.call_tool("ask", {"question": GATES}))
        while len(await asyncio.to_thread(writing_requests, models, model)) == before:
            await asyncio.sleep(0.05)
        assert not (await client.call_tool("search", {"query": "flood siren"})).is_error  # meanwhile
        asking.cancel()
        while not (found := await asyncio.to_thread(cancelled_requests, models, model)):
            await asyncio.sleep(0.05)  # as long as `through_mcp` waits
        return found

    options = ("--generator", "openai", "--answer", "prose", "--base-url", models, "--model", model)
    assert through_mcp(archive, use, *options) == 1


def test_mcp_says_what_to_type_where_something_is_missing(tmp_path: Path, archive: Path) -> None:
    block = "import sys; sys.modules['mcp'] = None; sys.modules['mcp.server'] = None; from rag.cli import main; main()"
    for command, sentence in (
        ([*onrecord_command(), "mcp", "--archive", str(tmp_path / "a")], f"there is no archive in {tmp_path / 'a'}; run: onrecord ingest FOLDER --archive {tmp_path / 'a'}"),
        ([sys.executable, "-c", block, "mcp", "--archive", str(archive)], "onrecord mcp needs the package mcp; run: pip install 'onrecord[mcp]'"),
        ([*onrecord_command(), "mcp", "--archive", str(archive), "--model", "x"], "the extractive generator uses no model; leave out --model x, or choose a --generator"),
    ):  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
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


def test_arguments_that_are_null_or_empty_are_not_given_and_the_server_says_its_version(archive: Path) -> None:
    async def use(client: Any) -> None:
        plain = await client.call_tool("search", {"query": "flood siren", "k": 2})
        empty = {"speaker": None, "document": "", "after": "", "before": None, "role": None}
        found = await client.call_tool("search", {"query": "flood siren", "k": 2, **empty})
        assert found.structured_content == plain.structured_content
        assert (await client.call_tool("search", {"query": ""})).content[
            0
        ].text == "the query is empty; give some words"
        assert client.server_info.version == version("onrecord")

    through_mcp(archive, use)
