"""One JSON object a line, on standard output."""

from __future__ import annotations

import json
import sys
import threading
from datetime import datetime, timezone
from typing import Callable

Log = Callable[..., None]


def create_log(write: Callable[[str], object] | None = None) -> Log:
    """A log; `write` gets whole lines, and threads never mix theirs."""
    lock = threading.Lock()

    def to_standard_output(line: str) -> None:
        sys.stdout.write(line)
        sys.stdout.flush()

    write_line = write or to_standard_output

    def log(level: str, message: str, **fields: object) -> None:
        time = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time, "level": level, "message": message, **fields}, default=str)
        with lock:
            write_line(line + "\n")

    return log
