"""A server that speaks OpenAI's chat completions and Anthropic's messages, and behaves as its model's name says:
`python fake_model_server.py PORT`.

It has no model. What it says is made from the prompt, as a model's answer would be, or as a bad model's.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SEEN: list[dict[str, Any]] = []
TRIES: dict[str, int] = {}


def pieces_of(model: str, messages: list[dict[str, str]]) -> list[str]:
    """What the model of this name answers, in the pieces in which it comes."""
    prompt = messages[-1]["content"]
    lines = dict(re.findall(r"^\[(\d+\.\d+)\] (.*)$", prompt, re.M))
    speaker = (re.search(r"speaker: ([^|\n]+?)(?: \||$)", prompt, re.M) or [""] * 2)[1]
    first = lines.get("1.1", "")
    if "Last question:" in prompt:
        return ["1. When will the first gate ", "be lowered?"] if model == "rewrites" else ["I have ", "no idea:"]
    if "numbers of the sentences" in messages[0]["content"]:
        chosen = {
            "well": "1.1",
            "refuses": "NONE",
            "wrong-numbers": "9.9, 77.1-77.9",
            "ranges": "I choose [1.1]-[1.2].",
        }
        text = chosen.get(model, "Well, ")
        return [text[start : start + 3] for start in range(0, len(text), 3)]
    texts = {
        "well": f"{speaker} said: “{first}” [1.1].",
        "rewrites": f"{speaker} said: “{first}” [1.1].",
        "curly": f'{speaker} said: "{first.replace(chr(39), chr(8217))}" [1.1].',
        "wrong-numbers": f"It is so [9.9]. And so [1.99]. {first} [0.1] [77.1-77.9] [1.1]",
        "invents": "She said “I will sell the moon to the highest bidder tomorrow” [1.1].",
        "whole-passages": f"{first} [1]",
        "parrots": "\n".join(message["content"] for message in messages),
        "refuses": "NOT ON RECORD",
        "says-nothing": "",
        "misattributes": f"Nobody Atall said that {first} [1.1].",
        "numbers": f"{first[:-1]} in 1066 [1.1].",
    }
    text = texts.get(model, first + " [1.1]")
    return [text[start : start + 7] for start in range(0, len(text), 7)]


def _completions(model: str, pieces: list[str]) -> Iterator[bytes]:
    """What OpenAI's servers send: a chunk for each piece, the reason why it ended, and a mark of the end."""
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model}
    if model == "overloaded":
        yield b'data: {"error": {"message": "Overloaded", "type": "server_error"}}\n\n'
        return
    choices = [{"index": 0, "delta": {"content": piece}, "finish_reason": None} for piece in pieces]
    for choice in [*choices, {"index": 0, "delta": {}, "finish_reason": "stop"}]:
        yield b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def _messages(model: str, pieces: list[str]) -> Iterator[bytes]:
    """What Anthropic's servers send: named events around a block of text; in place of one, an error."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [],
               "stop_reason": None, "stop_sequence": None, "usage": usage}  # fmt: skip
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
    ]
    events += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces
    ]
    if model == "overloaded":
        events[5:] = [{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}]
    else:
        stopped = {"stop_reason": "end_turn", "stop_sequence": None}
        events += [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stopped, "usage": {"output_tokens": 2}},
            {"type": "message_stop"},
        ]
    for event in events:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._json(200, {"seen": SEEN} if self.path == "/seen" else {"object": "list", "data": [{"id": "well"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model = body["model"]
        speak = _messages if self.path.endswith("/messages") else _completions
        # Anthropic's has the system message apart.
        messages = ([{"role": "system", "content": str(body["system"])}] if "system" in body else []) + body["messages"]
        searching = "Last question:" in str(body["messages"])
        headers = {name.lower(): value for name, value in self.headers.items()}
        SEEN.append({"headers": headers, "body": body, "searching": searching})
        if searching and model != "hangs" and not re.search("-(rewrite|again)-", model):
            self._stream("", speak(model, pieces_of(model, messages)))
            return
        TRIES[model] = TRIES.get(model, 0) + 1
        if model in ("429", "500") or (model.startswith("429-once") and TRIES[model] == 1):
            self._json(int(model[:3]), {"type": "error", "error": {"type": "api_error", "message": "no"}})
        elif model == "thinks" and {"max_tokens", "temperature"} & body.keys():
            self._json(400, {"error": {"message": "Unsupported parameter", "param": "max_tokens"}})
        elif model == "redirects":
            self.send_response(307)
            self.send_header("Location", f"http://localhost:1{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif model == "nonsense":
            self._raw(b"<html>It works!</html>", "text/html")
        elif model == "bad-json":
            self._raw(b'event: message_start\ndata: {"choices": [{]}\n\ndata: [DONE]\n\n', "text/event-stream")
        elif model == "hangs":
            time.sleep(30)
        elif model.startswith("waits"):
            self._wait(model)
        else:
            self._stream(model, speak(model, pieces_of(model, messages)))

    def _wait(self, model: str) -> None:
        """Nothing more is said, or nothing at all, and what is noted is that the client has gone."""
        if not model.startswith("waits-at-once"):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            speak = _messages if self.path.endswith("/messages") else _completions
            for _, event in zip(range(4), speak(model, ["The ", "gates ", "move "]), strict=False):
                self.wfile.write(event)
                self.wfile.flush()
        self.close_connection = True
        self.connection.settimeout(20)
        try:
            gone = self.connection.recv(1) == b""
        except ConnectionError:
            gone = True
        except TimeoutError:
            gone = False
        SEEN.append({"headers": {}, "body": {"model": model}, "gone": gone})

    def _stream(self, model: str, events: Iterator[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        if model == "never-ends":
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        if model == "never-ends":
            event = next(events)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            return
        for number, event in enumerate(events):
            if model == "cuts-off" and number == 4:
                self.wfile.write(event[: len(event) // 2])
                return
            self.wfile.write(event)
            self.wfile.flush()
            if model == "trickles":
                time.sleep(0.7)

    def _json(self, status: int, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _raw(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print("ready", flush=True)
    server.serve_forever()
