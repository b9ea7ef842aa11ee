"""Records what the product does, so that a refactoring can show that nothing changed.

    python tests/behaviour.py record before.json [SECTION …]     before the change
    python tests/behaviour.py record after.json [SECTION …]      after it
    python tests/behaviour.py compare before.json after.json     exit status 1 where something differs

Sections: `parse` (every file in ../shared/data and the bundled transcripts, with the error for those that are refused),
`answers` (every question of the bundled sets and of tests/sets: answer, citations, confidence), `search`, `model` (a
scripted model writes the answers, prose and all), `commands` (--help and --json of the command line), `evaluation`, `api`
(REST, OpenAI and MCP). Times and addresses are left out. Only names of the public face are used, so that one script runs
on either side of a move; `PYTHONPATH` says which checkout is recorded.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUNDLED = ROOT / "eval" / "sets"
SHARED = ROOT.parent / "shared"
VOLATILE = {"timings_ms", "created", "id", "seconds_a_question", "timings", "path"}
FILTERS: list[dict[str, Any]] = [
    {},
    {"after": "2025-06"},
    {"before": "2025"},
    {"role": "respondent"},
    {"document": "podcast.md"},
]
COMMANDS = [
    "ingest", "ask", "search", "documents", "show", "remove", "verify", "doctor", "chat", "mcp", "eval", "eval run", "eval compare",
    "eval gate", "eval sweep", "eval calibrate", "eval validate", "eval view",
]  # fmt: skip

Recorded = dict[str, Any]


def digest(value: Any) -> str:
    """A short hash of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:16]


def stable(value: Any) -> Any:
    """A JSON value without what differs from run to run."""
    if isinstance(value, dict):
        return {key: stable(each) for key, each in value.items() if key not in VOLATILE and not key.endswith("_ms")}
    if isinstance(value, list):
        return [stable(each) for each in value]
    return value


def questions() -> list[dict[str, Any]]:
    others = ("briefings", "understood", "variants")  # about an archive that is not this one, or no questions to ask
    files = sorted([*BUNDLED.glob("*.jsonl"), *(HERE / "sets").glob("*.jsonl")])
    files = [file for file in files if not file.stem.endswith(others)]
    return [
        {"set": file.name, **json.loads(line)} for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]  # fmt: skip


def as_json(answer: Any) -> dict[str, Any]:
    try:
        from rag.json_forms import answer_to_json
    except ImportError:  # before the forms had a module of their own
        return answer.to_json()  # type: ignore[no-any-return]
    return answer_to_json(answer)


def ingested(folder: Path) -> Any:
    """An archive of the bundled transcripts and of the two that tests/sets ask about, where they are on this machine."""
    from rag import open_archive

    archive = open_archive(folder)
    outside = [*sorted((SHARED / "corpus").glob("*.txt")), *sorted((SHARED / "data" / "layouts").rglob("*Kukks*.md"))]
    archive.ingest([BUNDLED, *outside])
    return archive


def parsed(file: Path) -> tuple[str, Any]:
    from rag import readers
    from rag.errors import InputError
    from rag.transcript import parse

    name = f"{file.parent.name}/{file.name}" if file.is_relative_to(ROOT) else file.relative_to(SHARED).as_posix()
    try:
        text, hints = readers.read(file)
        document = parse(text, source=file.name, hints=hints)
    except InputError as error:
        return name, str(error)
    except Exception as error:  # a fault of today is recorded as one
        return name, f"{type(error).__name__}"
    fields = {key: getattr(document, key) for key in type(document).__slots__ if key != "path"}
    kept = ("speaker", "role", "start", "end", "seconds")  # what recordings of earlier versions hold, too
    fields["turns"] = [{name: getattr(turn, name) for name in kept} for turn in document.turns]
    fields["left_out"] = [[piece.start, piece.end] for piece in document.left_out]
    people = dict.fromkeys((turn.speaker, turn.role) for turn in document.turns)
    return name, {
        "title": document.title,
        "date": document.date,
        "turns": len(document.turns),
        "speakers": [list(pair) for pair in people][:20],
        "confidence": document.confidence,
        "everything": digest(fields),
    }


