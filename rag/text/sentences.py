"""A text's sentences and paragraphs, as character ranges."""

from __future__ import annotations

import re

from embeddings.spans import Span
from rag.text.folding import INVISIBLE
from rag.text.lexicon import patterns
from rag.text.spans import trim

# Marks of all scripts (Unicode: names with QUESTION MARK, and the property Sentence_Terminal), in this one place.
QUESTION_MARKS = "?？؟՞⁇⁈⁉‽፧᥅⳺⳻⸮⹔꘏꛷︖﹖𑅃𞥟❓❔\u037e"
SENTENCE_MARKS = QUESTION_MARKS + ".!…‥。．｡！︒﹒﹗︕։۔؞।॥။၏።፨᙮᠃᠉᱾᱿꓿‼⸼"
_CLOSERS = rf"'\"”’»)\]}}“›」』）］】〉》｣{INVISIBLE}"  # stand behind the end of a sentence and belong to it

# Ends of what is written. They differ in what else than a full stop ends it, and in whether mark-up may close behind it.
SENTENCE_END = re.compile(rf"[{SENTENCE_MARKS}][{_CLOSERS}]*$")
PRINTED_LINE_END = re.compile(rf"[{SENTENCE_MARKS}:：][{_CLOSERS}]*$")  # a colon ends it, too
PARAGRAPH_END = re.compile(rf"[{SENTENCE_MARKS}:：][{_CLOSERS}*_]*$")
CLAUSE_END = re.compile(rf"[{SENTENCE_MARKS}:：;；؛][{_CLOSERS}*_]*$")  # no heading ends so
SPEECH_END = re.compile(rf"[{SENTENCE_MARKS}—–-][{_CLOSERS}*_]*$")  # somebody who is interrupted ends with a dash
CUT_OFF_END = re.compile(rf"(?:…|\.\.\.)[{_CLOSERS}]*$")  # a teaser

# A question: its mark, also the Greek one that Unicode normalises to a semicolon, or a particle that ends it.
_QUESTION = re.compile(
    rf"[{QUESTION_MARKS}]|(?<=[\u0370-\u03ff\u1f00-\u1fff]);(?!\w)|{patterns('question_ends')}(?=[。．｡.])"
)
_BEHIND_QUESTION = re.compile(rf"[\s{_CLOSERS}*_—–.!…。．｡！։\u2028\u2029]*")

PARAGRAPH = re.compile(r"[^\n]+(?:\n(?![^\S\n]*\n)[^\n]+)*")  # lines up to a blank one
_BLOCK = re.compile(r"\S[^\n]*(?:\n(?![^\S\n]*\n)[^\n]*)*")  # the same from its first letter on
_FRENCH_TITLE = re.compile(r"(?:^|\s)(?:MM?|Mgr|Me)\.$")

GIST_CHARS = 300


def has_question(text: str) -> bool:
    """Whether somewhere in a text a question is asked, in any script.

    >>> has_question("Who came? I did."), has_question("Ποιος ήρθε; Εγώ."), has_question("誰が来ましたか。私です。"), has_question("I did; so.")
    (True, True, True, False)
    """
    return "?" in text or bool(_QUESTION.search(text))


def is_question(text: str) -> bool:
    """Whether a text ends as a question does, in any script.

    >>> is_question("He left. Who came?”"), is_question("من جاء؟"), is_question("Ո՞վ եկավ։"), is_question("Who? I did.")
    (True, True, True, False)
    """
    tail = text.rstrip()[-400:]
    for match in _QUESTION.finditer(tail):
        end = match.end()
        if match[0] == "՞":  # stands within the word that asks
            end = next((found.start() for found in re.finditer("[:։.!]|$", tail) if found.start() >= end), end)
            if _BEHIND_QUESTION.fullmatch(tail, min(end + 1, len(tail))):
                return True
        elif _BEHIND_QUESTION.fullmatch(tail, end):
            return True
    return False


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """Sentences as half-open ranges without surrounding white space; every other character lies in one of them.

    >>> split_sentences("J. Reed came. He left.")
    [(0, 13), (14, 22)]
    """
    from sentencex import get_sentence_boundaries

    spans: list[Span] = []
    for found in get_sentence_boundaries(language, text):
        start, end = found["start_index"], found["end_index"]
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if end <= start:
            continue
        if spans and language == "fr" and _FRENCH_TITLE.search(text[slice(*spans[-1])]):
            start = spans.pop()[0]  # "M. Dupré est venu": sentencex ends a sentence behind the title
        spans.append((start, end))
    return spans


def split_paragraphs(text: str, start: int, end: int) -> list[Span]:
    """Paragraphs of `text[start:end]`: at blank lines, and at every line end unless lines are wrapped."""
    blocks = [(start + m.start(), start + m.end()) for m in _BLOCK.finditer(text[start:end])]
    spans: list[Span] = []
    for first, last in blocks:
        if text.find("\n", first, last) < 0:
            spans.append((first, last))
            continue
        lines = [(first + m.start(), first + m.end()) for m in re.finditer(r"[^\n]+", text[first:last])]
        # Wrapped lines stop in mid-sentence; lines that are paragraphs end with a sentence.
        whole = sum(bool(PARAGRAPH_END.search(text[a:z].rstrip()[-12:])) for a, z in lines[:-1])
        spans += lines if len(lines) > 1 and whole > 0.7 * (len(lines) - 1) else [(first, last)]
    return [trimmed for a, z in spans if (trimmed := trim(text, a, z))[1] > trimmed[0]]


def question_tail(question: str, language: str = "en") -> str:
    """The last sentences of a long question: what is asked stands at its end, after the preamble.

    >>> question_tail("Thank you. You were in Berlin last week. What did you agree on?")
    'Thank you. You were in Berlin last week. What did you agree on?'
    """
    spans = split_sentences(question, language)
    start = next((start for start, _ in spans if len(question) - start <= GIST_CHARS), spans[-1][0] if spans else 0)
    return question[start:]
