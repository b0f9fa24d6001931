"""What the service answers. Add routes to ROUTES."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Callable, Mapping

from .metrics import Metrics

SERVICE_NAME = ${{ values.name | dump }}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    stopping: bool
    metrics: Metrics


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(status: int, value: object) -> Response:
    body = json.dumps(value).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"})


def home(_request: Request) -> Response:
    return as_json(200, {"service": SERVICE_NAME, "message": "It works."})


def health(request: Request) -> Response:
    # While stopping it says so, and load balancers send nobody any more.
    if request.stopping:
        return as_json(503, {"status": "stopping"})
    return as_json(200, {"status": "ok"})


def figures(request: Request) -> Response:
    # For Prometheus, which asks directly: what comes through a router carries this header.
    if request.headers.get("X-Forwarded-For") is not None:
        return not_found(request)
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return Response(200, request.metrics.text().encode(), {"Content-Type": kind})


def not_found(_request: Request) -> Response:
    return as_json(404, {"error": "not found"})


ROUTES: Mapping[tuple[str, str], Callable[[Request], Response]] = {
    ("GET", "/"): home,
    ("GET", "/healthz"): health,
    ("GET", "/metrics"): figures,
}


def route_of(method: str, path: str) -> Callable[[Request], Response] | None:
    return ROUTES.get(("GET" if method == "HEAD" else method, path))
