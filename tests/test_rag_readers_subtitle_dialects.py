"""Subtitles as people write and join them: every line that a player would show is kept, in the file's order."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from types import FrameType

import pytest

from rag import readers
from rag.readers.detect import format_of
from rag.readers.subtitles import read

SAID = [
    "Where did it flow?",
    "From the town --> the port --> the fund.",
    "In\n1987",
    "42",
    "C:\\new\\Notes, I said.",
    "It was <5 metres and >3, if a < b > c <inaudible>.",
    "AT&T paid, at 10:30 --> we left.",
    "NOTE that he ordered it.",
    "He ordered it.\nSTYLE matters.",
    "The scores were\n3\n2\n1",
    "¿Quién?\nNadie.",
    "Call 555,0199",
]
STAMPS = {
    "srt": "{h:02d}:{m:02d}:{s:02d},{f:03d}",
    "vtt": "{h:02d}:{m:02d}:{s:02d}.{f:03d}",
    "no hours": "{m:02d}:{s:02d}.{f:03d}",
    "no fraction": "{h:02d}:{m:02d}:{s:02d}",
    "one digit": "{h:d}:{m:d}:{s:d}.{f:d}",
    "four digits": "{h:02d}:{m:02d}:{s:02d}.{f:04d}",
    "spaces": "{h:02d}:{m:02d}:{s:02d}, {f:03d}",
}
ARROWS = [" --> ", "-->", "\t-->\t", " -> ", " -- > "]


def stamp(form: str, second: int) -> str:
    return STAMPS[form].format(h=second // 3600, m=second // 60 % 60, s=second % 60, f=0)


def dialect(chance: random.Random) -> tuple[str, list[str]]:
    """A file in which every cue is written in its own way, and the words that a player shows."""
    said = chance.sample(SAID, chance.randint(2, len(SAID)))
    header = chance.choice(
        ["", "WEBVTT\n\n", "WEBVTT - a talk\nKind: captions\n\n", "WEBVTT\n\nNOTE by hand\nand twice\n\n"]
    )
    numbered, ends = chance.random() < 0.6, chance.choice(["\n", "\n\n"] if header == "" else ["\n\n"])
    parts = []
    for number, words in enumerate(said, start=1):
        times = chance.choice(ARROWS).join(stamp(chance.choice(sorted(STAMPS)), 5 * number + n) for n in (0, 3))
        settings = chance.choice(["", " align:start position:0%"])
        # Without a blank line only a number keeps an index apart from what is said.
        parts.append(
            (f"{number}\n" if numbered else "") + f"{times}{settings}\n{words}" + (ends if numbered else "\n\n")
        )
    return header + "".join(parts), [word for words in said for word in words.split()]


@pytest.mark.parametrize("seed", range(300))
def test_no_word_that_a_player_shows_is_lost_in_any_dialect(seed: int) -> None:
    file, words = dialect(random.Random(seed))
    assert read(file.encode(), "talk.srt")[0].split() == words


def test_a_line_of_times_without_an_end_or_with_odd_seconds_is_a_time() -> None:
    file = (
        "WEBVTT\n\n00:00:05.000 -->\nOne.\n\n00:00:07.000 --> 00:00:60.000\nTwo.\n\n00:00:01:12 --> 0:0:9:20\nThree.\n"
    )
    text, hints = read(file.encode(), "talk.vtt")
    assert text == "One. Two. Three.\n"
    assert [at for _, at in hints.times] == [5.0, 7.0, 1.0]


def test_an_index_stands_directly_above_a_time_also_where_every_line_is_followed_by_a_blank_one() -> None:
    doubled = "1\n\n00:00:01,000 --> 00:00:02,000\n\nIn\n\n1987\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nWhy?\n\n"
    assert read(doubled.encode(), "talk.srt")[0].split() == ["In", "1987", "Why?"]


def test_captions_of_a_website_in_sbv_are_subtitles() -> None:
    file = b"0:00:01.000,0:00:04.000\n>> ANN: Why[br]so late?\n\n0:00:05.250,0:00:06.000\n>> BO: It rained.\n"
    assert format_of(file, ".sbv") == format_of(file, ".txt") == "subtitles"
    text, hints = read(file, "talk.sbv")
    assert text == ">> ANN: Why so late?\n\n>> BO: It rained.\n"
    assert hints.times == ((0, 1.0), (22, 5.25))
    assert ".sbv" in readers.READABLE


def test_times_without_fractions_are_subtitles_also_in_a_text_file() -> None:
    assert format_of(b"00:00:01 --> 00:00:04\nYes.\n", ".txt") == "subtitles"


def test_parts_that_were_joined_are_not_sorted_into_each_other_and_a_note_tells() -> None:
    part = [("Ann: Why?", 2), ("Bo: So.", 8)]
    later = [("Ann: And then?", 2), ("Bo: Nothing.", 9)]
    srt = "".join(
        f"{n}\n00:00:{at:02},000 --> 00:00:{at + 2:02},000\n{said}\n\n" for n, (said, at) in enumerate(part + later)
    )
    text, hints = read(srt.encode(), "joined.srt")
    assert text == "Ann: Why?\n\nBo: So.\n\nAnn: And then?\n\nBo: Nothing.\n"
    assert hints.notes == ("time starts again after 00:00:08: check that the parts of this file belong together",)


def test_neighbours_that_stand_the_wrong_way_round_change_places() -> None:
    order = [(1, "One."), (4, "Three."), (3, "Two."), (6, "Four.")]
    srt = "".join(f"{n}\n00:00:{at:02},000 --> 00:00:{at + 1:02},000\n{said}\n\n" for n, (at, said) in enumerate(order))
    assert read(srt.encode(), "talk.srt")[0] == "One. Two. Three. Four.\n"


def test_lines_above_the_first_time_are_counted() -> None:
    _, hints = read(b"Made by hand\nfor Ann\n\n1\n00:00:01,000 --> 00:00:02,000\nWhy?\n", "talk.srt")
    assert hints.notes == ("left out: 2 lines without a time",)


def test_names_beside_the_number_of_a_cue_are_speakers_if_they_recur() -> None:
    cues = [("Ann Reed", "Why?"), ("Bo Lind", "So."), ("Ann Reed", "Oh."), ("Bo Lind", "Yes."), ("Bo Lind", "No.")]
    vtt = "WEBVTT\n\n" + "".join(
        f'{n} "{who}" (200{n})\n00:00:0{n}.000 --> 00:00:0{n}.900\n{said}\n\n' for n, (who, said) in enumerate(cues, 1)
    )
    text, hints = read(vtt.encode(), "talk.vtt")
    assert [(who, text[a:z]) for who, a, z, _ in hints.turns] == [*cues[:3], ("Bo Lind", "Yes. No.")]


def test_what_follows_a_voice_s_end_is_nobody_s() -> None:
    _, hints = read(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Yes.</v> [laughter]\n", "talk.vtt")
    assert [who for who, *_ in hints.turns] == ["Ann", ""]


@pytest.mark.parametrize("mark", [">> ", "&gt;&gt; ", "- "])
def test_repetition_is_taken_out_before_a_change_of_speaker_is_cut(mark: str) -> None:
    lines = ["so we came home", f"{mark}was it sold", f"{mark}it was sold", f"{mark}who signed", f"{mark}nobody signed"]
    cues = [f"00:0{n}.000 --> 00:0{n}.900\n" + "\n".join(lines[max(0, n - 1) : n + 1]) for n in range(5)]
    shown = mark.replace("&gt;", ">")
    expected = "\n\n".join(line.replace(mark, shown) for line in lines)
    assert read(("WEBVTT\n\n" + "\n\n".join(cues)).encode(), "talk.vtt")[0] == expected + "\n"


def test_captions_that_grow_while_somebody_speaks_are_said_once() -> None:
    words = ["we", "came to", "the old", "harbour"]
    cues = [f"00:0{n}.000 --> 00:0{n}.900\n" + " ".join(words[: n + 1]) for n in range(4)]
    assert read(("WEBVTT\n\n" + "\n\n".join(cues)).encode(), "talk.vtt")[0] == "we came to the old harbour\n"


def test_a_label_on_a_later_line_of_a_cue_opens_a_turn_if_it_recurs() -> None:
    vtt = b"WEBVTT\n\n00:01.000 --> 00:02.000\nMr. Reed: Why?\nBO: So.\n\n00:02.000 --> 00:03.000\nBO: And one thing:\nit rained.\n"
    assert read(vtt, "talk.vtt")[0] == "Mr. Reed: Why?\n\nBO: So.\n\nBO: And one thing: it rained.\n"


def test_only_ass_gives_a_meaning_to_backslashes() -> None:
    events = "[Script Info]\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\pos(1,2)}Why,\\Nso\\hlate?\n"
    drawn = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}\n"
    assert read((events + drawn).encode(), "talk.ass")[0] == "Ann: Why, so late?\n"


PIECES = [
    "1\n00:00:01,000 --> 00:00:02,000\nWhy so late?\n\n",
    "<v Ann> <v Bo>\n",
    "\n",
    "12\n",
    "{\\an8 <c.x >> - \n",
    "NOTE\n",
]


def of_one_piece(piece: str, size: int) -> bytes:
    return ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nSo.\n" + piece * (size // len(piece))).encode()


@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_file_takes_twice_the_calls(piece: str) -> None:
    def calls(size: int) -> int:
        count = 0

        def counted(frame: FrameType, event: str, _: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        file = of_one_piece(piece, size)
        sys.setprofile(counted)
        try:
            read(file, "long.vtt")
        finally:
            sys.setprofile(None)
        return count

    calls(1000)
    assert calls(40_000) < 2.2 * calls(20_000) + 200


def test_a_large_file_of_one_piece_is_read_in_the_time_that_a_file_has(tmp_path: Path) -> None:
    with readers.open_readers() as read_one:
        for number, piece in enumerate(PIECES):
            file = tmp_path / f"{number}.vtt"
            file.write_bytes(of_one_piece(piece, 1_600_000))
            assert read_one(file)[0].startswith("So.")
