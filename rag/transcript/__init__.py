"""Text → turns, speakers, roles, title, date and place.

Who speaks where is found by `rag.transcript.labels`; here the text between two labels becomes turns. What is said by nobody who is known
(a talk before the first label, a chapter below a heading, a document printed into the record) becomes a turn without a name,
which can be found but is never put into somebody's mouth; page furniture, stamps and end marks are left out, and the
notes say so.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from rag.text.dates import find_date
from rag.text.language import language_of
from rag.text.sentences import CLAUSE_END, PARAGRAPH
from rag.text.spans import trim
from rag.transcript.boilerplate import boilerplate_within, clerks_in, end_of_talk, is_clerk
from rag.transcript.header_keys import HeaderKind, header_kind
from rag.transcript.label_shapes import has_name_shape, spelled
from rag.transcript.labels import find_labels
from rag.transcript.marks import Labels, Mark, Stamp
from rag.transcript.roles import assign_roles
from rag.transcript.speakers import canonical_names
from rag.transcript.stamps import find_stamps
from rag.types import Document, Hints, Role, Span, Turn

# A talk before the first question, as against a few lines that introduce one.
_TALK_CHARS, _TALK_PARAGRAPHS, _TALK_PARAGRAPH_CHARS = 1500, 3, 150
_HEADING = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]+\S[^\n]*$|^[^\S\n]*_{5,}[^\S\n]*$", re.M)
_INDENT = 4
_TELLS_ITS_DATE = re.compile(
    r"^(?:this|the|our)?\s?(?:interview|conversation|talk|discussion|hearing|meeting|episode|podcast|press conference|transcript)\b.{0,40}"
    r"\b(?:took place|was|were)?\s?(?:held|recorded|conducted|broadcast|aired|published|on)\b"
    r"|^(?:das|dieses) (?:gespräch|interview)\b.{0,40}\b(?:am|wurde)\b|^(?:cet |l')?entretien\b.{0,60}\ble\b|^(?:esta |la )?entrevista\b.{0,60}\bel\b"
    r"|^(?:интервью|беседа)\b.{0,60}\b(?:состоя|записан|проведен)",
    re.I,
)
_BEFORE_DATES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi "
    "jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo segunda-feira terça-feira quarta-feira quinta-feira "
    "sexta-feira понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер п'ятниця субота неділя den le el em on the am".split()
)
_INTRODUCED = re.compile(r"([^\n()]{3,60})[^\S\n]\(([^\W\d_]{2,4})\)")


@dataclass(frozen=True, slots=True)
class _Header:
    title: str
    date: str | None
    place: str | None
    participants: tuple[str, ...]
    declared: dict[str, Role]
    head: str = ""  # all that stands above the first turn


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of a turn: whose it is by its label, None where it is nobody's."""

    label: str | None
    role: Role | None
    start: int
    end: int
    seconds: float | None


def parse(text: str, *, source: str, path: str = "", hints: Hints | None = None) -> Document:
    """A transcript from its canonical text.

    >>> document = parse("Talk, Oslo, 3 May 2024\\n\\nQ: Why?\\n\\nAnn Reed: It was late.", source="talk.txt")
    >>> document.date, document.place, [(turn.speaker, turn.role) for turn in document.turns]
    ('2024-05-03', 'Oslo', [('Q', 'interviewer'), ('Ann Reed', 'respondent')])
    >>> document.grammar
    'label with colon'
    """
    meta, body = _front_matter(text)
    hints = hints or Hints()
    labels = Labels((), "named by the file's format", 1.0) if hints.turns else find_labels(text, body)
    first = labels.marks[0].start if labels.marks else len(text)
    if hints.turns:
        first = text.rfind("\n", 0, hints.turns[0][1]) + 1
    header = _header(text, body, first, meta, source, labelled=bool(labels.marks or hints.turns))
    if hints.turns:
        turns, left_out, notes = _ready_made(text, hints, header)
    else:
        turns, left_out, notes = _turns(text, body, labels, header)
    language = hints.language or _clean(meta.get("language") or meta.get("lang"))[:2].lower() or None
    return Document(
        id=document_id(text),
        title=hints.title or header.title,
        date=header.date or hints.date,
        place=header.place or hints.place,
        source=source,
        text=text,
        turns=turns,
        path=path,
        participants=tuple(dict.fromkeys([*hints.participants, *header.participants])),
        left_out=left_out,
        notes=(*hints.notes, *notes),
        pages=hints.pages,
        times=hints.times,
        language=language or language_of(text[turns[0].start :] if turns else text),
        grammar=labels.grammar,
        confidence=labels.confidence,
    )


