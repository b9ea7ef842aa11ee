"""The kind of a test, from what its code uses: names in the test, in its fixtures, and in the helpers that these call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

TESTS = str(Path(__file__).resolve().parent)
KINDS = ("browser", "process", "model", "unit")  # the slowest first
NAMES = {
    "browser": {"playwright_api"},
    "process": {"subprocess", "Popen", "create_subprocess_exec", "readers", "modules_after", "psutil"},
    "model": {
        "open_archive",
        "LocalArchive",
        "Assistant",
        "load_encoder",
        "load_reranker",
        "small_model",
        "transformers",
        "train",
    },
}


def kind_of(item: pytest.Item) -> str:
    """A test's own mark, or else the slowest kind of which its code uses a name."""
    if own := [kind for kind in KINDS if item.get_closest_marker(kind)]:
        return own[0]
    used = set().union(*(names_used(function) for function in _functions_of(item)))
    return next((kind for kind, names in NAMES.items() if used & names), "unit")


def _functions_of(item: pytest.Item) -> Iterator[Callable[..., Any]]:
    if isinstance(item, pytest.Function):
        yield item.function
        for definitions in item._fixtureinfo.name2fixturedefs.values():
            yield definitions[-1].func


@cache
def names_used(function: Callable[..., Any]) -> frozenset[str]:
    """The names that a function looks up, and those that the test files' functions among them do.

    >>> sorted(names_used(kind_of) & {"next", "isinstance", "open_archive"})
    ['isinstance', 'next']
    """
    found: set[str] = set()
    seen: set[Callable[..., Any]] = set()
    waiting = [function]
    while waiting:
        each = waiting.pop()
        each = inspect.unwrap(each.hypothesis.inner_test if hasattr(each, "hypothesis") else each)
        if each in seen or not isinstance(each, FunctionType):
            continue
        seen.add(each)
        names = set(_names_in(each.__code__))
        found |= names
        waiting += filter(_is_of_the_tests, map(each.__globals__.get, names))
    return frozenset(found)


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _is_of_the_tests(value: object) -> bool:
    return isinstance(value, FunctionType) and value.__code__.co_filename.startswith(TESTS)
