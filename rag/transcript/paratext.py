"""Sentences about the record, and not in it: who transcribed it, how it may be used, that it ends, what the House decided.

They are known by what they are about and by their person and voice: about the transcript, the recording or the sitting,
short, standing alone, and nobody says "I" or "you" in them.
"""

from __future__ import annotations

import re

from rag.text.lexicon import patterns, union
from rag.text.names import fold
from rag.text.sentences import SENTENCE_END, has_question
from rag.text.spans import trim
from rag.transcript.boilerplate import is_part_mark, is_stage_note
from rag.transcript.page_lines import is_rule
from rag.transcript.stamps import is_stamp_line

_RECORD = re.compile(rf"\b(?:{patterns('record_words')})\b", re.I)
_MADE = re.compile(rf"^\W*(?:{patterns('record_makers')})\b", re.I)
_SESSION = re.compile(rf"\b(?:{patterns('session_words')})\b", re.I)
_ENDS = re.compile(rf"\b(?:{patterns('end_words')})\b", re.I)
_CERTIFIES = re.compile(rf"\b(?:{patterns('certifying_words')})\b", re.I)
_RIGHTS = re.compile(rf"^\W*(?:©|\(c\)\s|{patterns('rights_words')}\b)", re.I)
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»\n]{0,400}[\"”“»]")
_SPEAKING = union("speaking_persons")
_HOSTING = re.compile(rf"\b{patterns('hosting_phrases')}\b", re.I)
_SPONSOR = re.compile(rf"\b(?:{patterns('sponsor_phrases')})\b", re.I)
_NOTE = re.compile(rf"\W*\S+(?:\s\S+)?(?:['’]s)?\s(?:{patterns('note_words')})\b\s*[:：–—-]|[(\[]", re.I)
_HOUSE = re.compile(rf"\b(?:{patterns('house_words')})\b", re.I)
_SITTING = re.compile(rf"\b(?:{patterns('sitting_words')})\b", re.I)
# Its subject stands among the first words, and the verb right behind it: "The sitting was then suspended until noon."
_REMARK = re.compile(
    rf"[(\[]?(?:[\w.’'-]+[^\S\n]+){{0,4}}?(?:{patterns('sitting_words')})\W+(?:(?:{patterns('auxiliary_words')})\W+){{0,3}}"
    rf"(?:{patterns('procedure_verbs')})\b",
    re.I,
)
_CHAPTER = re.compile(rf"(?:{patterns('chapter_words')})\s+(?:\d{{1,3}}|[IVX]{{1,5}})\b[^\n]{{0,80}}$", re.I)
_PAGE = re.compile(
    rf"[\[(–—-]*\s*(?:(?:{patterns('page_words')})\.?\s*)?\d{{1,5}}(?:\s*(?:of|/|von|de|sur)\s*\d{{1,5}})?\s*[\])–—-]*$",
    re.I,
)
_VOTES = re.compile(rf"(?:{patterns('vote_words')})\s*(?:\(\d+\))?\s*[:：–—-]", re.I)
_OPENS = re.compile(rf"^[^\S\n]*(?:[(\[*_]|(?:{patterns('vote_words')})\s*[(:：–—-])", re.I | re.M)
_OTHERS = re.compile(r"[(\[][^()\[\]\n]{2,40}[:：][)\]]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONGEST_REMARK, _SUBJECT_CHARS = 250, 60  # characters; the first ones name the subject
_MOST_WORDS, _FEW_WORDS, _REMARK_WORDS = 90, 12, 25
_MOST_PENDING, _TAIL_BLOCKS = 3, 40  # paragraphs below the last turn that are looked at
_BELOW_RULE_CHARS = 1500


def is_about_record(text: str) -> bool:
    """Whether a paragraph talks about the transcript, the recording or its maker, and not in the first person.

    >>> is_about_record("Transcribed by Jo Field"), is_about_record("The recording ended after 00:06:12")
    (True, True)
    >>> is_about_record("I still have the recording."), is_about_record("It ended well.")
    (False, False)
    """
    words = _words(text)
    if not words or len(words) > _MOST_WORDS:
        return False
    if _CERTIFIES.search(text) and _RECORD.search(text):
        return True
    if _is_personal(words) or has_question(text):
        return False
    ends = len(words) <= _FEW_WORDS and bool(_SESSION.search(text) and _ENDS.search(text))
    return ends or bool(_MADE.match(text)) or bool(_RIGHTS.match(text)) or bool(_RECORD.search(text))


def is_printed(text: str) -> bool:
    """Whether a paragraph in the midst of a turn is the page's: a rule, a page number, a note by whoever made the record.

    >>> is_printed("Editor's note: the ferry was sold."), is_printed("* * *"), is_printed("The recordings were lost.")
    (True, True, False)
    """
    if len(text) > _LONGEST_REMARK:
        return False
    bare_note = len(text.split()) <= 2 and text.strip()[-1:] == "." and is_stage_note(text)  # "Applause."
    if is_page_mark(text) or _SPONSOR.search(text) or bare_note:
        return True
    made = _MADE.match(text) or _RIGHTS.match(text) or _NOTE.match(text)
    return bool(made) and is_about_record(text)


def is_introduction_spoken(text: str) -> bool:
    """Whether a paragraph above the first label is speech: a sentence in which somebody says "I" or "you", or asks.

    >>> is_introduction_spoken("Welcome to our show."), is_introduction_spoken("She was born in Lund.")
    (True, False)
    """
    words = _words(_QUOTED.sub("", text))
    sentence = len(words) >= 3 and bool(SENTENCE_END.search(text.strip(" *_\n")))
    about = _RECORD.search(text) or any(_RIGHTS.match(line) for line in text.split("\n"))
    spoken = _SPEAKING.intersection(words) or _HOSTING.search(text) or has_question(text)
    return sentence and not about and bool(spoken)


def is_remark_on_sitting(text: str) -> bool:
    """Whether a paragraph tells what a house, a committee or a court did: in the third person, and about its business.

    >>> is_remark_on_sitting("Bill read a second time."), is_remark_on_sitting("The House divided.")
    (True, True)
    >>> is_remark_on_sitting("We read the bill a second time."), is_remark_on_sitting("The bill is bad, and nobody read it.")
    (False, False)
    """
    text = text.strip()
    if len(text) > _LONGEST_REMARK:
        return False
    if is_vote(text):
        return True
    if not _SITTING.search(text, 0, _SUBJECT_CHARS) or not _REMARK.match(text):
        return False
    words = _words(text)
    if not words or len(words) > _REMARK_WORDS or _is_personal(words) or has_question(text):
        return False
    # "When the House divided" goes on, and tells of another day.
    return text[:1].isupper() and (words[0] in _ARTICLES or words[0] not in union("function_words"))


def is_vote(text: str) -> bool:
    """Whether a line lists how votes were cast.

    >>> is_vote("Ayes: Brown, Holm"), is_vote("Ayes have it")
    (True, False)
    """
    return bool(_VOTES.match(text[:80].strip(" *_\n")))


def opens_remarks(text: str) -> bool:
    """Whether a line of a text begins as a list of votes does, or with a bracket; quicker than to look at all of them."""
    return bool(_OPENS.search(text))


def is_page_mark(text: str) -> bool:
    """Whether a paragraph is a rule, the number of a page or a chapter.

    >>> is_page_mark("[Page 12]"), is_page_mark("- 12 -"), is_page_mark("Chapter 3: The storm"), is_page_mark("12 boats")
    (True, True, True, False)
    """
    text = text.strip() if len(text) < 200 else text
    return len(text) < 90 and bool(
        is_rule(text) or _PAGE.match(text) or (_CHAPTER.match(text) and not SENTENCE_END.search(text))
    )


def is_somebody_elses(text: str) -> bool:
    """Whether a paragraph begins with somebody else in brackets: "(Interpreter:) He means the ramp." """
    return text.lstrip()[:1] in ("(", "[") and bool(_OTHERS.match(text.strip()))


def is_record_of_sitting(head: str, labels: str) -> bool:
    """Whether a document is the record of a house, a committee or a court, by what stands above it and by its labels.

    >>> is_record_of_sitting("Sitting of 4 May 2031", ""), is_record_of_sitting("A talk", "Ann Reed")
    (True, False)
    """
    return bool(_HOUSE.search(head[:1000]) or union("sitting_offices").intersection(_words(labels)))


def end_without_paratext(text: str, start: int, end: int) -> int:
    """Where the last turn ends, without what stands below it and is about the record.

    Blocks are taken away from behind as long as each is about the record, a page mark or a heading of such; what stands
    below the last rule and has no label goes with it.
    """
    blocks = _blocks(text, start, end)
    kept, pending = len(blocks), 0
    for number in range(len(blocks) - 1, max(0, len(blocks) - _TAIL_BLOCKS), -1):
        block = text[slice(*blocks[number])]
        if pending and is_part_mark(block):
            break  # the talk goes on behind the end of a tape
        if is_about_record(block) or (not pending and (is_page_mark(block) or is_stamp_line(block.strip()))):
            kept, pending = number, 0
        elif kept == number + 1 and _is_heading(block):
            kept = number
        # What nobody says below a sentence about the record is about it, too: "Her book is published by Dune."
        elif (
            pending < _MOST_PENDING
            and kept == len(blocks)
            and not _is_personal(_words(block))
            and not has_question(block)
        ):
            pending += 1
        else:
            break
    for number in range(1, kept):
        line = text[slice(*blocks[number])].strip()
        if is_rule(line) and not line.startswith("*") and blocks[kept - 1][1] - blocks[number][1] <= _BELOW_RULE_CHARS:
            rules = sum(is_rule(text[slice(*block)].strip()) for block in blocks[:kept])
            kept = number if rules <= 2 else kept
            break
    if kept < len(blocks) and kept > 0:
        return trim(text, start, blocks[kept][0])[1]
    return end


def _blocks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Paragraphs, and lines within them that begin a sentence of their own."""
    found: list[tuple[int, int]] = []
    above = ""
    for match in re.finditer(r"[^\n]+", text[start:end]):
        line = match.group()
        if not line.strip():
            above = ""
            continue
        whole = (
            not above
            or bool(SENTENCE_END.search(above.rstrip()))
            or is_rule(above)
            or is_rule(line)
            or is_part_mark(above)
            or (is_about_record(line) and not line.lstrip()[:1].islower())  # no rest of a wrapped sentence
        )
        if whole or not found:
            found.append((start + match.start(), start + match.end()))
        else:
            found[-1] = (found[-1][0], start + match.end())
        above = line
    return found


def _is_heading(block: str) -> bool:
    words = block.split()
    return 0 < len(words) <= 6 and "\n" not in block.strip() and (block.isupper() or block.lstrip().startswith("#"))


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(fold(text).replace("’", "'"))]


def _is_personal(words: list[str]) -> bool:
    return any(word in _PERSONS or word.split("'")[0] in _PERSONS for word in words)


_ARTICLES = union("articles")
_PERSONS = union("first_and_second_persons")