def document_id(text: str) -> str:
    """The id of a document: the beginning of its text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """YAML between `---` lines at the top, and where the body begins."""
    match = re.match(r"---[^\S\n]*\n(.*?\n)(?:---|\.\.\.)[^\S\n]*(?:\n|$)", text, re.S)
    if not match:
        return {}, 0
    import yaml

    try:
        # The loader in C, where PyYAML was built with it, is ten times as fast, and as safe.
        loaded = yaml.load(match[1].replace("\t", "  "), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, ValueError):  # YAML makes dates itself, and trips over the 30th of February
        loaded = None
    if "\n\n" in match[1]:  # a rule above the first turns, and another below them
        return {}, 0
    if not isinstance(loaded, dict):
        return {}, match.end()
    return {str(key).lower(): value for key, value in loaded.items()}, match.end()


def _header(text: str, body: int, first: int, meta: dict[str, Any], source: str, *, labelled: bool) -> _Header:
    """Title, date, place and participants from front matter, head lines and file name, in this order."""
    head_end = first if labelled else min(len(text), body + 600)
    lines = [stripped for line in text[body:head_end].split("\n") if (stripped := line.strip())]
    if not labelled:
        lines = lines[:4]
    fields: dict[HeaderKind, list[str]] = {}
    free: list[str] = []
    for line in lines:
        key, colon, value = line.strip("*_ ").replace("：", ":").partition(":")
        kind = header_kind(key)
        if colon and kind and value.strip(" *_"):
            fields.setdefault(kind, []).append(value.strip(" *_"))
        else:
            free.append(line)
    title = _clean(meta.get("title")) or next(iter(fields.get(HeaderKind.TITLE, [])), "")
    if not title:
        candidates = (
            free if labelled else [line for line in free[:1] if not CLAUSE_END.search(line) and len(line) < 200]
        )
        title = _clean(candidates[0].lstrip("# ").strip("*_ "))[:300] if candidates else ""
    found = _dated(meta, fields, free, source)
    place = _clean(meta.get("place") or meta.get("location") or meta.get("city")) or next(
        iter(fields.get(HeaderKind.PLACE, [])), ""
    )
    if not place:
        place = next((near for line in free[:12] if (near := _place_beside_date(line))), "")
    declared: dict[str, Role] = {}
    names: list[str] = []
    roles: tuple[tuple[HeaderKind, Role | None], ...] = (
        (HeaderKind.ASKS, "interviewer"),
        (HeaderKind.ANSWERS, "respondent"),
        (HeaderKind.PRESENT, None),
    )
    for kind, role in roles:
        for value in fields.get(kind, []):
            for name in re.split(r"\s*(?:[;,/]|\band\b|\bund\b|\bet\b)\s*", re.sub(r"\([^)]*\)", "", value)):
                if name and has_name_shape(name):
                    names.append(name)
                    if role:
                        declared[name] = role
    for key, listed in meta.items():
        if key in ("participants", "speakers") and isinstance(listed, list):
            names += [str(name) for name in listed]
    title = title or re.sub(r"[_\-\s]+", " ", PurePath(source).stem).strip()
    return _Header(title, found, place or None, tuple(dict.fromkeys(names)), declared, text[body:head_end])


def _clean(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).strip() if value is not None else ""


def _dated(meta: dict[str, Any], fields: dict[HeaderKind, list[str]], free: list[str], source: str) -> str | None:
    places = [_clean(meta.get(key)) for key in ("date", "published", "published_time", "recorded")]
    # A sentence of the introduction tells of other days.
    head = [line for line in free[:12] if len(line.split()) < 6 or not re.search(r"[.!?]$", line)]
    head += [
        sentence
        for line in free[:12]
        for sentence in re.split(r"(?<=[.!?])\s", line)
        if _TELLS_ITS_DATE.search(sentence)
    ]
    places += [*fields.get(HeaderKind.DATE, []), _clean(meta.get("title")), *head]
    # A file name joins its words with what a date pattern takes for part of a word.
    places.append(re.sub(r"[_\s]+", " ", PurePath(source).stem))
    return next((found[0] for place in places if place and (found := find_date(place))), None)


def _place_beside_date(line: str) -> str:
    """The place in "…, City Hall, Oslo, 3 May 2024", in "Oslo, 3 May 2024" and in "3 May 2024, Oslo"."""
    found = find_date(line)
    if not found:
        return ""
    _, start, end = found
    parts = [part.strip(" *_#") for part in re.split(r"[,;|·–—(]", line[:start].strip(" ,;|·–—(*_#"))]
    lead = len(parts)
    while len(parts) > 1 and all(word.lower() in _BEFORE_DATES for word in parts[-1].split()):
        parts.pop()  # "Berlin, Freitag, den 2. Juli 2010"
    before = parts[-1]
    after = re.split(r"[,;|·–—)]", line[end:].strip(" ,;|·–—)*_"))[0].strip(" *_")
    separated = len(parts) < lead or bool(re.search(r"[,;|·–—(]\s*$", line[:start]))
    for candidate, allowed in ((before, separated), (after, bool(re.match(r"\s*[,;|·–—]", line[end:])))):
        weekday = candidate.lower() in _BEFORE_DATES
        words = candidate.split()
        if (
            allowed
            and not weekday
            and 1 <= len(words) <= 4
            and all(word[0].isupper() for word in words)
            and not re.search(r"\d", candidate)
        ):
            return candidate
    return ""


def _turns(
    text: str, body: int, labels: Labels, header: _Header
) -> tuple[tuple[Turn, ...], tuple[Span, ...], tuple[str, ...]]:
    marks = labels.marks
    stamps = find_stamps(text, body, marks)
    if not marks:
        return _unlabelled(text, body, stamps)
    said: list[_Said] = []
    left_out: list[Span] = []
    notes: list[str] = []
    stamps, times = _stamps_of_labels(text, stamps, marks)
    begin = times[marks[0].start][0] if marks[0].start in times else marks[0].start
    talk = _talk_before(text, body, begin)
    if text[:talk].strip():
        left_out.append((0, talk))
    if talk < begin:
        for start, end in _between(text, talk, begin, stamps, left_out):
            said.append(_Said(None, None, start, end, None))
        notes.append(f"{begin - talk:,} characters before the first speaker's label are kept as said by nobody known")
    apart = _set_apart(text, marks)
    nobody = 0
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        limit = len(text)
        if following:
            limit = times[following.start][0] if following.start in times else following.start
        seconds = times[mark.start][1] if mark.start in times and mark.seconds is None else mark.seconds
        start, end = trim(text, mark.end, limit)
        end = _without_closing(text, mark, start, end)
        if following is None and (kept := end_of_talk(text, start, end)) < end:
            left_out.append((kept, len(text)))
            notes.append(f"left out after the last turn: {_beginning(text[kept:])}")
            end = kept
        pieces = _pieces(text, mark, start, end, seconds, stamps, apart, left_out)
        nobody += sum(piece.end - piece.start for piece in pieces if piece.label is None)
        said += pieces
    inside = [piece for piece in left_out if piece[0] > begin and piece[1] < said[-1].end] if said else []
    furniture = [piece for piece in inside if not any(stamp.start == piece[0] for stamp in stamps)]
    if furniture:
        notes.append(
            f"left out between turns: {_beginning(text[slice(*furniture[0])])}"
            + (f", and {len(furniture) - 1} more" if len(furniture) > 1 else "")
        )
    if nobody:
        notes.append(f"{nobody:,} characters below headings or in inserted documents are kept as said by nobody known")
    return _named(text, said, header), tuple(sorted(left_out)), tuple(notes)


def _unlabelled(
    text: str, body: int, stamps: list[Stamp]
) -> tuple[tuple[Turn, ...], tuple[Span, ...], tuple[str, ...]]:
    start, end = trim(text, body, len(text))
    kept = end_of_talk(text, start, end)
    note = "no speaker labels were found: read as plain paragraphs, with no speaker"
    left_out = [piece for piece in ((0, start), (kept, len(text))) if text[slice(*piece)].strip()]
    turns: list[Turn] = []
    at = [stamp for stamp in stamps if start <= stamp.start < kept]
    seconds = None
    for stamp, (a, z) in zip(
        [None, *at], _spans_around(start, kept, [(stamp.start, stamp.end) for stamp in at]), strict=True
    ):
        seconds = stamp.seconds if stamp else seconds
        if stamp:
            left_out.append(trim(text, stamp.start, stamp.end))
        a, z = trim(text, a, z)
        if z > a:
            turns.append(Turn("", "other", a, z, seconds))
    return tuple(turns), tuple(sorted(left_out)), (note,)


def _stamps_of_labels(
    text: str, stamps: list[Stamp], marks: tuple[Mark, ...]
) -> tuple[list[Stamp], dict[int, tuple[int, float | None]]]:
    """Stamps inside turns; and those alone above a label, which are the label's: its start → (the stamp's start, seconds)."""
    inside: list[Stamp] = []
    above: dict[int, tuple[int, float | None]] = {}
    starts = {mark.start for mark in marks}
    for stamp in stamps:
        following = re.compile(r"\s*").match(text, stamp.end).end()  # type: ignore[union-attr]
        line = text.rfind("\n", 0, following) + 1
        if stamp.alone and (line in starts or following in starts):
            above[line if line in starts else following] = (stamp.start, stamp.seconds)
        else:
            inside.append(stamp)
    return inside, above


def _talk_before(text: str, body: int, first: int) -> int:
    """Where a talk before the first label begins; at the label where there are only a few lines that introduce it."""
    paragraphs = [(body + match.start(), match.group().strip()) for match in PARAGRAPH.finditer(text[body:first])]
    prose = [
        (start, len(paragraph))
        for start, paragraph in paragraphs
        if len(paragraph) * (1 + 2 * (not paragraph.isascii() and " " not in paragraph[:60])) >= _TALK_PARAGRAPH_CHARS
        and CLAUSE_END.search(paragraph)
        and not paragraph.startswith(("#", "[", "|", "<"))
    ]
    if len(prose) < _TALK_PARAGRAPHS or sum(size for _, size in prose) < _TALK_CHARS:
        return first
    return prose[0][0]


def _between(text: str, start: int, end: int, stamps: list[Stamp], left_out: list[Span]) -> Iterator[Span]:
    """The paragraphs' ranges of a stretch without its headings and stamps."""
    cuts = [(m.start() + start, m.end() + start) for m in _HEADING.finditer(text[start:end])]
    cuts += [(stamp.start, stamp.end) for stamp in stamps if start <= stamp.start < end]
    cuts = sorted(cuts)
    left_out += [trim(text, *cut) for cut in cuts]
    for a, z in _spans_around(start, end, cuts):
        a, z = trim(text, a, z)
        if z > a:
            yield a, z


