"""A generator of somebody else's, installed by pip like any package: found, used, and turned off."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT

from rag.archive import open_archive
from rag.assistant import Assistant

PACKAGE = ROOT / "docs" / "example-generator"
GATES = "When will the gates move?"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip installed the example of the documentation, from a copy, without a network."""
    for needed in ("pip", "setuptools"):
        if find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    folder = tmp_path_factory.mktemp("installed")
    copy = shutil.copytree(PACKAGE, folder / "source")
    command = "-m pip install --quiet --no-index --no-deps --no-build-isolation --disable-pip-version-check".split()
    done = subprocess.run(
        [sys.executable, *command, "--target", str(folder / "site"), str(copy)],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "site"


def onrecord(*words: str, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    before = os.environ.get("PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(path), *([before] if before else [])])
    return subprocess.run(
        [sys.executable, "-m", "rag", *words],
        cwd=path, env={**kept, **environment}, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


def test_an_installed_generator_answers_by_its_name(installed: Path, bundled_folder: Path) -> None:
    words = ("ask", GATES, "--archive", str(bundled_folder), "--json")
    done = onrecord(*words, "--generator", "headlines", path=installed)
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    quoted = Assistant(open_archive(bundled_folder)).ask(GATES).citations
    assert (answer["status"], answer["generator"], answer["note"]) == ("answered", "headlines", "")
    assert [citation["quote"] for citation in answer["citations"]] == [citation.quote for citation in quoted]
    assert all(citation["verified"] for citation in answer["citations"])
    assert {claim["support"] for claim in answer["claims"]} == {"supported"}
    assert answer["text"].startswith(f"{quoted[0].speaker}: “{quoted[0].quote}” [1]")


def test_the_example_imports_nothing_of_ours(installed: Path) -> None:
    code = "import sys, onrecord_headlines; print(sorted({'rag', 'embeddings', 'ui', 'eval'} & set(sys.modules)))"
    path = {**os.environ, "PYTHONPATH": str(installed)}
    assert subprocess.check_output([sys.executable, "-c", code], cwd=installed, env=path, text=True) == "[]\n"


def test_doctor_lists_what_is_installed(installed: Path, bundled_folder: Path) -> None:
    words = ("doctor", "--archive", str(bundled_folder))
    listed = "there are: extractive, openai, anthropic, transformers"
    assert f"{listed}, headlines)" in " ".join(onrecord(*words, path=installed).stdout.split())
    off = onrecord(*words, path=installed, ONRECORD_PLUGINS="0")
    assert f"{listed})" in " ".join(off.stdout.split())


@pytest.mark.parametrize("switch", ["0", "Off"])
def test_the_switch_keeps_installed_generators_out(installed: Path, bundled_folder: Path, switch: str) -> None:
    words = ("ask", GATES, "--archive", str(bundled_folder), "--generator", "headlines")
    done = onrecord(*words, path=installed, ONRECORD_PLUGINS=switch)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "onrecord: generators: there is no 'headlines'; known: extractive, openai, anthropic, transformers\n",
    )


def test_the_documentation_shows_the_example_as_it_is() -> None:
    shown = (ROOT / "docs" / "generators.md").read_text(encoding="utf-8")
    code = (PACKAGE / "onrecord_headlines.py").read_text(encoding="utf-8")
    lines = [line for line in code.partition("class Headlines:")[2].splitlines() if line.strip() and '"""' not in line]
    assert all(f"    {line}" in shown.splitlines() for line in lines)
