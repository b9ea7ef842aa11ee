"""Who speaks where: the labels of a transcript, found by the grammar that explains the whole document best.

No two transcripts label their speakers alike, and a line that looks like a label in one is running text in another. So each
grammar below finds its candidates line by line, keeps those that the document bears out (names recur, alternate, and look
like names), and is scored by what the document would be if it were right. The best one is taken, together with what others
found under names that it knows. The price is that a guest who speaks once under an odd label stays part of the turn
before; the gain is that "Note:" makes no speaker.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rag.text.names import fold, is_question_label, plain_label
from rag.transcript.boilerplate import is_furniture, is_stage_note
from rag.transcript.speakers import is_answer_label, is_voice_label
from rag.types import Role

_CLOCK = r"(?:\d{1,3}:\d{1,2}:\d{1,2}|\d{1,3}:\d{2})(?:[.,]\d{1,3})?"
_DAY = r"(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
# A time into the recording, from one to another, or of the day, as programs for meetings and messages print it.
_WHEN = rf"(?:{_DAY},?[^\S\n])?{_CLOCK}(?:[^\S\n]?[AaPp]\.?[Mm]\.?(?![\w]))?(?:[^\S\n]?(?:-+>?|–|—)[^\S\n]?{_CLOCK})?"
_BRACKETED_CLOCK = rf"\\?[\[(]{_WHEN}\\?[\])]"
_STAMP = rf"(?:{_BRACKETED_CLOCK}|{_WHEN})"
_SPACE = r"[^\S\n]*"
_NICKNAME = r"[\"“„«'‘][^\"“”„«»\n:]{1,30}[\"”“»'’]"
_WORD = r"[^:：*\[\]{}<>\"“”«»!?;|\n]"
_LABEL = rf"[^\s:：*\[\](){{}}<>\"“”«»!?;|#>-](?:{_WORD}|(?<=\s){_NICKNAME}(?=\s)){{0,98}}?"
_OPEN, _CLOSE = r"(?P<mark>\*{1,3}|_{1,3}|<(?:b|strong|i|em)>)", r"(?:(?P=mark)|</(?:b|strong|i|em)>)"
_FOOTNOTE = r"(?:\[\d{1,3}\])?"
_BOLD = re.compile(
    rf"{_SPACE}(?:(?P<stamp>{_STAMP}){_SPACE}[-–—]?{_SPACE})?{_OPEN}{_SPACE}(?:(?P<stamp1>{_STAMP}){_SPACE}[-–—]?{_SPACE})?(?P<label>{_LABEL}){_SPACE}"
    rf"(?P<stamp2>{_BRACKETED_CLOCK})?{_SPACE}(?:[:：]{_SPACE}{_CLOSE}|{_CLOSE}{_SPACE}{_FOOTNOTE}(?P<stamp4>{_BRACKETED_CLOCK})?{_SPACE}[:：]){_SPACE}(?:(?P<stamp3>{_BRACKETED_CLOCK}){_SPACE})?"
)
_COLON = re.compile(
    rf"{_SPACE}(?:\d{{1,4}}[^\S\n]+)?(?:\*{{1,3}}|_{{1,3}})?(?:(?P<stamp>{_STAMP}){_SPACE}[-–—]?{_SPACE})?(?P<label>{_LABEL}){_SPACE}{_FOOTNOTE}(?P<stamp2>{_BRACKETED_CLOCK})?"
    rf"{_SPACE}[:：](?=\s|$|[^\d/\s\\]){_SPACE}(?:(?P<stamp3>{_BRACKETED_CLOCK}){_SPACE})?"
)
# "Q" and "A" without a colon. A lone "A" opens many a sentence, so it needs a point or a gap; a lone "Q" opens none.
_LETTER = re.compile(
    r"[^\S\n]*(?:\d{1,4}[^\S\n]+)?(?:\*\*)?(?P<label>Q\d*(?:[.)](?:\*\*)?|\*\*)?(?=[^\S\n])|A\d*(?:[.)](?:\*\*)?(?=[^\S\n])|(?=[^\S\n]{2}|\t)))[^\S\n]+(?![:：])"
)
_MARKED = re.compile(
    rf"{_SPACE}(?:(?P<kind>#{{1,6}}|[-*•–]|>{{1,3}}|\d{{1,3}}[.)]){_SPACE}(?:{_STAMP}{_SPACE})?(?P<mark>\*\*|__)?(?P<label>{_LABEL})(?:[:：]{_SPACE}(?(mark)(?P=mark))|(?(mark)(?P=mark)){_SPACE}[:：])"
    rf"|(?P<open>[\[【<({{])(?P<label2>{_LABEL})[\]】>)}}](?:\([^()\n]*\))?{_SPACE}[:：])(?=\s|$|[^\d/\s\\]){_SPACE}"
)
_ALONE = re.compile(
    rf"{_SPACE}(?P<kind>#{{1,6}}\s+|>{{1,3}}\s*|={{2,6}}\s*|-{{2,6}}\s*)?(?P<mark>\*{{1,3}}|_{{1,3}})?(?P<open>[\[【<])?(?P<label>{_LABEL})(?P<close>[\]】>])?(?:{_SPACE}\([^()\n]{{1,40}}\)){{0,2}}(?P<close2>\*{{1,3}}|_{{1,3}})?{_SPACE}(?:={{2,6}}|-{{2,6}}|#{{1,6}})?{_SPACE}\\?$"
)
_STAMPED = re.compile(
    rf"{_SPACE}(?:\*\*|__|#{{1,6}}\s+)?(?:\[?(?P<label>{_LABEL})\]?(?:\*\*|__)?{_SPACE}[-–—|,·@]?{_SPACE}(?P<stamp>{_STAMP})"
    rf"|(?P<stamp2>{_STAMP}){_SPACE}[-–—|,·]?{_SPACE}(?:\*\*|__)?(?P<label2>{_LABEL}))(?:\*\*|__)?{_SPACE}[:：]?{_SPACE}$"
)
_STAMPED_TEXT = re.compile(
    rf"{_SPACE}(?P<label>{_LABEL})(?:{_SPACE}(?P<stamp>{_BRACKETED_CLOCK}){_SPACE}[:：–-]?|[\s@]{_SPACE}(?P<stamp2>{_WHEN}){_SPACE}(?:[:：]|\s[-–—]))(?=\s){_SPACE}"
)
_COURTESY = r"(?:M(?:r|rs|s|iss|x|me|lle)?|Dr|Prof|Hon|Sen(?:ator)?|Rep(?:resentative)?|Gov(?:ernor)?|Gen(?:eral)?|Sr|Sra|Herr|Frau|Judge|Justice|Chair(?:man|woman|person)?|Secretary|Ambassador|President|Delegate)\.?"
_CAPITAL_NAME = r"[^\W\d_a-z][\w'’.-]*[A-ZÀ-ÞА-ЯЁ]{2}[\w'’-]*"
_OFFICE = r"(?:M(?:R|RS|S|ISS)|DR|PROF|HON|SEN(?:ATOR)?|REP(?:RESENTATIVE)?|GOV(?:ERNOR)?|JUDGE|JUSTICE|(?:VICE\s)?CHAIR(?:MAN|WOMAN|PERSON)?|SECRETARY|AMBASSADOR|(?:VICE\s)?PRESIDENT)\.?"
_PERIOD = re.compile(
    rf"{_SPACE}(?P<label>(?:(?:(?:{_COURTESY}|{_OFFICE})\s)+(?:[A-Z]\.\s|[A-Z][\w'’-]+\s){{0,2}}{_CAPITAL_NAME}(?:\s{_CAPITAL_NAME}){{0,3}}(?:\s(?:of|from)(?:\s[A-Z]\w+){{1,3}})?"
    rf"|(?P<mixed>(?:{_COURTESY}\s)+[A-ZÀ-Þ][\w'’-]+(?:\s[A-ZÀ-Þ][\w'’-]+){{0,2}}(?:\s(?:of|from)(?:\s[A-Z]\w+){{1,2}})?(?:,\s[a-zà-ÿ][^.:\n]{{3,90}})?|M(?:me|lle)?\.?\sl[ae]\s[^\W\d_A-Z][^.:,\n]{{3,60}}|The\s(?:Acting\s)?(?:Chair(?:man|woman|person)?|President|Speaker|Witness|Clerk|Court))"
    rf"|(?:The|THE)\s[A-Z]{{4,}}(?:\s[A-Z]{{2,}}){{0,4}}|(?P<bare>[A-ZÀ-Þ]{{2,}}(?:\s(?:[A-Z]\.|[A-ZÀ-Þ'’-]{{2,}})){{1,3}})))(?:\s[(\[][^()\[\]\n]{{1,60}}[)\]])?\.\s+(?:[–—]\s+)?(?=\S)"
)
_BOLD_OPEN = re.compile(
    rf"{_SPACE}(?P<mark>\*\*|__)(?P<label>{_LABEL})[.,]?(?P=mark)[.,]?{_SPACE}(?:[-–—]{_SPACE})?(?=\S)"
)
_DASH = re.compile(
    rf"{_SPACE}(?:(?P<stamp>{_STAMP}){_SPACE}[-–—|]?{_SPACE})?(?P<label>{_LABEL})[.,]?{_SPACE}(?:[–—]|--|\s-|(?<=\.)-|>|\s\||\s//)\s+(?=\S)"
)
_BRACKETED = re.compile(
    rf"{_SPACE}[\[<【({{](?P<label>{_LABEL})(?:[,·–-]?\s?(?P<stamp>{_WHEN}))?[\]>】)}}](?!\()\s*(?=\S)"
)
# The letters for a question and an answer in other languages, and words for both: "P.", "PREGUNTA.-", "F:".
_ASKS_WITH = {"Q": "AR", "P": "R", "D": "R", "F": "A", "В": "О", "З": "В", "П": "В"}
_INITIAL = re.compile(
    rf"{_SPACE}(?P<mark>\*\*)?(?P<label>[^\W\d_]{{1,14}})(?:\.?{_SPACE}[-–—]+|[.:：)])(?(mark)\*\*){_SPACE}[-–—]?\s+(?=\S)"
)
_GAP = re.compile(rf"{_SPACE}(?P<label>{_LABEL})(?:\t|[^\S\n]{{3,}})[^\S\n]*(?=\S)")
_QUESTION_PARAGRAPH = re.compile(
    r"[^\S\n]*(?:(?P<mark>\*{1,3}|_{1,3})(?P<bold>[^*_\n].*?)(?P=mark)|#{1,6}\s+(?P<head>.+?))[^\S\n]*$", re.S
)
_STAMP_LINE = re.compile(rf"{_SPACE}(?P<stamp>{_STAMP}){_SPACE}[-–—:]?{_SPACE}(?=$|(?<=\s)\S|(?<=[\])])\S)")
_STAMP_ALONE = re.compile(rf"{_SPACE}{_STAMP}{_SPACE}$")
_MAYBE_STAMP = re.compile(r"^(?=[^\S\n]*[\[(]?\d{1,4}[:./-]\d)", re.M)
_INLINE = re.compile(
    r"(?:^|(?<=[.?!…)\]”\"—] )|(?<=[.?!…)\]”\"—]  ))(?P<label>Q\.?(?=\s{2})|(?:[A-ZÀ-ÞА-ЯЁ][\w.'’-]*\s){0,4}[A-ZÀ-ÞА-ЯЁ][\w'’-]*(?=\s?:\s))\s?:?\s+"
)

# Words that stand before a colon in running text and are nobody's name.
_NO_NAMES = frozenset(
    "note notes source sources photo photos image video audio tags tag date time place location topic topics subject title author "
    "update updated published by via re ps nb first second third fourth firstly secondly thirdly finally example remember "
    "warning summary abstract introduction conclusion contents chapter part section figure table http https www "
    "email tel phone fax editor copyright keywords category categories link links download read see also more "
    "transcript recorded duration length episode season look listen well yes okay right now answer break music intro outro "
    "applause laughter imagine fact truth result problem reminder disclaimer correction correct meaning attention caution "
    "hinweis anmerkung quelle foto bild thema datum ort titel inhalt tagesordnung beifall heiterkeit "
    "nota fuente fonte fecha data lugar local tema titulo imagen ejemplo exemplo "
    "remarque objet lieu titre sujet exemple "
    "примечание источник фото дата тема место примітка джерело 注 注意 来源 时间 地点 主题 位置 题 标题 图 幻灯片 日期 编辑 责任编辑".split()
)
_NAME_PREFIXES = frozenset("de da di del della der den des du el la le van von zu zur af al ibn ben ter ten".split())
_PARTICLES = _NAME_PREFIXES | frozenset(
    "do dos das los las bin of the and und et y e för och hon. for h. c. i и та на".split()
)
# Words of sentences, which no description of a person has: "the woman in red", but not "let me say this".
_TALKING = re.compile(
    r"\b(?:i|you|we|he|she|it|they|me|my|your|our|this|that|these|is|are|was|were|be|been|will|would|can|do|did|has|have|say|said|let|if|"
    r"what|why|how|when|here|there|not|but|so|because|also|ich|sie|wir|ist|sind|war|das|je|vous|nous|est|sont|c'est|que|es|son|pero|как|что|это|но)\b"
)
# A grammar that is this good, and opens this share of the paragraphs or has so many labels, needs no rival; one that explains
# nearly everything needs few.
_PLAIN_SCORE, _PLAIN_SHARE, _PLENTY = 0.85, 0.25, 40
_PERFECT_SCORE, _FEW = 0.95, 12
_BEFORE_LETTERS = " \t\xa0*0123456789"  # stenographers number their lines
_BREAKS_IN = '.?!…)]”"—'  # before a label in the midst of a line
_HANDLE = re.compile(r"[^\S\n]*(?P<label>[^\W\d_A-ZÀ-Þ][\w.-]{2,20})[^\S\n]*[:：](?=\s|[^\x00-\x7f])[^\S\n]*")
_ITEM_END = re.compile(r"\n\s*\n|\n(?=[^\S\n]*[*_]{0,2}\w[^\n:]{0,80}:)")
_NO_LABELS_END = frozenset('.!?,;:…。！？，；："”')
_INITIAL_END = re.compile(r"\b[A-Z]\.$|[JS]r\.$")
_SENTENCE_END = re.compile(r"[.!?。！？…—–-]['\"”’»)\]*_]*$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A label found at the head of a line: [start, end) is the label, the utterance begins at `end`."""

    label: str  # empty where nobody is named
    start: int
    end: int
    seconds: float | None
    opens_paragraph: bool
    role: Role | None = None  # where the layout itself says who asks
    kind: str = ""  # the form of the label, where a grammar knows several

    @property
    def key(self) -> str:
        """What makes two labels the same one."""
        return label_key(self.label)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a document, which grammar they follow, and how far the document bears it out, in [0, 1]."""

    marks: tuple[Mark, ...]
    grammar: str
    confidence: float


class _Line(NamedTuple):
    start: int
    end: int
    text: str
    opens: bool  # it begins a paragraph
    blank_follows: bool


@dataclass(frozen=True, slots=True)
class _Page:
    """A document as the grammars see it."""

    text: str
    body: int
    lines: list[_Line]  # without the blank ones


Find = Callable[[_Page], list[Mark]]


def find_labels(text: str, body: int = 0) -> Labels:
    """The labels of `text[body:]`, in order.

    >>> found = find_labels("Ann Reed  0:10\\nWhy?\\n\\nJo Field  0:12\\nSo.\\n\\nAnn Reed  0:14\\nAh?\\n\\nJo Field  0:15\\nYes.\\n")
    >>> found.grammar, [(mark.label, mark.seconds) for mark in found.marks][:2]
    ('name and time alone on a line', [('Ann Reed', 10.0), ('Jo Field', 12.0)])
    """
    page = _Page(text, body, _lines(text, body))
    scored: list[tuple[float, str, list[Mark]]] = []
    for name, find in GRAMMARS.items():
        if marks := find(page):
            scored.append((score(page, marks), name, marks))
            if _needs_no_rival(page, scored[0][0], marks):
                break  # the commonest grammar explains it all: no need to look for another
    if not scored:
        return Labels((), "none", 0.0)
    most = max(len(marks) for _, _, marks in scored)
    # The first of equals: a plain grammar before a peculiar one.
    confidence, name, best = max(scored, key=lambda each: each[0] * (0.5 + 0.5 * len(each[2]) / most))
    marks = _united(page, best, [marks for _, _, marks in scored])
    return Labels(tuple(_with_answers(page, marks)), name, round(confidence, 2))


def _needs_no_rival(page: _Page, found_score: float, marks: Sequence[Mark]) -> bool:
    if found_score >= _PERFECT_SCORE and len(marks) >= _FEW:
        return True
    openings = sum(line.opens for line in page.lines)
    return found_score >= _PLAIN_SCORE and len(marks) >= min(_PLENTY, max(6, _PLAIN_SHARE * openings))


def score(page: _Page, marks: Sequence[Mark]) -> float:
    """How well a document is explained: text inside turns, names that recur, alternate and look like names."""
    counts = Counter(mark.key for mark in marks)
    text = page.text
    whole = len(text) - page.body
    covered: float = (len(text) - marks[0].start) / max(whole, 1)
    recurring = sum(counts[mark.key] > 1 for mark in marks) / len(marks)
    changing = [one.key != other.key for one, other in itertools.pairwise(marks)]
    alternating = sum(changing) / len(changing) if changing else 0.0
    named = sum(has_name_shape(mark.label) or _asks_or_answers(mark.label) for mark in marks) / len(marks)
    return math.sqrt(covered) * (0.35 * recurring + 0.35 * alternating + 0.3 * named)


@lru_cache(maxsize=65_536)
def label_key(label: str) -> str:
    """What makes two labels the same one: case, accents, remarks, and the numbers of questions do not count.

    >>> label_key("Q12."), label_key("THE PRESIDENT (continuing)"), label_key("Speaker 2")
    ('q', 'the president', 'speaker 2')
    """
    return fold(spelled(label))


@lru_cache(maxsize=65_536)
def spelled(label: str) -> str:
    """A label as it names somebody: no remark, no mark-up, no number of a question.

    >>> spelled("Question 3"), spelled("Ann Reed [continuing]")
    ('Question', 'Ann Reed')
    """
    plain = re.sub(r",?\s+(?:continuing|continued|cont[’'.]?d?\.?)$", "", plain_label(label), flags=re.I)
    numbered = re.fullmatch(r"([^\W\d_]+)\s*(?:No\.?|Nr\.?|№|#)?\s*\d{1,3}", plain)
    return numbered[1] if numbered and _asks_or_answers(numbered[1]) else plain


def seconds_of(stamp: str | None) -> float | None:
    """Seconds into the recording of a time stamp like `[00:12:31]`, the first of two; None for a time of the day.

    >>> seconds_of("[01:02:03]"), seconds_of("(00:01 - 00:05)"), seconds_of("28/03/2024, 14:05")
    (3723.0, 1.0, None)
    """
    match = re.match(rf"[\[(\\]*(?P<clock>{_CLOCK})[^\S\n]?(?P<of_day>[AaPp])?", stamp or "")
    if (
        not match or match["of_day"]
    ):  # a time of the day, with its date or its half of the day, is no place in a recording
        return None
    total = 0.0
    for part in match["clock"].replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


@lru_cache(maxsize=65_536)
def has_name_shape(label: str) -> bool:
    """Every word begins as names do: "Ilse Brandt", "MS. REED", "van der Berg", "Speaker 2".

    >>> has_name_shape('Dwayne "Rock" Cole'), has_name_shape("The point is")
    (True, False)
    """
    words = plain_label(label).replace(",", " ").split()
    words = [bare for word in words if (bare := word.strip("\"“”„«»'‘’"))]
    if not words or len(words) > 8:
        return False
    if all(word[0].isalpha() and word[0].lower() == word[0].upper() for word in words):  # a script without capitals
        return sum(map(len, words)) <= 12 and not re.search(r"[，。、；]", label)
    if fold(words[0]) in _PARTICLES - _NAME_PREFIXES - {"the", "hon.", "h.", "c."}:
        return False
    return all(
        word[0].isupper() or word[0].isdigit() or fold(word) in _PARTICLES or (word[0].lower() == word[0].upper())
        for word in words
    ) and any(word[0].isupper() for word in words)


@lru_cache(maxsize=65_536)
def can_be_label(label: str) -> bool:
    """Whether a text can name a speaker at all: short, no sentence, none of the words that open a remark."""
    plain = plain_label(label)
    words = plain.split()
    if not words or len(words) > 12 or len(plain) > 90:
        return False
    if _asks_or_answers(spelled(label)):
        return plain[0].upper() == plain[0] or len(words) == 1
    begins_small = fold(words[0]) in _NAME_PREFIXES and any(word[0].isupper() for word in words[1:])
    if not (plain[0].isupper() or begins_small or (plain[0].isalpha() and plain[0].lower() == plain[0].upper())):
        return False
    if len(words) > 9 and "," not in plain:
        return False
    if len(words) <= 4 and re.search(r"\b(?:19|20)\d\d\b", plain):  # a date, with the time of day behind it
        return False
    if re.search(r"[^\W\d_A-Z]{4,}[.…]\s", plain):  # a sentence ends in it; "Hon.", "Gen." and initials end none
        return False
    if words[0] == "BY" and plain.isupper() and re.match(rf"BY\s{_OFFICE}\s", plain):
        return True  # the line above a lawyer's questions
    return fold(words[0]).strip(".,") not in _NO_NAMES and not is_furniture(plain)


@lru_cache(maxsize=65_536)
def _asks_or_answers(label: str) -> bool:
    return is_question_label(label) or is_answer_label(label)


def _lines(text: str, body: int) -> list[_Line]:
    found: list[tuple[int, int, str, bool]] = []
    before_blank: set[int] = set()
    opens = True
    start = body
    for line in text[body:].split("\n"):
        end = start + len(line)
        if not line or line.isspace():
            opens = True
            before_blank.add(len(found) - 1)
        else:
            found.append((start, end, line, opens))
            # Markdown breaks a line with two spaces; below a time stamp that stands alone something begins.
            opens = line.endswith("  ") or (
                line[-1] in "0123456789])Mm." and len(line) < 60 and bool(_STAMP_ALONE.match(line))
            )
        start = end + 1
    return [_Line(*line, number in before_blank) for number, line in enumerate(found)]


# -- labels with a colon, and Q and A -----------------------------------------------------------------------------------


def _with_colon(page: _Page) -> list[Mark]:
    """`Name:`, `**Name:**`, `[00:01:02] Name:`, `NAME, TITLE, COMPANY:`, `Q.`, `Q   `: what most transcripts use."""
    found: list[Mark] = []
    letters = _letters(page)
    for line in page.lines:
        mark = _colon_mark(line, letters)
        if mark and not is_header_line(mark.label, page.text[mark.end : line.end], first=not found):
            found.append(mark)
    return _accepted(page, found)


def _letters(page: _Page) -> frozenset[str]:
    """Which of "Q" and "A" stand for labels without a colon in this document: those that recur."""
    counts = Counter(
        match["label"][0]
        for line in page.lines
        if line.text.lstrip(_BEFORE_LETTERS)[:1] in ("Q", "A") and (match := _LETTER.match(line.text))
    )
    # "A. Reed: …" is a person, unless questions are marked in the same way.
    return frozenset(letter for letter, count in counts.items() if count >= 2 and counts["Q"] >= 2)


def _colon_mark(line: _Line, letters: frozenset[str]) -> Mark | None:
    """The label at the head of a line, if there is one."""
    if letters and line.text.lstrip(_BEFORE_LETTERS)[:1] in ("Q", "A"):
        match = _LETTER.match(line.text)
        if match and match["label"][0] in letters:
            return Mark(match["label"][0], line.start, line.start + match.end(), None, line.opens, kind="letter")
    head = line.text[:130]
    if ":" not in head and "：" not in head:
        return None
    for kind, pattern in (("bold", _BOLD), ("colon", _COLON)):
        match = pattern.match(line.text)
        if match and can_be_label(match["label"]):
            seconds = _seconds_in(match)
            return Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, line.opens, kind=kind)
    return None


_HEADER_ROLES: dict[str, str] = {
    **dict.fromkeys(
        "interviewer interviewers host hosts moderator presenter interview by interviewed by entrevistador moderador "
        "interviewerin moderatorin ведущий интервьюер ведучий 采访者 主持人 animateur".split(),
        "asks",
    ),
    **dict.fromkeys(
        "guest guests interviewee speaker witness witnesses gast invité invitado convidado гость гості 嘉宾".split(),
        "answers",
    ),
    **dict.fromkeys(
        "participants participant present speakers with teilnehmer anwesend participantes участники учасники 出席".split(),
        "present",
    ),
    **dict.fromkeys("date recorded published broadcast aired datum fecha data дата 日期 时间".split(), "date"),
    **dict.fromkeys("place location venue city ort lieu lugar local место місце 地点 位置".split(), "place"),
    **dict.fromkeys("title titel titre título назва название 标题".split(), "title"),
}
_HEADER_ROLES |= {"interview by": "asks", "interviewed by": "asks"}


def header_kind(key: str) -> str | None:
    """What a line above the first turn says by its key: asks, answers, present, date, place or title.

    >>> header_kind("Guest"), header_kind("Ann Reed")
    ('answers', None)
    """
    folded = fold(key.strip(" *_"))
    return _HEADER_ROLES.get(folded) or next(
        (kind for name, kind in _HEADER_ROLES.items() if fold(name) == folded), None
    )


def _seconds_in(match: re.Match[str]) -> float | None:
    """The time stamp that a label carries, wherever it stands."""
    stamps = (stamp for name, stamp in match.groupdict().items() if name.startswith("stamp") and stamp)
    return seconds_of(next(stamps, None))


def is_header_line(label: str, rest: str, *, first: bool) -> bool:
    """Whether "Guest: Maya Reed" above the first turn declares a name rather than opens a turn."""
    if not first or header_kind(plain_label(label)) is None:
        return False
    value = rest.strip(" *_")
    return bool(value) and not re.search(r"[.!?][\"”’)]*$", value) and len(value.split()) <= 24


def _accepted(page: _Page, found: list[Mark]) -> list[Mark]:
    """Of the candidates with a colon, those that the document bears out."""

    def after_a_sentence(mark: Mark) -> bool:
        before = page.text[max(page.body, mark.start - 20) : mark.start].rstrip()
        return not before or bool(_SENTENCE_END.search(before)) or before.endswith((")", "]"))

    def begins_small(mark: Mark) -> bool:
        return page.text[mark.end : mark.end + 1].islower()

    sure = [mark for mark in found if mark.opens_paragraph or after_a_sentence(mark)]
    said_small = sum(map(begins_small, sure)) > 0.05 * len(sure)
    # "… we talk about / Mary Jones: she is the mayor" goes on from line to line, whoever Mary Jones is.
    taken_for_prose = set() if said_small else {id(mark) for mark in found if begins_small(mark)} - set(map(id, sure))
    found = [mark for mark in found if id(mark) not in taken_for_prose]
    counts = Counter(mark.key for mark in found)
    dubious = _ordinary_words(page, [mark for mark in found if not _asks_or_answers(mark.label)], counts)

    def strong(mark: Mark) -> bool:
        count = counts[mark.key]
        if mark.label[0].islower() and not mark.opens_paragraph:
            return False
        if _asks_or_answers(mark.label):
            return count >= 2 or plain_label(mark.label).lower() not in {"a", "q"}
        shaped = has_name_shape(mark.label)
        return count >= (2 if shaped else 3) and mark.key not in dubious and (shaped or not _TALKING.search(mark.key))

    certain = [mark for mark in found if strong(mark)]
    if not certain:
        # A short exchange, each speaker once: full names and question labels only, and at least two of them.
        names = [
            mark
            for mark in found
            if _asks_or_answers(mark.label)
            or (has_name_shape(mark.label) and len(plain_label(mark.label).split()) >= 2)
        ]
        names = [mark for mark in names if not page.text[mark.end : mark.end + 1].islower()]
        certain = names if len({mark.key for mark in names}) >= 2 else []
    if not certain:
        return []
    keys = {mark.key for mark in certain}
    surnames = {fold(spelled(mark.label).split()[-1]) for mark in certain}
    who = [mark.label for mark in certain if not is_question_label(mark.label)]
    capitals = bool(who) and sum(label.isupper() for label in who) >= 0.95 * len(who)
    stamped = sum(mark.seconds is not None for mark in certain) > len(certain) / 2
    said_small = sum(map(begins_small, certain)) > 0.05 * len(certain)
    # Of fewer utterances nobody can say how they begin.
    items = _items(page, found, counts, small=said_small or len(certain) < 4)
    bold = sum(mark.kind == "bold" for mark in certain) >= 0.95 * len(certain)

    def fits(mark: Mark) -> bool:
        """A label seen once or twice, among certain ones: it must look like a name, and what follows like an utterance."""
        words = plain_label(mark.label).split()
        if is_voice_label(mark.label):
            return (mark.opens_paragraph or after_a_sentence(mark)) and mark.start not in items
        short = re.search(r"\(([^()]{1,12})\)$", mark.label)  # "John Smith (JS):" opens what "JS:" goes on with
        if short and mark.opens_paragraph and label_key(short[1]) in keys:
            return True
        if not has_name_shape(mark.label) or mark.key in dubious or mark.start in items:
            return False
        if stamped:
            return mark.seconds is not None
        if (capitals and not mark.label.isupper()) or (bold and mark.kind != "bold"):
            return False
        known = fold(words[-1]) in surnames or (capitals and mark.label.isupper())
        placed = mark.opens_paragraph or (not paragraphs and after_a_sentence(mark) and below(mark) == own_line)
        return placed and (2 <= len(words) <= 10 or known)

    def below(mark: Mark) -> bool:
        """Whether the label stands alone on its line, and the words below it."""
        return page.text[mark.end : mark.end + 1] in ("\n", "")

    paragraphs = sum(mark.opens_paragraph for mark in certain) >= 0.8 * len(certain)
    own_line = sum(below(mark) for mark in certain) >= 0.5 * len(certain)

    def in_place(mark: Mark) -> bool:
        """Whether a label may stand here: a recurring name anywhere at the head of a line, others where paragraphs begin."""
        return (
            mark.opens_paragraph or not paragraphs or (strong(mark) and len(mark.label) > 1 and mark.label[0].isupper())
        )

    taken = {id(mark) for mark in certain}
    accepted = [mark for mark in found if (id(mark) in taken or strong(mark) or fits(mark)) and in_place(mark)]
    return sorted([*accepted, *_handles(page, accepted)], key=lambda mark: mark.start)


def _items(page: _Page, found: Sequence[Mark], counts: Counter[str], *, small: bool) -> set[int]:
    """Where "New York: forty people" is an item of a list rather than somebody who speaks, by where it starts.

    Items begin small, or stand below a line that ends with a colon, or come several in a row and end like no sentence.
    """
    items: set[int] = set()
    run: list[Mark] = []
    for mark in found:
        following = _ITEM_END.split(page.text[mark.end : mark.end + 200], maxsplit=1)[0].strip()
        before = page.text[max(page.body, mark.start - 200) : mark.start].rstrip(" \n*_")
        if (following[:1].islower() and not small) or before.endswith((":", "：")):
            items.add(mark.start)
        loose = (
            bool(following) and "\n" not in following and len(following) < 60 and not _SENTENCE_END.search(following)
        )
        if counts[mark.key] > 1 or not loose:
            run = []
            continue
        run.append(mark)
        if len(run) > 1:
            items.update(each.start for each in run)
    return items


def _ordinary_words(page: _Page, found: Sequence[Mark], counts: Counter[str]) -> set[str]:
    """Labels of one word that are rare, and that the text uses as a word and never as a name: "Look", "Break"."""
    rare = {
        mark.key: spelled(mark.label)
        for mark in found
        if len(mark.key.split()) == 1 and not mark.label.isupper() and counts[mark.key] <= max(3, 0.05 * len(found))
    }
    ordinary = set()
    for key, word in rare.items():
        if len(rare) > 40 and counts[key] < 2:
            continue  # seen once among many: left to what a name must look like
        if not word[0].isupper():
            continue
        small = re.search(rf"\b{re.escape(word.lower())}\b", page.text)
        named = re.search(rf"[\w,][^\S\n]{re.escape(word)}\b(?!\s*:)", page.text)
        if small and not named:
            ordinary.add(key)
    return ordinary


def _handles(page: _Page, accepted: Sequence[Mark]) -> list[Mark]:
    """Speakers who write themselves small, "nullc:", among others: a recurring word that the text uses for nothing else."""
    if not accepted:
        return []
    found: list[Mark] = []
    for line in page.lines:
        match = _HANDLE.match(line.text) if line.opens else None
        if match and match["label"][0].islower() and fold(match["label"]) not in _NO_NAMES:
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, True))
    counts = Counter(mark.label for mark in found)
    return [
        mark
        for mark in found
        if counts[mark.label] >= 2
        and mark.start >= accepted[0].start
        and len(re.findall(rf"\b{re.escape(mark.label)}\b(?![^\S\n]*[:：])", page.text)) == 0
        and not _asks_or_answers(mark.label)
    ]


# -- other forms of labels ----------------------------------------------------------------------------------------------


def _in_small_letters(page: _Page) -> list[Mark]:
    """`ann reed:`, where nobody is written with capitals."""
    found = []
    for line in page.lines:
        match = _COLON.match(line.text) if ":" in line.text[:40] else None
        if (
            match
            and line.opens
            and len(words := plain_label(match["label"]).split()) <= 3
            and len(match["label"]) <= 40
            and match["label"][0].islower()
            and fold(words[0] if words else "") not in _NO_NAMES | {""}
        ):
            seconds = _seconds_in(match)
            found.append(Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, True))
    counts = Counter(mark.key for mark in found)
    kept = [mark for mark in found if counts[mark.key] >= 2]
    openings = sum(line.opens for line in page.lines)
    return kept if len({mark.key for mark in kept}) >= 2 and len(kept) >= 0.3 * openings else []


def _marked(page: _Page) -> list[Mark]:
    """`### Name:`, `- Name:`, `> Name:`, `1. Name:`, `[Name]:`, `<Name>:`."""
    found = []
    for line in page.lines:
        first = line.text.lstrip()[:1]
        if not (first in "#-*•–>[【<({" or first.isdigit()) or not (":" in line.text[:130] or "：" in line.text[:130]):
            continue
        match = _MARKED.match(line.text)
        label = (match["label"] or match["label2"]) if match else None
        if match and label and can_be_label(label) and not is_stage_note(label):
            kind = "numbered" if (match["kind"] or "")[:1].isdigit() else (match["kind"] or match["open"])[:1]
            found.append(Mark(label.strip(), line.start, line.start + match.end(), None, True, kind=kind))
    return _recurring(page, _of_one_kind(found))


def _alone(page: _Page) -> list[Mark]:
    """A name alone on its line, plain, bold, as a heading or in brackets, and the words below it."""
    found = []
    for number, line in enumerate(page.lines):
        if len(line.text) > 90 or number + 1 == len(page.lines):
            continue
        ending = line.text.rstrip("*_ \t\\")[-3:]
        if ending[-1:] in _NO_LABELS_END and len(line.text) > 20 and not _INITIAL_END.search(ending):
            continue  # most lines: told without trying to match them
        if not line.opens and not _SENTENCE_END.search(page.lines[number - 1].text.rstrip()):
            continue  # in the midst of a paragraph
        match = _ALONE.match(line.text)
        if not match or bool(match["open"]) != bool(match["close"]) or bool(match["mark"]) != bool(match["close2"]):
            continue
        label = match["label"].strip()
        if (
            _SENTENCE_END.search(label)
            and not re.search(r"\b[A-Z]\.$|(?:Jr|Sr)\.$", label)
            and not _asks_or_answers(label)
        ):
            continue
        named = has_name_shape(label) or _asks_or_answers(label)
        if named and can_be_label(label) and not is_stage_note(label):
            kind = (match["kind"] or match["mark"] or match["open"] or "plain")[:1] + (
                "" if line.blank_follows else "+"
            )
            if not line.opens and line.blank_follows:
                continue
            found.append(Mark(label, line.start, line.end, None, True, kind=kind))
    found = _of_one_kind(found)
    counts = Counter(mark.key for mark in found)
    ordinary = _ordinary_words(page, [mark for mark in found if not _asks_or_answers(mark.label)], counts)
    return _recurring(page, [mark for mark in found if mark.key not in ordinary], share=0.1)


def _name_and_time(page: _Page) -> list[Mark]:
    """`Name 1:51` on its own line, `[00:01:02] Name` on its own line, `Name 1:51: text`."""
    found = []
    for line in page.lines:
        if ":" not in line.text[:110]:
            continue
        match = _STAMPED.match(line.text) if len(line.text) < 120 else None
        if match:
            label = (match["label"] or match["label2"]).strip(" -–—|,·@")
            stamp = match["stamp"] or match["stamp2"]
        elif match := _STAMPED_TEXT.match(line.text):
            label, stamp = match["label"].strip(), match["stamp"] or match["stamp2"]
        else:
            continue
        if label and can_be_label(label) and (has_name_shape(label) or _asks_or_answers(label)):
            found.append(Mark(label, line.start, line.start + match.end(), seconds_of(stamp), line.opens))
    return _recurring(page, found) if _rising(found) else []


def _with_period(page: _Page) -> list[Mark]:
    """`Mr. SMITH.`, `The PRESIDING OFFICER.`: a title and capitals, as parliaments print them."""
    found = []
    for line in page.lines:
        head = line.text[:90]
        if ". " in head and (match := _PERIOD.match(line.text)):
            kind = "mixed" if match["mixed"] else "bare" if match["bare"] else "title"
            opens = kind != "mixed" or line.opens or line.text[0].isspace()
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, opens, kind=kind))
    # "Mr. Smith. He came" can begin a wrapped line: without capitals a label stands where a paragraph begins.
    found = [mark for mark in found if mark.opens_paragraph]
    # With a title each is unmistakable by itself, and two of them make a record; a bare name must recur.
    titled = [mark for mark in found if mark.kind == "title"]
    least = 0.05 if any(mark.kind == "mixed" for mark in found) else 0.2
    recurring = {mark.start for mark in _recurring(page, found, share=least)}
    return (
        [mark for mark in found if mark.kind == "title" or mark.start in recurring]
        if len(titled) >= 2 or recurring
        else []
    )


def _with_initial(page: _Page) -> list[Mark]:
    """`P. text`, `R. text`, `PREGUNTA.- text`: a letter or a word for the question, and one for the answer."""
    found = []
    for line in page.lines:
        match = _INITIAL.match(line.text) if line.text.lstrip(" \t*")[:1].isupper() else None
        if match and (len(match["label"]) == 1 or _asks_or_answers(match["label"])):
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, line.opens))
    counts = Counter(mark.label for mark in found if len(mark.label) == 1)
    pairs = [(q, a) for q, answers in _ASKS_WITH.items() for a in answers if min(counts[q], counts[a]) >= 2]
    asks, answers = max(pairs, key=lambda pair: counts[pair[0]] + counts[pair[1]], default=("", ""))
    found = [mark for mark in found if mark.label in (asks, answers) or _asks_or_answers(mark.label)]
    if not found:
        return []
    # Initials and lists have letters, too: what the first letter opens must be questions.
    ends = [*(mark.start for mark in found[1:]), len(page.text)]
    asked = [
        "?" in page.text[mark.end : end].rstrip()[-120:]
        for mark, end in zip(found, ends, strict=True)
        if mark.label == asks or is_question_label(mark.label)
    ]
    return _recurring(page, found, share=0.3) if sum(asked) >= 0.5 * max(len(asked), 1) else []


def _bold_opening(page: _Page) -> list[Mark]:
    """`**Name.** text` and `**Name** text`."""
    return _recurring(page, _simple(page, _BOLD_OPEN, lambda line: line.text.lstrip()[:2] in ("**", "__")))


def _with_dash(page: _Page) -> list[Mark]:
    """`Name — text`, `M. Name. – text`."""

    def may(line: _Line) -> bool:
        head = line.text[:60]
        return line.opens and (any(sign in head for sign in ("–", "—", "--", " - ", ".- ", ">", "|", "//")))

    return _recurring(page, _simple(page, _DASH, may), share=0.3)


def _bracketed(page: _Page) -> list[Mark]:
    """`[Name] text`, `<Name> text`."""
    found = _simple(page, _BRACKETED, lambda line: line.text.lstrip()[:1] in "[<【({" and line.opens)
    return _recurring(page, [mark for mark in found if not is_stage_note(mark.label)], share=0.3)


def _with_gap(page: _Page) -> list[Mark]:
    """`Name<tab>text`, `NAME     text`."""
    return _recurring(
        page, _simple(page, _GAP, lambda line: "\t" in line.text[:50] or "   " in line.text[:50]), share=0.3
    )


def _simple(page: _Page, pattern: re.Pattern[str], may: Callable[[_Line], bool]) -> list[Mark]:
    found = []
    for line in page.lines:
        match = pattern.match(line.text) if may(line) else None
        if (
            match
            and can_be_label(match["label"])
            and (has_name_shape(match["label"]) or _asks_or_answers(match["label"]))
        ):
            seconds = _seconds_in(match)
            found.append(Mark(match["label"].strip(" .,"), line.start, line.start + match.end(), seconds, line.opens))
    return found


def _in_running_text(page: _Page) -> list[Mark]:
    """Labels behind the end of a sentence, where a whole transcript stands on one line or a few."""
    if len(page.lines) > max(3, len(page.text) // 1500):
        return []
    found = []
    for line in page.lines:
        for match in _INLINE.finditer(line.text):
            label = match["label"].strip(" .")
            if can_be_label(label) and has_name_shape(label):
                found.append(Mark(label, line.start + match.start(), line.start + match.end(), None, True))
    counts = Counter(mark.key for mark in found)
    ordinary = _ordinary_words(page, [mark for mark in found if not _asks_or_answers(mark.label)], counts)
    return _recurring(page, [mark for mark in found if counts[mark.key] >= 2 and mark.key not in ordinary], share=0.0)


def _questions(page: _Page) -> list[Mark]:
    """Questions as bold paragraphs or headings, and answers below them; nobody is named."""
    marks: list[Mark] = []
    asked = 0
    blocks = [
        (page.body + match.start(), match.group())
        for match in re.finditer(r"[^\n]+(?:\n(?![^\S\n]*\n)[^\n]+)*", page.text[page.body :])
    ]
    answered = False
    for start, block in blocks:
        if not block.strip():
            continue
        match = _QUESTION_PARAGRAPH.match(block)
        inner = (match["bold"] or match["head"]).strip() if match else ""
        if match and inner and (match["mark"] or "") not in ("_" * 4,) and "\n\n" not in inner:
            is_question = inner.rstrip('*_"”’») ').endswith(("?", "？"))
            asked += is_question
            answered = False
            offset = start + match.start("bold" if match["bold"] else "head")
            marks.append(Mark("", start, offset, None, True, role="interviewer", kind="?" if is_question else "."))
        elif marks and not answered:
            marks.append(Mark("", start, start, None, True, role="respondent"))
            answered = True
    questions = [mark for mark in marks if mark.role == "interviewer"]
    # A heading that asks nothing stands between chapters.
    return marks if asked >= 3 and asked >= 0.6 * len(questions) else []


# -- what a grammar's candidates must show ------------------------------------------------------------------------------


def _of_one_kind(found: list[Mark]) -> list[Mark]:
    """Candidates of the form that most of the recurring ones have."""
    counts = Counter(mark.key for mark in found)
    kinds = Counter(mark.kind for mark in found if counts[mark.key] >= 2)
    if not kinds:
        return found
    best = kinds.most_common(1)[0][0]
    return [mark for mark in found if mark.kind == best]


def _recurring(page: _Page, found: list[Mark], *, share: float = 0.0) -> list[Mark]:
    """Candidates where at least two speakers recur, alternate, and open their share of the paragraphs."""
    counts = Counter(mark.key for mark in found)
    kept = [mark for mark in found if counts[mark.key] >= 2]
    keys = {mark.key for mark in kept}
    if len(keys) < 2 or len(kept) < 0.5 * len(found):
        return []
    changing = [one.key != other.key for one, other in itertools.pairwise(kept)]
    if sum(changing) < 0.4 * len(changing):
        return []
    openings = sum(line.opens for line in page.lines)
    if share and len(kept) < share * openings:
        return []
    full = {mark.key for mark in found if len(spelled(mark.label).split()) >= 2 and mark.opens_paragraph}
    return [mark for mark in found if mark.key in keys or mark.key in full]


def _rising(marks: Sequence[Mark]) -> bool:
    """Whether time goes by."""
    times = [mark.seconds for mark in marks if mark.seconds is not None]
    steps = [one <= other for one, other in itertools.pairwise(times)]
    return not steps or sum(steps) >= 0.8 * len(steps)


def _united(page: _Page, best: Sequence[Mark], all_found: Sequence[Sequence[Mark]]) -> list[Mark]:
    """The best grammar's labels, and those that others found under names that it knows."""
    if any(mark.role for mark in best):
        return list(best)
    keys = {mark.key for mark in best}
    starts = {mark.start for mark in best}
    extra = []
    for mark in itertools.chain(*all_found, _bare(page, best), _behind_sentences(page, best)):
        if mark.start not in starts and mark.label and (mark.key in keys or is_question_label(mark.label)):
            starts.add(mark.start)
            extra.append(mark)
    ordered = sorted([*best, *extra], key=lambda mark: (mark.start, mark.end))
    kept: list[Mark] = []
    for mark in ordered:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _behind_sentences(page: _Page, best: Sequence[Mark]) -> list[Mark]:
    """Known labels in the midst of a line, where "All of us. MS. REED: No!" has somebody break in."""
    labels = {
        mark.label
        for mark in best
        if mark.end <= len(page.text) and page.text[mark.start : mark.end].rstrip().endswith(":")
    }
    whole = [label for label in labels if len(label) > 3 and (" " in label or label.isupper())]
    there = [label for label in whole if f" {label}:" in page.text]
    if not there:
        return []
    pattern = re.compile(rf"(?<=[{re.escape(_BREAKS_IN)}] )(?:{'|'.join(map(re.escape, there))}):\s+")
    return [
        Mark(match[0].rstrip(": \n"), match.start(), match.end(), None, False)
        for match in pattern.finditer(page.text, page.body)
    ]


