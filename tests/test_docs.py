"""Every command that README and the docs show is run, or at least exists."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest
from forks import onrecord_command
from made_sets import few_of
from one_process import one_process
from ports import free_port

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def shell_lines() -> list[tuple[str, str]]:
    """(page, command) for each line of each ```sh block."""
    lines = []
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            lines += [(page.name, line.partition("  #")[0].strip()) for line in block.splitlines() if line.strip()]
    return lines


def commands(program: str) -> list[str]:
    return [line for _, line in shell_lines() if line.split()[0] == program]


def test_readme_shows_commands_of_known_kinds_only() -> None:
    kinds = {line.split()[0] for _, line in shell_lines()}
    assert {"make", "onrecord"} <= kinds <= {"make", "onrecord", "pip", "uv"}


def test_every_onrecord_command_shown_runs_in_the_order_shown(tmp_path: Path) -> None:
    # Readers type them one after the other into one folder, with their own transcripts in `interviews`.
    shutil.copytree(ROOT / "eval" / "sets", tmp_path / "interviews")
    for questions in (tmp_path / "interviews").glob("*.jsonl"):
        few_of(questions, tmp_path / "interviews")
    (corrections,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "formats.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "map.toml").write_text(corrections, encoding="utf-8")
    evaluation = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (recorded,) = re.findall(r'```json\n(\{"question".*?)```', evaluation, re.S)
    (tmp_path / "variants.jsonl").write_text(recorded, encoding="utf-8")
    with one_process() as onrecord:
        for command in commands("onrecord"):
            words = shlex.split(command)[1:]
            if words[0] == "chat":
                assert_the_page_answers(words, tmp_path)
            elif words[0] == "mcp":
                assert_nothing_is_said_where_nobody_speaks(words, tmp_path)
            elif "--watch" in words:
                assert_the_folder_is_followed(words, tmp_path)
            else:
                done = onrecord(*words, cwd=tmp_path)
                assert (command, done.returncode, done.stderr) == (command, 0, "")


def assert_nothing_is_said_where_nobody_speaks(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=ENVIRONMENT,
    )
    assert (done.returncode, done.stderr) == (0, "")


def assert_the_folder_is_followed(words: list[str], folder: Path) -> None:
    command = [sys.executable, "-m", "rag", *words]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, **output) as watching:
        try:
            assert "watching interviews; Ctrl+C ends it\n" in iter(watching.stdout.readline, "")  # type: ignore[union-attr]
        finally:
            watching.terminate()


def assert_the_page_answers(words: list[str], folder: Path) -> None:
    port = free_port()
    start = onrecord_command() if words[1:] else [sys.executable, "-m", "rag"]
    command = [*start, *words, "--port", str(port)]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, **output) as server:
        try:
            for line in server.stdout or ():
                if f"http://localhost:{port}/" in line:
                    break
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=20) as answer:
                assert json.loads(answer.read()) == {"status": "ok"}
        finally:
            server.terminate()


def test_readmes_python_example_runs_and_prints_quotes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "eval" / "sets", tmp_path / "interviews")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 1
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", blocks[0]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Henrike Vaal 2026-10-09 podcast.md" in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("command", commands("make"))
def test_every_make_target_shown_exists(command: str) -> None:
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", commands("pip") + commands("uv"))
def test_every_install_command_shown_installs_this_project(command: str) -> None:
    words = shlex.split(command.split("&&")[-1])
    assert words[-1] == "."
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"] == "onrecord"


def test_every_link_in_the_docs_points_at_something() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
