"""Nothing leaves the machine: libraries that report their use are told not to, before they are loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from import_graph import FILES, ROOT, imports_of, tree_of

TALKATIVE = {"onnxruntime", "openvino"}


@pytest.mark.unit
def test_only_one_module_imports_libraries_that_report_their_use() -> None:
    importers = {
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if {module.partition(".")[0] for module, _ in imports_of(tree_of(file))} & TALKATIVE
    }
    assert importers == {"embeddings/quiet.py"}


def test_onnx_runtime_keeps_no_id_of_the_machine_and_no_events_to_send(tmp_path: Path) -> None:
    code = "from embeddings.quiet import import_onnxruntime\nassert import_onnxruntime().get_available_providers()\n"
    places = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME")}
    kept = {"PATH": "/usr/bin:/bin", "SYSTEMROOT": "C:\\Windows", "CI": ""}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**kept, **places}, check=True)
    assert [path.name for path in tmp_path.rglob("*")] == []
