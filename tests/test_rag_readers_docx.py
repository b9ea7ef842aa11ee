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


def box(*paragraphs: str) -> str:
    """A text box anchored in a paragraph of its own, with the copy for old versions of Word."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    choice = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return (
        f"<w:p><mc:AlternateContent {choice}><mc:Choice Requires='wps'><w:r>{content}</w:r></mc:Choice>"
        f"<mc:Fallback><w:r>{content}</w:r></mc:Fallback></mc:AlternateContent></w:p>"
    )


def turns(talk: list[tuple[str, str]]) -> list[str]:
    return [paragraph(f"*{name}:", f" {words}") for name, words in talk]


@pytest.mark.parametrize("boxed", [[1], [0, 2], [0, 1, 2, 3]])
def test_text_boxes_are_read_once_and_where_they_are_anchored(tmp_path: Path, boxed: list[int]) -> None:
    body = "".join(box(turn) if number in boxed else turn for number, turn in enumerate(turns(TALK)))
    assert said(*read(tmp_path, docx(body))) == TALK


def test_text_boxes_in_which_nobody_speaks_are_left_out_and_told(tmp_path: Path) -> None:
    body = "".join([*turns(TALK[:2]), box(paragraph("It was late.")), *turns(TALK[2:]), *turns(TALK)])
    text, hints = read(tmp_path, docx(body))
    assert said(text, hints) == [*TALK, *TALK]
    assert hints.notes == ("left out: 1 text box without a speaker's label, 12 characters: “It was late.”",)


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ("<w:vanish/>", ("left out: 8 characters that are hidden",)),
        ("<w:strike/>", ("left out: 8 characters that are struck out",)),
        ('<w:vanish w:val="0"/>', ()),
    ],
)
def test_what_word_hides_or_strikes_out_is_no_speech_and_is_counted(
    tmp_path: Path, mark: str, note: tuple[str, ...]
) -> None:
    run = f"<w:r><w:rPr>{mark}</w:rPr><w:t>(secret)</w:t></w:r>"
    body = paragraph("Ilse Brandt: Why?").replace("</w:p>", f"{run}</w:p>") + paragraph("Tom Arden: So.")
    text, hints = read(tmp_path, docx(body))
    assert ("secret" in text, hints.notes) == (not note, note)


@pytest.mark.parametrize(("instruction", "shown"), [(" PAGE ", False), (" NUMPAGES", False), (" DATE ", True)])
def test_the_number_of_a_page_is_not_said_and_other_fields_are(tmp_path: Path, instruction: str, shown: bool) -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    simple = f'<w:fldSimple w:instr="{instruction}"><w:r><w:t>14</w:t></w:r></w:fldSimple>'
    complex_ = f"{mark('begin')}<w:r><w:instrText>{instruction}</w:instrText></w:r>{mark('separate')}<w:r><w:t>15</w:t></w:r>{mark('end')}"
    body = paragraph("Ilse Brandt: Why?").replace("</w:p>", f"{simple}{complex_}</w:p>") + paragraph("Tom Arden: So.")
    text, _ = read(tmp_path, docx(body))
    assert text == ("Ilse Brandt: Why?1415" if shown else "Ilse Brandt: Why?") + "\n\nTom Arden: So.\n"


def test_readings_above_signs_are_left_out_and_signs_of_symbol_fonts_are_kept(tmp_path: Path) -> None:
    ruby = "<w:r><w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    degree = '<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>'
    body = paragraph("Ilse Brandt: 5").replace("</w:p>", f"{degree}{ruby}</w:p>")
    assert read(tmp_path, docx(body))[0] == "Ilse Brandt: 5°漢\n"


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (None, "{name}|{words}"),
        (("Speaker", "Text"), "{name}|{words}"),
        (("Text", "Speaker"), "{words}|{name}"),
        (None, "{words}|{name}"),
        (("#", "Time", "Speaker", "Text"), "{n}|0:0{n}|{name}|{words}"),
        (None, "{n}|{name}|{words}|0:0{n} - 0:0{n}"),
        (("No.", "Transcript", "Notes", "Speaker"), "{n}|{words}|loud|{name}"),
    ],
)
def test_a_speaker_column_is_found_by_its_name_or_by_what_it_holds(
    tmp_path: Path, names: tuple[str, ...] | None, row: str
) -> None:
    talk = [(name, f"{words} And it rained.") for name, words in TALK]
    rows = ["|".join(names)] if names else []
    rows += [row.format(n=n, name=name, words=words) for n, (name, words) in enumerate(talk, 1)]
    table = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in line.split('|'))}</w:tr>" for line in rows
    )
    text, hints = read(tmp_path, docx(f"<w:tbl>{table}</w:tbl>"))
    assert said(text, hints) == talk
    assert hints.notes == (("columns of tables left out: Notes",) if "loud" in row else ())


def test_a_table_of_other_things_makes_nobody_speak(tmp_path: Path) -> None:
    rows = [
        ("Ferry", "Crossings in 2031, by day", "Captain of the day"),
        ("Dawn", "nine, and ten on Sundays", "Bo Lind"),
    ]
    table = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in [*rows, *rows]
    )
    assert read(tmp_path, docx(f"<w:tbl>{table}</w:tbl>"))[0].count("\t") == 8
