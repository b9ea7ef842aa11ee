"""Who imports whom: every import of the project's packages, also those inside functions and for types only.

A module is named as Python names it, and a room is what a newcomer would draw as one box: a file or a folder directly under
`rag` (`rag.types`, `rag.storage`), and likewise under the other packages.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("embeddings", "rag", "ui", "eval")
FILES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))

Graph = Mapping[str, set[str]]


def name_of(file: Path) -> str:
    """A file's module: rag/storage/__init__.py is rag.storage."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in FILES}


@cache
def tree_of(file: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of each import in a tree; `import a.b` gives ("a.b", "")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def module_graph() -> Graph:
    """Module → the project's modules that it imports."""
    return {module: set(_imported_modules(tree_of(file))) for module, file in MODULES.items()}


def _imported_modules(tree: ast.AST) -> Iterator[str]:
    for module, name in imports_of(tree):
        if (whole := f"{module}.{name}") in MODULES:
            yield whole
        elif module in MODULES:
            yield module


def room_graph(rooms: Iterable[str] = ()) -> Graph:
    """Room → the other rooms that it imports. Folders among `rooms` that lie deeper are rooms of their own."""
    graph: dict[str, set[str]] = {}
    for module, imported in module_graph().items():
        room = room_of(module, rooms)
        graph.setdefault(room, set()).update({room_of(each, rooms) for each in imported} - {room})
    return graph


def room_of(module: str, rooms: Iterable[str] = ()) -> str:
    """The room that a module stands in.

    >>> room_of("rag.storage.local"), room_of("rag.a.b.c", ["rag.a.b"]), room_of("rag")
    ('rag.storage', 'rag.a.b', 'rag')
    """
    deeper = [room for room in rooms if f"{module}.".startswith(f"{room}.") and room.count(".") > 1]
    return max(deeper, default=".".join(module.split(".")[:2]), key=len)


def circles(graph: Graph) -> list[frozenset[str]]:
    """The groups of nodes that can all reach each other; none for a graph without a circle.

    >>> [sorted(circle) for circle in circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})]
    [['b', 'c']]
    """
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError:
        return sorted({_in_circle_with(node, graph) for node in graph} - {frozenset()}, key=sorted)
    return []


def _in_circle_with(node: str, graph: Graph) -> frozenset[str]:
    return frozenset(each for each in _reached(node, graph) if node in _reached(each, graph))


def _reached(node: str, graph: Graph) -> set[str]:
    found: set[str] = set()
    waiting = list(graph.get(node, ()))
    while waiting:
        if (each := waiting.pop()) not in found:
            found.add(each)
            waiting.extend(graph.get(each, ()))
    return found
