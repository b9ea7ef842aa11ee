"""Text → turns, speakers, roles, title, date and place.

Labels are judged against the whole document rather than line by line: whatever stands before a colon at the head of a
line is a candidate, and what recurs, or has the shape of a name among labels that recur, is a speaker. The price is that
a guest who speaks once under an odd label stays part of the turn before; the gain is that "Note:" makes no speaker.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from rag.dates import find_date
from rag.speakers import assign_roles, canonical_names, fold, is_answer_label, is_question_label, plain_label
from rag.types import Document, Hints, Role, Turn

_STAMP = r"[\[(]?(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?[\])]?"
_LABEL = r"[^\s:：*\[\](){}<>\"“”«»!?;|#>-][^:：*\[\]{}<>\"“”«»!?;|\n]{0,98}?"
_GRAMMARS = {
    "bold": re.compile(
        rf"[^\S\n]*(?:(?P<stamp>{_STAMP})[^\S\n]*[-–—]?[^\S\n]*)?(?P<mark>\*\*|__)[^\S\n]*(?P<label>{_LABEL})[^\S\n]*"
        rf"(?:[:：][^\S\n]*(?P=mark)|(?P=mark)[^\S\n]*[:：])[^\S\n]*"
    ),
    "colon": re.compile(
        rf"[^\S\n]*(?:(?P<stamp>{_STAMP})[^\S\n]*[-–—]?[^\S\n]*)?(?P<label>{_LABEL})[^\S\n]*(?P<stamp2>[\[(](?:\d{{1,2}}:)?\d{{1,2}}:\d{{2}}[\])])?"
        rf"[^\S\n]*[:：](?=\s|$|[^\d/\s\\])[^\S\n]*"
    ),
}
# "Q" and "A" without a colon. A lone "A" opens many a sentence, so it needs a point or a gap; a lone "Q" opens none.
_LETTER = re.compile(
    r"[^\S\n]*(?:\*\*)?(?P<label>Q(?:[.)](?:\*\*)?|\*\*)?(?=[^\S\n])|A(?:[.)](?:\*\*)?(?=[^\S\n])|(?=[^\S\n]{2}|\t)))[^\S\n]+"
)
_HEADER_KEYS: dict[str, str] = {
    **dict.fromkeys(
        "interviewer interviewers host hosts moderator presenter interview by interviewed by".split(), "asks"
    ),
    **dict.fromkeys("guest guests interviewee speaker witness witnesses".split(), "answers"),
    **dict.fromkeys("participants participant present speakers with".split(), "present"),
    **dict.fromkeys("date recorded published broadcast aired".split(), "date"),
    **dict.fromkeys("place location venue city".split(), "place"),
    "title": "title",
}
_HEADER_KEYS |= {"interview by": "asks", "interviewed by": "asks"}
# Words that stand before a colon in running text and are nobody's name.
_NO_NAMES = frozenset(
    "note notes source sources photo image video audio tags tag date time place location topic topics subject title author "
    "update updated published by via re ps nb first second third firstly secondly thirdly finally example remember "
    "warning summary abstract introduction conclusion contents chapter part section figure table http https www "
    "email tel phone fax editor copyright keywords category categories link links download read see also more "
    "transcript recorded duration length episode season look listen well yes okay right now answer".split()
)
_NAME_PREFIXES = frozenset("de da di del della der den des du el la le van von zu zur af al ibn ben ter ten".split())
_PARTICLES = _NAME_PREFIXES | frozenset("do dos das los las bin of the and und et y e för och hon. for".split())
# Headings that pages put behind a text; whole phrases, since "More than that" or "See for yourself" are people talking.
_FURNITURE = re.compile(
    r"^(?:(?:see|read|watch|listen|check|look) (?:also|more|next|too|on)|also (?:read|see|on|in)\b.*|you (?:may|might) (?:also )?(?:like|enjoy).*"
    r"|(?:related|recommended|similar|further|other|latest|popular|trending) (?:\w+ )?(?:articles?|posts?|stories|news|episodes?|links|content|topics|reading|videos?|"
    r"interviews?|transcripts?)|related|recommended|more (?:from|on|stories|news|articles|posts|about|episodes|interviews)\b.*"
    r"|(?:next|previous) (?:articles?|posts?|episodes?|story|page)\b.*|share(?: (?:this|on|via)\b.*)?|follow us\b.*|subscribe(?: (?:to|now|for|here)\b.*)?"
    r"|(?:our )?newsletter|sign up\b.*|leave a (?:reply|comment).*|post a comment|(?:\d+ )?comments?|tags?\b.*|filed under\b.*|categor(?:y|ies)\b.*"
    r"|advertisements?|sponsored(?: content)?|about the (?:authors?|show|podcast|host|interviewer)|show notes|credits|support (?:us|the show)"
    r"|in this (?:episode|issue)|all rights reserved.*|(?:©|\(c\)|copyright)\s.*|(?:#\w+\s*)+)[.:]?$",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?。！？…:;]['\"”’»)\]*_]*$")
_CUT_OFF = re.compile(r"(?:…|\.\.\.)['\"”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A label found at the head of a line: [start, end) is the label, the utterance begins at `end`."""

    label: str
    start: int
    end: int
    seconds: float | None
    opens_paragraph: bool