def _start(stamp: Stamp) -> int:
    return stamp.start


def _spans_around(start: int, end: int, cuts: list[Span]) -> list[Span]:
    """What remains of [start, end) around cuts; one more than there are cuts."""
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    return [(edges[i], max(edges[i], edges[i + 1])) for i in range(0, len(edges), 2)]


def _pieces(
    text: str,
    mark: Mark,
    start: int,
    end: int,
    seconds: float | None,
    stamps: list[Stamp],
    apart: bool,
    left_out: list[Span],
) -> list[_Said]:
    """One label's text in pieces: without stamps and furniture, and nobody's where the record goes on by itself."""
    nobody_from = _nobody_from(text, start, end, apart) if mark.role is None else []
    cuts: list[tuple[int, int, float | None]] = [
        (stamp.start, stamp.end, stamp.seconds)
        for stamp in stamps[bisect_left(stamps, start, key=_start) : bisect_left(stamps, end, key=_start)]
    ]
    cuts += [(a, z, None) for a, z in boilerplate_within(text, start, end)]
    if not cuts and not nobody_from:
        return [_Said(mark.label, mark.role, start, end, seconds)] if end > start else []
    cuts += [(a, z, None) for a, z, _ in nobody_from if z > a]
    pieces: list[_Said] = []
    position = start
    edges = sorted({(a, z, at) for a, z, at in cuts}, key=lambda cut: (cut[0], cut[1]))
    switches = {a: owner for a, _, owner in nobody_from}
    owned = True

    def add(a: int, z: int) -> None:
        a, z = trim(text, a, z)
        if z <= a:
            return
        if not owned and pieces and pieces[-1].label is None and not text[pieces[-1].end : a].strip():
            a = pieces.pop().start  # one after the other, both nobody's
        pieces.append(_Said(mark.label if owned else None, mark.role if owned else None, a, z, seconds))

    points = sorted([*edges, *((a, a, None) for a, z, _ in nobody_from if z == a)], key=lambda cut: (cut[0], cut[1]))
    for a, z, at in points:
        if a < position and z <= position:
            continue
        add(position, max(position, a))
        if z > a:
            left_out.append(trim(text, a, z))
        position = max(position, z)
        seconds = at if at is not None else seconds
        if a in switches:
            owned = switches[a]
    add(position, end)
    return pieces


