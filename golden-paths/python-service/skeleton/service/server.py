"""The HTTP server, with a stop that loses no request."""

from __future__ import annotations

import re
import selectors
import socket
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable
from urllib.parse import urlsplit

from .app import Request, Response, as_json, not_found, route_of
from .log import Log
from .metrics import Metrics

# Longer than a router keeps idle connections (a minute), or a request can meet a closing one and be lost.
KEEP_ALIVE_SECONDS = 75
MOST_BODY_BYTES = 1_000_000
REQUEST_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)

Answer = Callable[[Request], Response]


class Service(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    # What is announced may be gone when it is accepted: then the next look decides.
    timeout = 0

    def __init__(self, address: tuple[str, int], log: Log, answer: Answer | None = None) -> None:
        super().__init__(address, Handler)
        self.log = log
        self.answer = answer
        self.metrics = Metrics()
        self.stopping = False
        self._changed = threading.Condition()
        self._idle: set[socket.socket] = set()
        self._open = 0
        self._served = threading.Event()
        self._wake, self._woken = socket.socketpair()

    def serve(self) -> None:
        """Answers until `stop` is called from another thread. Waits without polling: idle, it costs nothing."""
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self.socket, selectors.EVENT_READ)
                selector.register(self._woken, selectors.EVENT_READ)
                while not self.stopping:
                    if any(key.fileobj is self.socket for key, _ in selector.select()):
                        self.handle_request()
        finally:
            self._served.set()

    def stop(self, deadline_seconds: float) -> bool:
        """Finishes what is in flight, makes every answer the last on its connection, and closes.

        Answers whether all was finished before the deadline.
        """
        with self._changed:
            self.stopping = True
            idle = list(self._idle)
        self._wake.send(b"x")
        self._served.wait(deadline_seconds)
        self.server_close()
        for connection in idle:
            # Wakes a thread that waits for the next request; a request that is just coming is still read.
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                pass
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, deadline_seconds)

    @property
    def connections(self) -> int:
        return self._open

    def process_request(self, request, client_address) -> None:
        # Counted here, not in the thread: it must be known before the next look at `_open`.
        with self._changed:
            self._open += 1
        super().process_request(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        self._wake.close()
        self._woken.close()

    def process_request_thread(self, request, client_address) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def handle_error(self, request, client_address) -> None:
        """A connection that breaks is the client's business; everything else is answered in Handler."""

    def waiting(self, connection: socket.socket) -> bool:
        """Notes that a connection waits for its next request; false when there is to be none."""
        with self._changed:
            if self.stopping:
                return False
            self._idle.add(connection)
            return True

    def busy(self, connection: socket.socket) -> None:
        with self._changed:
            self._idle.discard(connection)


class Handler(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"
    timeout = KEEP_ALIVE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    first = True

    def handle_one_request(self) -> None:
        if not self.server.waiting(self.connection):
            if not self.first:
                self.close_connection = True
                return
            # It connected just before the stop: its request is on the way, or never comes.
            self.connection.settimeout(1)
        self.first = False
        try:
            super().handle_one_request()
        finally:
            self.server.busy(self.connection)

    def parse_request(self) -> bool:
        self.server.busy(self.connection)
        return super().parse_request()

    def __getattr__(self, name: str):
        # http.server looks for do_GET, do_POST …: all of them are one.
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def respond(self) -> None:
        started = time.monotonic()
        path = urlsplit(self.path).path
        given = self.headers.get("X-Request-Id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        route = route_of(self.command, path)
        response = self.answer(route or not_found, path, request_id)
        self.send(response, request_id)
        seconds = time.monotonic() - started
        self.server.metrics.observe(self.command, path if route else "other", response.status, seconds)
        fields = {"method": self.command, "path": path, "status": response.status, "ms": round(seconds * 1000)}
        self.server.log("info", "request", requestId=request_id, **fields)

    def answer(self, route: Answer, path: str, request_id: str) -> Response:
        body = self.read_body()
        if body is None:
            self.close_connection = True
            return as_json(413, {"error": "the body is too large, or its length is not given"})
        stopping, metrics = self.server.stopping, self.server.metrics
        request = Request(self.command, path, self.headers, body, request_id, stopping, metrics)
        try:
            return (self.server.answer or route)(request)
        except Exception as error:  # Whatever a route throws, the caller gets an answer and the log the reason.
            self.server.log("error", "request failed", requestId=request_id, error=repr(error))
            return as_json(500, {"error": "internal error", "requestId": request_id})

    def read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit() or int(length) > MOST_BODY_BYTES:
            return None
        return self.rfile.read(int(length))

    def send(self, response: Response, request_id: str) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("X-Request-Id", request_id)
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.server.stopping or self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """http.server's own log is for people at a terminal; ours is in `respond`."""
