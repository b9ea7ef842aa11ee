"""One transcript in the forms that programs, mail and editors give it: the same people say the same words, or a note says why not.

The golden transcripts stand outside the project, the bundled ones inside it. Where a form destroys what shows the speakers,
such as capitals in a layout that only capitals mark, the confidence must fall below the bound, with a note.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from outside import DATA, ROOT, not_here, parsed

from eval.benchmarks.rewriting import FORMS, Agreement, agreement, labels_of, rewritten
from rag.readers import READERS
from rag.readers.detect import format_of
from rag.readers.text import decode
from rag.types import Document

GOLDEN = sorted(path.name.removesuffix(".json") for path in (ROOT / "tests" / "golden").glob("*.json"))
BUNDLED = sorted(path.name for path in (ROOT / "eval" / "sets").glob("*.*") if path.with_suffix(".jsonl").exists())
NAMES = [*GOLDEN, *(name for name in BUNDLED if not name.endswith(".jsonl"))]
TOLD_BELOW = 0.6
# Of the words: a heading that stands otherwise, a remark that is no paragraph any more. None of it is in a wrong mouth.
SLIGHT_WRONG, SLIGHT = 0.001, 0.01

TALK = """\
Harbour talk, Lund, 3 May 2024

ANN REED: Who paid for the bridge, and when was it paid for? I ask because nobody on the council knew.

JO FIELD, HARBOUR MASTER: The town paid. It took nine years, and each of them was longer than the one before it.

ANN REED: And then?

JO FIELD: It rained. We closed the bridge for a week, and opened it again on a Sunday, when the ferries stood still.

ANN REED: Did anyone complain about that?

JO FIELD: Nobody that I know of. Señor Núñez wrote a letter, which I answered.

ANN REED: Thank you.

JO FIELD: Thank you, too.
"""


def path_of(name: str) -> Path:
    found = sorted((DATA / "layouts").rglob(name)) or sorted((ROOT / "eval" / "sets").glob(name))
    return found[0] if found else not_here("../shared/data/layouts")


@cache
def read(name: str) -> Document:
    """The transcript, read in this process; the canonical text of other formats stands for a text file."""
    path = path_of(name)
    data = path.read_bytes()
    text, hints = READERS.get(format_of(data, path.suffix))(data, path.name)
    return parsed(text, path.name, hints)


def disagreement(expected: Document, form_name: str) -> Agreement | None:
    """How a form of a transcript is read otherwise; None if it is not, or if the reading says that it is doubtful."""
    form = rewritten(expected.text, FORMS[form_name](expected))
    found = parsed(form.text, expected.source)
    if found.confidence < TOLD_BELOW and found.notes:
        return None
    differs = agreement(expected, found, form)
    slight = differs.nobody + differs.missing + differs.added <= SLIGHT
    return None if differs.wrong <= SLIGHT_WRONG and slight else differs


@pytest.mark.unit
@pytest.mark.parametrize("form_name", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_transcript_in_another_form_is_read_alike_or_doubted(name: str, form_name: str) -> None:
    expected = read(name)
    if expected.grammar == "named by the file's format":
        pytest.skip("the format names the speakers, and no label does")
    assert disagreement(expected, form_name) is None


@pytest.mark.parametrize("form_name", [name for name in FORMS if name != "labels in small letters"])
def test_a_form_that_keeps_the_labels_keeps_every_speaker_and_every_word(form_name: str) -> None:
    expected = parsed(TALK, "talk.txt")
    assert {turn.speaker for turn in expected.turns} == {"ANN REED", "JO FIELD"}
    form = rewritten(TALK, FORMS[form_name](expected))
    found = parsed(form.text, "talk.txt")
    assert agreement(expected, found, form) == Agreement(0, 0, 0, 0)
    assert found.confidence >= TOLD_BELOW


@pytest.mark.parametrize("encoded", [TALK.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + TALK.encode()])
def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(encoded: bytes) -> None:
    assert parsed(decode(encoded), "talk.txt") == parsed(TALK, "talk.txt")


def test_what_a_form_moves_is_found_in_its_new_place() -> None:
    document = parsed(TALK, "talk.txt")
    form = rewritten(TALK, FORMS["times before labels"](document))
    label = labels_of(document)[1]
    place = form.place(label.start)
    assert form.text[place : place + 8] == "JO FIELD"
    assert form.text[form.place(TALK.index("Núñez")) :].startswith("Núñez")


def test_words_in_another_mouth_are_counted_as_wrong() -> None:
    document = parsed(TALK, "talk.txt")
    swapped = TALK.replace("ANN REED: And then?", "JO FIELD: And then?")
    found = parsed(swapped, "talk.txt")
    same = rewritten(TALK, [])
    assert agreement(document, document, same) == Agreement(0, 0, 0, 0)
    assert agreement(document, found, same).wrong > 0