def record_parse() -> Recorded:
    skipped = {"reading", "conversations"}  # question sets, no transcripts
    files = [file for file in sorted((SHARED / "data").rglob("*")) if file.is_file() and file.suffix != ".py"]
    files = [file for file in files if file.relative_to(SHARED / "data").parts[0] not in skipped]
    files += sorted([*BUNDLED.glob("*"), *(SHARED / "corpus").glob("*")])
    with Pool(2) as pool:
        return dict(pool.imap_unordered(parsed, files, chunksize=4))


def record_answers(archive: Any) -> Recorded:
    from rag import Assistant

    assistant = Assistant(archive)
    heuristic = Assistant(archive, reader="heuristic")
    found: Recorded = {}
    for number, item in enumerate(questions()):
        key = f"{item['set']}#{item['id']}"
        for name, asked in {"trained": assistant, "heuristic": heuristic}.items():
            if name == "heuristic" and number % 5:
                continue
            answer = asked.ask(item["question"], history=item.get("history", ()))
            found[f"{key} {name}"] = stable(as_json(answer)) | {
                "markers": [list(marker) for marker in answer.markers],
                "searched": list(answer.searched),
                "exact": answer.confidence,
            }
    return found


def record_search(archive: Any) -> Recorded:
    from rag import Assistant, Filters, InputError

    assistant = Assistant(archive)
    found: Recorded = {}
    asked = questions()[::9]
    for filters in FILTERS:
        for item in asked:
            key = f"{item['question']} {filters}"
            hits = archive.search(item["question"], k=12, **filters)
            found[key] = [[hit.passage.id, hit.score] for hit in hits]
            as_filters = {name: (value,) if name in ("role", "document") else value for name, value in filters.items()}
            answer = assistant.ask(item["question"], filters=Filters(**as_filters))
            found[f"{key} asked"] = stable(as_json(answer))
    for wrong in ({"speaker": "Nobody"}, {"document": "none"}, {"after": "soon"}, {"role": "boss"}, {"k": 0}):
        try:
            archive.search("gates", **wrong)
        except InputError as error:
            found[f"wrong {wrong}"] = str(error).replace(str(archive.url), "ARCHIVE")
    return found


class Scripted:
    """A model that cites sentences by number, quotes a little wrong, invents, refuses, and rewrites follow-ups."""

    numbering = "sentences"

    def rewrite(self, question: str, history: tuple[str, ...]) -> str:
        return f"{history[-1]} {question}"

    def generate(self, request: Any) -> Iterator[str]:
        kind = int(digest(request.question), 16) % 5
        if kind == 0:
            yield "NOT_ON_"
            yield "RECORD"
            return
        if kind == 1:
            raise RuntimeError("the model is tired")
        passages = request.passages
        first = passages[0].sentences[0]
        yield f"The record says: “{first.text[:60]}” [1.1]. "
        yield "Nine hundred people in Atlantis agreed with Dr. Invented [2.1]. "
        if kind == 2:
            yield f"{first.passage.speaker} did not say so [9.9]. It is late [1."
            yield "1][2.1]."
        if kind == 3:
            yield f'As was said, "{passages[-1].sentences[-1].text}" [{len(passages)}.{len(passages[-1].sentences)}]'
        if kind == 4:
            yield " ".join(f"{sentence.text} [1.{number}]" for number, sentence in enumerate(passages[0].sentences, 1))


def record_model(archive: Any) -> Recorded:
    from rag import Assistant

    found: Recorded = {}
    for strict in (False, True):
        assistant = Assistant(archive, generator=Scripted(), strict=strict)
        for item in questions()[::4]:
            *pieces, answer = assistant.stream(item["question"], history=item.get("history", ()))
            found[f"{item['set']}#{item['id']} strict={strict}"] = stable(as_json(answer)) | {
                "pieces": [piece for piece in pieces if piece],
                "markers": [list(marker) for marker in answer.markers],
                "dangling": answer.dangling,
            }
    return found


def onrecord(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    environment |= {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "rag", *words], capture_output=True, text=True, env=environment, encoding="utf-8", **options
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str], folder: Path) -> list[Any]:
    text = done.stdout.replace(str(folder), "FOLDER").replace(str(ROOT), "ROOT")
    try:
        out: Any = stable(json.loads(text))
    except ValueError:
        out = re.sub(r"\b\d+(?:\.\d+)? m?s\b", "TIME", text)
    return [done.returncode, out, done.stderr.replace(str(folder), "FOLDER")]


