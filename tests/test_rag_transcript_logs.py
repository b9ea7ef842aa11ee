"""Logs of chats: every line is somebody's message, whatever the name looks like, and what the program says is nobody's."""

from __future__ import annotations

import pytest
from made_conversations import said_in

from rag.transcript import parse

_NICKS = ["rota_77", "Wim Aalto (Kiln)", "mik", "rota_77", "Bo | Glaze", "mik", "+31 6 000 00 11", "rota_77"]
_SAID = [
    "Did the kiln cool down?",
    "It did, at last",
    "gm",
    "Who unpacks it: all of us?",
    "+1",
    "I do",
    "We bring the boxes.",
    "ok",
]
_LOG = list(zip(_NICKS, _SAID, strict=True))


def _named(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Speakers without what stands in brackets behind them, and with spaces for underscores, as they are shown."""
    return [(name.split(" (")[0].replace("_", " "), words) for name, words in said]


@pytest.mark.parametrize(
    "form",
    [
        "00:05:{n}\t{name}:\t{said}\n",
        "[00:05:{n}] {name}: {said}\n",
        "05/11/2032, 14:{n} - {name}: {said}\n",
        "[05/11/2032, 14:{n}:07] {name}: {said}\n",
        "5.11.32, 2:{n} PM - {name}: {said}\n",
        "2032-11-05 14:{n}:00 {name}: {said}\n\n",
        "14:{n} <{name}> {said}\n",
        "[14:{n}] <{name}> {said}\n",
        "<{name}> {said}\n",
        "**\\<{name}>** {said}\n",
        "<@{name}> {said}\n",
    ],
)
def test_every_line_of_a_log_is_said_by_the_name_that_it_has(form: str) -> None:
    text = "".join(form.format(name=name, said=said, n=n) for n, (name, said) in enumerate(_LOG, start=10))
    assert said_in(text) == _named(_LOG)


def test_lines_below_a_message_belong_to_it() -> None:
    text = "".join(f"00:05:1{n}\t{name}:\t{said}\n\nand more\n" for n, (name, said) in enumerate(_LOG))
    assert said_in(text) == [(name, f"{said}\n\nand more") for name, said in _named(_LOG)]


@pytest.mark.parametrize("line", ["05/11/2032, 14:13 - mik joined\n", "05/11/2032, 14:13 - Messages are encrypted.\n"])
def test_what_the_program_says_between_messages_is_in_nobodys_mouth(line: str) -> None:
    lines = [f"05/11/2032, 14:1{n} - {name}: {said}\n" for n, (name, said) in enumerate(_LOG)]
    assert said_in("".join([*lines[:3], line, *lines[3:]])) == _named(_LOG)


@pytest.mark.parametrize("action", ["* mik waves", "-!- mik has joined", "--> mik entered the room"])
def test_what_somebody_does_in_a_log_is_not_said(action: str) -> None:
    lines = [f"<{name}> {said}\n" for name, said in _LOG]
    assert said_in("".join([*lines[:4], action + "\n", *lines[4:]])) == _named(_LOG)


def test_behind_a_program_that_passes_messages_on_the_second_name_speaks() -> None:
    log = [*_LOG, ("anna", "I am elsewhere."), ("mik", "Good."), ("otto", "So am I.")]
    text = "".join(
        f"<{'bridge> [' + name + ']' if name in ('anna', 'otto') else name + '>'} {said}\n" for name, said in log
    )
    assert said_in(text) == _named(log)


def test_a_remark_in_brackets_at_the_head_of_a_message_is_no_name() -> None:
    log = [*_LOG, ("mik", "[laughs] Yes."), ("rota_77", "So."), ("mik", "No.")]
    text = "".join(f"<{name}> {said}\n" for name, said in log)
    assert said_in(text) == _named(log)


def test_stamps_with_running_text_behind_them_name_nobody() -> None:
    lines = ["We talk about kites: big ones,", "and small ones.", "They fly, and so it goes.", "We do: they fly."] * 3
    text = "".join(f"00:00:{n:02} {line}\n" for n, line in enumerate(lines, start=10))
    assert {speaker for speaker, _ in said_in(text)} == {""}


@pytest.mark.parametrize("form", ["From {name} to Everyone:", "Von {name} an Alle:", "De {name} a Todos:"])
def test_a_message_is_said_by_its_sender_and_not_by_whom_it_is_for(form: str) -> None:
    text = "".join(f"14:05:1{n} {form.format(name=name)} {said}\n" for n, (name, said) in enumerate(_LOG))
    assert said_in(text) == _named(_LOG)


def test_that_a_document_was_read_as_a_log_is_told() -> None:
    log = "".join(f"[14:{minute}] <{name}> {words}\n" for minute, (name, words) in enumerate(_LOG, 10))
    assert parse(log, source="kiln.txt").notes == (
        "read as a log: 8 messages by 5 senders, each line by the name at its head",
    )
    assert parse("Ann Reed: Why?\n\nJo Field: It was late.\n\nAnn Reed: So?\n", source="talk.txt").notes == ()


def test_a_talk_with_stamps_whose_names_look_like_names_is_not_called_a_log() -> None:
    said = [("Ann Reed", "Hello."), ("Jo Field", "Hello, Ann."), ("Ann Reed", "Why?"), ("Jo Field", "It was late.")]
    talk = "".join(f"[00:00:{n}] {name}: {words}\n\n" for n, (name, words) in enumerate(said, 10))
    document = parse(talk, source="talk.txt")
    assert (document.notes, [turn.speaker for turn in document.turns]) == ((), [name for name, _ in said])
