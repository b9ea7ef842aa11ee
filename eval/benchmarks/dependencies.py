"""What each dependency costs: `make deps` prints the table in docs/dependencies.md.

The licence and the size are those of the installed distribution, its own files only. The time is the processor time
of the import statements in this project's code, run in a new process, with everything that the library itself
imports: the median of three runs. Processor time is used because it depends little on what else the machine does.
Benchmarks and training are left out, since they are no part of the product. What a dependency is for is the comment
behind it in pyproject.toml. A distribution is shown once.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from statistics import median

PACKAGES = ("embeddings", "rag", "ui", "eval")
RUNS = 3


@dataclass(frozen=True, slots=True)
class Dependency:
    """One requirement: its distribution, the extra that asks for it (empty if required), and its comment."""

    name: str
    extra: str
    reason: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    given = sys.argv[1:] if arguments is None else arguments
    file = Path(given[0]) if given else Path("pyproject.toml")
    statements = import_statements(file.parent)
    shown = set()
    print("| package | licence | import, ms | size, MB | what it is for, and where |")
    print("|---|---|---|---|---|")
    for dependency in dependencies_in(file.read_text(encoding="utf-8")):
        if dependency.name not in shown:
            shown.add(dependency.name)
            print(row_of(dependency, statements), flush=True)
    return 0


def dependencies_in(text: str) -> Iterator[Dependency]:
    """The requirements in the text of a pyproject.toml, in its order.

    >>> required = '[project]\\ndependencies = [\\n    "rich>=13.9",  # tables\\n]\\n'
    >>> extras = '[project.optional-dependencies]\\nmcp = ["mcp>=2"]  # a server\\n'
    >>> [(each.name, each.extra, each.reason) for each in dependencies_in(required + extras)]
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


def import_statements(root: Path) -> dict[str, set[str]]:
    """The import statements in the product's code, those in functions too, by the top-level module that they import."""
    found: dict[str, set[str]] = {}
    for file in (file for package in PACKAGES for file in (root / package).rglob("*.py")):
        if {"benchmarks", "training"} & set(file.parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found.setdefault(alias.name.partition(".")[0], set()).add(f"import {alias.name}")
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.setdefault(node.module.partition(".")[0], set()).add(ast.unparse(node))
    return found


def row_of(dependency: Dependency, statements: Mapping[str, set[str]]) -> str:
    """A row of the table; dashes for a distribution that is not installed, or that the code does not import."""
    name = f"{dependency.name} ({dependency.extra})" if dependency.extra else dependency.name
    try:
        found = distribution(dependency.name)
    except PackageNotFoundError:
        return f"| {name} | – | – | – | {dependency.reason} |"
    tops = {top for top, owners in packages_distributions().items() if found.metadata["Name"] in owners}
    imported = sorted(statement for top in tops for statement in statements.get(top, ()))
    took = f"{import_ms(imported):.0f}" if imported else "–"
    return f"| {name} | {licence_of(found)} | {took} | {size_mb(found):.1f} | {dependency.reason} |"


def import_ms(statements: Sequence[str]) -> float:
    """Milliseconds of processor time of these import statements together, in a new process: the median of three."""
    code = "\n".join(["import time", "start = time.process_time()", *statements, "print(time.process_time() - start)"])
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(RUNS)
    ]
    return 1000 * median(float(run.stdout.splitlines()[-1]) for run in runs)


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