def record_commands(folder: Path) -> Recorded:
    found: Recorded = {"--help": said(onrecord("--help"), folder)}
    for command in COMMANDS:
        found[command] = said(onrecord(*command.split(), "--help"), folder)
    archive = ("--archive", str(folder))
    first = json.loads(onrecord("documents", "--json", *archive).stdout)[0]["id"]
    for words in (
        ("ask", "When will the gates move?"),
        ("ask", "When will the gates move?", "--json"),
        ("ask", "What is the boiling point of tungsten?"),
        ("ask", "And who presses the button?", "--history", "When will the gates move?", "--json"),
        ("ask", "What did Merkel say about the gates?", "--speaker", "Nobody"),
        ("ask", ""),
        ("ask", "Why?", "--generator", "none"),
        ("search", "flood siren", "-k", "3"),
        ("search", "flood siren", "-k", "3", "--after", "2026", "--json"),
        ("documents",),
        ("documents", "--json"),
        ("show", first),
        ("show", first, "--json"),
        ("show", "none"),
        ("verify",),
        ("search", "gates", "--wrong"),
        ("eval", "validate", str(BUNDLED)),
    ):
        found[" ".join(words).replace(str(ROOT), "ROOT")] = said(onrecord(*words, *archive), folder)
    return found


def record_evaluation(folder: Path) -> Recorded:
    with tempfile.TemporaryDirectory() as out:
        sets = [str(BUNDLED / "hearing.jsonl"), str(BUNDLED / "podcast.jsonl")]
        done = onrecord("eval", "run", *sets, "--archive", str(folder), "--out", f"{out}/a", "--json")
        onrecord("eval", "run", *sets, "--archive", str(folder), "--out", f"{out}/b", "--json", "--retrieval", "bm25")
        compared = onrecord("eval", "compare", f"{out}/a", f"{out}/b", "--json")
        gated = onrecord("eval", "gate", f"{out}/a", "--min", "R@5=0.9")
        rows = json.loads(done.stdout)
        return {
            "run": {
                key: digest(stable(value)) for key, value in rows.items() if key not in ("timing", "run", "seconds")
            },
            "compare": [compared.returncode, drop_times(compared.stdout.replace(out, "OUT"))],
            "gate": [gated.returncode, gated.stdout.replace(out, "OUT"), gated.stderr.replace(out, "OUT")],
        }


def drop_times(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "_ms" not in line and " ms" not in line)


def fetch(url: str, body: Any = None, headers: dict[str, str] | None = None) -> list[Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            status, text = reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    try:
        return [status, stable(json.loads(text))]
    except ValueError:
        return [status, re.sub(r'"(id|created)": ?("[^"]*"|\d+)|"timings_ms": ?\{[^}]*\}', "ID", text)]


def record_api(folder: Path) -> Recorded:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "rag", "chat", "--archive", str(folder), "--port", str(port), "--api"]
    found: Recorded = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{base}/healthz").close()
                    break
                except OSError:
                    time.sleep(0.2)
            question = {"role": "user", "content": "When will the gates move?"}
            for name, path, body in (
                ("healthz", "/healthz", None),
                ("models", "/v1/models", None),
                ("openapi", "/api/openapi.json", None),
                ("documents", "/api/documents", None),
                ("ask", "/api/ask?question=When+will+the+gates+move%3F", None),
                ("ask post", "/api/ask", {"question": "And who presses the button?", "history": ["When will the gates move?"]}),
                ("ask filters", "/api/ask", {"question": "When?", "speaker": ["Tobias Merrin"], "after": "2024"}),
                ("ask wrong", "/api/ask", {"question": 3}),
                ("ask unknown", "/api/ask", {"question": "When?", "colour": "red"}),
                ("ask nobody", "/api/ask", {"question": "When?", "speaker": ["Nobody"]}),
                ("search", "/api/search?query=flood+siren&k=3", None),
                ("search post", "/api/search", {"query": "flood siren", "role": "respondent", "before": "2026"}),
                ("document", "/api/documents/podcast.md", None),
                ("no document", "/api/documents/none", None),
                ("chat", "/v1/chat/completions", {"model": "onrecord", "messages": [question]}),
                ("chat no model", "/v1/chat/completions", {"model": "x", "messages": [question]}),
                ("chat stream", "/v1/chat/completions", {"model": "onrecord", "messages": [question], "stream": True}),
                ("chat silent", "/v1/chat/completions", {"model": "onrecord", "messages": [{"role": "user", "content": "What is the boiling point of tungsten?"}]}),
                ("chat wrong", "/v1/chat/completions", {"model": "onrecord", "messages": "no"}),
                ("nothing", "/api/none", None),
            ):  # fmt: skip
                found[name] = fetch(base + path, body)
            found["origin"] = fetch(f"{base}/api/ask", {"question": "x"}, {"Origin": "http://evil.example"})
        finally:
            server.terminate()
            server.wait(20)
    found["mcp"] = asked_by_mcp(folder)
    return json.loads(json.dumps(found).replace(str(folder), "FOLDER").replace(str(port), "PORT"))  # type: ignore[no-any-return]


