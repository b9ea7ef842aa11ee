"""Who asks and who answers: the role of each speaker, from labels that say it and from who asks whom."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rag.text.lexicon import union
from rag.text.names import TITLES, fold, is_question_label, plain_label
from rag.text.sentences import has_question
from rag.types import Role

_NUMBER = re.compile(r"\s*\d{1,3}$")
_ANSWER_LABELS = union("answer_labels")
_CONDUCT_LABELS = union("conduct_labels")
# Stand for somebody whom nobody knows, with others of their kind before or behind them.
_VOICES = union("voice_labels")
_VOICES_WITH = _VOICES | union("voice_context")


@lru_cache(maxsize=65_536)
def is_answer_label(label: str) -> bool:
    """Whether a label says "answer" rather than who answers, with a number or without.

    >>> is_answer_label("A"), is_answer_label("A2"), is_answer_label("Guest 1"), is_answer_label("A. Reed")
    (True, True, True, False)
    """
    return _NUMBER.sub("", fold(plain_label(label))) in _ANSWER_LABELS


@lru_cache(maxsize=65_536)
def is_voice_label(label: str) -> bool:
    """Whether a label stands for somebody unknown, by its words: such a voice may speak only once.

    >>> is_voice_label("Audience member"), is_voice_label("UNIDENTIFIED SPEAKER 2"), is_voice_label("Ann Reed")
    (True, True, False)
    """
    words = [word for word in re.sub(r"[-.]", " ", fold(plain_label(label))).split() if not word.isdecimal()]
    return bool(words) and len(words) <= 4 and set(words) <= _VOICES_WITH and not _VOICES.isdisjoint(words)


def assign_roles(utterances: Sequence[tuple[str, str]], declared: Mapping[str, Role] | None = None) -> dict[str, Role]:
    """The role of each speaker, from what is declared, from the labels, and from who asks.

    `utterances` are (canonical speaker, text) in order. A speaker who asks in most turns, and says less than those who
    answer, is an interviewer. If nobody asks, everybody is a respondent.

    >>> assign_roles([("Question", "Why?"), ("Ann Reed", "It was late. And you?"), ("Question", "So?"), ("Ann Reed", "So.")])
    {'Question': 'interviewer', 'Ann Reed': 'respondent'}
    """
    declared = declared or {}
    texts: dict[str, list[str]] = defaultdict(list)
    for speaker, text in utterances:
        texts[speaker].append(text)
    roles: dict[str, Role] = {}
    labelled_questions = any(is_question_label(speaker) for speaker in texts)
    words = {speaker: [len(text.split()) for text in said] for speaker, said in texts.items()}
    asks = {speaker: sum(_asks(text) for text in said) / len(said) for speaker, said in texts.items()}
    share = {speaker: sum(counts) for speaker, counts in words.items()}
    # How often each speaks right after somebody else's question.
    answers_after: Counter[str] = Counter()
    for (before, asked), (speaker, _) in itertools.pairwise(utterances):
        if speaker != before and _asks(asked):
            answers_after[speaker] += 1
    for speaker in texts:
        if speaker in declared:
            roles[speaker] = declared[speaker]
        elif is_question_label(speaker):
            roles[speaker] = "interviewer"
        elif is_answer_label(speaker):
            roles[speaker] = "respondent"
    undecided = [speaker for speaker in texts if speaker not in roles]
    if labelled_questions:
        roles.update(dict.fromkeys(undecided, "respondent"))
        return _with_conduct(roles, texts, declared)
    if not undecided:
        return {speaker: roles[speaker] for speaker in texts}
    for speaker in undecided:
        mean = share[speaker] / len(texts[speaker])
        others = [share[o] / len(texts[o]) for o in texts if o != speaker]
        asks_more = asks[speaker] >= 0.5 and answers_after[speaker] / len(texts[speaker]) < 0.5
        roles[speaker] = "interviewer" if asks_more and others and mean < 1.5 * max(others) else "respondent"
    if "interviewer" not in roles.values() and len(undecided) > 1:
        # A host who chats asks in fewer than half of the turns, but far more often, and more briefly, than the guest.
        guest = max(undecided, key=lambda speaker: share[speaker])
        for speaker in undecided:
            briefer = share[speaker] / len(texts[speaker]) < share[guest] / len(texts[guest])
            if briefer and asks[speaker] >= max(0.25, 2 * asks[guest]):
                roles[speaker] = "interviewer"
    if (host := _host(utterances, undecided, asks)) and len(undecided) > 1:
        roles[host] = "interviewer"
    _as_their_like(roles, undecided, texts)
    if "respondent" not in roles.values():
        # Everybody asks: the one who speaks most answers.
        roles[max(undecided, key=lambda speaker: share[speaker])] = "respondent"
    return _with_conduct(roles, texts, declared)


def _host(utterances: Sequence[tuple[str, str]], speakers: Sequence[str], asks: Mapping[str, float]) -> str | None:
    """Who hosts a round of guests: asks, and speaks before nearly every guest, however long the explanations."""
    turns = Counter(speaker for speaker, _ in utterances)
    host, count = turns.most_common(1)[0]
    others = [speaker for speaker in speakers if speaker != host]
    if len(others) < 3 or host not in speakers or count < 0.4 * len(utterances) or asks[host] < 0.4:
        return None
    behind = [before == host for (before, _), (speaker, _) in itertools.pairwise(utterances) if speaker != host]
    asked_less = all(asks[host] >= 1.3 * asks[speaker] for speaker in others if turns[speaker] >= 5)
    return host if behind and sum(behind) >= 0.75 * len(behind) and asked_less else None


def _as_their_like(roles: dict[str, Role], undecided: Sequence[str], texts: Mapping[str, list[str]]) -> None:
    """Gives speakers with one or two turns the role of all others with their title: a senator asks as senators do."""
    by_title: dict[str, list[str]] = defaultdict(list)
    for speaker in undecided:
        by_title[next(iter(fold(speaker).split()), "")].append(speaker)
    for title, speakers in by_title.items():
        asking = [speaker for speaker in speakers if roles[speaker] == "interviewer"]
        if title in TITLES and len(asking) >= 3 and len(asking) >= 0.7 * len(speakers):
            roles.update({speaker: "interviewer" for speaker in speakers if len(texts[speaker]) <= 2})


def _with_conduct(roles: Mapping[str, Role], speakers: Iterable[str], declared: Mapping[str, Role]) -> dict[str, Role]:
    """Makes "other" of respondents who only run the conversation, such as an operator, if there are more of them."""
    conducts = {
        speaker
        for speaker, role in roles.items()
        if role == "respondent" and speaker not in declared and _only_conducts(speaker)
    }
    if all(role != "respondent" or speaker in conducts for speaker, role in roles.items()):
        conducts = set()
    return {speaker: "other" if speaker in conducts else roles[speaker] for speaker in speakers}


def _only_conducts(speaker: str) -> bool:
    words = set(re.sub(r"\d+", "", fold(speaker)).split()) - {"the"}
    # "White House aide", "Zambian official": an office, and nobody's name.
    return bool(words) and (
        words <= _CONDUCT_LABELS
        or fold(speaker).split()[-1] in ("aide", "official", "interpreter", "operator", "clerk")
    )


def _asks(text: str) -> bool:
    """Whether an utterance ends by asking, give or take a last remark."""
    return has_question(text[-200:])
