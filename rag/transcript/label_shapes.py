"""What a label looks like: whether a few words can name a speaker, and when two labels are the same one."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.text.lexicon import patterns, union
from rag.text.names import TITLES, fold, is_question_label, plain_label
from rag.transcript.boilerplate import is_boilerplate
from rag.transcript.roles import is_answer_label

NO_NAMES = union("not_labels")
_PARTICLES = union("name_particles") | union("name_prefixes")
_COURTESY = union("bare_titles")
# Words of sentences, which no description of a person has: "the woman in red", but not "let me say this".
_SENTENCE_WORD = re.compile(rf"\b{patterns('sentence_words')}\b")
# Offices in capitals, as records of parliaments and courts print them: a brick for patterns.
OFFICE = (
    r"(?:M(?:R|RS|S|ISS)|DR|PROF|HON|SEN(?:ATOR)?|REP(?:RESENTATIVE)?|GOV(?:ERNOR)?|JUDGE|JUSTICE"
    r"|(?:VICE\s)?CHAIR(?:MAN|WOMAN|PERSON)?|SECRETARY|AMBASSADOR|(?:VICE\s)?PRESIDENT)\.?"
)
_EXAMINER = re.compile(rf"BY\s{OFFICE}\s")
_CONTINUING = re.compile(rf",?\s+{patterns('continuing_marks')}$", re.I)
_NUMBERED = re.compile(r"([^\W\d_]+)\s*(?:No\.?|Nr\.?|№|#)?\s*\d{1,3}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# A sentence ends in it; "Hon.", "Gen." and initials end none.
_ENDS_SENTENCE = re.compile(r"[^\W\d_A-Z]{4,}[.…]\s")
_QUOTATION_MARKS = "\"“”„«»'‘’"
_MAX_WORDS, _MAX_CHARS, _MAX_NAME_WORDS, _MAX_WORDS_WITHOUT_COMMA = 12, 90, 8, 9
_MOST_SMALL_WORDS = 2  # behind a title
_MAX_CHARS_WITHOUT_CAPITALS = 12  # of a name in a script that has none


@lru_cache(maxsize=65_536)
def label_key(label: str) -> str:
    """A label for comparing: case, accents, remarks and the numbers of questions do not count.

    >>> label_key("Q12."), label_key("THE PRESIDENT (continuing)"), label_key("Speaker 2")
    ('q', 'the president', 'speaker 2')
    """
    return fold(spelled(label))


@lru_cache(maxsize=65_536)
def spelled(label: str) -> str:
    """A label as it names somebody: no remark, no mark-up, no number of a question.

    The numbers of answers and of people tell them apart, and stay.

    >>> spelled("Question 3"), spelled("Guest 2"), spelled("Ann Reed [continuing]")
    ('Question', 'Guest 2', 'Ann Reed')
    """
    plain = _CONTINUING.sub("", plain_label(label))
    numbered = _NUMBERED.fullmatch(plain)
    return numbered[1] if numbered and fold(numbered[1]) in union("question_signs") else plain


@lru_cache(maxsize=65_536)
def asks_or_answers(label: str) -> bool:
    """Whether a label says "question" or "answer" rather than who speaks.

    >>> asks_or_answers("Q"), asks_or_answers("Antwort"), asks_or_answers("Ann Reed")
    (True, True, False)
    """
    return is_question_label(label) or is_answer_label(label)


def has_sentence_words(key: str) -> bool:
    """Whether a label's key has words of sentences in it, which no description of a person has.

    >>> has_sentence_words("let me say this"), has_sentence_words("the woman in red")
    (True, False)
    """
    return bool(_SENTENCE_WORD.search(key))


def is_courtesy(label: str) -> bool:
    """Whether a label is a courtesy title without a name, which is a manner of address and nobody's label.

    >>> is_courtesy("Mr."), is_courtesy("Madam"), is_courtesy("Mr. Speaker"), is_courtesy("Chairman")
    (True, True, False, False)
    """
    words = label.split()
    return bool(words) and all(fold(word).strip(".") in _COURTESY for word in words)


def is_of_sentence_words(key: str) -> bool:
    """Whether a label's key consists of several words of sentences and nothing else.

    >>> is_of_sentence_words("we do"), is_of_sentence_words("will reed"), is_of_sentence_words("i")
    (True, False, False)
    """
    words = key.split()
    return len(words) > 1 and all(_SENTENCE_WORD.fullmatch(word) for word in words)


@lru_cache(maxsize=65_536)
def has_name_shape(label: str) -> bool:
    """Every word begins as names do: "Ilse Brandt", "MS. REED", "van der Berg", "Speaker 2".

    >>> has_name_shape('Dwayne "Rock" Cole'), has_name_shape("Mr. ole Sankar"), has_name_shape("The point is")
    (True, True, False)
    """
    words = plain_label(label).replace(",", " ").split()
    words = [bare for word in words if (bare := word.strip(_QUOTATION_MARKS))]
    if len(words) > _MAX_NAME_WORDS and (who := _who_of_long(label)):
        return has_name_shape(who)
    if not words or len(words) > _MAX_NAME_WORDS:
        return False
    if all(word[0].isalpha() and not _has_case(word[0]) for word in words):
        return sum(map(len, words)) <= _MAX_CHARS_WITHOUT_CAPITALS and not re.search(r"[，。、；]", label)
    if fold(words[0]) in _PARTICLES - union("name_prefixes") - union("opening_particles"):
        return False
    small = [word for word in words if _begins_small(word)]
    if small and _is_title(words[0]) and len(small) <= _MOST_SMALL_WORDS and not any(map(_SENTENCE_WORD.search, small)):
        return True  # whatever stands behind "Mr." is a name: "Mr. ole Sankar", "M. le président"
    return not small and any(word[0].isupper() for word in words)


def _who_of_long(label: str) -> str:
    """The name before a long office, which may be as long as it likes; empty if it is a sentence."""
    who, comma, office = plain_label(label).partition(",")
    return who if comma and len(who.split()) >= 2 and not has_sentence_words(fold(office)) else ""


def _begins_small(word: str) -> bool:
    return not (word[0].isupper() or word[0].isdigit() or fold(word) in _PARTICLES or not _has_case(word[0]))


def _is_title(word: str) -> bool:
    bare = fold(word).strip(".")
    return word[0].isupper() and (bare in _COURTESY or (word.endswith(".") and bare in TITLES))


def _has_case(char: str) -> bool:
    return char.lower() != char.upper()


@lru_cache(maxsize=65_536)
def can_be_label(label: str) -> bool:
    """Whether a text can name a speaker at all: short, no sentence, none of the words that open a remark.

    >>> can_be_label("Ann Reed"), can_be_label("Note"), can_be_label("It was late. And")
    (True, False, False)
    """
    plain = plain_label(label)
    words = plain.split()
    if not words:
        return False
    if len(words) > _MAX_WORDS or len(plain) > _MAX_CHARS:
        who = _who_of_long(label)
        return bool(who) and can_be_label(who) and has_name_shape(who)
    if asks_or_answers(spelled(label)):
        return plain[0].upper() == plain[0] or len(words) == 1
    begins_small = fold(words[0]) in union("name_prefixes") and any(word[0].isupper() for word in words[1:])
    if not (plain[0].isupper() or begins_small or (plain[0].isalpha() and not _has_case(plain[0]))):
        return False
    if len(words) > _MAX_WORDS_WITHOUT_COMMA and "," not in plain:
        return False
    if len(words) <= 4 and _YEAR.search(plain):  # a date, with the time of day behind it
        return False
    if _ENDS_SENTENCE.search(plain):
        return False
    if is_courtesy(plain):
        return False
    if words[0] == "BY" and plain.isupper() and _EXAMINER.match(plain):
        return True  # the line above a lawyer's questions
    return fold(words[0]).strip(".,") not in NO_NAMES and not is_boilerplate(plain)
