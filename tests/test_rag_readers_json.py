"""JSON and tables: speech wherever it stands in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import InputError
from rag.readers import read as read_file
from rag.readers.json import read
from rag.readers.table import read as read_table

WHISPER = {
    "text": " Why so late? It rained.",
    "segments": [
        {"id": 0, "start": 0.5, "end": 1.5, "text": " Why so late?", "words": [{"word": " Why", "start": 0.5}]},
        {"id": 1, "start": 2.0, "end": 3.0, "text": " It rained.", "words": [{"word": " It", "start": 2.0}]},
    ],
    "language": "en",
}
WHISPERX = {
    "segments": [
        {"start": 0.5, "end": 1.5, "text": " Why so late?", "speaker": "SPEAKER_00"},
        {"start": 2.0, "end": 3.0, "text": " It rained,", "speaker": "SPEAKER_01"},
        {"start": 3.0, "end": 4.0, "text": " all day.", "speaker": "SPEAKER_01"},
    ]
}
OYEZ = {
    "transcript": {
        "title": "Oral Argument",
        "sections": [
            {
                "turns": [
                    {
                        "start": 0,
                        "stop": 5.2,
                        "speaker": {"ID": 15086, "name": "Ann Reed", "roles": None},
                        "text_blocks": [
                            {"start": 0, "stop": 2, "text": "Why?"},
                            {"start": 2, "stop": 5, "text": "How?"},
                        ],
                    },
                    {"start": 5.2, "stop": 9, "speaker": None, "text_blocks": [{"start": 5.2, "text": "(Laughter.)"}]},
                ]
            },
            {"turns": [{"start": 9, "speaker": {"name": "Bo Lind"}, "text_blocks": [{"start": 9, "text": "So."}]}]},
        ],
    }
}
MILLISECONDS = {
    "utterances": [{"speaker": "A", "text": "Why?", "start": 500}, {"speaker": "B", "text": "So.", "start": 4000}]
}


def turns(value: Any) -> list[tuple[str, str, float | None]]:
    text, hints = read(json.dumps(value).encode(), "a.json")
    return [(who, text[start:end], at) for who, start, end, at in hints.turns]


def test_whisper_without_speakers_is_its_words_with_seconds() -> None:
    text, hints = read(json.dumps(WHISPER).encode(), "a.json")
    assert (text, hints.turns, hints.times) == ("Why so late? It rained.\n", (), ((0, 0.5), (13, 2.0)))
    assert hints.language == "en"


def test_whisperx_segments_of_one_speaker_are_one_turn() -> None:
    assert turns(WHISPERX) == [("SPEAKER_00", "Why so late?", 0.5), ("SPEAKER_01", "It rained, all day.", 2.0)]


def test_oyez_turns_are_read_across_sections_and_nobodys_stays_nobodys() -> None:
    assert turns(OYEZ) == [("Ann Reed", "Why? How?", 0.0), ("", "(Laughter.)", 5.2), ("Bo Lind", "So.", 9.0)]


def test_whole_numbers_that_step_by_hundreds_are_milliseconds() -> None:
    assert turns(MILLISECONDS) == [("Speaker A", "Why?", 0.5), ("Speaker B", "So.", 4.0)]


def test_a_record_with_its_own_title_and_date_gives_them_and_repeated_labels_go() -> None:
    record = {
        "doc_title": "A hearing",
        "header": {"day": "3", "month": "May", "year": "2024"},
        "content": [{"speaker": "Ms. REED", "text": "  Ms. REED. I rise\nto speak.\n  I sit down."}],
    }
    text, hints = read(json.dumps(record).encode(), "a.json")
    assert (text, hints.title, hints.date) == ("Ms. REED: I rise to speak.\n\nI sit down.\n", "A hearing", "2024-05-03")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"a": 1}', "no speech was found in this JSON"),
        (b'{"segments": [', "this is not valid JSON: line 1, column 15"),
        (b'{"segments": [{"text": "a", "start": NaN}]}', "NaN is no JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "this JSON cannot be read: it is nested too deeply"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "nested more than 40 levels deep"),
    ],
)
def test_what_is_no_transcript_in_json_is_refused_with_its_reason(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(data, "a.json")


@pytest.mark.parametrize(
    "table",
    [
        'speaker,start,text\nAnn Reed,00:01,"Why, then?"\nBo Lind,00:03,It rained.\nBo Lind,00:05,All day.\n',
        "Name;Time;Transcript\r\nAnn Reed;0:01;Why, then?\r\nBo Lind;0:03;It rained.\r\nBo Lind;0:05;All day.\r\n",
        "start\ttext\tspeaker\n1.0\tWhy, then?\tAnn Reed\n3.0\tIt rained.\tBo Lind\n5.0\tAll day.\tBo Lind\n",
        "start_ms\ttext\tspeaker\n1000\tWhy, then?\tAnn Reed\n3000\tIt rained.\tBo Lind\n5000\tAll day.\tBo Lind\n",
    ],
    ids=["commas", "semicolons", "tabs", "milliseconds"],
)
def test_a_table_with_speakers_is_turns(table: str) -> None:
    text, hints = read_table(table.encode(), "a.csv")
    assert text == "Ann Reed: Why, then?\n\nBo Lind: It rained. All day.\n"
    assert hints.turns == (("Ann Reed", 10, 20, 1.0), ("Bo Lind", 31, 50, 3.0))
    assert hints.times == ((10, 1.0), (31, 3.0), (42, 5.0))


def test_quotation_marks_of_an_unquoted_table_are_words() -> None:
    assert read_table(b'start\tend\ttext\n0\t900\t"Why\n900\t1800\tso late?"\n', "a.tsv")[0] == '"Why so late?"\n'


def test_a_table_without_a_column_of_text_says_what_it_needs() -> None:
    with pytest.raises(
        InputError, match="no column is called text or transcript; found: a, b; name the columns speaker"
    ):
        read_table(b"a,b\n1,2\n", "a.csv")


def said(*pieces: dict[str, Any]) -> list[tuple[str, str, float | None]]:
    return turns({"talk": list(pieces)})


@pytest.mark.parametrize("who", ["speakerDisplayName", "speaker-id", "SPEAKER_TAG", "participantName"])
@pytest.mark.parametrize("when", ["fromTime", "startOffset", "start_s"])
def test_keys_are_known_without_case_signs_and_humps(who: str, when: str) -> None:
    pieces = ({who: "Ira Quist", when: 1, "captionText": "Why?"}, {who: "Tove", when: 4, "captionText": "So."})
    assert said(*pieces) == [("Ira Quist", "Why?", 1.0), ("Tove", "So.", 4.0)]


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"name": None, "title": "The Warden"}, "The Warden"),
        ({"id": 7, "display_name": "Ira Quist", "name": "iq"}, "Ira Quist"),
        ({"id": 7, "name": ""}, "Speaker 7"),
        (2.0, "Speaker 2"),
    ],
)
def test_a_speaker_is_the_first_key_that_holds_a_name(person: Any, name: str) -> None:
    assert said({"speaker": person, "text": "Yes, it did."})[0][0] == name


def test_the_name_of_a_profile_goes_before_the_number_of_a_user() -> None:
    assert said({"user": "U07", "user_profile": {"real_name": "Ira Quist"}, "text": "Yes."})[0][0] == "Ira Quist"


@pytest.mark.parametrize("when", [[3.5, 9.0], {"from": "00:00:03,500", "to": "00:00:09,000"}, "0:03.5", "3.5s"])
def test_a_time_is_a_number_a_text_a_pair_or_an_object(when: Any) -> None:
    assert said({"speaker": "Ira", "timestamp": when, "text": "Yes."})[0][2] == 3.5


@pytest.mark.parametrize("kind", [{"type": "action"}, {"subtype": "channel_join"}])
def test_what_somebody_did_is_no_speech_and_a_note_counts_it(kind: dict[str, str]) -> None:
    pieces = [{"speaker": "Ira", "text": "Yes."}, {**kind, "speaker": "Ira", "text": "Ira stands up."}]
    text, hints = read(json.dumps(pieces).encode(), "a.json")
    assert text == "Ira: Yes.\n"
    assert hints.notes == (f"entries left out that are no speech: 1 {next(iter(kind.values()))}",)


WORDS = [{"word": w, "start": n, "speaker": who} for n, (w, who) in enumerate([("Why?", 0), ("It", 1), ("rained.", 1)])]


@pytest.mark.parametrize("text", ["Why? It rained.", "why it rained"])
def test_of_lists_with_the_same_words_the_one_with_speakers_is_read(text: str) -> None:
    expected = [("Speaker 0", "Why?", 0.0), ("Speaker 1", "It rained.", 1.0)]
    assert turns({"alternatives": [{"transcript": text, "words": WORDS}]}) == expected
    assert said({"text": text, "speaker": "Speaker 0", "words": WORDS}) == expected


@pytest.mark.parametrize("key", ["notes", "comments"])
def test_a_list_about_the_pieces_never_replaces_them(key: str) -> None:
    aside = [{"speaker": "The editor", "text": "This goes on for longer than all that anybody said on that day."}]
    assert said({"speaker": "Ira", "text": "Yes.", key: aside}) == [("Ira", "Yes.", None)]


@pytest.mark.parametrize("name", ["talk.jsonl", "talk.txt"])
def test_json_lines_are_json(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text('{"who": "Ira", "text": "Why?"}\n\n{"who": "Tove", "text": "It rained."}\n')
    assert read_file(tmp_path / name)[0] == "Ira: Why?\n\nTove: It rained.\n"


def test_a_broken_line_of_json_lines_is_named() -> None:
    with pytest.raises(InputError, match="line 2 is no JSON of its own"):
        read(b'{"text": "Why?"}\n{"text": \n', "a.jsonl")


def test_if_half_of_the_pieces_name_nobody_a_note_says_so() -> None:
    pieces = [{"speaker": "Ira", "text": "Yes."}, {"text": "It did."}]
    _, hints = read(json.dumps(pieces).encode(), "a.json")
    assert hints.notes == ("1 of 2 pieces name nobody; check who speaks there",)
