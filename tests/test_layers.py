"""The plan of the house, checked against the code: who may import whom, how long files and functions are, what costs an import.

The tables are the plan. A new arrow between two rooms is drawn here first, or it fails; one that no import needs any more
is removed. `docs/architecture.md` says why the arrows go the way they do.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from import_graph import (
    FILES,
    MODULES,
    PACKAGES,
    ROOT,
    circles,
    imports_of,
    module_graph,
    name_of,
    room_graph,
    tree_of,
)

MOST_LINES = 350  # of a file
MOST_LINES_OF_A_FUNCTION = 60

PACKAGE_MAY_IMPORT = {
    "embeddings": {"embeddings"},
    "rag": {"rag", "embeddings"},
    "ui": {"ui", "rag"},
    "eval": {"eval", "rag", "embeddings"},
}

# Arrows between the rooms of rag, the lowest rooms first. A room with these four may import any of them:
GROUND = {"rag.errors", "rag.types", "rag.text", "rag.notes"}
EMBEDDINGS = "embeddings"
ROOM_MAY_IMPORT = {
    "rag.errors": {EMBEDDINGS},
    "rag.text": {EMBEDDINGS},
    "rag.notes": {"rag.text"},
    "rag.types": {EMBEDDINGS, "rag.notes"},
    "rag.config": GROUND,
    "rag.places": GROUND,
    "rag.json_forms": GROUND,
    "rag.examples": GROUND,
    "rag.readers": GROUND | {EMBEDDINGS, "rag.transcript"},
    "rag.transcript": GROUND,
    "rag.parsed": GROUND | {"rag.readers"},
    "rag.passages": GROUND | {"rag.places", "rag.transcript"},
    "rag.storage": GROUND | {EMBEDDINGS},
    "rag.query": GROUND,
    "rag.rerankers": GROUND | {EMBEDDINGS, "rag.storage"},
    "rag.rerankers.training": GROUND | {EMBEDDINGS, "rag.rerankers", "rag.passages", "rag.readers", "rag.transcript"},
    "rag.retrieval": GROUND | {EMBEDDINGS, "rag.storage", "rag.rerankers"},
    "rag.evidence": GROUND | {EMBEDDINGS, "rag.storage", "rag.query", "rag.rerankers", "rag.retrieval"},
    "rag.generators": GROUND | {EMBEDDINGS, "rag.evidence"},
    "rag.answer": GROUND | {"rag.storage", "rag.query", "rag.evidence", "rag.generators", "rag.places"},
    "rag.correcting": GROUND | {"rag.transcript", "rag.passages", "rag.storage"},
    "rag.ingest": GROUND | {EMBEDDINGS, "rag.correcting", "rag.readers", "rag.transcript", "rag.passages", "rag.storage"},
    "rag.repairing": GROUND | {"rag.passages", "rag.storage"},
    "rag.archive": GROUND
    | {EMBEDDINGS, "rag.repairing", "rag.transcript", "rag.correcting", "rag.ingest", "rag.storage", "rag.query", "rag.retrieval", "rag.evidence"},
    "rag.stopwatch": set(),
    "rag.assistant": GROUND
    | {"rag.stopwatch", "rag.archive", "rag.storage", "rag.query", "rag.rerankers", "rag.retrieval", "rag.evidence", "rag.generators", "rag.answer"},
    "rag.enriching": GROUND | {"rag.archive", "rag.storage", "rag.query", "rag.generators"},
    "rag.testing": GROUND | {EMBEDDINGS, "rag.generators"},
    "rag.watch": GROUND | {"rag.readers", "rag.archive"},
    "rag.doctor": GROUND | {EMBEDDINGS, "rag.config", "rag.archive", "rag.rerankers", "rag.generators"},
    "rag.cli": GROUND
    | {"rag.config", "rag.json_forms", "rag.places", "rag.parsed", "rag.transcript", "rag.rerankers", "rag.storage", "rag.generators", "rag.archive", "rag.ingest", "rag.assistant", "rag.enriching", "rag.watch", "rag.doctor"},
    "rag": GROUND | {"rag.archive", "rag.assistant", "rag.generators", "rag.parsed", "rag.rerankers"},
    "rag.__main__": {"rag.cli"},
}  # fmt: skip

# Files that are still to be divided: this list only ever shrinks.
OWED_TESTS = {
    "tests/behaviour.py",
}

PRINTING = ("rag/cli/", "ui/cli", "eval/cli", "eval/benchmarks/", "ui/benchmark", "rag/rerankers/training/train.py")
UNSAFE_MODULES = {"pickle", "joblib", "shelve", "marshal", "dill"}
FORMAT_LIBRARIES = {"pypdf", "docx", "lxml", "trafilatura", "py3langid", "charset_normalizer"}
HEAVY_LIBRARIES = {"torch", "transformers", "sentence_transformers", "gradio", "pymilvus"}


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_a_module_imports_only_what_its_layer_may_and_does_nothing_unsafe(file: Path) -> None:
    tops = {module.partition(".")[0] for module, _ in imports_of(tree_of(file))}
    assert tops & set(PACKAGES) <= PACKAGE_MAY_IMPORT[file.relative_to(ROOT).parts[0]]
    assert not tops & UNSAFE_MODULES
    calls = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call)]
    if not relative(file).startswith(PRINTING):
        assert not [
            call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"print", "eval", "exec"}
        ]
    for call in calls:
        for keyword in call.keywords:
            unsafe = keyword.arg in {"shell", "trust_remote_code", "allow_pickle"}
            assert not (unsafe and isinstance(keyword.value, ast.Constant) and keyword.value.value is True)


def test_rooms_import_what_the_plan_draws_and_nothing_else() -> None:
    arrows = {
        (room, EMBEDDINGS if other.startswith(EMBEDDINGS) else other)
        for room, others in room_graph(ROOM_MAY_IMPORT).items()
        for other in others
        if room.partition(".")[0] == "rag"
    }
    drawn = {(room, other) for room, others in ROOM_MAY_IMPORT.items() for other in others}
    granted = {(room, low) for room, others in ROOM_MAY_IMPORT.items() if others >= GROUND for low in GROUND}
    assert arrows - granted == drawn - granted


def test_the_plan_itself_has_no_circle() -> None:
    assert circles({room: others - {room} for room, others in ROOM_MAY_IMPORT.items()}) == []


def test_no_two_modules_import_each_other_by_any_way_not_even_inside_a_function() -> None:
    assert [sorted(circle) for circle in circles(module_graph())] == []


def test_no_two_rooms_of_ui_eval_or_embeddings_import_each_other_by_any_way() -> None:
    upper = {room: others for room, others in room_graph().items() if room.partition(".")[0] != "rag"}
    assert [sorted(circle) for circle in circles(upper)] == []


def test_no_private_name_is_imported_from_another_module() -> None:
    assert [
        (relative(file), module, name)
        for file in FILES
        for module, name in imports_of(tree_of(file))
        if module in MODULES and name.startswith("_") and not name.startswith("__")
    ] == []


def code_files() -> Iterator[Path]:
    """Every file that people read as code: no data, no pages, no question sets."""
    yield from FILES
    yield from sorted((ROOT / "ui" / "assets").glob("*.*"))
    yield from sorted((ROOT / "tests").glob("*.py"))


def test_no_file_is_too_long_to_be_read_in_one_sitting() -> None:
    lengths = {relative(file): file.read_text(encoding="utf-8").count("\n") for file in code_files()}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES and name not in OWED_TESTS} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    functions = [
        (relative(file), node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for file in FILES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [each for each in functions if each[-1] > MOST_LINES_OF_A_FUNCTION] == []


def modules_after(code: str, cwd: Path = ROOT) -> set[str]:
    """The modules that a fresh Python has loaded after running some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def added_by(code: str) -> set[str]:
    """What some code loads beside the standard library and what Python starts with: whole modules of ours, others' tops."""
    ours = tuple(f"{package}." for package in PACKAGES)
    added = modules_after(code) - modules_after("")
    return {name if f"{name}.".startswith(ours) else name.partition(".")[0] for name in added} - sys.stdlib_module_names