@dataclass(frozen=True, slots=True)
class _Header:
    title: str
    date: str | None
    place: str | None
    participants: tuple[str, ...]
    declared: dict[str, Role]


def parse(text: str, *, source: str, path: str = "", hints: Hints | None = None) -> Document:
    """A transcript from its canonical text.

    >>> document = parse("Talk, Oslo, 3 May 2024\\n\\nQ: Why?\\n\\nAnn Reed: It was late.", source="talk.txt")
    >>> document.date, document.place, [(turn.speaker, turn.role) for turn in document.turns]
    ('2024-05-03', 'Oslo', [('Q', 'interviewer'), ('Ann Reed', 'respondent')])
    """
    meta, body = _front_matter(text)
    marks = _marks(text, body)
    hints = hints or Hints()
    first = marks[0].start if marks else len(text)
    if hints.turns:
        first = text.rfind("\n", 0, hints.turns[0][1]) + 1
    header = _header(text, body, first, meta, source, labelled=bool(marks or hints.turns))
    if hints.turns:
        turns, left_out, notes = _ready_made(text, hints, header)
    else:
        turns, left_out, notes = _turns(text, body, marks, header)
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
        loaded = yaml.safe_load(match[1].replace("\t", "  "))
    except (yaml.YAMLError, ValueError):  # YAML makes dates itself, and trips over the 30th of February
        loaded = None
    if "\n\n" in match[1]:  # a rule above the first turns, and another below them
        return {}, 0
    if not isinstance(loaded, dict):
        return {}, match.end()
    return {str(key).lower(): value for key, value in loaded.items()}, match.end()


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _marks(text: str, body: int) -> list[_Mark]:
    """The labels of the document, in order."""
    found: list[_Mark] = []
    letters = _letters(text, body)
    after_blank = True
    for start, end in _lines(text, body):
        line = text[start:end]
        if not line.strip():
            after_blank = True
            continue
        mark = _mark(line, start, letters, after_blank)
        if mark and not _is_header_line(mark, text[mark.end : end], found):
            found.append(mark)
        after_blank = line.endswith("  ")  # Markdown breaks a line with two spaces
    return _accepted(found)


def _letters(text: str, body: int) -> frozenset[str]:
    """Which of "Q" and "A" stand for labels without a colon in this document: those that recur."""
    counts = Counter(
        match["label"][0] for start, end in _lines(text, body) if (match := _LETTER.match(text, start, end))
    )
    # "A. Reed: …" is a person, unless questions are marked in the same way.
    return frozenset(letter for letter, count in counts.items() if count >= 2 and counts["Q"] >= 2)


