"""Language models behind a network, good and bad: what is sent to them, and what comes of their errors."""

from __future__ import annotations

import json
import re
import socket
from itertools import zip_longest
from pathlib import Path

import httpx
import pytest
from conftest import SMALL_WORDS
from made_models import ADDRESSES, BOTH, GATES, answer_of, assert_sound, numbered, seen_by

from rag.archive import Archive
from rag.assistant import Assistant
from rag.errors import GeneratorError, InputError
from rag.generators import GENERATORS, GenerationRequest, Generator, load_generator
from rag.generators.anthropic import ANTHROPIC
from rag.generators.openai_compatible import OPENAI
from rag.generators.providers import Provider, endpoint, guarded_client
from rag.notes import WROTE_NOTHING, FellBack, no_answer_within
from rag.types import Filters

pytest.importorskip("openai", reason="the openai package is not installed")


@BOTH
@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("429", "127.0.0.1: too many requests, or the quota is used up"),
        ("500", "127.0.0.1: it answered with status 500"),
        ("says-nothing", WROTE_NOTHING),
        ("redirects", "127.0.0.1: it answered with status 307"),
        ("hangs", no_answer_within(2)),
        ("trickles", no_answer_within(2)),
        ("nonsense", None),
        ("bad-json", None),
        ("cuts-off", "127.0.0.1: it broke off in mid-answer"),
        ("never-ends", "127.0.0.1: it broke off in mid-answer"),
        ("overloaded", "127.0.0.1: it broke off in mid-answer"),
    ],
)
def test_where_a_model_fails_the_record_is_quoted_and_the_note_says_why(
    bundled: Archive, model_server: str, model: str, reason: str | None, generator: str
) -> None:
    limit = 2 if model in ("hangs", "trickles") else 30
    answer = answer_of(bundled, model_server, model, generator=generator, timeout_s=limit)
    assert_sound(bundled, answer)
    assert answer.text == Assistant(bundled).ask(GATES).text
    assert answer.generator == "extractive"
    (note,) = answer.notes
    assert isinstance(note, FellBack)
    assert note.generator == generator
    if reason:
        assert reason in note.reason


@BOTH
def test_a_refusal_for_the_moment_is_tried_again(bundled: Archive, model_server: str, generator: str) -> None:
    before = len(seen_by(model_server))
    assert answer_of(bundled, model_server, f"429-once-{generator}", generator=generator).generator == generator
    assert len(seen_by(model_server)) == before + 2


def test_a_model_that_takes_no_temperature_is_asked_without_one(bundled: Archive, model_server: str) -> None:
    answer = answer_of(bundled, model_server, "thinks")
    assert (answer.generator, answer.note) == ("openai", "")
    first, second = (request["body"] for request in seen_by(model_server)[-2:])
    assert (first["max_tokens"], first["temperature"]) == (800, 0)
    assert second["max_completion_tokens"] == 4800
    assert not {"max_tokens", "temperature"} & second.keys()


@BOTH
def test_a_servers_time_is_the_answers(bundled: Archive, generator: str) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": "x", "base_url": "http://127.0.0.1:1"}
    assistant = Assistant(bundled, generator=generator, options=options, answer="prose", timeout_s=300)
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
    bundled: Archive, model_server: str, monkeypatch: pytest.MonkeyPatch, generator: str, header: str, form: str
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
    answer_of(bundled, model_server, "well", generator=generator)
    request = seen_by(model_server)[-1]
    assert "secret" not in json.dumps(request)
    assert credentials & request["headers"].keys() == set()
    monkeypatch.setenv("ONRECORD_API_KEY", "own-key\n")
    answer_of(bundled, model_server, "well", generator=generator)
    request = seen_by(model_server)[-1]
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


def test_what_filters_leave_out_is_never_shown_to_a_model(bundled: Archive, model_server: str) -> None:
    assistant = Assistant(
        bundled, generator="openai", options={"model": "parrots", "base_url": f"{model_server}/v1"}, answer="prose"
    )
    answer = assistant.ask(GATES, filters=Filters(speaker=("Henrike Vaal",)))
    shown = set(re.findall(r"speaker: ([^|\n]+?) \|", answer.text))
    assert shown <= {"Henrike Vaal", "Mayor Henrike Vaal"}
    assert_sound(bundled, answer)


def test_every_built_in_generator_can_be_looked_up() -> None:
    assert GENERATORS.names()[:4] == ["extractive", "openai", "anthropic", "transformers"]
    for name in GENERATORS.names()[:4]:
        assert callable(GENERATORS.get(name))


def test_a_small_local_model_answers_through_transformers(bundled: Archive, small_model: Path, tmp_path: Path) -> None:
    options = {"model": str(small_model)}
    answer = Assistant(bundled, generator="transformers", options=options, answer="prose", timeout_s=120).ask(GATES)
    assert_sound(bundled, answer)
    assert answer.generator == "transformers"
    assert set(re.findall(r"\S+", re.sub(r"\[\d+\]", "", answer.text))) <= set(SMALL_WORDS) | {"[1.1]"}
    with pytest.raises(InputError, match="wants a model's name"):
        load_generator("transformers")
    missing = Assistant(
        bundled, generator="transformers", options={"model": str(tmp_path / "none")}, answer="prose"
    ).ask(GATES)
    assert "cannot be loaded" in missing.note


@pytest.fixture(params=["extractive", "openai", "anthropic", "transformers"])
def any_generator(request: pytest.FixtureRequest, model_server: str, monkeypatch: pytest.MonkeyPatch) -> Generator:
    name = request.param
    if name == "extractive":
        return load_generator(name)
    pytest.importorskip(name, reason=f"the {name} package is not installed")
    if name == "transformers":
        monkeypatch.setattr("rag.generators.transformers.ANSWER_TOKENS", 12)
        return load_generator(name, {"model": str(request.getfixturevalue("small_model"))})
    return load_generator(name, {"model": "well", "base_url": f"{model_server}{ADDRESSES[name]}"})


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