def asked_by_mcp(folder: Path) -> list[Any]:
    calls = [
        ("tools/list", {}),
        ("tools/call", {"name": "ask", "arguments": {"question": "When will the gates move?"}}),
        ("tools/call", {"name": "search", "arguments": {"query": "flood siren", "k": 2}}),
        ("tools/call", {"name": "ask", "arguments": {"question": "", "colour": "red"}}),
    ]
    start = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": start}]
    lines.append({"jsonrpc": "2.0", "method": "notifications/initialized"})
    command = [sys.executable, "-m", "rag", "mcp", "--archive", str(folder)]
    replies = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for line in lines:
            server.stdin.write(json.dumps(line) + "\n")
        server.stdin.flush()
        replies.append(json.loads(server.stdout.readline()))
        for number, (method, params) in enumerate(calls, 1):
            server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n")
            server.stdin.flush()
            replies.append(json.loads(server.stdout.readline()))
        server.stdin.close()
        server.terminate()
    text = re.sub(r'\\"timings_ms\\": \{.*?\}', "TIMES", json.dumps(stable(replies), ensure_ascii=False))
    text = re.sub(r"\d+(?:\.\d+)? ms", "TIME", text)
    return [json.loads(text.replace("TIMES", '\\"timings_ms\\": {}'))]


def record(sections: list[str]) -> Recorded:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "archive"
        archive = None if sections == ["parse"] else ingested(folder)
        makers: dict[str, Callable[[], Recorded]] = {
            "parse": record_parse,
            "answers": lambda: record_answers(archive),
            "search": lambda: record_search(archive),
            "model": lambda: record_model(archive),
            "commands": lambda: record_commands(folder),
            "evaluation": lambda: record_evaluation(folder),
            "api": lambda: record_api(folder),
        }
        found: Recorded = {}
        for name in sections or list(makers):
            started = time.perf_counter()
            found[name] = makers[name]()
            print(f"{name}: {len(found[name])} in {time.perf_counter() - started:.0f} s", flush=True)
        return found


def differences(before: Any, after: Any, place: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            if key not in before or key not in after:
                yield f"{place}/{key}: only {'after' if key not in before else 'before'}"
            else:
                yield from differences(before[key], after[key], f"{place}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif before != after:
        yield f"{place}:\n    {str(before)[:300]}\n    {str(after)[:300]}"


def main(words: list[str]) -> int:
    match words:
        case ["record", target, *sections]:
            Path(target).write_text(json.dumps(record(sections), ensure_ascii=True, indent=1), encoding="utf-8")
            return 0
        case ["compare", first, second]:
            before, after = (json.loads(Path(name).read_text(encoding="utf-8")) for name in (first, second))
            shared = before.keys() & after.keys()
            found = sorted(line for name in sorted(shared) for line in differences(before[name], after[name], name))
            print(*found[:60], sep="\n")
            values = sum(len(after[name]) for name in shared)
            print(f"{len(found)} differences in {values} recorded values of {', '.join(sorted(shared))}")
            return 1 if found else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
