"""The question that a turn answers, as a reader should see it beside the answer.

What was asked last is often no question: a greeting, a remark that nobody could hear, half a sentence that was cut off by
the answer. A greeting says nothing about the answer, and is left out. An interrupted question is joined from its parts.
Whoever goes on after the asker's "I see" still answers the question before it.
"""

from __future__ import annotations

import re

from rag.evidence.going_on import is_nod
from rag.text.lexicon import union
from rag.text.sentences import SENTENCE_END, has_question, split_sentences
from rag.text.terms import LANGUAGES, content_words
from rag.types import Document, Turn

_DASHES = "—–―-"
_CUT_OFF = re.compile(rf"(?:[{_DASHES}]|…|\.\.\.)[\s\"'”’»)\]]*$")
_GOES_ON = re.compile(rf"^[\s\"'“‘«(\[]*(?:[{_DASHES}]{{1,3}}\s*(?=\S)|…|\.\.\.)")
_NOTE = re.compile(r"[(\[][^()\[\]\n]{0,80}[)\]]")
MOST_PARTS = 4
INTERJECTION_WORDS = 12  # said in between by whom the question is put to, or by somebody else
LEAST_WORDS = 3  # that carry matter, of what is put as a statement


def question_before(document: Document, number: int) -> str:
    """What the turn with this number answers; empty if nothing was asked, or nothing that says what.

    >>> text = "Will he run? He — Well. — run again in May? No."
    >>> spans = [("Q", 0, 17), ("Ann", 18, 23), ("Q", 24, 43), ("Ann", 44, 47)]
    >>> turns = tuple(Turn(n, "interviewer" if n == "Q" else "respondent", a, z) for n, a, z in spans)
    >>> talk = Document("d", "", None, None, "f", text, turns)
    >>> question_before(talk, 3), question_before(talk, 1)
    ('Will he run? He — run again in May?', 'Will he run?')
    """
    turns = document.turns
    last = _asked_before(document, number)
    for _ in range(MOST_PARTS):
        if not last or turns[last - 1].speaker != turns[number].speaker:
            break
        if not is_nod(_words(document, turns[last]), document.language):
            break
        last = _asked_before(document, last)  # whoever goes on after a nod still answers what was asked before it
    if last is None:
        return ""
    said = _words(document, turns[last])
    parts = 1
    while parts < MOST_PARTS and (_GOES_ON.match(said) or said[:1].islower()):
        earlier = _earlier_part(document, last)
        if earlier is None:
            break
        last, parts = earlier, parts + 1
        before = _words(document, turns[last])
        said = f"{_CUT_OFF.sub('', before).rstrip()} — {_GOES_ON.sub('', said).lstrip()}"
    return telling(said, document.language or "en")


def _asked_before(document: Document, number: int) -> int | None:
    """The last turn of an interviewer before the one with this number."""
    return next((n for n in range(number - 1, -1, -1) if document.turns[n].role == "interviewer"), None)


def _words(document: Document, turn: Turn) -> str:
    return document.text[turn.start : turn.end].strip()


def _earlier_part(document: Document, number: int) -> int | None:
    """The turn that this one continues: the same person's, cut off, with no more than an interjection in between."""
    turns = document.turns
    between = 0
    for earlier in range(number - 1, max(-1, number - 4), -1):
        words = _words(document, turns[earlier])
        if turns[earlier].role == "interviewer" and turns[earlier].speaker == turns[number].speaker:
            return earlier if _CUT_OFF.search(words) or not SENTENCE_END.search(words) else None
        between += len(words.split())
        if between > INTERJECTION_WORDS:
            return None
    return None


def telling(said: str, language: str = "en") -> str:
    """A question without the half sentence at its end; empty for a greeting and for what begins in mid-sentence.

    >>> telling("Will he pay? I mean, it —"), telling("Good afternoon.")
    ('Will he pay?', '')
    """
    said = said.strip()
    if _GOES_ON.match(said):
        return ""
    if _CUT_OFF.search(said) and not has_question(_last_sentence(said, language)):
        spans = split_sentences(said, language)[:-1]
        said = said[spans[0][0] : spans[-1][1]] if spans else ""
    heard = _NOTE.sub(" ", said)
    if has_question(heard):
        return said if re.search(r"\w", heard) else ""
    courtesies = union("courtesies")
    matter = [word for word in content_words(heard, LANGUAGES) if word not in courtesies]
    # Where words are not set apart, a run of letters is one word.
    enough = sum(len(word) if re.match(r"[\u3040-\u30ff\u3400-\u9fff]", word) else 1 for word in matter)
    return said if enough >= LEAST_WORDS else ""


def _last_sentence(said: str, language: str) -> str:
    spans = split_sentences(said, language)
    return said[slice(*spans[-1])] if spans else said
