"""Counts and times requests, and prints them as Prometheus reads them.

The names are those that `alerts/rules.yaml` and `dashboards/service.json` ask for.
"""

from __future__ import annotations

import threading
import time

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
STARTED = time.time()


class Metrics:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[str, int] = {}
        self._durations: dict[str, list[float]] = {}

    def observe(self, method: str, route: str, code: int, seconds: float) -> None:
        # Only known methods and routes: a label for everything that anybody asks for would grow for ever.
        labels = f'method="{method if method in METHODS else "other"}",route="{route}"'
        counted = f'{labels},code="{code}"'
        with self._lock:
            self._requests[counted] = self._requests.get(counted, 0) + 1
            duration = self._durations.setdefault(labels, [0.0] * (len(BOUNDS) + 2))
            for index, bound in enumerate(BOUNDS):
                if seconds <= bound:
                    duration[index] += 1
            duration[-2] += seconds
            duration[-1] += 1

    def text(self) -> str:
        lines = ["# TYPE http_requests_total counter"]
        with self._lock:
            for labels, count in self._requests.items():
                lines.append(f"http_requests_total{{{labels}}} {count}")
            lines.append("# TYPE http_request_duration_seconds histogram")
            name = "http_request_duration_seconds"
            for labels, duration in self._durations.items():
                for bound, count in zip(BOUNDS, duration):
                    lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {count:.0f}')
                lines.append(f'{name}_bucket{{{labels},le="+Inf"}} {duration[-1]:.0f}')
                lines.append(f"{name}_sum{{{labels}}} {duration[-2]:.6f}")
                lines.append(f"{name}_count{{{labels}}} {duration[-1]:.0f}")
        lines.append("# TYPE process_start_time_seconds gauge")
        lines.append(f"process_start_time_seconds {STARTED:.2f}")
        return "\n".join(lines) + "\n"
