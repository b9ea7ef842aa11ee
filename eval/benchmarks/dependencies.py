"""What each dependency costs: `python -m eval.benchmarks.dependencies [pyproject.toml]` prints the table in docs/dependencies.md.

The licence and the size are those of the installed distribution, its own files only. The time is what importing the modules
that this project imports takes in a new process, the libraries below them included: the median of three runs of `python -X
importtime`, after one run that fills the system's file cache. What a dependency is for is the comment behind it in pyproject.toml.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from statistics import median

PACKAGES = ("embeddings", "rag", "ui", "eval")
RUNS = 3


@dataclass(frozen=True, slots=True)
class Dependency:
    """One requirement of pyproject.toml: its distribution, the extra that asks for it (empty if required), and its comment."""

    name: str
    extra: str
    reason: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    given = sys.argv[1:] if arguments is None else arguments
    file = Path(given[0]) if given else Path("pyproject.toml")
    imported = sorted(set(imported_modules(file.parent)))
    print("| package | licence | import, ms | size, MB | what it is for, and where |")
    print("|---|---|---|---|---|")
    for dependency in dependencies_in(file.read_text(encoding="utf-8")):
        print(row_of(dependency, imported))
    return 0


def dependencies_in(text: str) -> Iterator[Dependency]:
    """The requirements in the text of a pyproject.toml, in its order.

    >>> text = '[project]\\ndependencies = [\\n    "rich>=13.9",  # tables\\n]\\n[project.optional-dependencies]\\nmcp = ["mcp>=2"]  # a server\\n'
    >>> [(each.name, each.extra, each.reason) for each in dependencies_in(text)]
    [('rich', '', 'tables'), ('mcp', 'mcp', 'a server')]
    """
    section, extra = "", ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line
        if opened := re.match(r"([\w-]+) = \[", line):
            extra = opened[1]
        if section == "[project.optional-dependencies]" or (section == "[project]" and extra == "dependencies"):
            code, _, comment = line.partition("  # ")
            for name in re.findall(r'"([A-Za-z0-9._-]+)(?:\[\w+\])?[<>=]', code):
                yield Dependency(name, "" if extra == "dependencies" else extra, comment)


def imported_modules(root: Path) -> Iterator[str]:
    """Every module that this project's code imports, in functions too."""
    for file in (file for package in PACKAGES for file in (root / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


def row_of(dependency: Dependency, imported: Sequence[str]) -> str:
    """A row of the table; dashes for a distribution that is not installed."""
    name = f"{dependency.name} ({dependency.extra})" if dependency.extra else dependency.name
    try:
        found = distribution(dependency.name)
    except PackageNotFoundError:
        return f"| {name} | – | – | – | {dependency.reason} |"
    tops = {top for top, owners in packages_distributions().items() if found.metadata["Name"] in owners}
    modules = [module for module in imported if module.partition(".")[0] in tops]
    took = f"{import_ms(modules):.0f}" if modules else "–"
    return f"| {name} | {licence_of(found)} | {took} | {size_mb(found):.1f} | {dependency.reason} |"


def import_ms(modules: Sequence[str]) -> float:
    """Milliseconds to import all of these modules in a new process: the median of three runs."""
    return median([_import_ms_once(modules) for _ in range(RUNS + 1)][1:])


def _import_ms_once(modules: Sequence[str]) -> float:
    command = [sys.executable, "-X", "importtime", "-c", f"import {', '.join(modules)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # Python's own start-up comes first and ends with `site`.
    *_, after = re.split(r"\| site\n", done.stderr, maxsplit=1)
    return sum(int(own) for own in re.findall(r"^import time: +(\d+) \|", after, re.M)) / 1000


def licence_of(found: Distribution) -> str:
    """The licence as the distribution's metadata has it, in one short phrase."""
    metadata = found.metadata
    if "License-Expression" in metadata:
        return str(metadata["License-Expression"])
    classifiers = metadata.get_all("Classifier") or []
    if kinds := [line.rpartition(":: ")[2] for line in classifiers if line.startswith("License :: ")]:
        return ", ".join(kinds)
    return str(metadata["License"]).strip().splitlines()[0][:40] if "License" in metadata else "not stated"


def size_mb(found: Distribution) -> float:
    """Megabytes (10⁶ bytes) of the distribution's own files."""
    paths = [Path(str(file.locate())) for file in found.files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


if __name__ == "__main__":
    sys.exit(main())
