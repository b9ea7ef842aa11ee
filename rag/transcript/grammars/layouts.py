"""The other ways of labelling speakers: names on lines of their own, before dashes, gaps and periods, in brackets, in
bold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest

from rag.text.lexicon import LEXICONS
from rag.text.names import is_question_label
from rag.text.sentences import SPEECH_END, has_question
from rag.transcript.boilerplate import is_stage_note
from rag.transcript.grammars.common import LABEL, SPACE, keep_commonest_form, keep_recurring, ordinary_words
from rag.transcript.label_shapes import OFFICE, asks_or_answers, can_be_label, has_name_shape, label_key
from rag.transcript.marks import Line, Mark, Source
from rag.transcript.page_lines import is_rule
from rag.transcript.stamps import BRACKETED_CLOCK, STAMP, WHEN, is_rising, seconds_in, seconds_into

_ALONE = re.compile(
    rf"{SPACE}(?P<kind>#{{1,6}}\s+|>{{1,3}}\s*|={{2,6}}\s*|-{{2,6}}\s*)?(?P<mark>\*{{1,3}}|_{{1,3}})?(?P<open>[\[【<])?(?P<label>{LABEL})(?P<close>[\]】>])?(?:{SPACE}\([^()\n]{{1,40}}\)){{0,2}}(?P<close2>\*{{1,3}}|_{{1,3}})?{SPACE}(?:={{2,6}}|-{{2,6}}|#{{1,6}})?{SPACE}\\?$"
)
_STAMPED = re.compile(
    rf"{SPACE}(?:\*\*|__|#{{1,6}}\s+)?(?:\[?(?P<label>{LABEL})\]?(?:\*\*|__)?{SPACE}[-–—|,·@]?{SPACE}(?P<stamp>{STAMP})"
    rf"|(?P<stamp2>{STAMP}){SPACE}[-–—|,·]?{SPACE}(?:\*\*|__)?(?P<label2>{LABEL}))(?:\*\*|__)?{SPACE}[:：]?{SPACE}$"
)
_STAMPED_TEXT = re.compile(
    rf"{SPACE}(?P<label>{LABEL})(?:{SPACE}(?P<stamp>{BRACKETED_CLOCK}){SPACE}[:：–-]?|[\s@]{SPACE}(?P<stamp2>{WHEN}){SPACE}(?:[:：]|\s[-–—]))(?=\s){SPACE}"
)
_STAMP_HEAD = re.compile(rf"{SPACE}{STAMP}(?=[^\S\n])")
_COURTESY = r"(?:M(?:r|rs|s|iss|x|me|lle)?|Dr|Prof|Hon|Sen(?:ator)?|Rep(?:resentative)?|Gov(?:ernor)?|Gen(?:eral)?|Sr|Sra|Herr|Frau|Judge|Justice|Chair(?:man|woman|person)?|Secretary|Ambassador|President|Delegate)\.?"
_CAPITAL_NAME = r"[^\W\d_a-z][\w'’.-]*[A-ZÀ-ÞА-ЯЁ]{2}[\w'’-]*"
_PERIOD = re.compile(
    rf"{SPACE}(?P<label>(?:(?:(?:{_COURTESY}|{OFFICE})\s)+(?:[A-Z]\.\s|[A-Z][\w'’-]+\s){{0,2}}{_CAPITAL_NAME}(?:\s{_CAPITAL_NAME}){{0,3}}(?:\s(?:of|from)(?:\s[A-Z]\w+){{1,3}})?"
    rf"|(?P<mixed>(?:{_COURTESY}\s)+[A-ZÀ-Þ][\w'’-]+(?:\s[A-ZÀ-Þ][\w'’-]+){{0,2}}(?:\s(?:of|from)(?:\s[A-Z]\w+){{1,2}})?(?:,\s[a-zà-ÿ][^.:\n]{{3,90}})?|M(?:me|lle)?\.?\s(?:l[ae]\s|l['’])[^\W\d_][^.:,\n]{{3,60}}|The\s(?:Acting\s)?(?:Chair(?:man|woman|person)?|President|Speaker|Witness|Clerk|Court))"
    rf"|(?:The|THE)\s[A-Z]{{4,}}(?:\s[A-Z]{{2,}}){{0,4}}|(?P<bare>[A-ZÀ-Þ]{{2,}}(?:\s(?:[A-Z]\.|[A-ZÀ-Þ'’-]{{2,}})){{1,3}})))(?:\s[(\[][^()\[\]\n]{{1,60}}[)\]])?\.\s*(?:[-–—]\s+|(?<=\s))(?=\S)"
)
_BOLD_OPEN = re.compile(rf"{SPACE}(?P<mark>\*\*|__)(?P<label>{LABEL})[.,]?(?P=mark)[.,]?{SPACE}(?:[-–—]{SPACE})?(?=\S)")
_DASH = re.compile(
    rf"{SPACE}(?:(?P<stamp>{STAMP}){SPACE}[-–—|]?{SPACE})?(?P<label>{LABEL})[.,]?{SPACE}(?:[–—]|--|\s-|(?<=\.)-|>|\s\||\s//)\s+(?=\S)"
)
_BRACKETED = re.compile(
    rf"{SPACE}(?:(?P<stamp2>{BRACKETED_CLOCK}){SPACE})?[\[<【({{](?P<label>{LABEL})(?:[,·–-]?\s?(?P<stamp>{WHEN}))?[\]>】)}}](?!\()\s*(?=\S)"
)
_OPENS_WITH_STAMP = re.compile(rf"{SPACE}{STAMP}")
_MOST_BARE = 0.3
_CODE = re.compile(r"\d{3}")  # "AB-2031" names a paper
# The letters for a question and an answer in other languages, and words for both: "P.", "PREGUNTA.-", "F:".
_ASKS_WITH = list(
    dict.fromkeys((q, a) for lexicon in LEXICONS.values() for q, answers in lexicon.question_initials for a in answers)
)
_INITIAL = re.compile(
    rf"{SPACE}(?P<mark>\*\*)?(?P<label>[^\W\d_][^\s\d.:：)(*_–—-]{{0,13}})(?:\.?{SPACE}[-–—]+|[.:：)])(?(mark)\*\*){SPACE}[-–—]?\s+(?=\S)"
)
_GAP = re.compile(rf"{SPACE}(?P<label>{LABEL})(?:\t|[^\S\n]{{3,}})[^\S\n]*(?=\S)")
_QUESTION_PARAGRAPH = re.compile(
    r"[^\S\n]*(?:(?P<mark>\*{1,3}|_{1,3})(?P<bold>[^*_\n].*?)(?P=mark)|#{1,6}\s+(?P<head>.+?))[^\S\n]*$", re.S
)
_INLINE = re.compile(
    r"(?:^|(?<=[.?!…)\]”\"—] )|(?<=[.?!…)\]”\"—]  ))(?P<label>Q\.?(?=\s{2})|(?:[A-ZÀ-ÞА-ЯЁ][\w.'’-]*\s){0,4}[A-ZÀ-ÞА-ЯЁ][\w'’-]*(?=\s?:\s))\s?:?\s+"
)
_NO_LABELS_END = frozenset('.!?,;:…。！？，；："”')
_DENSE = 0.7
_FEW_CHANGES = 0.15
_FULL_NAME = 3  # words, with the title
_INITIAL_END = re.compile(r"\b[A-Z]\.$|[JS]r\.$")


def find_names_alone(source: Source) -> list[Mark]:
    """A name alone on its line, plain, bold, as a heading or in brackets, and the words below it."""
    found, forms = [], Counter[str]()
    for number, line in enumerate(source.lines):
        if len(line.text) > 90 or number + 1 == len(source.lines):
            continue
        ending = line.text.rstrip("*_ \t\\")[-3:]
        if ending[-1:] in _NO_LABELS_END and len(line.text) > 20 and not _INITIAL_END.search(ending):
            continue  # most lines: known without trying to match them
        if not line.opens and not SPEECH_END.search(source.lines[number - 1].text.rstrip()):
            continue  # in the midst of a paragraph
        match = _ALONE.match(line.text)
        if not match or bool(match["open"]) != bool(match["close"]) or bool(match["mark"]) != bool(match["close2"]):
            continue
        label = match["label"].strip()
        if SPEECH_END.search(label) and not re.search(r"\b[A-Z]\.$|(?:Jr|Sr)\.$", label) and not asks_or_answers(label):
            continue
        printed = (match["kind"] or match["mark"] or match["open"] or "").strip() or "plain"
        kind = printed + ("" if line.blank_follows else "+")
        if line.opens:
            forms[kind] += 1
        named = has_name_shape(label) or asks_or_answers(label)
        if named and can_be_label(label) and not is_stage_note(label) and (line.opens or not line.blank_follows):
            found.append(Mark(label, line.start, line.end, None, True, kind=kind))
    found = keep_commonest_form(found)
    counts = Counter(mark.key for mark in found)
    ordinary = ordinary_words(source, [mark for mark in found if not asks_or_answers(mark.label)], counts)
    found = [mark for mark in found if mark.key not in ordinary]
    kept = keep_recurring(source, found, share=0.1)
    if not kept or not _is_dense_form(source, kept, forms):
        return kept
    return [mark for mark in found if mark in kept or not _CODE.search(mark.label)]


def _is_dense_form(source: Source, kept: Sequence[Mark], forms: Counter[str]) -> bool:
    """Whether nearly every line of a form is a name that recurs: then who stands there once is a speaker as well."""
    kind = kept[0].kind
    recurring = Counter(mark.key for mark in kept)
    several = sum(count for count in recurring.values() if count > 1)
    if not kind.startswith("plain"):
        return several >= _DENSE * forms[kind]
    # With a blank line below it, a name and what is said are two paragraphs.
    openings = sum(line.opens for line in source.lines if line.start >= kept[0].start)
    return several >= _DENSE * openings * (1 if kind.endswith("+") else 0.5)


def find_names_below_rules(source: Source) -> list[Mark]:
    """`---`, a name alone on a line with an office of any length, and the words below it."""
    found: list[Mark] = []
    openings = 0
    for above, line, below in zip(source.lines, source.lines[1:], source.lines[2:], strict=False):
        if not is_rule(above.text) or is_rule(line.text):
            continue
        openings += 1
        stamp = _STAMP_HEAD.match(line.text)
        label = line.text[stamp.end() if stamp else 0 :].strip(" \t*_#")
        who = re.split(r"[,(]", label, maxsplit=1)[0].strip()
        if label.endswith((":", "：", ";", ",")) or _CODE.search(who):
            continue
        if (
            has_name_shape(who)
            and not SPEECH_END.search(label)
            and not is_rule(below.text)
            and not is_stage_note(label)
        ):
            seconds = seconds_into(stamp[0].strip()) if stamp else None
            found.append(Mark(label, line.start, line.end, seconds, True))
    several = len({mark.key for mark in found}) >= 2
    return found if several and len(found) >= max(3, 0.8 * openings) else []


def find_names_with_times(source: Source) -> list[Mark]:
    """`Name 1:51` on its own line, `[00:01:02] Name` on its own line, `Name 1:51: text`."""
    found, bare = [], 0
    for line, below in zip_longest(source.lines, source.lines[1:]):
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
        if label and can_be_label(label) and (has_name_shape(label) or asks_or_answers(label)):
            found.append(Mark(label, line.start, line.start + match.end(), seconds_into(stamp), line.opens))
            bare += match.re is _STAMPED and below is not None and bool(_OPENS_WITH_STAMP.match(below.text))
    # Below a name something is said. Where every line has its time, what stands alone behind one is said itself.
    if bare > _MOST_BARE * len(found) or not is_rising([mark.seconds for mark in found]):
        return []
    return keep_recurring(source, found)


def find_titles_with_period(source: Source) -> list[Mark]:
    """`Mr. SMITH.`, `The PRESIDING OFFICER.`: a title and capitals, as parliaments print them."""
    found = []
    for number, line in enumerate(source.lines):
        head = line.text[:90]
        if ". " in head and (match := _PERIOD.match(line.text)):
            kind = "mixed" if match["mixed"] else "bare" if match["bare"] else "title"
            opens = kind != "mixed" or line.opens or line.text[0].isspace()
            # "Mr. Smith. He came" can begin a wrapped line: without capitals a label stands where a paragraph begins,
            # or below a line that ends a sentence.
            if opens or SPEECH_END.search(source.lines[max(number - 1, 0)].text.rstrip()):
                found.append(Mark(match["label"], line.start, line.start + match.end(), None, opens, kind=kind))
    found = _with_known_names(found)
    # With a title each is unmistakable by itself, and two of them make a record; a bare name must recur.
    titled = [mark for mark in found if mark.kind == "title"]
    least = 0.05 if any(mark.kind == "mixed" for mark in found) else 0.2
    # Who presides has a label above every paragraph in some records, so that few of the labels change the speaker.
    recurring = {mark.start for mark in keep_recurring(source, found, share=least, alternating=_FEW_CHANGES)}
    return (
        [mark for mark in found if mark.kind == "title" or mark.start in recurring]
        if len(titled) >= 2 or recurring
        else []
    )


def _with_known_names(found: Sequence[Mark]) -> list[Mark]:
    """Marks where paragraphs begin, and others of the same people, or of a full name behind its title."""
    known = {_who(mark.label) for mark in found if mark.opens_paragraph}
    return [
        replace(mark, opens_paragraph=True)
        for mark in found
        if mark.opens_paragraph or _who(mark.label) in known or len(mark.label.split(",")[0].split()) >= _FULL_NAME
    ]


def _who(label: str) -> str:
    return label_key(label.split(",")[0])


def find_question_letters(source: Source) -> list[Mark]:
    """`P. text`, `R. text`, `PREGUNTA.- text`: a letter or a word for the question, and one for the answer."""
    found = []
    for line in source.lines:
        match = None if line.text.lstrip(" \t*")[:1].islower() else _INITIAL.match(line.text)
        if match and (len(match["label"]) == 1 or asks_or_answers(match["label"])):
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, line.opens))
    counts = Counter(mark.label for mark in found if len(mark.label) == 1)
    pairs = [(q, a) for q, a in _ASKS_WITH if min(counts[q], counts[a]) >= 2]
    asks, answers = max(pairs, key=lambda pair: counts[pair[0]] + counts[pair[1]], default=("", ""))
    found = [mark for mark in found if mark.label in (asks, answers) or asks_or_answers(mark.label)]
    if not found:
        return []
    # Initials and lists have letters, too: what the first letter opens must be questions.
    ends = [*(mark.start for mark in found[1:]), len(source.text)]
    asked = [
        has_question(source.text[mark.end : end].rstrip()[-120:])
        for mark, end in zip(found, ends, strict=True)
        if mark.label == asks or is_question_label(mark.label)
    ]
    return keep_recurring(source, found, share=0.3) if sum(asked) >= 0.5 * max(len(asked), 1) else []


def find_bold_openings(source: Source) -> list[Mark]:
    """`**Name.** text` and `**Name** text`."""
    return keep_recurring(
        source, _at_line_heads(source, _BOLD_OPEN, lambda line: line.text.lstrip()[:2] in ("**", "__"))
    )


def find_names_before_dashes(source: Source) -> list[Mark]:
    """`Name — text`, `M. Name. – text`."""

    def may(line: Line) -> bool:
        head = line.text[:60]
        return line.opens and (any(sign in head for sign in ("–", "—", "--", " - ", ".- ", ">", "|", "//")))

    return keep_recurring(source, _at_line_heads(source, _DASH, may), share=0.3)


def find_bracketed_names(source: Source) -> list[Mark]:
    """`[Name] text`, `<Name> text`, `[00:12] [Name] text`."""
    found = _at_line_heads(source, _BRACKETED, lambda line: line.text.lstrip()[:1] in "[<【({" and line.opens)
    return keep_recurring(source, [mark for mark in found if not is_stage_note(mark.label)], share=0.3)


def find_names_before_gaps(source: Source) -> list[Mark]:
    """`Name<tab>text`, `NAME     text`."""
    return keep_recurring(
        source, _at_line_heads(source, _GAP, lambda line: "\t" in line.text[:50] or "   " in line.text[:50]), share=0.3
    )


def _at_line_heads(source: Source, pattern: re.Pattern[str], may: Callable[[Line], bool]) -> list[Mark]:
    found = []
    for line in source.lines:
        match = pattern.match(line.text) if may(line) else None
        if (
            match
            and can_be_label(match["label"])
            and (has_name_shape(match["label"]) or asks_or_answers(match["label"]))
        ):
            seconds = seconds_in(match)
            found.append(Mark(match["label"].strip(" .,"), line.start, line.start + match.end(), seconds, line.opens))
    return found


def find_labels_in_running_text(source: Source) -> list[Mark]:
    """Labels behind the end of a sentence, if a whole transcript is on one line or a few."""
    if len(source.lines) > max(3, len(source.text) // 1500):
        return []
    found = []
    for line in source.lines:
        for match in _INLINE.finditer(line.text):
            label = match["label"].strip(" .")
            if can_be_label(label) and has_name_shape(label):
                found.append(Mark(label, line.start + match.start(), line.start + match.end(), None, True))
    counts = Counter(mark.key for mark in found)
    ordinary = ordinary_words(source, [mark for mark in found if not asks_or_answers(mark.label)], counts)
    return keep_recurring(
        source, [mark for mark in found if counts[mark.key] >= 2 and mark.key not in ordinary], share=0.0
    )


def find_questions_set_apart(source: Source) -> list[Mark]:
    """Questions as bold paragraphs or headings, and answers below them; nobody is named."""
    marks: list[Mark] = []
    asked = 0
    blocks = [
        (source.body + match.start(), match.group())
        for match in re.finditer(r"[^\n]+(?:\n(?![^\S\n]*\n)[^\n]+)*", source.text[source.body :])
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