def _with_answers(page: _Page, marks: Sequence[Mark]) -> list[Mark]:
    """Labels, and the answers below questions where only questions have one: nobody is named, and they are no questions."""
    if len(marks) < 2 or any(mark.role for mark in marks):
        return list(marks)
    only_asked = all(is_question_label(mark.label) for mark in marks) or len({mark.key for mark in marks}) == 1
    ends = [*(mark.start for mark in marks[1:]), len(page.text)]
    gaps = [re.compile(r"\n\s*\n").search(page.text, mark.end, end) for mark, end in zip(marks, ends, strict=True)]
    asked = [page.text[mark.end : gap.start()].rstrip('*_"”’» ') for mark, gap in zip(marks, gaps, strict=True) if gap]
    # Under names, too, where nearly all of them ask and something follows: a newspaper's name stands above its questions.
    if sum(question.endswith(("?", "？")) for question in asked) < (0.6 if only_asked else 0.85) * len(marks):
        return list(marks)
    answers = [
        Mark("", gap.end(), gap.end(), None, True, role="respondent")
        for gap, end in zip(gaps, ends, strict=True)
        if gap and page.text[gap.end() : end].strip()
    ]
    return sorted([*marks, *answers], key=lambda mark: mark.start)


def _bare(page: _Page, best: Sequence[Mark]) -> list[Mark]:
    """A known name alone on its line, where somebody forgot the rest of the label."""
    names = sorted({re.escape(mark.label) for mark in best if len(mark.label) > 2}, key=len, reverse=True)
    if not names:
        return []
    pattern = re.compile(rf"^[^\S\n]*(?:\*\*)?(?P<label>{'|'.join(names)})(?:\*\*)?[^\S\n]*$", re.M)
    starts = {line.start for line in page.lines if line.opens}
    return [
        Mark(match["label"], match.start(), match.end(), None, True)
        for match in pattern.finditer(page.text, page.body)
        if match.start() in starts
    ]


