"""Free ports for the servers of tests; two workers never get the same one."""

from __future__ import annotations

import os
import random
import socket

FIRST, WIDTH, WORKERS = 20_000, 1_500, 8  # below the ports that systems give to clients


def free_port() -> int:
    """A port of this worker's own range that nobody listens to now."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    for port in random.SystemRandom().sample(range(FIRST + WIDTH * worker, FIRST + WIDTH * (worker + 1)), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise RuntimeError("no port is free for a test's server")
