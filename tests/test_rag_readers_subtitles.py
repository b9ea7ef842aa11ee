"""Subtitles: the same words in every format, with their seconds and speakers."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT
from outside import not_here

from rag import readers
from rag.errors import InputError
from rag.passages import passages_of
from rag.readers.subtitles import read
from rag.transcript import parse

LINES = [(1.0, 2.5, "Why so late?"), (3.0, 4.0, "It rained, and"), (4.0, 5.25, "nobody came.")]
WORDS = "Why so late? It rained, and nobody came.\n"


def stamp(seconds: float, point: str = ".") -> str:
    return f"00:00:{seconds:06.3f}".replace(".", point)


SAME = {
    "a.srt": "".join(f"{n}\n{stamp(a, ',')} --> {stamp(z, ',')}\n{t}\n\n" for n, (a, z, t) in enumerate(LINES, 1)),
    "a.vtt": "WEBVTT\n\nNOTE made by hand\n\n" + "".join(f"{stamp(a)} --> {stamp(z)}\n{t}\n\n" for a, z, t in LINES),
    "headless.md": "".join(f"{stamp(a)[3:]} --> {stamp(z)[3:]}\n{t}\n\n" for a, z, t in LINES),
    "whisper.txt": "".join(f"[{stamp(a)[3:]} --> {stamp(z)[3:]}]  {t}\n" for a, z, t in LINES),
    "a.lrc": "".join(f"[{stamp(a)[3:]}]{t}\n[{stamp(z)[3:]}]\n" for a, z, t in LINES),
    "a.tsv": "start\tend\ttext\n" + "".join(f"{a * 1000:.0f}\t{z * 1000:.0f}\t{t}\n" for a, z, t in LINES),
    "a.ttml": '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
    + "".join(f'<p begin="{stamp(a)}" end="{stamp(z)}">{t}</p>' for a, z, t in LINES)
    + "</div></body></tt>",
    "a.ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    + "".join(f"Dialogue: 0,0:00:{a:05.2f},0:00:{z:05.2f},Default,,0,0,0,,{t}\n" for a, z, t in LINES),
}


@pytest.mark.parametrize("name", sorted(SAME))
def test_every_format_gives_the_same_words_with_the_same_seconds(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SAME[name], encoding="utf-8")
    text, hints = readers.read(tmp_path / name)
    assert text == WORDS
    assert hints.times == ((0, 1.0), (13, 3.0), (28, 4.0))
    assert hints.turns == ()


def test_voices_are_speakers_and_consecutive_cues_of_one_are_one_turn() -> None:
    data = (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann Reed>Why &amp; how?</v>\n\n"
        b"00:02.000 --> 00:03.000\n<v.loud Bo Lind>It <i>rained</i>,\nand</v>\n\n"
        b"00:03.500 --> 00:04.000\n<v Bo Lind>nobody came.</v>\n\n"
        b"00:05.000 --> 00:06.000\n<v Ann Reed>Oh.</v><v Bo Lind>Yes.</v>\n"
    )
    text, hints = read(data, "talk.vtt")
    assert text == "Ann Reed: Why & how?\n\nBo Lind: It rained, and nobody came.\n\nAnn Reed: Oh.\n\nBo Lind: Yes.\n"
    assert [(who, text[start:end], at) for who, start, end, at in hints.turns] == [
        ("Ann Reed", "Why & how?", 1.0),
        ("Bo Lind", "It rained, and nobody came.", 2.0),
        ("Ann Reed", "Oh.", 5.0),
        ("Bo Lind", "Yes.", 5.0),
    ]
    assert hints.times[1:3] == ((31, 2.0), (46, 3.5))


def test_ttml_names_its_agents() -> None:
    data = (
        b'<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"><head><metadata>'
        b'<ttm:agent xml:id="a1" type="person"><ttm:name type="full">Ann Reed</ttm:name></ttm:agent></metadata></head>'
        b'<body><div><p begin="1.5s" end="2s" ttm:agent="a1">Why<br/>so late?</p></div></body></tt>'
    )
    text, hints = read(data, "talk.ttml")
    assert (text, hints.turns) == ("Ann Reed: Why so late?\n", (("Ann Reed", 10, 22, 1.5),))


def test_labels_within_subtitles_begin_lines_so_that_the_parser_finds_them() -> None:
    srt = "".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{line}\n\n"
        for n, line in enumerate(["ANN: Why?", "BO: Since it", "rained.", "ANN: Oh.", "BO: Yes."], 1)
    )
    text, hints = read(srt.encode(), "a.srt")
    assert text == "ANN: Why?\n\nBO: Since it rained.\n\nANN: Oh.\n\nBO: Yes.\n"
    document = parse(text, source="a.srt", hints=hints)
    assert [text[turn.start : turn.end] for turn in document.turns] == ["Why?", "Since it rained.", "Oh.", "Yes."]


def test_captions_that_roll_up_are_said_once_and_a_repeated_word_twice() -> None:
    lines = ["so we came", "to the harbour", "and it was", "closed again", "for good"]
    cues = [f"00:0{n}.000 --> 00:0{n}.900\n" + "\n".join(lines[max(0, n - 1) : n + 1]) for n in range(5)]
    rolling = "WEBVTT\n\n" + "\n\n".join(cues)
    assert read(rolling.encode(), "a.vtt")[0] == "so we came to the harbour and it was closed again for good\n"
    twice = "WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n\n00:02.000 --> 00:03.000\nHi.\n"
    assert read(twice.encode(), "a.vtt")[0] == "Hi. Hi.\n"


def test_two_speakers_in_one_subtitle_stay_apart() -> None:
    text, _ = read(b"1\n00:00:01,000 --> 00:00:02,000\n- Why?\n- So.\n", "a.srt")
    assert text == "- Why?\n\n- So.\n"


def test_a_passage_begins_at_its_own_second() -> None:
    cues = "".join(f"00:{n:02}:00.000 --> 00:{n:02}:30.000\n<v Ann>It rained on day {n}.</v>\n\n" for n in range(4))
    text, hints = read(f"WEBVTT\n\n{cues}".encode(), "a.vtt")
    document = parse(text, source="a.vtt", hints=hints)
    passages = passages_of(document, count_tokens=lambda piece: len(piece.split()), max_tokens=8)
    assert [passage.seconds for passage in passages] == [0.0, 60.0, 120.0, 180.0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"WEBVTT\n\n", "no subtitle was found"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<i></i>\n", "nobody says anything in this file"),
        (b'<tt xmlns="http://www.w3.org/ns/ttml"><p begin="1s"> </p></tt>', "nobody says anything in this file"),
        (b"<tt xmlns='http://www.w3.org/ns/ttml'><body>", "the XML is damaged"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * 10_000, "line 4 has 30,000 characters"),
    ],
)
def test_what_holds_no_speech_is_refused_with_its_reason(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(data, "a.vtt")


def test_six_formats_of_one_real_interview_give_the_same_words_in_the_same_order() -> None:
    files = sorted((ROOT.parent / "shared" / "data" / "layouts" / "hitsave").glob("goodboy_galaxy.*"))
    if not files:
        not_here("../shared/data/layouts")
    with readers.open_readers() as read_one:
        words = {file.name: read_one(file)[0].split() for file in files}
    assert len(words) == 6
    assert all(said == words["goodboy_galaxy.text"] for said in words.values())