def test_importing_rag_loads_rag_and_nothing_else() -> None:
    assert added_by("import rag") == {"rag"}


def test_importing_the_command_line_loads_typer_and_nothing_heavy() -> None:
    rooms = {name for name in added_by("import rag.cli") if not name.startswith("rag.cli")}
    assert rooms <= {
        "rag",
        "rag.text",
        "rag.text.wording",
        "typer",
        "annotated_doc",
        "click",
        "shellingham",
        "colorama",
    }


def test_opening_an_archive_and_asking_it_loads_no_torch_and_no_training(bundled_folder: Path) -> None:
    code = f"from rag import Assistant, open_archive\nAssistant(open_archive({str(bundled_folder)!r})).ask('When will the gates move?')"
    loaded = modules_after(code)
    assert "onnxruntime" in loaded
    assert loaded & (HEAVY_LIBRARIES | FORMAT_LIBRARIES | {"pandas"}) == set()
    assert [name for name in loaded if name.startswith("rag.rerankers.training")] == []


def test_what_reads_and_parses_strangers_files_is_loaded_only_in_the_child_process(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(
        "Question: Why?\n\nAnn Reed: It was late, and so we all went home. The road was long.\n"
    )
    loaded = modules_after(f"import rag\nrag.read_transcript({str(tmp_path / 'talk.txt')!r})")
    assert loaded & (FORMAT_LIBRARIES | {"yaml"}) == set()
    assert [name for name in loaded if name.startswith(("rag.transcript", "rag.readers.text"))] == []


def test_reading_a_text_loads_no_other_formats_library(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(
        "Question: Why?\n\nAnn Reed: It was late, and so we all went home. The road was long.\n"
    )
    code = (
        "from pathlib import Path\nfrom rag.readers.child import parse_text, read_file\n"
        f"path = Path({str(tmp_path / 'talk.txt')!r})\n"
        "text, hints = read_file(path, path.name)\nparse_text(text, path.name, path, hints)"
    )
    assert modules_after(code) & FORMAT_LIBRARIES == {"py3langid"}


def test_no_package_names_a_higher_one_in_a_text_that_is_imported_later() -> None:
    # Registries hold "package.module:name"; what they look up is an arrow as much as an import is.
    upward = []
    for file in FILES:
        package = file.relative_to(ROOT).parts[0]
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = re.fullmatch(r"(rag|ui|eval|embeddings)\.\w+(?:\.\w+)*(?::\w+)?", node.value)
                if named and named[1] not in PACKAGE_MAY_IMPORT[package]:
                    upward.append((file.name, node.value))
    assert upward == []


def test_each_layer_is_imported_without_the_ones_above_it() -> None:
    for package, allowed in PACKAGE_MAY_IMPORT.items():
        modules = [
            name_of(file)
            for file in FILES
            if file.relative_to(ROOT).parts[0] == package
            and file.stem not in {"__main__", "__init__", "export", "network"}
            and not relative(file).startswith("ui/page/")  # needs Gradio: the server imports it when it runs
        ]
        loaded = modules_after(f"import {', '.join([package, *modules])}")
        below = allowed | {lower for name in allowed for lower in PACKAGE_MAY_IMPORT[name]}
        assert {name for name in PACKAGES if name in loaded} <= below
        assert loaded & HEAVY_LIBRARIES == set()


def test_training_is_imported_by_nothing_but_itself_and_a_benchmark_that_runs_on_its_data() -> None:
    training = "rag.rerankers.training"
    importers = {
        module
        for module, imported in module_graph().items()
        if any(name.startswith(training) for name in imported) and not module.startswith(training)
    }
    assert importers == {"eval.benchmarks.rerankers"}
