"""What is wrong with a set of training questions, and what it is made of.

    python tests/sets/training/check.py SET.jsonl FOLDER

FOLDER holds the transcripts that the set is about. Names each range that does not fit, answers that do not stand in
their ranges, ranges in a question, and paraphrases that share a word with their answer; then counts by tag.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from rag import read_transcript
from rag.text.sentences import split_paragraphs, split_sentences
from rag.text.terms import content_words, terms_of

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
Record = dict[str, Any]


@dataclass
class Transcript:
    """A text, its turns, its sentences, and the words that it never writes small: names."""

    text: str
    answers: list[tuple[int, int]]  # ranges of the turns that are no questions
    questions: list[tuple[int, int]]
    starts: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    small: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> Transcript:
        """A file as the project reads it: the same splitting into turns and sentences."""
        document = read_transcript(path).document
        found: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        for turn in document.turns:
            found[turn.role == "interviewer"].append((turn.start, turn.end))
        self = cls(document.text, found[False], found[True])
        for start, end in self.answers:
            for first, last in self.sentences(start, end):
                self.starts.add(first)
                self.ends.add(last)
        self.small = {word for word in WORD.findall(self.text) if word == word.lower()}
        return self

    def sentences(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for first, last in split_paragraphs(self.text, start, end):
            yield from ((first + a, first + z) for a, z in split_sentences(self.text[first:last]))

    def is_name(self, word: str) -> bool:
        """Whether the text has a word, and never in small letters."""
        return word not in self.small and bool(re.search(rf"\b{re.escape(word)}\b", self.text, re.IGNORECASE))


read = cache(Transcript.read)


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def faults(record: Record, folder: Path) -> Iterator[str]:
    """What is wrong with one question."""
    ranges = record.get("relevant", [])
    if record["answerable"] != bool(ranges) or record["answerable"] != bool(record.get("answers")):
        yield "answerable questions have ranges and answers, unanswerable ones neither"
    quoted = []
    for gold in ranges:
        start, end = gold["start"], gold["end"]
        if not (folder / gold["source"]).is_file():
            yield f"there is no {gold['source']}"
            continue
        transcript = read(folder / gold["source"])
        quoted.append(fold(transcript.text[start:end]))
        if not 0 <= start < end <= len(transcript.text):
            yield f"{start} to {end} is not in {gold['source']}"
        elif any(first <= start < last for first, last in transcript.questions):
            yield f"{start} begins in a question"
        elif not any(first <= start and end <= last for first, last in transcript.answers):
            yield f"{start} to {end} is not in one turn"
        elif start not in transcript.starts or end not in transcript.ends:
            yield f"{start} to {end} is not made of whole sentences"
    for answer in record.get("answers", []):
        if not any(fold(answer) in text for text in quoted):
            yield f"no range holds {answer!r}"
        if len(answer.split()) > 12:
            yield f"{answer!r} is longer than 12 words"


def shared(record: Record, folder: Path) -> tuple[set[str], int]:
    """The stems, names apart, that a question shares with its ranges, and how many it has."""
    quotes: set[str] = set()
    names: set[str] = set()
    words = content_words(record["question"])
    for gold in record["relevant"]:
        transcript = read(folder / gold["source"])
        quotes.update(terms_of(" ".join(content_words(transcript.text[gold["start"] : gold["end"]]))))
        names.update(word for word in words if transcript.is_name(word))
    stems = {stem for stem in terms_of(" ".join(word for word in words if word not in names)) if len(stem) > 1}
    return stems & quotes, len(stems)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    records: list[Record] = [json.loads(line) for line in given.set.read_text(encoding="utf-8").splitlines() if line]
    counts: dict[str, int] = defaultdict(int)
    shares: dict[str, list[float]] = defaultdict(list)
    wrong, seen = 0, {"id": set[str](), "question": set[str]()}
    for record in records:
        found = list(faults(record, given.folder))
        found += [f"the {key} stands there twice" for key, known in seen.items() if fold(record[key]) in known]
        for key, known in seen.items():
            known.add(fold(record[key]))
        tags = record.get("tags", [])
        for tag in [*tags, "all"]:
            counts[tag] += 1
        if record["answerable"] and not found:
            words, of = shared(record, given.folder)
            for tag in [*tags, "all"]:
                shares[tag].append(len(words) / max(1, of))
            if "paraphrase" in tags and words:
                found.append(f"a paraphrase shares {', '.join(sorted(words))}")
        wrong += bool(found)
        for fault in found:
            print(f"{record['id']}: {fault}")
    print(f"{'tag':12}{'questions':>10}{'words shared with the answer':>32}")
    for tag, count in sorted(counts.items(), key=lambda item: -item[1]):
        mean = f"{sum(shares[tag]) / len(shares[tag]):.2f}" if shares[tag] else "–"
        print(f"{tag:12}{count:>10}{mean:>32}")
    print(f"{wrong} of {len(records)} questions have a fault")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
