"""PDF: paragraphs and pages from places on a page."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from made_files import At, column, pdf

from rag import readers
from rag.errors import InputError
from rag.places import page_at, pages_of
from rag.transcript import parse
from rag.types import Document, Hints


def read(tmp_path: Path, data: bytes) -> tuple[str, Hints]:
    (tmp_path / "talk.pdf").write_bytes(data)
    return readers.read(tmp_path / "talk.pdf")


def parsed(tmp_path: Path, data: bytes) -> Document:
    text, hints = read(tmp_path, data)
    return parse(text, source="talk.pdf", hints=hints)


def said(document: Document) -> list[tuple[str, str]]:
    return [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns]


ONE = [
    "Ilse Brandt: Where did the water come from on that night?",
    "",
    "Tom Arden: It came from the north, over the old wall that",
    "nobody had looked at for years, and it came without a",
    "sound. The wall was bro-",
]
TWO = [
    "ken in three places, and nobody had told the well-known",
    "engineers of it.",
    "",
    "Ilse Brandt: And who was told?",
    "",
    "Tom Arden: Everybody was told. Nobody came.",
]


def test_lines_are_joined_to_paragraphs_across_pages_and_every_character_has_its_page(tmp_path: Path) -> None:
    document = parsed(tmp_path, pdf([column(ONE), column(TWO)]))
    assert said(document) == [
        ("Ilse Brandt", "Where did the water come from on that night?"),
        (
            "Tom Arden",
            "It came from the north, over the old wall that nobody had looked at for years, and it came without a sound. "
            "The wall was broken in three places, and nobody had told the well-known engineers of it.",
        ),
        ("Ilse Brandt", "And who was told?"),
        ("Tom Arden", "Everybody was told. Nobody came."),
    ]
    text = document.text
    assert page_at(document, text.index("without a sound")) == "1"
    assert page_at(document, text.index("in three places")) == "2"
    start = text.index("The wall was broken")
    assert pages_of(document, start, start + len("The wall was broken in three places")) == "1–2"


def test_a_label_that_recurs_opens_a_turn_behind_one_that_is_broken_off(tmp_path: Path) -> None:
    lines = [
        "Ilse Brandt: Where did the water come from on that long night, and",
        "Tom Arden: It came from the north, over the old wall that nobody --",
        "Ilse Brandt: And who was told?",
        "Tom Arden: Everybody was told, and nobody came to look at the wall",
        "or at anything else.",
    ]
    assert said(parsed(tmp_path, pdf([column(lines)]))) == [
        ("Ilse Brandt", "Where did the water come from on that long night, and"),
        ("Tom Arden", "It came from the north, over the old wall that nobody --"),
        ("Ilse Brandt", "And who was told?"),
        ("Tom Arden", "Everybody was told, and nobody came to look at the wall or at anything else."),
    ]


def test_running_heads_and_page_numbers_are_left_out_and_the_notes_say_so(tmp_path: Path) -> None:
    pages = [
        [At(72, 760, "Hearing of the Harbour Committee"), *column(lines, top=720), At(300, 30, f"Page {number} of 3")]
        for number, lines in enumerate(([*ONE[:4], "sound."], TWO[3:], [*ONE[:3], "nobody saw."]), start=1)
    ]
    document = parsed(tmp_path, pdf(pages))
    assert "Harbour Committee" not in document.text
    assert "Page" not in document.text
    assert [speaker for speaker, _ in said(document)] == ["Ilse Brandt", "Tom Arden"] * 3
    assert document.notes == ("left out: running heads and page numbers, 6 lines on 3 pages",)


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"Left line {number} of the first column" for number in range(1, 11)]
    right = [f"right line {number} of the second one" for number in range(1, 11)]
    side_by_side = [line for a, b in zip(column(left), column(right, x=330), strict=True) for line in (a, b)]
    for order in (side_by_side, [*column(left), *column(right, x=330)]):
        text, _ = read(tmp_path, pdf([order]))
        assert text.split() == " ".join([*left, *right]).split()


def test_bold_labels_without_a_colon_are_labels(tmp_path: Path) -> None:
    page = []
    for number, (name, words) in enumerate([("Ilse Brandt", "Why?"), ("Tom Arden", "It was late.")] * 3):
        page += [At(72, 700 - 40 * number, name, bold=True), At(150, 700 - 40 * number, words)]
    assert said(parsed(tmp_path, pdf([page]))) == [("Ilse Brandt", "Why?"), ("Tom Arden", "It was late.")] * 3


def test_line_numbers_of_a_deposition_are_no_words(tmp_path: Path) -> None:
    lines = [
        "Q.   Did you see the wall?",
        "A.   I saw it on the Monday,",
        "     and on the Tuesday.",
        "Q.   Was it whole?",
        "A.   It was not.",
        "Q.   Whom did you tell?",
        "A.   I told the mayor, and then",
        "     I told everybody else.",
        "Q.   And who came?",
        "A.   Nobody.",
    ]
    page = [
        line
        for number, text in enumerate(lines)
        for line in (
            At(60, 700 - 20 * number, str(number + 1)),
            At(100 + 30 * text.startswith(" "), 700 - 20 * number, text.strip()),
        )
    ]
    assert said(parsed(tmp_path, pdf([page]))) == [
        ("Q", "Did you see the wall?"),
        ("A", "I saw it on the Monday, and on the Tuesday."),
        ("Q", "Was it whole?"),
        ("A", "It was not."),
        ("Q", "Whom did you tell?"),
        ("A", "I told the mayor, and then I told everybody else."),
        ("Q", "And who came?"),
        ("A", "Nobody."),
    ]


def test_pages_are_called_as_they_are_printed(tmp_path: Path) -> None:
    labels = "[0 << /S /r >> 1 << /S /D /St 12 >>]"
    document = parsed(tmp_path, pdf([column(ONE[:4]), column(TWO[3:])], labels=labels, title="A talk at the harbour"))
    assert [label for _, label in document.pages] == ["i", "12"]
    assert document.title == "A talk at the harbour"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (pdf([[], []], image=True), "images of pages, and no text; run: ocrmypdf FILE.pdf OUT.pdf"),
        (pdf([[]]), "holds no text; if it shows some, run: ocrmypdf"),
        (b"%PDF-1.7\nnothing else", r"damaged \(.*\); try: qpdf FILE.pdf OUT.pdf"),
    ],
    ids=["scanned", "empty", "no objects"],
)
def test_a_pdf_without_text_is_refused_with_what_to_type(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, data)


def test_a_pdf_with_a_password_is_refused_and_one_with_an_empty_password_is_read(tmp_path: Path) -> None:
    import pypdf

    for password, readable in (("secret", False), ("", True)):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([column(ONE[:4])])))
        writer.encrypt(password, owner_password="owner", algorithm="AES-256")
        out = io.BytesIO()
        writer.write(out)
        if readable:
            assert "over the old wall" in read(tmp_path, out.getvalue())[0]
        else:
            with pytest.raises(InputError, match="protected by a password; run: qpdf --decrypt --password=PASSWORD"):
                read(tmp_path, out.getvalue())


def test_a_stream_that_unpacks_to_a_gigabyte_is_refused_in_time(tmp_path: Path) -> None:
    import zlib

    packed = zlib.compress(b"(a) Tj " * 30_000_000, 9)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    made = pdf([[]])
    data = made.replace(b"<< /Length 0 >>\nstream\n\nendstream", stream)
    assert len(data) > len(made)
    started = time.monotonic()
    with pytest.raises(InputError):
        read(tmp_path, data)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["It is a well-", "known vessel."], "It is a well-known vessel."),
        (["She is self-", "propelled."], "She is self-propelled."),
        (["in twenty-", "five weeks"], "in twenty-five weeks"),
        (["for ex-", "sailors"], "for ex-sailors"),
        (["a state-of-the-", "art pump"], "a state-of-the-art pump"),
        (["in Mid-", "Varnby"], "in Mid-Varnby"),
        (["a harbour, and a harbour-", "master"], "a harbour, and a harbour-master"),
        (["of the wall, the paper and the wall-", "paper"], "of the wall, the paper and the wall-paper"),
        (["of wallpaper, the wall, the paper and wall-", "paper"], "of wallpaper, the wall, the paper and wallpaper"),
        (["a well dis-", "ciplined crew"], "a well disciplined crew"),
        (["they could not under-", "stand it"], "they could not understand it"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_between_words_and_goes_within_one(
    tmp_path: Path, lines: list[str], text: str
) -> None:
    assert read(tmp_path, pdf([column(["Tom Arden: So it was said by us:", *lines])]))[0] == (
        f"Tom Arden: So it was said by us: {text}\n"
    )


def test_a_word_that_was_joined_by_guess_is_named_in_a_note(tmp_path: Path) -> None:
    _, hints = read(tmp_path, pdf([column(["Tom Arden: They were all dis-", "ciplined."])]))
    assert hints.notes == ("joined at the ends of lines by guess: “disciplined”; the PDF may have a hyphen there",)
    _, hints = read(tmp_path, pdf([column(["Tom Arden: Some are disciplined, all dis-", "ciplined."])]))
    assert hints.notes == ()


COURT = [
    ("Q", "Did you see the wall?"),
    ("A", "I saw it on the Monday, and"),
    ("", "12 men saw it with me."),
    ("Q", "Was it whole?"),
    ("A", "It was not."),
    ("Q", "Whom did you tell?"),
    ("A", "The mayor, and"),
    ("", "everybody else."),
    ("Q", "And who came?"),
    ("A", "Nobody."),
]
SPOKEN = [
    ("Q", "Did you see the wall?"),
    ("A", "I saw it on the Monday, and 12 men saw it with me."),
    ("Q", "Was it whole?"),
    ("A", "It was not."),
    ("Q", "Whom did you tell?"),
    ("A", "The mayor, and everybody else."),
    ("Q", "And who came?"),
    ("A", "Nobody."),
]


def court(form: str, *, every: int = 1, lines: list[tuple[str, str]] = COURT) -> list[At]:
    page = []
    for number, (label, words) in enumerate(lines, start=1):
        y = 700 - 20 * number
        if number % every == 0:
            page.append(At(60, y, form.format(number)))
        page.append(At(100, y, f"{label}.   {words}") if label else At(130, y, words))
    return page


@pytest.mark.parametrize("form", ["{}", "[{}]", "{:02d}:"])
@pytest.mark.parametrize("every", [1, 5])
def test_numbers_that_count_lines_are_the_page_s_and_numbers_that_are_said_stay(
    tmp_path: Path, form: str, every: int
) -> None:
    pages = [court(form, every=every, lines=COURT * 2)] if every == 5 else [court(form, every=every)]
    turns = [(name, " ".join(words.split())) for name, words in said(parsed(tmp_path, pdf(pages)))]
    assert turns == SPOKEN * (2 if every == 5 else 1)


def test_the_last_page_has_line_numbers_if_the_others_have(tmp_path: Path) -> None:
    document = parsed(tmp_path, pdf([court("{}"), court("{}", lines=COURT[3:5])]))
    assert said(document) == [*SPOKEN, ("Q", "Was it whole?"), ("A", "It was not.")]


def test_numbers_at_the_head_of_some_lines_are_said(tmp_path: Path) -> None:
    lines = [
        "Ilse Brandt: How many came?",
        "",
        "Tom Arden: There were the old and the young, in all",
        "12 of them, of whom",
        "13 went home.",
    ]
    assert "in all 12 of them, of whom 13 went home." in read(tmp_path, pdf([column(lines)]))[0]


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Interview with Tom Arden", True),
        ("Interview with Jan Olsson", False),
        ("Harbour Project - Ilse Brandt", True),
        ("Veterans' talk: JAN OLSSON", False),
        ("a talk at the harbour", True),
    ],
)
def test_a_title_that_names_somebody_else_than_the_first_pages_is_none(tmp_path: Path, title: str, kept: bool) -> None:
    lines = ["Harbour Project", "", *ONE[:4], "sound."]
    _, hints = read(tmp_path, pdf([column(lines)], title=title))
    assert hints.title == (title if kept else "")


def test_numbers_of_chapters_are_no_line_numbers(tmp_path: Path) -> None:
    chapters = ["Foo", "Bar", "Baz", "Qux", "Quux"]
    contents = column([f"{n}   {name}" for n, name in enumerate(chapters, 1)], top=600)
    pages = [
        column(
            [f"{n}   {name}", "", *(f"The {name.lower()} {verb} the wall." for verb in ("saw", "met", "hit", "knew"))]
        )
        for n, name in enumerate(chapters, 1)
    ]
    text, _ = read(tmp_path, pdf([contents, *pages]))
    assert [text.count(f"{n} {name}") for n, name in enumerate(chapters, 1)] == [2] * 5
