"""Who asks and who answers: the role of each speaker, from labels that say it and from who asks whom."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.text.lexicon import patterns, union
from rag.text.names import TITLES, fold, is_question_label, plain_label
from rag.text.sentences import has_question
from rag.types import Role

_NUMBER = re.compile(r"\s*\d{1,3}$")
_ANSWER_LABELS = union("answer_labels")
_CONDUCT_LABELS = union("conduct_labels")
_ASKERS = frozenset(word for word in union("question_labels") | union("asking_offices") if len(word) > 1) - union(
    "question_signs"
)
# The last word of what stands behind a comma or in brackets, or before "at" and the like.
_LAST_BESIDE = re.compile(r"(?<=[,(\[–—\s])([^\W\d_]{2,})(?=[^\S\n]*(?:$|[,)\]]|(?:at|for|with|of|de|von|bei)\b))")
_BENCH = union("bench_titles")
_HOSTING = re.compile(rf"\b{patterns('hosting_phrases')}\b", re.I)
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


def asks_by_office(label: str) -> bool:
    """Whether the office that a label gives beside a name is that of somebody who asks.

    >>> asks_by_office("PETRA HOLLIN, ANALYST, ASTER"), asks_by_office("Host Jo Field"), asks_by_office("Press Secretary Reed")
    (True, True, False)
    """
    words = re.findall(r"[^\W\d_]{2,}", fold(label))
    opens = len(words) > 1 and words[0] in _ASKERS and words[1] not in TITLES | union("offices")  # no "Press Secretary"
    return opens or any(word in _ASKERS for word in _LAST_BESIDE.findall(fold(label)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the roles of a document are judged by, speaker by speaker."""

    utterances: Sequence[tuple[str, str]]
    texts: Mapping[str, list[str]]
    words: Mapping[str, int]
    asks: Mapping[str, float]  # share of the turns that end by asking
    replies: Mapping[str, float]  # share of the turns that follow somebody else's question

    def mean(self, speaker: str) -> float:
        """How many words a speaker says in a turn."""
        return self.words[speaker] / len(self.texts[speaker])


def _said(utterances: Sequence[tuple[str, str]]) -> _Said:
    texts: dict[str, list[str]] = defaultdict(list)
    answers_after: Counter[str] = Counter()
    asking: Counter[str] = Counter()
    asked: list[bool] = []
    for speaker, text in utterances:
        texts[speaker].append(text)
        asked.append(_asks(text))
        asking[speaker] += asked[-1]
    for (before, _), (speaker, _), asks in zip(utterances, utterances[1:], asked, strict=False):
        answers_after[speaker] += speaker != before and asks
    return _Said(
        utterances,
        texts,
        {speaker: sum(len(text.split()) for text in said) for speaker, said in texts.items()},
        {speaker: asking[speaker] / len(said) for speaker, said in texts.items()},
        {speaker: answers_after[speaker] / len(said) for speaker, said in texts.items()},
    )


def assign_roles(
    utterances: Sequence[tuple[str, str]], declared: Mapping[str, Role] | None = None, *, answered: bool = False
) -> dict[str, Role]:
    """The role of each speaker, from what is declared, from the labels, and from who asks.

    `utterances` are (canonical speaker, text) in order; `answered` says that somebody without a label answers. A speaker
    who asks in most turns, and says less than those who answer, is an interviewer. Somebody always answers: if all would
    be interviewers, nobody is.

    >>> assign_roles([("Question", "Why?"), ("Ann Reed", "It was late. And you?"), ("Question", "So?"), ("Ann Reed", "So.")])
    {'Question': 'interviewer', 'Ann Reed': 'respondent'}
    >>> assign_roles([("Host 1", "It burned."), ("Host 2", "So I heard.")])
    {'Host 1': 'respondent', 'Host 2': 'respondent'}
    """
    said = _said(utterances)
    roles = _roles(said, declared or {})
    if roles and not answered and "respondent" not in roles.values():
        roles = {speaker: "respondent" if role == "interviewer" else role for speaker, role in roles.items()}
    return _with_conduct(roles, said.texts, declared or {})


