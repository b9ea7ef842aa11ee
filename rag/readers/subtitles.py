"""Subtitles: SRT, WebVTT, TTML, LRC, ASS, and what Whisper writes as text.

pysubs2 and webvtt-py read what they know; TTML and LRC are read here, since only who speaks and when is wanted.
If most captions repeat the line before, they roll up, and the repetition is left out; "Hi." said twice is kept twice.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.errors import InputError
from rag.readers.cues import Cue, assemble
from rag.readers.detect import STAMP
from rag.readers.text import decode_any
from rag.text.clock import rounded_seconds_of
from rag.types import Hints

MAX_LINE = 20_000
_ARROW = re.compile(rf"^(?:\[)?(?P<start>{STAMP})\s*-->\s*(?P<end>{STAMP})\]?(?P<rest>.*)$")
_LRC = re.compile(r"\[(\d{1,3}:\d{2}(?:[.:]\d{1,3})?)\]")
_LRC_TAG = re.compile(r"\[([A-Za-z#]+):(.*)\]\s*$")


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text with the seconds of every piece. Raises InputError."""
    text, note = decode_any(data)
    start = text.lstrip()
    for number, line in enumerate(text.split("\n") if not start.startswith("<") else (), start=1):
        if len(line) > MAX_LINE:
            raise InputError(
                f"line {number} has {len(line):,} characters; a line of a subtitle has {MAX_LINE:,} at most"
            )
    title = ""
    if start.startswith("<"):
        cues = _ttml(text)
    elif start.startswith("[Script Info]"):
        cues = _ass(text)
    elif start.startswith("WEBVTT"):
        cues = _vtt(start)
    elif _ARROW.match(start.split("\n", 1)[0]) and start.startswith("["):
        cues = _whisper(start)
    elif name.lower().endswith(".lrc") or _LRC.match(start):
        title, cues = _lrc(text)
    elif re.match(r"\d+\s*\n", start) and re.search(r"^\d{1,3}:\d\d:\d\d[,.]\d+\s*-->", start, re.M):
        cues = _srt(start)
    else:
        cues = _vtt("WEBVTT\n\n" + start)
    if not cues:
        raise InputError("no subtitle was found; write times as 00:00:01.000 --> 00:00:04.000 above each")
    text, hints = assemble(_unrolled(cues), title=title)
    return text, Hints(title=hints.title, turns=hints.turns, times=hints.times, notes=(note,) if note else ())


def _srt(text: str) -> list[Cue]:
    import pysubs2

    try:
        lines = pysubs2.SSAFile.from_string(text, format_="srt")
    except (pysubs2.Pysubs2Error, ValueError) as error:
        raise InputError(f"the subtitles cannot be read: {error}") from error
    return [
        cue
        for line in sorted(lines, key=lambda line: line.start)
        for cue in _spoken(line.text.replace("\\N", "\n").replace("\\n", "\n"), line.start / 1000, line.end / 1000)
    ]


def _ass(text: str) -> list[Cue]:
    import pysubs2

    try:
        lines = pysubs2.SSAFile.from_string(text, format_="ass")
    except (pysubs2.Pysubs2Error, ValueError) as error:
        raise InputError(f"the subtitles cannot be read: {error}") from error
    spoken = [line for line in sorted(lines, key=lambda line: line.start) if not line.is_comment]
    return [Cue(line.plaintext, line.name, line.start / 1000, line.end / 1000) for line in spoken]


def _vtt(text: str) -> list[Cue]:
    import webvtt

    try:
        captions = webvtt.from_string(text)
    except webvtt.errors.MalformedFileError as error:
        raise InputError(f"the subtitles cannot be read: {error}") from error
    return [
        cue
        for caption in captions
        for cue in _spoken("\n".join(caption.lines), rounded_seconds_of(caption.start), rounded_seconds_of(caption.end))
    ]


