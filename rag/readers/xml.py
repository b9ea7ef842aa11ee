"""XML records: Akoma Ntoso, TEI, OHMS, and any other whose recurring element names who speaks.

A `speech`, `u` or `sp` names its speaker in an attribute or in its first child. Tags are never text: what is none of these
is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rag.errors import InputError
from rag.readers.columns import SPEAKER_NAMES, as_time, rank
from rag.readers.cues import Cue, assemble
from rag.readers.text import decode_any
from rag.text.dates import find_date
from rag.types import Hints

_SPEECHES = frozenset({"speech", "u", "sp", "question", "answer"})
_NAMED_BY = ("speakername", "speaker", "by", "who")
_CHILDREN = frozenset({"from", "speaker", "name", "label"})
_ID = "{http://www.w3.org/XML/1998/namespace}id"


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of the speech in an XML record. Raises InputError for what is none, and for entities of its own.

    >>> read(b'<r><speech speaker="Ann"><p>Why?</p></speech></r>', "a.xml")[0]
    'Ann: Why?\\n'
    """
    root = _parsed(data)
    title, date = _title(root), _date(root)
    told = next((each for each in root.iter("{*}transcript") if (each.text or "").strip()), None)
    if told is not None and not len(told):  # OHMS: a whole transcript as text, for the parser to read
        return told.text.strip() + "\n", Hints(title=title, date=date)
    people = _people(root)
    kind = _kind(root)
    cues = [cue for each in root.iter(f"{{*}}{kind}") if (cue := _cue(each, people)).text.strip()] if kind else []
    if not cues:
        raise InputError(
            "no speech was found in this XML; onrecord reads elements that name who speaks, such as "
            '<speech speaker="Ann">…</speech>; save its text as a text file, with a line "Name: words" for each turn'
        )
    return assemble(cues, title=title, date=date)


def _parsed(data: bytes) -> Any:
    from lxml import etree

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decode_any(data)[0])
    if "<!ENTITY" in text:
        raise InputError(
            "this XML defines entities of its own, which no transcript needs; save its text as a text file"
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"the XML is damaged: {error}") from error


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _kind(root: Any) -> str:
    """The name of the elements that are speeches: a known one, or the commonest that name who speaks."""
    counts = Counter(_local(each) for each in root.iter() if _label(each, {}))
    known = [kind for kind in counts if kind in _SPEECHES]
    general = [kind for kind, count in counts.items() if count > 1]
    return max(known or general, key=lambda kind: counts[kind], default="")


def _people(root: Any) -> dict[str, str]:
    """Names by the ids that speeches refer to."""
    people = {}
    for each in root.iter("{*}TLCPerson", "{*}person"):
        shown = each.get("showAs") or _words(next(each.iter("{*}persName"), None))
        key = each.get("id") or each.get("eId") or each.get(_ID)
        if key and shown:
            people[key] = shown
    return people


def _label(element: Any, people: dict[str, str]) -> str:
    """Who says an element: by its id, its first child, the note before it, or its attribute."""
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    named = next((attributes[key] for key in _NAMED_BY if attributes.get(key)), "")
    if not named:
        named = next(
            (
                value
                for key, value in attributes.items()
                if key not in ("name", "role", "label") and (rank(key, SPEAKER_NAMES) == 0)
            ),
            "",
        )
    if (key := named.lstrip("#")) in people:
        return people[key]
    first = next(iter(element), None)
    if first is not None and _local(first) in _CHILDREN and len(element) > 1 and (shown := _words(first)):
        return shown.rstrip(":. ")
    before = element.getprevious()
    if named and before is not None and _local(before) == "note" and before.get("type") == "speaker":
        return _words(before).rstrip(":. ")
    return named.lstrip("#").strip()


def _cue(element: Any, people: dict[str, str]) -> Cue:
    speaker = _label(element, people)
    text = "\n\n".join(filter(None, _paragraphs(element)))
    start = next((at for key in ("start", "begin", "startTime") if (at := as_time(element.get(key))) is not None), None)
    return Cue(text, speaker, start)


def _paragraphs(element: Any) -> Iterator[str]:
    yield " ".join((element.text or "").split())
    for number, child in enumerate(element):
        if not (number == 0 and _local(child) in _CHILDREN) and _local(child) not in ("", "note"):
            yield _words(child)
        yield " ".join((child.tail or "").split())


def _words(element: Any) -> str:
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def _title(root: Any) -> str:
    for tag in ("{*}titleStmt/{*}title", "{*}preface/{*}p", "{*}docTitle", "{*}record/{*}title"):
        if shown := _words(root.find(f".//{tag}")):
            return shown
    return _words(root.find("{*}title"))


def _date(root: Any) -> str | None:
    for each in root.iter("{*}FRBRdate", "{*}date"):
        written = next((each.get(key) for key in ("date", "value", "when") if each.get(key)), None)
        if found := find_date(written or _words(each)):
            return found[0]
    return None
