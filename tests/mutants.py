"""Mutation tests: one small fault after another is put into a module, and its tests must notice.

    python tests/mutants.py [--seconds S] [MODULE …]     e.g. rag/answer/markers.py; without one, every module of the table

Each fault is of a kind that people make: a comparison turned round, `and` for `or`, a number off by one, a lost return value,
a condition negated. A run goes on where the last one stopped: verdicts are kept in .mutants/ until the module or its tests
change. Exit status 1 if a module's tests notice fewer than 80 % of its faults.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".mutants"
LEAST_KILLED = 0.8
MOST_FAULTS = 60  # tried in one module: a sample, always the same, of those that are possible
COPIED = ("rag", "embeddings", "ui", "eval", "tests", "docs", "pyproject.toml", "README.md")
TESTS = {
    "rag/answer/markers.py": ["rag/answer/markers.py", "tests/test_rag_answer_markers.py"],
    "rag/answer/citations.py": ["rag/answer/citations.py", "tests/test_rag_answer_citations.py"],
    "rag/answer/quotations.py": ["rag/answer/quotations.py", "tests/test_rag_answer_quotations.py"],
    "rag/passages.py": ["rag/passages.py", "tests/test_rag_passages.py"],
    "eval/statistics.py": ["eval/statistics.py", "tests/test_eval_statistics.py"],
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A module with one thing changed."""

    line: int
    what: str
    source: str  # of the whole module

    @property
    def key(self) -> str:
        """The fault's name in the file of verdicts: equal for equal changes of equal modules."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]


def faults_in(source: str) -> Iterator[Fault]:
    """Every fault that can be put into a module.

    >>> [fault.what for fault in faults_in("def is_near(a, b): return a < b + 1")]
    ['return a < b + 1 -> return None', 'a < b + 1 -> a <= b + 1', 'b + 1 -> b - 1', '1 -> 2']
    """
    tree = ast.parse(source)
    skipped = set(_not_run(tree))
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in skipped:
            continue
        for change in _changes(node):
            changed = copy.deepcopy(tree)
            place = next(each for at, each in enumerate(ast.walk(changed)) if at == number)
            before = ast.unparse(node).partition("\n")[0]
            _apply(change, place)
            after = ast.unparse(ast.fix_missing_locations(changed))
            yield Fault(getattr(node, "lineno", 0), f"{before} -> {ast.unparse(place).partition(chr(10))[0]}", after)


def _not_run(tree: ast.AST) -> Iterator[int]:
    """Annotations, and imports for types only: no test can notice a change there."""
    for node in ast.walk(tree):
        annotations = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        parts = [each for each in annotations if each is not None]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            parts.append(node)
        for part in parts:
            yield from map(id, ast.walk(part))


def _changes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield "comparison"
        case ast.BoolOp():
            yield "boolean"
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield "arithmetic"
        case ast.Constant(value=bool() | int() | float()):
            yield "constant"
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "return"
        case ast.If() | ast.While():
            yield "condition"


def _apply(change: str, node: ast.AST) -> None:
    match node:
        case ast.Compare():
            node.ops = [COMPARISONS[type(node.ops[0])]()]
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.BinOp():
            node.op = ARITHMETIC[type(node.op)]()
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() | float() as number):
            node.value = number + 1
        case ast.Return():
            node.value = ast.Constant(None)
        case ast.If() | ast.While():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case _:
            raise ValueError(change)


@dataclass(frozen=True, slots=True)
class Bench:
    """A copy of the project in which faults are tried."""

    folder: Path
    module: str

    def is_killed(self, source: str, timeout_s: float) -> bool:
        """Whether the module's tests fail, or never end, with this text in the module's place."""
        (self.folder / self.module).write_text(source, encoding="utf-8")
        words = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", *TESTS[self.module]]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *words],
                cwd=self.folder,
                env=environment,
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def tried(module: str, ends: float) -> tuple[int, int, int]:
    """(killed, tried, wanted) faults of a module; stops when `ends` is over."""
    source = (ROOT / module).read_text(encoding="utf-8")
    faults = list({fault.key: fault for fault in faults_in(source)}.values())
    faults = random.Random(0).sample(faults, min(len(faults), MOST_FAULTS))
    kept = KEPT / f"{module.replace('/', '-')}.json"
    tests = "".join((ROOT / name).read_text(encoding="utf-8") for name in TESTS[module])
    state = hashlib.sha256((source + tests).encode()).hexdigest()
    verdicts: dict[str, bool] = {}
    if kept.is_file() and (before := json.loads(kept.read_text(encoding="utf-8")))["state"] == state:
        verdicts = before["killed"]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        bench = Bench(Path(folder) / "project", module)
        copy_project(bench.folder)
        started = time.monotonic()
        if bench.is_killed(ast.unparse(ast.parse(source)), 600):
            raise SystemExit(f"{module}: its tests fail without any fault: pytest {' '.join(TESTS[module])}")
        limit_s = 10 + 5 * (time.monotonic() - started)
        for fault in faults:
            if fault.key not in verdicts and time.monotonic() < ends:
                verdicts[fault.key] = bench.is_killed(fault.source, limit_s)
                KEPT.mkdir(exist_ok=True)
                kept.write_text(json.dumps({"state": state, "killed": verdicts}), encoding="utf-8")
            if verdicts.get(fault.key) is False:
                print(f"  survived  {module}:{fault.line}  {fault.what}")
    done = [verdicts[fault.key] for fault in faults if fault.key in verdicts]
    return sum(done), len(done), len(faults)


def copy_project(folder: Path) -> None:
    """The project's files in another folder, with ../shared beside it if it is there."""
    folder.mkdir(parents=True)
    for name in COPIED:
        whole = ROOT / name
        if whole.is_dir():
            shutil.copytree(whole, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whole, folder / name)
    if (shared := ROOT.parent / "shared").is_dir():
        (folder.parent / "shared").symlink_to(shared.resolve())


def main() -> int:
    """Try the modules named; exit status 1 if one has too many survivors."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("modules", nargs="*", metavar="MODULE", default=[])
    options.add_argument("--seconds", type=float, default=3600, help="how long it may take [default: 3600]")
    given = options.parse_args()
    ends = time.monotonic() + given.seconds
    weak = []
    for module in given.modules or TESTS:
        if module not in TESTS:
            options.error(f"{module} has no tests in the table; there are: {', '.join(TESTS)}")
        killed, done, wanted = tried(module, ends)
        print(
            f"{module}: {killed} of {done} faults noticed" + (f", {wanted - done} not tried" if done < wanted else "")
        )
        if killed < LEAST_KILLED * done:
            weak.append(module)
    return 1 if weak else 0


if __name__ == "__main__":
    raise SystemExit(main())
