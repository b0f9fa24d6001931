from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import unittest

from service.app import SERVICE_NAME, Response
from service.log import create_log
from service.server import Service


class ServiceTest(unittest.TestCase):
    def setUp(self) -> None:
        self.lines: list[str] = []
        self.service = self.start()

    def start(self, answer=None) -> Service:
        service = Service(("127.0.0.1", 0), create_log(self.lines.append), answer)
        thread = threading.Thread(target=service.serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(lambda: service.stopping or service.stop(1))
        return service

    def ask(self, method: str, path: str, service: Service | None = None, **request):
        connection = http.client.HTTPConnection(*(service or self.service).server_address, timeout=5)
        self.addCleanup(connection.close)
        connection.request(method, path, **request)
        response = connection.getresponse()
        return response, response.read()

    def until(self, condition) -> None:
        """A request is counted and logged just after its answer."""
        for _ in range(200):
            if condition():
                return
            time.sleep(0.005)
        self.fail("it did not happen within a second")

    def test_answers_at_the_root_with_its_name(self) -> None:
        response, body = self.ask("GET", "/")

        self.assertEqual((response.status, json.loads(body)["service"]), (200, SERVICE_NAME))

    def test_is_healthy(self) -> None:
        response, body = self.ask("GET", "/healthz")

        self.assertEqual((response.status, json.loads(body)), (200, {"status": "ok"}))

    def test_answers_404_where_there_is_nothing(self) -> None:
        response, _ = self.ask("POST", "/nowhere", body="x")

        self.assertEqual(response.status, 404)

    def test_answers_a_head_without_a_body(self) -> None:
        response, body = self.ask("HEAD", "/healthz")

        self.assertEqual((response.status, body), (200, b""))

    def test_refuses_a_body_that_is_too_large(self) -> None:
        response, _ = self.ask("POST", "/", headers={"Content-Length": "2000000"})

        self.assertEqual((response.status, response.getheader("Connection")), (413, "close"))

    def test_keeps_the_id_of_a_request_in_the_answer_and_in_the_log(self) -> None:
        response, _ = self.ask("GET", "/", headers={"X-Request-Id": "abc-123"})

        self.assertEqual(response.getheader("X-Request-Id"), "abc-123")
        self.until(lambda: any(json.loads(line).get("requestId") == "abc-123" for line in self.lines))

    def test_counts_requests_for_prometheus_which_asks_directly(self) -> None:
        self.ask("GET", "/healthz")
        counted = b'http_requests_total{method="GET",route="/healthz",code="200"} 1'

        self.until(lambda: counted in self.ask("GET", "/metrics")[1])
        routed, _ = self.ask("GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.7"})

        self.assertEqual(routed.status, 404)

    def test_answers_500_when_a_route_fails_and_logs_why(self) -> None:
        def fail(_request) -> Response:
            raise RuntimeError("broken on purpose")

        response, _ = self.ask("GET", "/", self.start(fail))

        self.assertEqual(response.status, 500)
        self.assertTrue(any("broken on purpose" in line for line in self.lines))

    def test_finishes_a_request_in_flight_when_it_is_stopped(self) -> None:
        arrived, release = threading.Event(), threading.Event()

        def slow(_request) -> Response:
            arrived.set()
            release.wait(5)
            return Response(200, b"done")

        service = self.start(slow)
        results: list[object] = []
        asking = threading.Thread(target=lambda: results.append(self.ask("GET", "/", service)))
        asking.start()
        arrived.wait(5)

        stopping = threading.Thread(target=lambda: results.append(service.stop(5)))
        stopping.start()
        self.until(lambda: service.stopping)
        release.set()
        asking.join()
        stopping.join()

        response, body = next(result for result in results if isinstance(result, tuple))
        self.assertEqual((response.status, body, response.getheader("Connection")), (200, b"done", "close"))
        self.assertIn(True, results)

    def test_closes_connections_that_wait_for_nothing_when_it_is_stopped(self) -> None:
        connection = http.client.HTTPConnection(*self.service.server_address, timeout=5)
        self.addCleanup(connection.close)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        silent = socket.create_connection(self.service.server_address)
        self.addCleanup(silent.close)
        self.until(lambda: self.service.connections == 2)

        started = time.monotonic()

        self.assertTrue(self.service.stop(5))
        self.assertLess(time.monotonic() - started, 2)


if __name__ == "__main__":
    unittest.main()
