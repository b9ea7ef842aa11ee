"""Documents as the page's script gets them, and how the files that it sends are added to the archive."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answer.asked import question_before
from rag.archive import Archive
from rag.errors import InputError
from rag.places import address_of, words_left_out
from rag.text.dates import spoken_date
from rag.text.folding import fold
from rag.text.terms import encodable
from rag.types import Document, Turn
from ui.texts import say

MAX_UPLOAD_BYTES = 25_000_000
UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Library:
    """The archive's documents, listed once per generation."""

    archive: Archive
    _guard: threading.Lock
    _listed: dict[int, tuple[list[dict[str, Any]], list[dict[str, Any]]]]

    @classmethod
    def of(cls, archive: Archive) -> Library:
        """The library of an archive."""
        return cls(archive, threading.Lock(), {})

    def listing(self) -> list[dict[str, Any]]:
        """Every document by date: id, title, date, source, who answers, number of answers."""
        return self._lists()[0]

    def choices(self) -> dict[str, Any]:
        """What a question can be restricted to: people with their number of turns, and documents."""
        rows, people = self._lists()
        sources = Counter(row["source"] for row in rows)
        documents = [
            {
                "value": row["source"] if sources[row["source"]] == 1 else row["id"],
                "title": row["title"] or row["source"],
                "date": row["date"] or "",
                "spoken": row["spoken"],
            }
            for row in rows
        ]
        return {"people": people, "documents": documents}

    def _lists(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        with self._guard:
            generation = self.archive.generation
            if generation not in self._listed:
                counts = self.archive.answer_counts()
                documents = list(self.archive.documents())
                rows = [_summary(document, counts.get(document.id, 0)) for document in documents]
                self._listed.clear()
                self._listed[generation] = rows, _people(documents)
            return self._listed[generation]


def _people(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Who can be quoted, most turns first. "Mayor Ann Reed" goes with "Ann Reed", since a filter for her takes both."""
    turns = Counter(t.speaker for d in documents for t in d.turns if t.speaker and t.role != "interviewer")
    people: list[tuple[str, set[str], int]] = []
    for name, count in sorted(
        turns.items(), key=lambda item: (len(item[0].split()), item[0].isupper(), -item[1], item[0])
    ):
        words = set(fold(name).split())
        same = [i for i, (_, known, _) in enumerate(people) if known == words or (len(known) > 1 and known < words)]
        if same:
            first, known, total = people[same[0]]
            people[same[0]] = (first, known, total + count)
        else:
            people.append((name, words, count))
    return [{"name": name, "turns": total} for name, _, total in sorted(people, key=lambda p: (-p[2], p[0]))]


def _summary(document: Document, answers: int) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "date": document.date,
        "spoken": spoken_date(document.date) if document.date else "",
        "source": document.source,
        "speakers": list(dict.fromkeys(t.speaker for t in document.turns if t.speaker and t.role != "interviewer")),
        "answers": answers,
        "notes": list(document.notes),
    }


def source_view(document: Document) -> dict[str, Any]:
    """A transcript: metadata, turns as [speaker, role, start, seconds, text], what was left out as [start, text].

    `asked` holds [number of a turn, what it and the turns after it answer], wherever that changes.
    """
    return {
        "id": document.id,
        "title": document.title,
        "date": document.date,
        "spoken": spoken_date(document.date) if document.date else "",
        "place": document.place,
        "source": document.source,
        "sha256": hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "turns": [
            [_name(turn), turn.role, turn.start, turn.seconds, document.text[turn.start : turn.end]]
            for turn in document.turns
        ],
        "leftOut": [
            [piece.start, document.text[piece.start : piece.end].strip()] for piece in words_left_out(document)
        ],
        "asked": _asked(document),
        "url": address_of(document),
        "pages": [list(page) for page in document.pages],
        "times": [list(time) for time in document.times],
        "grammar": document.grammar,
        "confidence": document.confidence,
        "notes": list(document.notes),
    }


def _asked(document: Document) -> list[list[Any]]:
    found: list[list[Any]] = [[0, ""]]
    for number in range(1, len(document.turns)):
        # A question changes only behind an interviewer's turn.
        if document.turns[number - 1].role == "interviewer":
            question = question_before(document, number)
            if question != found[-1][1]:
                found.append([number, question])
    return found


def _name(turn: Turn) -> str:
    return turn.speaker if turn.certain else say("answer.uncertain")


def add_file(archive: Archive, name: object, data: object) -> dict[str, Any]:
    """Read one file that a browser sent in base64 into the archive: {"source", "answers", "notes", "unchanged"}.

    It is kept in the archive's `uploads` folder under its own name, with a number if the name is taken: an upload never
    replaces a document. Raises InputError with the reason if it cannot be read.
    """
    if not isinstance(name, str) or not isinstance(data, str):
        raise InputError("the upload is not in the form that this page sends")
    if len(data) > (MAX_UPLOAD_BYTES + 2) // 3 * 4:
        raise InputError(f"has more than {MAX_UPLOAD_BYTES // 1_000_000} MB; split it")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("did not arrive whole; try again") from error
    folder = Path(archive.url) / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    path, is_new = _create(folder, safe_name(name), content)
    try:
        report = archive.ingest([path])
    except BaseException:
        if is_new:
            path.unlink(missing_ok=True)
        raise
    if is_new and (report.failed or report.unchanged):
        path.unlink(missing_ok=True)
    if report.failed:
        raise InputError(for_visitors(report.failed[0][1]))
    # A run also reports on what was there before; this is about the one file.
    notes = [for_visitors(note) for about, note in report.notes if Path(about).name == path.name]
    return {"source": path.name, "answers": report.passages, "notes": notes, "unchanged": bool(report.unchanged)}


def for_visitors(sentence: str) -> str:
    """A sentence without what is to be typed into a terminal, which somebody at a web page does not have.

    >>> for_visitors("this is rich text (RTF); run: soffice --convert-to docx FILE, and ingest what it writes")
    'this is rich text (RTF); save it as Word (.docx), PDF or text, and add that'
    >>> for_visitors("this is a recording, not a transcript; transcribe it first, for instance with: whisper FILE")
    'this is a recording, not a transcript; transcribe it first'
    """
    said, command, _ = sentence.partition("; run: ")
    if command:
        return f"{said}; {say('upload.convert')}"
    return re.sub(r",? for instance with: [^;]*", "", sentence)


def safe_name(name: str) -> str:
    """A file name without folders, leading dots, or characters that some system refuses.

    >>> safe_name("../../etc/pass<wd>.txt"), safe_name("C:\\\\notes\\\\Émile.md"), safe_name("..")
    ('pass_wd_.txt', 'Émile.md', 'transcript.txt')
    """
    name = encodable(unicodedata.normalize("NFC", name))
    last = re.split(r"[/\\]", name)[-1]
    clean = re.sub(r'[<>:"|?*\x00-\x1f\x7f]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]', "_", last).strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    short = (f"{_cut(stem, 120)}.{_cut(suffix, 20)}" if dot else _cut(clean, 120)).rstrip(" .")
    if re.fullmatch(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", short):
        short = f"_{short}"
    return short or "transcript.txt"


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode("utf-8", "ignore")


def _create(folder: Path, name: str, content: bytes) -> tuple[Path, bool]:
    """(path, whether it is new) of a file with this content. The same content under the same name is the same file."""
    stem, dot, suffix = name.rpartition(".")
    for number in range(1, 10_000):
        path = folder / (name if number == 1 else f"{stem or suffix} ({number}){dot}{suffix if stem else ''}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
                return path, False
            continue
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path, True
    raise InputError(f"there are too many files called {name}; rename it")