def _without_closing(text: str, mark: Mark, start: int, end: int) -> int:
    """Where an utterance set in bold or italics ends: before the mark that closes what opened before its label."""
    if text[end - 1 : end] not in ("*", "_"):
        return end
    opening = re.search(r"(?<![*_])(?:\*{1,3}|_{1,3})(?![*_])", text[mark.start : start])
    closing = re.search(r"(?<![*_])(?:\*{1,3}|_{1,3})$", text[start:end])
    if not opening or not closing or opening[0] != closing[0] or text.count(opening[0], mark.start, start) > 1:
        return end
    whole = text.count(closing[0], mark.start, end) % 2 == 0  # what else is set so within is closed, too
    return trim(text, start, end - len(closing[0]))[1] if whole else end


def _nobody_from(text: str, start: int, end: int, apart: bool) -> list[tuple[int, int, bool]]:
    """Where a turn stops being its speaker's, as (start, end, whether it is the speaker's from here on) of what marks it."""
    found: list[tuple[int, int, bool]] = []
    piece = text[start:end]
    clerks = clerks_in(piece) if apart else []
    apart = apart and "\n    " in piece
    if not apart and not clerks and "#" not in piece and "____" not in piece:
        return found
    found += [(start + at, start + at, False) for at in clerks]
    if "#" in piece or "____" in piece:
        found += [(start + m.start(), start + m.end(), False) for m in _HEADING.finditer(piece)]
    if apart:
        blocks = list(PARAGRAPH.finditer(piece))
        deep = [number > 0 and _indent(block.group()) >= _INDENT for number, block in enumerate(blocks)]
        back = max((number for number, is_deep in enumerate(deep) if not is_deep), default=0)
        for number, block in enumerate(blocks):
            position = start + block.start()
            # A heading of a few lines that the speech goes on below is a part of it.
            if deep[number] and (number > back or block.group().count("\n") > 2):
                found.append((position, position, False))
                found.append((start + block.end(), start + block.end(), True))
    found.sort()
    # Below a heading, and behind a clerk's remark, nothing returns to the speaker.
    lasting = next(
        (a for a, z, owner in found if not owner and (z > a or is_clerk(text[a : a + 200].split("\n")[0]))), end
    )
    return [each for each in found if not (each[2] and each[0] >= lasting)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _set_apart(text: str, marks: tuple[Mark, ...]) -> bool:
    """Whether what is indented is no speech here: lines that go on under a label stand at the margin."""
    margin = indented = 0
    for mark in marks[:200]:
        line_end = text.find("\n", mark.end)
        for line in text[line_end + 1 : line_end + 2000].split("\n")[:6] if line_end >= 0 else []:
            if not line.strip():
                break
            if _indent(line) >= _INDENT:
                indented += 1
            else:
                margin += 1
    wrapped = sum(55 <= len(line) <= 90 for line in text[:20_000].split("\n"))
    return margin >= 10 and indented <= 0.05 * margin and wrapped >= 50


def _named(text: str, said: list[_Said], header: _Header) -> tuple[Turn, ...]:
    """Turns with canonical names and roles."""
    labels = {piece.label: spelled(piece.label) or piece.label for piece in said if piece.label}
    introduced = _introduced("\n".join([header.head, *labels]))
    labels = {label: introduced.get(name, name) for label, name in labels.items()}
    names = canonical_names([*labels.values(), *header.participants])
    utterances = [(names[labels[piece.label]], text[piece.start : piece.end]) for piece in said if piece.label]
    roles = assign_roles(utterances, {names[name]: role for name, role in header.declared.items()})
    alone = [name for name, role in header.declared.items() if role == "respondent"]
    turns = []
    for piece in said:
        if piece.label:
            speaker = names[labels[piece.label]]
            turns.append(Turn(speaker, roles[speaker], piece.start, piece.end, piece.seconds))
        elif piece.role == "respondent" and len(alone) == 1:
            turns.append(Turn(names[alone[0]], "respondent", piece.start, piece.end, piece.seconds))
        else:
            turns.append(Turn("", piece.role or "other", piece.start, piece.end, piece.seconds))
    return tuple(turns)


def _introduced(text: str) -> dict[str, str]:
    """Initials that a text explains, as in "Ann Reed (AR)" → whose they are."""
    found = {}
    for match in _INTRODUCED.finditer(text):
        words, initials = match[1].split()[-len(match[2]) :], match[2].upper()
        if "".join(word[0] for word in words).upper() == initials and all(word[0].isupper() for word in words):
            found[match[2]] = " ".join(words)
    return found


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return f"{len(text.strip()):,} characters, “{words[:60]}{'…' if len(words) > 60 else ''}”"


def _ready_made(
    text: str, hints: Hints, header: _Header
) -> tuple[tuple[Turn, ...], tuple[tuple[int, int], ...], tuple[str, ...]]:
    """The turns that the format itself names."""
    names = canonical_names([*(label for label, *_ in hints.turns), *header.participants])
    utterances = [(names[label], text[start:end]) for label, start, end, _ in hints.turns if label]
    roles = assign_roles(utterances, {names[name]: role for name, role in header.declared.items()})
    roles |= {"": "other"}  # nobody is named: not known to ask, so it can be quoted
    turns = tuple(Turn(names[label], roles[names[label]], start, end, at) for label, start, end, at in hints.turns)
    return turns, (), ()