def _mark(line: str, start: int, letters: frozenset[str], after_blank: bool) -> _Mark | None:
    """The label at the head of a line, if there is one."""
    match = _LETTER.match(line)
    if match and match["label"][0] in letters:
        return _Mark(match["label"][0], start, start + match.end(), None, after_blank)
    for pattern in _GRAMMARS.values():
        match = pattern.match(line)
        if match and _can_be_label(match["label"]):
            groups = match.groupdict()
            seconds = _seconds(groups.get("stamp") or groups.get("stamp2"))
            return _Mark(match["label"].strip(), start, start + match.end(), seconds, after_blank)
    return None


def _can_be_label(label: str) -> bool:
    plain = plain_label(label)
    words = plain.split()
    if not words or len(words) > 9 or len(plain) > 70:
        return False
    if is_question_label(plain) or is_answer_label(plain):
        return True
    begins_small = fold(words[0]) in _NAME_PREFIXES and any(word[0].isupper() for word in words[1:])
    if not (plain[0].isupper() or begins_small or (plain[0].isalpha() and plain[0].lower() == plain[0].upper())):
        return False
    if re.search(r"[^\W\d_A-Z]{4,}[.…]\s", plain):  # a sentence ends in it; "Hon.", "Gen." and initials end none
        return False
    return fold(words[0]).strip(".") not in _NO_NAMES and not _FURNITURE.match(plain)


def _has_name_shape(label: str) -> bool:
    """Every word begins as names do: "Ilse Brandt", "MS. REED", "van der Berg", "Speaker 2"."""
    words = plain_label(label).replace(",", " ").split()
    shaped = all(word[0].isupper() or word[0].isdigit() or fold(word) in _PARTICLES for word in words)
    return shaped and 1 <= len(words) <= 8


def _is_header_line(mark: _Mark, rest: str, found: list[_Mark]) -> bool:
    """Whether "Guest: Maya Reed" above the first turn declares a name rather than opens a turn."""
    key = fold(plain_label(mark.label))
    if found or key not in _HEADER_KEYS:
        return False
    value = rest.strip(" *_")
    return bool(value) and not re.search(r"[.!?][\"”’)]*$", value) and len(value.split()) <= 24


def _accepted(found: list[_Mark]) -> list[_Mark]:
    counts = Counter(fold(plain_label(mark.label)) for mark in found)

    def strong(mark: _Mark) -> bool:
        count = counts[fold(plain_label(mark.label))]
        if is_question_label(mark.label) or is_answer_label(mark.label):
            return count >= 2 or plain_label(mark.label).lower() not in {"a", "q"}
        return count >= (2 if _has_name_shape(mark.label) else 3)

    certain = [mark for mark in found if strong(mark)]
    if not certain:
        # A short exchange, each speaker once: full names and question labels only, and at least two of them.
        names = [
            mark
            for mark in found
            if is_question_label(mark.label)
            or is_answer_label(mark.label)
            or (_has_name_shape(mark.label) and len(plain_label(mark.label).split()) >= 2)
        ]
        certain = names if len({fold(plain_label(mark.label)) for mark in names}) >= 2 else []
    if not certain:
        return []
    surnames = {fold(plain_label(mark.label).split()[-1]) for mark in certain}
    who = [mark.label for mark in certain if not is_question_label(mark.label)]
    capitals = bool(who) and all(label.isupper() for label in who)
    stamped = sum(mark.seconds is not None for mark in certain) > len(certain) / 2

    def fits(mark: _Mark) -> bool:
        """A label seen once or twice, among certain ones: it must look like a name."""
        words = plain_label(mark.label).split()
        if not _has_name_shape(mark.label):
            return False
        if stamped:
            return mark.seconds is not None
        known = fold(words[-1]) in surnames or (capitals and mark.label.isupper())
        return mark.opens_paragraph and (2 <= len(words) <= 6 or known)

    paragraphs = sum(mark.opens_paragraph for mark in certain) >= 0.8 * len(certain)

    def in_place(mark: _Mark) -> bool:
        """Whether a label may stand here: a recurring name anywhere at the head of a line, others where paragraphs begin."""
        return mark.opens_paragraph or not paragraphs or (strong(mark) and len(mark.label) > 1)

    return [mark for mark in found if (mark in certain or strong(mark) or fits(mark)) and in_place(mark)]


