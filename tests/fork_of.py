"""`python -I -S fork_of.py ADDRESS WORDS…` is `python WORDS…`, forked by the server of `forks.py` at that address.

What it reads and writes, its signals, its exit status and its environment are those of this process. Where the environment
is not the server's, Python starts by itself. Little is imported here, since a short start is the point.
"""

import json
import os
import signal
import socket
import sys


def main() -> None:
    address, *words = sys.argv[1:]
    request = {"words": words, "cwd": os.getcwd(), "env": dict(os.environ)}  # noqa: PTH109
    body = json.dumps(request).encode()
    asked: list[int] = []
    pids: list[int] = []

    def pass_on(number: int, _: object) -> None:
        asked.append(number)
        for pid in pids:
            os.kill(pid, number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, pass_on)
    server = socket.socket(socket.AF_UNIX)
    server.connect(address)
    socket.send_fds(server, [len(body).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(body)
    replies = server.makefile("r")
    pid = int(replies.readline())
    if not pid:
        os.execv(sys.executable, [sys.executable, *words])
    pids.append(pid)
    for early in asked:
        os.kill(pid, early)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # whoever waits for the end of a stream waits for the command's alone
        os.dup2(nowhere, stream)
    status = int(replies.readline())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main()
