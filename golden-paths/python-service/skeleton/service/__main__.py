"""The process: environment and signals."""

from __future__ import annotations

import os
import signal
import sys
import threading

from .log import create_log
from .server import Service


def main() -> None:
    port = int(os.environ.get("PORT", "${{ values.port }}"))
    # Only this machine, unless told otherwise; the container image says 0.0.0.0.
    host = os.environ.get("HOST", "127.0.0.1")
    # Shorter than what the platform waits (30 s) before it kills.
    drain_seconds = int(os.environ.get("DRAIN_MS", "25000")) / 1000
    log = create_log()
    service = Service((host, port), log)
    asked_to_stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked_to_stop.set())
    threading.Thread(target=service.serve, daemon=True).start()
    log("info", "listening", host=host, port=service.server_address[1])
    asked_to_stop.wait()
    log("info", "stopping")
    finished = service.stop(drain_seconds)
    log("info" if finished else "warn", "stopped", finished=finished)
    sys.exit(0)


if __name__ == "__main__":
    main()