def _roles(said: _Said, declared: Mapping[str, Role]) -> dict[str, Role]:
    roles: dict[str, Role] = _labelled(said.texts, declared)
    undecided = [speaker for speaker in said.texts if speaker not in roles]
    if any(is_question_label(speaker) for speaker in said.texts):
        roles.update(dict.fromkeys(undecided, "respondent"))
        return roles
    if not undecided:
        return roles
    for speaker in undecided:
        roles[speaker] = "interviewer" if _is_interviewer(speaker, said) else "respondent"
    if "interviewer" not in roles.values() and len(undecided) > 1:
        # A host who chats asks in fewer than half of the turns, but far more often, and more briefly, than the guest.
        guest = max(undecided, key=lambda speaker: said.words[speaker])
        for speaker in undecided:
            if said.mean(speaker) < said.mean(guest) and said.asks[speaker] >= max(0.25, 2 * said.asks[guest]):
                roles[speaker] = "interviewer"
    host = _host(said.utterances, undecided, said.asks)
    if not host and "interviewer" not in roles.values():
        host = _who_welcomes(said, undecided)
    if host and len(undecided) > 1:
        roles[host] = "interviewer"
    _as_their_like(roles, undecided, said.texts)
    if "respondent" not in roles.values():
        # Everybody asks: the one who speaks most answers.
        roles[max(undecided, key=lambda speaker: said.words[speaker])] = "respondent"
    return roles


def _labelled(speakers: Iterable[str], declared: Mapping[str, Role]) -> dict[str, Role]:
    """The roles that are printed, and those that a label says by itself."""
    speakers = list(speakers)
    questions = any(is_question_label(speaker) for speaker in speakers)
    bench = [speaker for speaker in speakers if _BENCH.intersection(fold(speaker).split()[:2])]
    roles: dict[str, Role] = {}
    for speaker in speakers:
        letter = len(fold(plain_label(speaker)).strip("0123456789 ")) == 1
        if speaker in declared:
            roles[speaker] = declared[speaker]
        elif is_question_label(speaker):
            roles[speaker] = "interviewer"
        elif is_answer_label(speaker) and (questions or not letter):  # "A" and "B" talk to each other
            roles[speaker] = "respondent"
        elif 2 <= len(bench) < len(speakers) and speaker in bench:  # a bench asks, mostly in statements
            roles[speaker] = "interviewer"
    return roles


def _is_interviewer(speaker: str, said: _Said) -> bool:
    others = [other for other in said.texts if other != speaker]
    if not others or said.asks[speaker] < 0.5 or said.replies[speaker] >= 0.5:
        return False
    briefer = said.mean(speaker) < 1.5 * max(map(said.mean, others))
    return briefer or (said.asks[speaker] >= 0.7 and max(said.asks[other] for other in others) < 0.3)


def _who_welcomes(said: _Said, speakers: Sequence[str]) -> str | None:
    """Who welcomes the others and thanks them, and says less than they do: hosts need no question marks."""
    hosting = {speaker: sum(bool(_HOSTING.search(text)) for text in said.texts[speaker]) for speaker in speakers}
    hosts = [speaker for speaker in speakers if hosting[speaker] >= 2 and _HOSTING.search(said.texts[speaker][0])]
    if len(hosts) != 1 or len(speakers) < 2:
        return None
    most = max(said.words[speaker] for speaker in speakers if speaker != hosts[0])
    return hosts[0] if said.words[hosts[0]] < most else None


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
    speaker = plain_label(speaker)
    words = set(re.sub(r"\d+", "", fold(speaker)).split()) - {"the"}
    # "White House aide", "Zambian official": an office, and nobody's name.
    return bool(words) and (
        words <= _CONDUCT_LABELS
        or fold(speaker).split()[-1] in ("aide", "official", "interpreter", "operator", "clerk")
    )


def _asks(text: str) -> bool:
    """Whether an utterance ends by asking, give or take a last remark."""
    return has_question(text[-200:])
