"""DOCX: paragraphs, tables and pages of a Word document."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from made_files import docx, paragraph

from rag import readers
from rag.errors import InputError
from rag.transcript import parse
from rag.types import Hints


def read(tmp_path: Path, data: bytes) -> tuple[str, Hints]:
    (tmp_path / "talk.docx").write_bytes(data)
    return readers.read(tmp_path / "talk.docx")


def said(text: str, hints: Hints) -> list[tuple[str, str]]:
    return [(turn.speaker, text[turn.start : turn.end]) for turn in parse(text, source="talk.docx", hints=hints).turns]


BREAK = "<w:r><w:lastRenderedPageBreak/></w:r>"
TALK = [("Ilse Brandt", "Why?"), ("Tom Arden", "It was late."), ("Ilse Brandt", "And then?"), ("Tom Arden", "Nothing.")]


def test_bold_labels_without_a_colon_are_labels_and_headings_are_none(tmp_path: Path) -> None:
    body = paragraph("A talk", style="Heading1")
    body += "".join(paragraph(f"*{name}", f" {words}") for name, words in TALK)
    text, hints = read(tmp_path, docx(body, title="Talk at the harbour"))
    assert text.startswith("# A talk\n\n**Ilse Brandt** Why?\n\n")
    assert said(text, hints) == TALK
    assert hints.title == "Talk at the harbour"


def test_a_table_of_speakers_and_words_is_read_row_by_row(tmp_path: Path) -> None:
    rows = "".join(
        f"<w:tr><w:tc>{paragraph(name)}</w:tc><w:tc>{paragraph(words)}</w:tc></w:tr>" for name, words in TALK
    )
    assert said(*read(tmp_path, docx(f"<w:tbl>{rows}</w:tbl>"))) == TALK


def test_what_was_deleted_is_no_part_and_what_was_inserted_is(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>Ilse Brandt: It was </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        '<w:ins><w:r><w:t xml:space="preserve">often </w:t></w:r></w:ins><w:r><w:t>late.</w:t></w:r></w:p>'
    )
    assert read(tmp_path, docx(body))[0] == "Ilse Brandt: It was often late.\n"


def test_pages_are_those_that_word_last_saw(tmp_path: Path) -> None:
    body = paragraph("Ilse Brandt: Why?") + paragraph("Tom Arden: It was late.").replace("<w:p>", f"<w:p>{BREAK}")
    text, hints = read(tmp_path, docx(body))
    assert hints.pages == ((0, "1"), (text.index("Tom"), "2"))


def test_a_page_that_begins_within_a_paragraph_or_a_table_begins_there(tmp_path: Path) -> None:
    within = paragraph("Ilse Brandt: Why was it ", "so late?").replace(
        '<w:r><w:t xml:space="preserve">so', f"{BREAK}<w:r><w:t>so"
    )
    rows = "".join(
        f"<w:tr><w:tc>{paragraph(name)}</w:tc><w:tc>{paragraph(words)}</w:tc></w:tr>" for name, words in TALK
    ).replace('<w:p><w:r><w:t xml:space="preserve">And', f"<w:p>{BREAK}<w:r><w:t>And")
    text, hints = read(tmp_path, docx(f"{within}<w:tbl>{rows}</w:tbl>"))
    assert text.startswith("Ilse Brandt: Why was it so late?\n\nIlse Brandt\tWhy?\n\nTom Arden\tIt was late.\n\n")
    assert hints.pages == ((0, "1"), (text.index("so late?"), "2"), (text.index("And then?"), "3"))


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY e "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">
<!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">
<!ENTITY i "&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>"""


def with_part(name: str, data: bytes) -> bytes:
    """A Word document with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(""))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, data if entry == name else old.read(entry))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (packed(**{"word/document.xml": b"\0" * 100_000_000}), "unpack to 100,000,000; onrecord unpacks at most 100"),
        (packed(**{"../word/evil.xml": b"x"}), r"names a file outside itself \('../word/evil.xml'\)"),
        (packed(**{"word/nothing.xml": b"x"}), "damaged"),
        (docx("")[:2000], "damaged"),
        (with_part("word/document.xml", BOMB), "damaged|holds no text|more memory"),
        (with_part("word/document.xml", b"<w:p>" * 300_000), "damaged"),
        (docx(""), "holds no text"),
    ],
    ids=["bomb", "outside", "no document", "cut off", "entities", "nested", "empty"],
)
def test_a_broken_or_hostile_file_is_refused_with_its_reason(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, data)