def _spoken(raw: str, start_s: float, end_s: float) -> Iterator[Cue]:
    """One subtitle: its voices, or its lines if each is somebody's."""
    voices = re.split(r"<v(?:\.[^\s<>]{0,100})?[^\S\n]([^<>\n]{0,200})>", raw)
    yield from _lines(voices[0], "", start_s, end_s)
    for speaker, piece in zip(voices[1::2], voices[2::2], strict=True):
        yield from _lines(piece, html.unescape(speaker), start_s, end_s)


def _lines(raw: str, speaker: str, start_s: float, end_s: float) -> Iterator[Cue]:
    plain = html.unescape(re.sub(r"</?[a-zA-Z][^>]{0,200}>|<[\d:.]+>|\{\\[^}]{0,200}\}", "", raw)).strip()
    if not plain:
        return
    lines = plain.split("\n")
    if sum(line.lstrip().startswith(("- ", "– ", "— ", "-", ">>")) for line in lines) > 1:
        yield from (Cue(line, speaker, start_s, end_s) for line in lines)
    else:
        yield Cue(plain, speaker, start_s, end_s)


def _whisper(text: str) -> list[Cue]:
    cues: list[Cue] = []
    for line in text.split("\n"):
        if match := _ARROW.match(line.strip()):
            cues.append(Cue(match["rest"], "", rounded_seconds_of(match["start"]), rounded_seconds_of(match["end"])))
        elif line.strip() and cues:
            last = cues[-1]
            cues[-1] = Cue(f"{last.text}\n{line}", "", last.start_s, last.end_s)
    return cues


def _lrc(text: str) -> tuple[str, list[Cue]]:
    """Lyrics: `[mm:ss.xx]words`; an empty stamp ends the line before."""
    title, found = "", list[Cue]()
    for line in text.split("\n"):
        stamps = _LRC.findall(line)
        if not stamps:
            if tag := _LRC_TAG.match(line.strip()):
                title = tag[2].strip() if tag[1].lower() == "ti" else title
            elif line.strip() and found:
                last = found[-1]
                found[-1] = Cue(f"{last.text} {line}", "", last.start_s, last.end_s)
            continue
        words = re.sub(r"<\d+:\d+[.:]\d+>", "", _LRC.sub("", line)).strip()
        for stamp in stamps:
            at = rounded_seconds_of(stamp if stamp.count(":") < 2 else ".".join(stamp.rsplit(":", 1)))
            if not words and found and found[-1].end_s is None:
                found[-1] = Cue(found[-1].text, "", found[-1].start_s, at)
            elif words:
                found.append(Cue(words, "", at))
    return title, sorted(found, key=lambda cue: cue.start_s or 0.0)


def _ttml(text: str) -> list[Cue]:
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
    cues: list[Cue] = []
    for paragraph in root.iter("{*}p"):
        agent = _attribute(paragraph, "agent") or _attribute(paragraph.getparent(), "agent")
        speaker = names.get(agent) or agent
        for line_break in paragraph.iter("{*}br"):
            line_break.tail = "\n" + (line_break.tail or "")
        words = "".join(str(piece) for piece in paragraph.itertext())
        start, end = _clock(paragraph.get("begin")), _clock(paragraph.get("end"))
        cues.append(Cue(words, speaker, start, end))
    return cues


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
    return rounded_seconds_of(match[1]) if match else None


def _unrolled(cues: Sequence[Cue]) -> list[Cue]:
    """Without the lines that captions repeat when they roll up."""
    lines = [[line.strip() for line in cue.text.split("\n") if line.strip()] for cue in cues]
    rolling = sum(len(b) > 1 and bool(a) and b[0] == a[-1] for a, b in pairwise(lines))
    if rolling < 3 or rolling < 0.3 * len(cues):
        return list(cues)
    kept: list[Cue] = []
    last: list[str] = []
    for cue, own in zip(cues, lines, strict=True):
        overlap = next((n for n in range(min(len(own), len(last)), 0, -1) if own[:n] == last[-n:]), 0)
        if own[overlap:]:
            kept.append(Cue("\n".join(own[overlap:]), cue.speaker, cue.start_s, cue.end_s))
        last = own or last
    return kept