def _seconds(stamp: str | None) -> float | None:
    """Seconds of a time stamp like `[00:12:31]`.

    >>> _seconds("[01:02:03]")
    3723.0
    """
    if not stamp:
        return None
    total = 0.0
    for part in stamp.strip("[]()").replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def _header(text: str, body: int, first: int, meta: dict[str, Any], source: str, *, labelled: bool) -> _Header:
    """Title, date, place and participants from front matter, head lines and file name, in this order."""
    head_end = first if labelled else min(len(text), body + 600)
    lines = [line for start, end in _lines(text[:head_end], body) if (line := text[start:end].strip())]
    if not labelled:
        lines = lines[:4]
    fields: dict[str, list[str]] = {}
    free: list[str] = []
    for line in lines:
        key, colon, value = line.strip("*_ ").partition(":")
        kind = _HEADER_KEYS.get(fold(key.strip(" *_")))
        if colon and kind and value.strip(" *_"):
            fields.setdefault(kind, []).append(value.strip(" *_"))
        else:
            free.append(line)
    title = _clean(meta.get("title")) or next(iter(fields.get("title", [])), "")
    if not title:
        candidates = (
            free if labelled else [line for line in free[:1] if not _SENTENCE_END.search(line) and len(line) < 200]
        )
        title = _clean(candidates[0].lstrip("# ").strip("*_ "))[:300] if candidates else ""
    found = _dated(meta, fields, free, source)
    place = _clean(meta.get("place") or meta.get("location") or meta.get("city")) or next(
        iter(fields.get("place", [])), ""
    )
    if not place:
        place = next((near for line in free[:12] if (near := _place_beside_date(line))), "")
    declared: dict[str, Role] = {}
    names: list[str] = []
    roles: tuple[tuple[str, Role | None], ...] = (("asks", "interviewer"), ("answers", "respondent"), ("present", None))
    for kind, role in roles:
        for value in fields.get(kind, []):
            for name in re.split(r"\s*(?:[;,/]|\band\b|\bund\b|\bet\b)\s*", re.sub(r"\([^)]*\)", "", value)):
                if name and _has_name_shape(name):
                    names.append(name)
                    if role:
                        declared[name] = role
    for key, listed in meta.items():
        if key in ("participants", "speakers") and isinstance(listed, list):
            names += [str(name) for name in listed]
    title = title or re.sub(r"[_\-\s]+", " ", PurePath(source).stem).strip()
    return _Header(title, found, place or None, tuple(dict.fromkeys(names)), declared)


def _clean(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).strip() if value is not None else ""


def _dated(meta: dict[str, Any], fields: dict[str, list[str]], free: list[str], source: str) -> str | None:
    places = [_clean(meta.get(key)) for key in ("date", "published", "published_time", "recorded")]
    # A sentence of the introduction tells of other days.
    head = [line for line in free[:12] if len(line.split()) < 6 or not re.search(r"[.!?]$", line)]
    places += [*fields.get("date", []), _clean(meta.get("title")), *head]
    # A file name joins its words with what a date pattern takes for part of a word.
    places.append(re.sub(r"[_\s]+", " ", PurePath(source).stem))
    return next((found[0] for place in places if place and (found := find_date(place))), None)


