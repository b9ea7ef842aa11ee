"""Whether a parse's confidence keeps its word: of the sure ones, how many put words into a wrong mouth.

    python -m eval.benchmarks.parsing FOLDER…

A folder holds transcripts with their gold: `NAME.turns.json` beside the file NAME, a list of {"speaker", "begins", "chars"},
or `STEM.right.json` beside STEM.ext, with "turns": [[speaker, text], …]. Files are read in this process and under no limits
of time, so that a busy machine changes no figure.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from rag.errors import InputError
from rag.readers.child import parse_text, read_file
from rag.types import Document

BANDS = (0.9, 0.85, 0.6, 0.55, 0.3, 0.0)  # lower bounds; those between are the bounds of `rag.transcript.check`
WRONG_FROM = 0.01  # of the words, from which on a parse is wrong
BAR = 0.02  # of the parses with a confidence in the first band may be wrong
_PROBE_CHARS = 40
_NOT_COMPARED = re.compile(r"[\s*_#=-]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of the gold: who says how many characters, and how they begin."""

    speaker: str
    begins: str
    chars: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file was read as: the parse's own confidence, and the share of the words under a wrong name."""

    name: str
    confidence: float
    wrong: float
    told: bool


def wrong_share(document: Document, gold: Sequence[Said]) -> float:
    """The share of the gold's characters that stand under a name which is mostly somebody else's.

    A name belongs to whoever says most of what stands under it; words under no name are nobody's and not wrong.
    """
    pieces = [_bare(document.text[turn.start : turn.end]) for turn in document.turns]
    begins = [0, *accumulate(map(len, pieces))]
    whole = "".join(pieces)
    owners: dict[str, Counter[str]] = {}
    behind = 0  # of the last turn of the gold that was found: of turns that begin alike, each has its own place
    for said in gold:
        probe = _bare(said.begins)[:_PROBE_CHARS]
        place = next((at for at in (whole.find(probe, behind), whole.find(probe)) if at >= 0), None)
        if place is None or not probe:
            continue
        behind = max(behind, place + len(probe))
        speaker = document.turns[bisect_right(begins, place) - 1].speaker
        if speaker and said.speaker:
            owners.setdefault(speaker, Counter())[said.speaker] += said.chars
    wrong = sum(owner.total() - owner.most_common(1)[0][1] for owner in owners.values())
    return wrong / max(1, sum(said.chars for said in gold if said.speaker))


def read_gold(folder: Path) -> Iterator[tuple[Path, list[Said]]]:
    """Each transcript below a folder, with its gold; files whose gold says that nobody speaks have an empty one."""
    for gold in sorted(folder.rglob("*.turns.json")):
        rows = json.loads(gold.read_text("utf-8"))
        yield (
            gold.with_name(gold.name.removesuffix(".turns.json")),
            [Said(row["speaker"] or "", row["begins"], row["chars"]) for row in rows],
        )
    for gold in sorted(folder.rglob("*.right.json")):
        stem = gold.name.removesuffix(".right.json")
        turns = [(turn[0], turn[1]) for turn in json.loads(gold.read_text("utf-8"))["turns"]]
        file = next(path for path in sorted(gold.parent.glob(f"{stem}.*")) if path != gold)
        yield file, [Said(speaker, text, len(_bare(text))) for speaker, text in turns if speaker]


def measure(file: Path, gold: Sequence[Said]) -> Parsed | None:
    """What a file is read as, against its gold; None if it is refused."""
    try:
        text, hints = read_file(file, file.name)
        document = parse_text(text, file.name, file, hints)
    except InputError:
        return None
    if gold:
        wrong = wrong_share(document, gold)
    else:
        named = sum(turn.end - turn.start for turn in document.turns if turn.speaker)
        wrong = named / max(1, sum(turn.end - turn.start for turn in document.turns))
    return Parsed(f"{file.parent.name}/{file.name}", document.confidence, wrong, bool(document.notes))


def table_of(parses: Sequence[Parsed]) -> Iterator[str]:
    """The lines of a table: for each band of confidence how many parses are in it, and how many are wrong."""
    yield f"{'confidence':<14}{'parses':>8}{'wrong':>8}{'share':>9}{'words wrong':>13}{'untold':>8}"
    upper = 1.01
    for lower in BANDS:
        inside = [parse for parse in parses if lower <= parse.confidence < upper]
        wrong = [parse for parse in inside if parse.wrong >= WRONG_FROM]
        mean = sum(parse.wrong for parse in inside) / max(1, len(inside))
        untold = sum(not parse.told for parse in wrong)
        yield (
            f"{lower:.2f} to {min(upper, 1.0):.2f}  {len(inside):>8}{len(wrong):>8}"
            f"{len(wrong) / max(1, len(inside)):>9.1%}{mean:>13.2%}{untold:>8}"
        )
        upper = lower


def main(folders: Sequence[str]) -> int:
    """Prints the table, and the wrong parses by name; 1 if more of the sure ones are wrong than may be."""
    measured = [measure(file, gold) for folder in folders for file, gold in read_gold(Path(folder))]
    parses = [parse for parse in measured if parse]
    print(f"{len(measured)} files, {len(measured) - len(parses)} refused; wrong: {WRONG_FROM:.0%} of the words or more")
    print("\n".join(table_of(parses)))
    for parse in sorted(parses, key=lambda parse: -parse.wrong):
        if parse.wrong >= WRONG_FROM:
            print(
                f"  {parse.wrong:6.1%} wrong at {parse.confidence:.2f}{'' if parse.told else ', untold'}: {parse.name}"
            )
    sure = [parse for parse in parses if parse.confidence >= BANDS[0]]
    share = sum(parse.wrong >= WRONG_FROM for parse in sure) / max(1, len(sure))
    print(f"of {len(sure)} parses with {BANDS[0]} or more {share:.1%} are wrong; at most {BAR:.0%} may be")
    return int(share > BAR)


def _bare(text: str) -> str:
    return _NOT_COMPARED.sub("", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
