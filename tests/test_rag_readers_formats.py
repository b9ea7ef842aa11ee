"""Which format a file has, and what reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import readers
from rag.errors import InputError
from rag.readers.detect import format_of
from rag.readers.folders import passed_over, transcripts_under


@pytest.mark.parametrize(
    ("data", "suffix", "expected"),
    [
        (b"%PDF-1.4\n", ".pdf", "pdf"),
        (b"%PDF-1.4\n", ".txt", "pdf"),
        (b"junk\n%PDF-1.4\n", ".bin", "pdf"),
        (b"PK\x03\x04......word/document.xml", ".zip", "docx"),
        (b"PK\x03\x04", ".docx", "docx"),
        (b"WEBVTT\n\n", ".txt", "subtitles"),
        (b"\xef\xbb\xbfWEBVTT\n\n", ".md", "subtitles"),
        (b"1\r\n00:00:01,000 --> 00:00:02,000\r\nYes.\r\n", "", "subtitles"),
        (b"[00:01.000 --> 00:02.000]  Yes.", ".txt", "subtitles"),
        (b"00:01.000 --> 00:02.000\nYes.", ".md", "subtitles"),
        (b'<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml">', ".xml", "subtitles"),
        (b"[00:01.00]Yes.", ".lrc", "subtitles"),
        (b"[00:01.00] Ann Reed: Yes.", ".txt", "text"),
        (b"start\tend\ttext\n0\t1\tYes.", ".txt", "table"),
        (b"speaker,text\nAnn,Yes.", ".csv", "table"),
        (b"speaker,text\nAnn,Yes.", ".txt", "text"),
        (b"<!DOCTYPE html><p>Yes.", ".txt", "html"),
        (b"<div>Yes.</div>", ".md", "text"),
        (b"<div>Yes.</div>", ".html", "html"),
        (b"<div>Yes.</div>", "", "html"),
        (b'{"segments": []}', ".txt", "json"),
        (b"[Music] Yes.", ".txt", "text"),
        (b"Ann Reed: Yes.", ".pdf", "text"),
        ("WEBVTT\n\n".encode("utf-16"), ".vtt", "subtitles"),
    ],
)
def test_a_format_is_told_by_content_and_only_then_by_suffix(data: bytes, suffix: str, expected: str) -> None:
    assert format_of(data, suffix) == expected


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....",
            r"old Word file \(.doc\); run: soffice --headless --convert-to docx FILE",
        ),
        (b"{\\rtf1 x}", r"rich text \(RTF\); run: soffice --headless --convert-to docx FILE"),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text",
            "OpenDocument file; run: soffice",
        ),
        (b"PK\x03\x04" + b"\0" * 26 + b"talk.txt", "an archive; unpack it"),
        (b"\x89PNG\r\n\x1a\n", "an image; run: tesseract FILE transcript"),
        (b"ID3\x04", "a recording, not a transcript; transcribe it first"),
        (b"\0\0\0\x20ftypisom", "a recording, not a transcript"),
    ],
)
def test_what_no_reader_reads_is_refused_with_what_to_convert_it_with(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "talk.doc").write_bytes(data)
    with pytest.raises(InputError, match=told):
        readers.read(tmp_path / "talk.doc")


def test_a_folder_is_searched_for_every_format_and_not_inside_archives(tmp_path: Path) -> None:
    for name in (
        "a.txt",
        "b.pdf",
        "c.SRT",
        "d.json",
        "e.doc",
        "f.exe",
        "sub/g.html",
        "archive/archive.sqlite",
        "archive/index/m.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    files, failed = transcripts_under([tmp_path])
    assert [file.relative_to(tmp_path.resolve()).as_posix() for file in files] == [
        "a.txt", "b.pdf", "c.SRT", "d.json", "e.doc", "sub/g.html",
    ]  # fmt: skip
    assert failed == []


def test_text_stays_itself(tmp_path: Path) -> None:
    text = "Ann Reed: “Naïve”\n"
    (tmp_path / "a.md").write_bytes(text.encode())
    assert readers.read(tmp_path / "a.md") == (text, readers.Hints())


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("Größe und Übermut, Fuß und Café: so heißt es.\n", "latin-1", "cp1252"),
        ("„Größe“ – so heißt es bei uns in der Straße.\n", "cp1252", "cp1252"),
        ("Zażółć gęślą jaźń, proszę pana, łódź i źrebię.\n", "cp1250", "cp1250"),
        ("Сергей Лавров сказал, что это было давно, в прошлом году.\n", "cp1251", "cp1251"),
        ("Сергей Лавров сказал, что это было давно, в прошлом году.\n", "koi8-r", "koi8_r"),
        ("记者：请问您对这个问题有什么看法？部长：我们一直在努力解决这个问题。\n", "gb18030", "gb18030"),
    ],
)
def test_other_encodings_are_read_and_named(tmp_path: Path, text: str, encoding: str, named: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    read, hints = readers.read(tmp_path / "a.txt")
    assert read == text
    assert hints.notes == (
        f"not UTF-8: read as {named}; if letters look wrong, save the file as UTF-8 and ingest it again",
    )


def test_utf16_is_told_by_its_mark_and_needs_no_note(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Ann Reed: Ça va.\r\n".encode("utf-16"))
    assert readers.read(tmp_path / "a.txt") == ("Ann Reed: Ça va.\n", readers.Hints())


def test_json_lines_in_a_folder_are_transcripts_only_if_somebody_speaks_in_them(tmp_path: Path) -> None:
    (tmp_path / "talk.jsonl").write_text('{"speaker": "Ira", "text": "Why?"}\n')
    (tmp_path / "set.jsonl").write_text('{"question": "Why?", "text": "x"}\n')
    (tmp_path / "log.ndjson").write_text('{"level": 3}\n')
    assert [file.name for file in transcripts_under([tmp_path])[0]] == ["talk.jsonl"]


def test_subviewer_is_subtitles_with_its_times(tmp_path: Path) -> None:
    (tmp_path / "a.sbv").write_text("0:00:01.000,0:00:04.000\nWhy now?\n\n0:00:09.500,0:00:12.000\nIt rained.\n")
    text, hints = readers.read(tmp_path / "a.sbv")
    assert (text.split(), [at for _, at in hints.times]) == ("Why now? It rained.".split(), [1.0, 9.5])


def test_what_a_folder_holds_besides_transcripts_is_counted_by_kind(tmp_path: Path) -> None:
    for name in ("a.txt", "b.log", "sub/c.LOG", "d.nlp", "Makefile", ".hidden", "archive/archive.sqlite"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    files, _ = transcripts_under([tmp_path])
    assert passed_over([tmp_path], files) == {".log": 2, ".nlp": 1, "without a suffix": 1}
    assert passed_over([tmp_path / "b.log"], files) == {}
