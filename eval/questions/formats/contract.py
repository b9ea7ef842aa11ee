"""The contract's own form: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from eval.questions.record import Fault, Record, shown


def parse_lines(name: str, text: str) -> Iterator[tuple[str, Any] | Fault]:
    """(place, value) of each line that is not blank, and a fault for one that is no JSON."""
    # Not splitlines(): JSON may hold U+2028 and the like as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{name}:{number}", json.loads(line)
        except ValueError as error:
            yield Fault(f"{name}:{number}", "", f"no JSON: {error}")
        except RecursionError:
            yield Fault(f"{name}:{number}", "", "no question: nested too deeply")


def read(lines: Iterable[tuple[str, Any] | Fault]) -> Iterator[Record | Fault]:
    """A record for each object."""
    for line in lines:
        if isinstance(line, Fault):
            yield line
        elif isinstance(line[1], dict):
            yield Record(*line)
        else:
            yield Fault(line[0], "", f"no question: expected an object, found {shown(line[1])}")
