"""The plan of the layers, checked against the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "embeddings": {"embeddings"},
    "rag": {"rag", "embeddings"},
    "ui": {"ui", "rag"},
    "eval": {"eval", "rag", "embeddings"},
}
PRINTS = {
    "rag/cli/commands.py", "rag/cli/ingest.py", "rag/cli/printing.py", "ui/cli.py", "eval/benchmarks/speed.py", "eval/cli.py", "eval/benchmarks/followups.py", "eval/benchmarks/rerankers.py", "ui/benchmark.py",
    "rag/rerankers/training/train.py",
}  # fmt: skip
READERS = {"pypdf", "docx", "lxml", "trafilatura", "pysubs2", "webvtt", "py3langid", "charset_normalizer"}
FILES = sorted(file for package in ALLOWED for file in (ROOT / package).rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_module_imports_only_what_its_layer_may_and_does_nothing_unsafe(file: Path) -> None:
    name = file.relative_to(ROOT).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    tops = {module.partition(".")[0] for module in imported(tree)}
    assert tops & set(ALLOWED) <= ALLOWED[name.partition("/")[0]]
    assert not tops & {"pickle", "joblib", "shelve", "marshal", "dill"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if name not in PRINTS:
        assert not [
            call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"print", "eval", "exec"}
        ]
    for call in calls:
        for keyword in call.keywords:
            unsafe = keyword.arg in {"shell", "trust_remote_code", "allow_pickle"}
            assert not (unsafe and isinstance(keyword.value, ast.Constant) and keyword.value.value is True)


def modules_after(code: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_importing_rag_loads_nothing_heavy() -> None:
    loaded = modules_after("import rag, rag.cli", ROOT)
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "faiss",
        "gradio",
        "pymilvus",
        "numpy",
        "onnxruntime",
        "tantivy",
    }
    assert loaded & (heavy | READERS) == set()


def test_opening_an_archive_and_asking_it_loads_no_torch(bundled_folder: Path) -> None:
    code = f"from rag import Assistant, open_archive\nAssistant(open_archive({str(bundled_folder)!r})).ask('When will the gates move?')"
    loaded = modules_after(code, ROOT)
    assert "onnxruntime" in loaded
    heavy = {"torch", "transformers", "sentence_transformers", "gradio", "pymilvus", "pandas"}
    assert loaded & (heavy | READERS) == set()


def test_reading_a_text_loads_no_other_formats_library(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(
        "Question: Why?\n\nAnn Reed: It was late, and so we all went home. The road was long.\n"
    )
    code = (
        "from rag import readers\nfrom rag.transcript import parse\nfrom pathlib import Path\n"
        f"text, hints = readers.read(Path({str(tmp_path / 'talk.txt')!r}))\nparse(text, source='talk.txt', hints=hints)"
    )
    assert modules_after(code, ROOT) & READERS == {"py3langid"}


def test_no_package_names_a_higher_one_in_a_text_that_is_imported_later() -> None:
    # Registries hold "package.module:name"; what they look up is an arrow as much as an import is.
    upward = []
    for file in FILES:
        package = file.relative_to(ROOT).parts[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = re.fullmatch(r"(rag|ui|eval|embeddings)\.\w+(?:\.\w+)*(?::\w+)?", node.value)
                if named and named[1] not in ALLOWED[package]:
                    upward.append((file.name, node.value))
    assert upward == []


def test_each_layer_is_imported_without_the_ones_above_it() -> None:
    for package, allowed in ALLOWED.items():
        modules = [
            ".".join(file.relative_to(ROOT).with_suffix("").parts)
            for file in FILES
            if file.relative_to(ROOT).parts[0] == package
            and file.stem not in {"__main__", "__init__", "export", "bench", "network"}
            and file != ROOT / "ui" / "app.py"  # Gradio's own module: the server imports it when it runs
        ]
        loaded = modules_after(f"import {', '.join([package, *modules])}", ROOT)
        below = allowed | {lower for name in allowed for lower in ALLOWED[name]}
        assert {name for name in ALLOWED if name in loaded} <= below
        assert loaded & {"torch", "transformers", "sentence_transformers", "gradio", "pymilvus"} == set()


def test_training_is_imported_by_nothing_but_itself_and_a_benchmark_that_runs_on_its_data() -> None:
    importers = {
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if any(name.startswith("rag.rerankers.training") for name in imported(ast.parse(file.read_text("utf-8"))))
        and "training" not in file.parts
    }
    assert importers == {"eval/benchmarks/rerankers.py"}
