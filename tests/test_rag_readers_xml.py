"""XML: records that name who speaks, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import InputError
from rag.readers import read as read_file
from rag.readers.xml import read

AKN = """<akomaNtoso xmlns="http://x"><debate><meta><FRBRdate date="2030-02-03"/>
<TLCPerson {key}="quist" showAs="Ira Quist"/></meta><preface><p>On piers</p></preface><debateBody>
<speech by="#quist"><from>The WARDEN</from><p>Why now?</p></speech>
<speech by="#malm"><from>Ms MALM:</from><p>It rained &amp; blew.</p><p>All day.</p></speech></debateBody></debate></akomaNtoso>"""


@pytest.mark.parametrize("key", ["id", "eId"])
def test_akoma_ntoso_names_people_by_their_ids_or_as_printed(key: str) -> None:
    text, hints = read(AKN.format(key=key).encode(), "a.xml")
    assert text == "Ira Quist: Why now?\n\nMs MALM: It rained & blew.\n\nAll day.\n"
    assert (hints.title, hints.date) == ("On piers", "2030-02-03")


@pytest.mark.parametrize(
    "record",
    [
        '<TEI><text><note type="speaker">Ira:</note><u who="#i"><seg>Why?</seg></u><note type="speaker">Tove:</note>'
        '<u who="#t"><seg>It rained.</seg></u></text></TEI>',
        '<publicwhip><speech speakername="Ira"><p>Why?</p></speech><speech speakername="Tove">It rained.</speech></publicwhip>',
        '<talk><line speaker="Ira">Why?</line><line speaker="Tove">It rained.</line></talk>',
        "<talk><t><speaker>Ira</speaker><p>Why?</p></t><t><speaker>Tove</speaker><p>It rained.</p></t></talk>",
    ],
)
def test_an_element_is_said_by_whom_its_attribute_or_first_child_names(record: str) -> None:
    assert read(record.encode(), "a.xml")[0] == "Ira: Why?\n\nTove: It rained.\n"


def test_a_transcript_within_a_record_is_left_to_the_parser() -> None:
    record = b"<ROOT><record><title>On piers</title><transcript><![CDATA[IRA: Why?\n\nTOVE: So.]]></transcript></record></ROOT>"
    text, hints = read(record, "a.xml")
    assert (text, hints.title, hints.turns) == ("IRA: Why?\n\nTOVE: So.\n", "On piers", ())


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ('<?xml version="1.0"?><recipes><r>Salt.</r></recipes>', "no speech was found in this XML"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "defines entities of its own"),
        ("<?xml version='1.0'?><a><b></a>", "the XML is damaged"),
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "a.txt"])
def test_tags_are_never_text(record: str, told: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(record)
    with pytest.raises(InputError, match=told):
        read_file(tmp_path / name)
