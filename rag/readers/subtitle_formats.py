"""TTML, LRC and ASS: subtitles whose times do not stand on lines of their own. Only who speaks and when is wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rag.errors import InputError
from rag.readers.captions import Caption
from rag.readers.timed_lines import seconds_of_stamp

LRC_STAMP = re.compile(r"\[(\d{1,3}:\d{2}(?:[.:]\d{1,3})?)\]")
_LRC_TAG = re.compile(r"\[([A-Za-z#]+):(.*)\]\s*$")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_DRAWING = re.compile(r"\{[^{}]{0,2000}\\p[1-9][^{}]{0,2000}\}[^{}]*")
_OVERRIDE = re.compile(r"\{[^{}]{0,2000}\}")
_ASS_FIELDS = "layer start end style name marginl marginr marginv effect text".split()


def read_ass(text: str) -> tuple[list[Caption], int]:
    r"""Captions of an ASS or SSA file, and how many lines among them are none.

    >>> read_ass("[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\i1}Why,\\Nthen?")[0]
    [Caption(text='Why,\nthen?', start_s=1.0, end_s=2.0, speaker='Ann')]
    """
    captions: list[Caption] = []
    unplaced, in_events, fields = 0, False, tuple(_ASS_FIELDS)
    for line in text.split("\n"):
        kind, _, rest = line.strip().partition(":")
        if line.startswith("["):
            in_events = line.strip().lower() == "[events]"
        elif in_events and kind == "Format":
            fields = tuple(name.strip().lower() for name in rest.split(","))
        elif in_events and kind == "Dialogue" and (found := _dialogue(rest, fields)):
            captions.append(found)
        elif in_events and line.strip() and kind != "Comment" and not line.startswith(";"):
            unplaced += 1
    return captions, unplaced


def _dialogue(rest: str, fields: Sequence[str]) -> Caption | None:
    """One event; None if it has no times."""
    values = dict(zip(fields, rest.split(",", len(fields) - 1), strict=False))
    try:
        start, end = (seconds_of_stamp(values[name].strip()) for name in ("start", "end"))
    except (KeyError, ValueError):
        return None
    words = _OVERRIDE.sub("", _DRAWING.sub("", values.get("text", "")))
    words = re.sub(r"\\[Nn]", "\n", words).replace("\\h", " ")
    return Caption(words, start, end, values.get("name", values.get("actor", "")).strip())


def read_lrc(text: str) -> tuple[str, list[Caption], int]:
    """Title and captions of lyrics, `[mm:ss.xx]words`, and how many lines stand above them; an empty stamp ends a line.

    >>> read_lrc("[ti:Rain]\\n[00:01.00]Why\\n[00:02.50]")
    ('Rain', [Caption(text='Why', start_s=1.0, end_s=2.5, speaker='')], 0)
    """
    title, found, unplaced, repeats = "", list[Caption](), 0, False
    for line in text.split("\n"):
        stamps = LRC_STAMP.findall(line)
        if not stamps:
            if tag := _LRC_TAG.match(line.strip()):
                title = tag[2].strip() if tag[1].lower() == "ti" else title
            elif line.strip() and found:
                last = found[-1]
                found[-1] = Caption(f"{last.text} {line.strip()}", last.start_s, last.end_s)
            else:
                unplaced += bool(line.strip())
            continue
        words = _WORD_STAMP.sub("", LRC_STAMP.sub("", line)).strip()
        repeats = repeats or (len(stamps) > 1 and bool(words))
        for stamp in stamps:
            at = seconds_of_stamp(stamp if stamp.count(":") < 2 else ".".join(stamp.rsplit(":", 1)))
            if words:
                found.append(Caption(words, at))
            elif found and found[-1].end_s is None:
                found[-1] = Caption(found[-1].text, found[-1].start_s, at)
    # A line with several stamps is sung several times.
    return title, sorted(found, key=lambda caption: caption.start_s or 0.0) if repeats else found, unplaced


def read_ttml(text: str) -> list[Caption]:
    """Captions of a TTML or DFXP file, with the agents that it names. Raises InputError.

    >>> read_ttml('<tt xmlns="http://www.w3.org/ns/ttml"><body><p begin="1s" end="2s">Why<br/>so?</p></body></tt>')
    [Caption(text='Why\\nso?', start_s=1.0, end_s=2.0, speaker='')]
    """
    from lxml import etree

    # Whoever sends a transcript has no use for a document type; entities are what bombs are made of.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"the XML is damaged: {error}") from error
    names = {
        agent.get("{http://www.w3.org/XML/1998/namespace}id"): " ".join("".join(agent.itertext()).split())
        for agent in root.iter("{*}agent")
    }
    captions: list[Caption] = []
    for paragraph in root.iter("{*}p"):
        agent = _attribute(paragraph, "agent") or _attribute(paragraph.getparent(), "agent")
        start, end = _clock(paragraph.get("begin")), _clock(paragraph.get("end"))
        captions.append(Caption(_words(paragraph), start, end, names.get(agent) or agent))
    return captions


def _words(paragraph: Any) -> str:
    """The text of an element; only `br` ends a line."""
    parts: list[str] = []
    for event, element in _walk(paragraph):
        if event == "start":
            parts.append("\n" if str(element.tag).endswith("}br") or element.tag == "br" else "")
            parts.append(re.sub(r"\s+", " ", element.text or ""))
        elif element is not paragraph:
            parts.append(re.sub(r"\s+", " ", element.tail or ""))
    return "\n".join(line for part in "".join(parts).split("\n") if (line := part.strip()))


def _walk(element: Any) -> Any:
    from lxml import etree

    return etree.iterwalk(element, events=("start", "end"))


def _attribute(element: object, name: str) -> str:
    attributes = getattr(element, "attrib", {})
    return next((str(value) for key, value in attributes.items() if key.rpartition("}")[2] == name), "")


def _clock(value: str | None) -> float | None:
    """Seconds of a TTML time: a clock, `12.5s`, `300ms`; frames and ticks need a rate and are left out."""
    if not value:
        return None
    value = value.strip()
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)(h|m|s|ms)", value):
        return round(float(match[1]) * {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}[match[2]], 3)
    match = re.fullmatch(r"(\d+:\d{2}:\d{2}(?:\.\d+)?)(?::\d+)?", value)
    return seconds_of_stamp(match[1]) if match else None