def _place_beside_date(line: str) -> str:
    """The place in "…, City Hall, Oslo, 3 May 2024", in "Oslo, 3 May 2024" and in "3 May 2024, Oslo"."""
    found = find_date(line)
    if not found:
        return ""
    _, start, end = found
    before = re.split(r"[,;|·–—(]", line[:start].strip(" ,;|·–—(*_#"))[-1].strip(" *_#")
    after = re.split(r"[,;|·–—)]", line[end:].strip(" ,;|·–—)*_"))[0].strip(" *_")
    separated = bool(re.search(r"[,;|·–—(]\s*$", line[:start]))
    for candidate, allowed in ((before, separated), (after, bool(re.match(r"\s*[,;|·–—]", line[end:])))):
        weekday = re.fullmatch(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day", candidate, re.I)
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
    text: str, body: int, marks: list[_Mark], header: _Header
) -> tuple[tuple[Turn, ...], tuple[tuple[int, int], ...], tuple[str, ...]]:
    if not marks:
        start, end = _trim(text, body, len(text))
        end = _without_furniture(text, start, end)
        note = "no speaker labels were found: read as plain paragraphs, with no speaker"
        left_out = tuple(piece for piece in ((0, start), (end, len(text))) if text[slice(*piece)].strip())
        return ((Turn("", "other", start, end),) if end > start else (), left_out, (note,))
    left_out_ranges = [(0, marks[0].start)] if text[: marks[0].start].strip() else []
    spans: list[tuple[_Mark, int, int]] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        limit = following.start if following else len(text)
        start, end = _trim(text, mark.end, limit)
        if following is None:
            kept = _without_furniture(text, start, end)
            if kept < end:
                left_out_ranges.append((kept, len(text)))
                end = kept
        if end > start:
            spans.append((mark, start, end))
    names = canonical_names([*(mark.label for mark, _, _ in spans), *header.participants])
    utterances = [(names[mark.label], text[start:end]) for mark, start, end in spans]
    roles = assign_roles(utterances, {names[name]: role for name, role in header.declared.items()})
    turns = tuple(
        Turn(names[mark.label], roles[names[mark.label]], start, end, mark.seconds) for mark, start, end in spans
    )
    return turns, tuple(left_out_ranges), ()


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


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, start + len(piece.strip()))


def _without_furniture(text: str, start: int, end: int) -> int:
    """Where the last turn ends, without the page furniture behind it.

    Furniture opens with a heading: a short line that ends like no sentence, and is either in the words that pages use for
    it, or is followed up to the end by headings and teasers that break off. A list, a poem or an answer without its full
    stop is none of these.
    """
    paragraphs = [(m.start() + start, m.group()) for m in re.finditer(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*", text[start:end])]
    # From behind: whether all that follows a paragraph is headings and teasers, with one teaser at least.
    teasers = [False] * len(paragraphs)
    loose, broken_off = True, False
    for number in range(len(paragraphs) - 1, -1, -1):
        teasers[number] = loose and broken_off
        line = paragraphs[number][1].strip()
        broken_off = broken_off or bool(_CUT_OFF.search(line))
        loose = loose and (not _SENTENCE_END.search(line) or bool(_CUT_OFF.search(line)))
    for number, (position, paragraph) in enumerate(paragraphs[1:], start=1):
        line = paragraph.strip()
        following = paragraphs[number + 1][1] if number + 1 < len(paragraphs) else ""
        rule = bool(re.fullmatch(r"[-*_=#]{3,}", line))
        heading = len(line.split()) <= 6 and "\n" not in line and not _SENTENCE_END.search(line)
        if _is_furniture(line) or (heading and teasers[number]) or (rule and _is_furniture(following)):
            return _trim(text, start, position)[1]
    return end


def _is_furniture(line: str) -> bool:
    """Whether a line is a heading in the words that pages use, and no sentence."""
    line = line.strip()
    heading = line.strip("#*_=- \t")
    if len(line) > 80 or "\n" in line or not (_FURNITURE.match(heading) or _FURNITURE.match(line)):
        return False
    return line.endswith(":") or line[0] == "©" or not _SENTENCE_END.search(line)