GRAMMARS: dict[str, Find] = {
    "label with colon": _with_colon,
    "label with colon, marked": _marked,
    "name and time alone on a line": _name_and_time,
    "title and name in capitals with period": _with_period,
    "letter for question and answer": _with_initial,
    "name alone on a line": _alone,
    "bold name": _bold_opening,
    "name with dash": _with_dash,
    "name in brackets": _bracketed,
    "name with gap": _with_gap,
    "small letters with colon": _in_small_letters,
    "labels in running text": _in_running_text,
    "questions set apart, no names": _questions,
}


# -- time stamps --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp at the head of a line that is no part of a label: [start, end) is the stamp."""

    start: int
    end: int
    seconds: float | None  # None for a time of the day
    alone: bool  # nothing else stands on its line


def find_stamps(text: str, body: int, marks: Sequence[Mark]) -> list[Stamp]:
    """Time stamps outside labels, where they go up as a recording does.

    >>> [(stamp.seconds, stamp.alone) for stamp in find_stamps("[00:10]\\nOne.\\n\\n[00:20] Two.\\n", 0, [])]
    [(10.0, True), (20.0, False)]
    """
    labels = [mark.start for mark in marks]
    found: list[Stamp] = []
    for head in _MAYBE_STAMP.finditer(text, body):
        start = head.start()
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        match = _STAMP_LINE.match(line)
        if not match:
            continue
        number = bisect_right(labels, start)
        if number and marks[number - 1].end > start + match.start("stamp"):
            continue
        alone = not line[match.end() :].strip()
        bracketed = match["stamp"][0] in "[("
        before = text[max(body, start - 3) : start]
        opens = not before.strip(" ") or before.endswith(("\n\n", " \n"))
        if alone or bracketed or opens:
            found.append(Stamp(start, start + match.end(), seconds_of(match["stamp"]), alone))
    times = [stamp.seconds for stamp in found if stamp.seconds is not None]
    steps = [one <= other for one, other in itertools.pairwise(times)]
    rising = sum(steps) >= 0.8 * len(steps)
    plenty = len(found) >= 3 or (len(found) == 2 and rising)
    sure = [stamp for stamp in found if stamp.alone and text[stamp.start : stamp.end].strip()[0] in "[("]
    return found if plenty and rising else sure


def iterate_lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the lines from `start` on."""
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1
