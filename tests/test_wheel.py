"""What is shipped runs outside the checkout: a wheel, installed in a folder of its own, with all its data."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGES = ("rag", "embeddings", "ui", "eval")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds. Its dependencies are those of the tests."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--target", str(folder), str(source)], check=True)
    return folder


def onrecord(installed: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    return subprocess.run(
        [sys.executable, "-m", "rag", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "PYTHONPATH": str(installed)},
        check=False,
    )


def test_an_installed_wheel_ingests_and_answers_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = "import rag, ui, eval, embeddings; print(*(p.__file__ for p in (rag, ui, eval, embeddings)), sep='\\n')"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    found = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True, env=environment
    )
    assert [Path(line).parent.parent for line in found.stdout.splitlines()] == [installed] * len(PACKAGES)
    read = onrecord(installed, "ingest", str(installed / "eval" / "sets"), cwd=tmp_path)
    assert (read.returncode, read.stderr) == (0, "")
    asked = onrecord(installed, "ask", "When will the gates move?", "--json", cwd=tmp_path)
    assert (asked.returncode, asked.stderr) == (0, "")
    answer = json.loads(asked.stdout)
    assert (answer["status"], {citation["verified"] for citation in answer["citations"]}) == ("answered", {True})
    assert onrecord(installed, "doctor", cwd=tmp_path).returncode == 0


def test_every_file_that_is_no_code_is_in_the_wheel(installed: Path) -> None:
    def data(folder: Path) -> set[Path]:
        files = (file.relative_to(folder) for name in PACKAGES for file in (folder / name).rglob("*.*"))
        return {file for file in files if file.suffix not in (".py", ".pyc") and (ROOT / file).is_file()}

    assert data(ROOT) - data(installed) == set()
