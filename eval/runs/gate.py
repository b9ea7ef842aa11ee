"""Bars that a run must reach, so that a change that makes answers worse is noticed.

    onrecord eval gate RUN --min 'R@5=0.95' --max 'wrongly_refused=0.05'

A missed bar is a verdict and no error. A bar that means nothing is an error, since a gate that checks nothing must not
pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from eval.measures import REGISTRY
from rag.errors import InputError
from rag.text.files import write_whole


@dataclass(frozen=True, slots=True)
class Bar:
    """The least, or the most, that a measure may be."""

    kind: Literal["min", "max"]
    measure: str
    bound: float

    def __str__(self) -> str:
        return f"{self.measure} {'≥' if self.kind == 'min' else '≤'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run reached, and whether that is enough."""

    bar: Bar
    value: float
    met: bool


def parse_bar(kind: Literal["min", "max"], text: str) -> Bar:
    """A bar from the text that a user typed. Raises InputError if the text is no bar.

    >>> parse_bar("min", "R@5=0.95")
    Bar(kind='min', measure='R@5', bound=0.95)
    """
    name, equals, number = text.partition("=")
    try:
        bound = float(number)
    except ValueError:
        bound = float("nan")
    if not equals or not name.strip() or not isfinite(bound):
        raise InputError(f"--{kind} {text!r} is no bar; write a measure and a number: --{kind} 'R@5=0.9'")
    return Bar(kind, name.strip(), bound)


def check(values: Mapping[str, float], bars: Sequence[Bar]) -> list[Verdict]:
    """One verdict for each bar, in order; `values` are a run's measures by name.

    Raises InputError if there is no bar, and for a measure that the run does not have.
    """
    if not bars:
        raise InputError("there is no bar to check; give one: --min 'R@5=0.9'")
    verdicts = []
    for bar in bars:
        if bar.measure not in values:
            raise InputError(_unknown(bar.measure, list(values)))
        value = values[bar.measure]
        met = value >= bar.bound if bar.kind == "min" else value <= bar.bound
        verdicts.append(Verdict(bar, value, met))
    return verdicts


def write_junit(verdicts: Sequence[Verdict], path: Path) -> None:
    """The verdicts as JUnit XML, one test case for each bar. Raises InputError if the file cannot be written."""
    missed = [verdict for verdict in verdicts if not verdict.met]
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(
        root, "testsuite", name="onrecord eval gate", tests=str(len(verdicts)), failures=str(len(missed)), errors="0"
    )
    for verdict in verdicts:
        case = ElementTree.SubElement(suite, "testcase", classname="onrecord.eval.gate", name=str(verdict.bar))
        if not verdict.met:
            ElementTree.SubElement(case, "failure", message=f"{verdict.bar.measure} is {verdict.value:.4f}")
    ElementTree.indent(root)
    try:
        write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}); give another file with --junit"
        ) from error


def _unknown(name: str, known: Sequence[str]) -> str:
    if name in REGISTRY:
        return (
            f"no question of the run measures {name!r}; leave the bar out, or run other sets: it has {', '.join(known)}"
        )
    folded = {_folded(each): each for each in known}
    near = get_close_matches(_folded(name), list(folded), n=1, cutoff=0.5)
    hint = f"did you mean {folded[near[0]]!r}?" if near else f"it has {', '.join(known)}"
    return f"the run has no measure {name!r}; {hint}"


def _folded(name: str) -> str:
    return re.sub(r"\W|_", "", name).casefold()
