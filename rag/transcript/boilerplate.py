"""What is printed in a transcript and not said: boilerplate of pages, credits, end marks, stage notes, a clerk's
remarks.

All of it is known by its form: short lines that end like no sentence, in the words that pages use for it. A list, a
poem or an answer without its full stop is none of these.
"""

from __future__ import annotations

import re

from rag.text.lexicon import patterns, union
from rag.text.sentences import CLAUSE_END, CUT_OFF_END, PARAGRAPH, SENTENCE_END
from rag.text.spans import trim

# Headings that pages put behind a text; whole phrases, since "More than that" or "See for yourself" are people talking.
_BOILERPLATE = re.compile(
    rf"^(?:{patterns('boilerplate')}|{patterns('boilerplate_openers')}\b.*)[.:：]?$",
    re.I,
)
_CREDIT = re.compile(
    rf"^[(\[*_]*{patterns('credit_keys')}(?: {patterns('credit_links')})?[^\S\n]*[:：©][^\S\n]*(?P<rest>\S.{{0,118}})$",
    re.I,
)
_END_MARK = re.compile(
    rf"^(?:[\[(][^\S\n]*{patterns('bracketed_ends')}\b[^\n]{{0,60}}[\])]|{patterns('end_marks')})$",
    re.I,
)
_CAPITAL_END = re.compile(rf"^{patterns('capital_ends')}\b[^\n]{{0,40}}$")
_TIME_OF_DAY = re.compile(
    r"^(?:\d{1,2}[:.]\d{2}|\d{1,2})[^\S\n]*(?:[AaPp]\.?[Mm]\.?|Uhr|h)?(?:[^\S\n]+\(?[A-Z]{2,5}\)?)?\.?$"
)
# What clerks write between speeches into the record of a parliament.
_CLERK = re.compile(rf"^[^\S\n]*{patterns('clerk_remarks')}", re.M)
_PART = re.compile(rf"\b{patterns('part_words')}\b", re.I)
_INTERPRETED = re.compile(rf"\W*(?:\w+\s){{0,3}}{patterns('interpreting_words')}\W*[:：]\s*\S", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_STAGE_WORDS = re.compile(
    rf"^(?:{patterns('stage_qualifiers')}\s)*{patterns('stage_words')}\b.{{0,60}}$",
    re.I,
)


def is_boilerplate(line: str) -> bool:
    """Whether a line is a heading in the words that pages use, and no sentence.

    >>> is_boilerplate("## Related articles"), is_boilerplate("Share this with your neighbours.")
    (True, False)
    """
    line = line.strip()
    heading = line.strip("#*_=- \t")
    if not line or len(line) > 80 or "\n" in line or not (_BOILERPLATE.match(heading) or _BOILERPLATE.match(line)):
        return False
    return line.endswith((":", "：")) or line[0] == "©" or not CLAUSE_END.search(line)


def is_credit(line: str) -> bool:
    """Whether a line says where a picture or a text is from.

    >>> is_credit("Photo: Jo Field / Courier"), is_credit("Source: we never had one, and so we asked the whole town what it knew.")
    (True, False)
    """
    match = _CREDIT.match(line.strip())
    return bool(match) and len(match["rest"].split()) <= 10  # type: ignore[index]


def is_end_mark(line: str) -> bool:
    """Whether a line says that the transcript ends here.

    >>> is_end_mark("END  5:49 P.M. EDT"), is_end_mark("(Schluss: 13.49 Uhr)"), is_end_mark("End of story, I said.")
    (True, True, False)
    """
    line = line.strip(" \t*_")
    return bool(_END_MARK.match(line) or _CAPITAL_END.match(line))


def is_part_mark(line: str) -> bool:
    """Whether a line in brackets says where a tape, a side or a part of the recording begins or ends.

    >>> is_part_mark("[END OF TAPE 1, SIDE A]"), is_part_mark("(We ran out of tape.)")
    (True, False)
    """
    inner = line.strip(" \t*_")
    return (
        inner[:1] in ("[", "(")
        and inner[-1:] in ("]", ")")
        and len(inner) < 80
        and bool(_PART.search(inner) and not SENTENCE_END.search(inner))
    )


def is_stage_note(text: str) -> bool:
    """Whether words in brackets tell what happens rather than who speaks.

    >>> is_stage_note("Applause"), is_stage_note("Ann Reed")
    (True, False)
    """
    return bool(_STAGE_WORDS.match(text.strip(" .*_[]()")))


def is_only_a_note(paragraph: str) -> bool:
    """Whether a paragraph is one remark in brackets: nothing that anybody says.

    >>> is_only_a_note("(Laughter.)"), is_only_a_note("[They did] not."), is_only_a_note("[Interpreter: We will pay.]")
    (True, False, False)
    """
    if _INTERPRETED.match(paragraph):
        return False
    spoken = [word for word in _WORD.findall(paragraph.lower()) if word in union("first_and_second_persons")]
    if spoken and ":" not in paragraph and SENTENCE_END.search(paragraph.strip(" ()[]")):
        return False  # "(I was so angry then.)"
    return bool(re.fullmatch(r"\s*(?:\\?\[\[?[^\[\]]{1,200}\]\]?|\([^()]{1,200}\))[.,]?\s*", paragraph))


def is_clerk(line: str) -> bool:
    """Whether a line is a clerk's remark between speeches.

    >>> is_clerk("There being no objection, the bill was ordered to be printed in the Record.")
    True
    """
    return bool(_CLERK.match(line))


def clerks_in(text: str) -> list[int]:
    """Where in a text the lines of a clerk begin."""
    return [match.start() for match in _CLERK.finditer(text)]


def _goes_on(rest: str) -> bool:
    """Whether there is speech behind the end of a tape."""
    lines = (line.strip() for line in rest[:4000].split("\n"))
    return any(SENTENCE_END.search(line) and len(line.split()) >= 3 and not is_end_mark(line) for line in lines)


def end_of_talk(text: str, start: int, end: int) -> int:
    """Where the last turn ends, without what a page or a stenographer puts behind it.

    Boilerplate opens with a heading: a short line that ends like no sentence. It is either in the words that pages use
    for it, or only headings and teasers that break off follow it.
    """
    paragraphs = [(m.start() + start, m.group()) for m in PARAGRAPH.finditer(text[start:end])]
    for position, paragraph in paragraphs:
        offset = 0
        for line in paragraph.split("\n"):
            rest = position + offset + len(line)
            if (
                is_end_mark(line)
                and position + offset > start
                and not (_PART.search(line) and _goes_on(text[rest:end]))
            ):
                return end_of_talk(text, start, trim(text, start, position + offset)[1])
            offset += len(line) + 1
    # From behind: whether all that follows a paragraph is headings and teasers, with one teaser at least.
    teasers = [False] * len(paragraphs)
    loose, broken_off = True, False
    for number in range(len(paragraphs) - 1, -1, -1):
        teasers[number] = loose and broken_off
        line = paragraphs[number][1].strip()
        broken_off = broken_off or bool(CUT_OFF_END.search(line))
        loose = loose and (not CLAUSE_END.search(line) or bool(CUT_OFF_END.search(line)))
    for number, (position, paragraph) in enumerate(paragraphs[1:], start=1):
        line = paragraph.strip()
        following = paragraphs[number + 1][1] if number + 1 < len(paragraphs) else ""
        rule = bool(re.fullmatch(r"[-*_=#]{3,}", line))
        heading = len(line.split()) <= 6 and "\n" not in line and not CLAUSE_END.search(line)
        if is_boilerplate(line) or (heading and teasers[number]) or (rule and is_boilerplate(following)):
            return trim(text, start, position)[1]
    while len(paragraphs) > 1:  # credits, a time of day and rules at the very end
        position, paragraph = paragraphs[-1]
        line = paragraph.strip()
        if not (is_credit(line) or _TIME_OF_DAY.match(line) or re.fullmatch(r"[-*_=#\s]{3,}", line)):
            break
        paragraphs.pop()
        end = trim(text, start, position)[1]
    return end


def boilerplate_within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Adverts, credits and pointers to other pages in the midst of a turn, with the headings that follow them."""
    found: list[tuple[int, int]] = []
    cutting = False
    if "\n" not in text[start:end]:
        return found
    for match in PARAGRAPH.finditer(text[start:end]):
        line = match.group().strip()
        opens = match.start() > 0 and "\n" not in line and (is_boilerplate(line) or is_credit(line))
        loose = cutting and not is_credit(line) and len(line) < 120 and not CLAUSE_END.search(line) and "\n" not in line
        if opens or loose:
            found.append((start + match.start(), start + match.end()))
        cutting = (opens and not is_credit(line)) or loose
    return found
